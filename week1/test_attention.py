import numpy as np

from kata.comparisons import assert_close, assert_distribution, no_floating_point_warnings


class TestAttentionScores:
    def test_inner_products_over_the_root(self, learner):
        """With d = 4 each inner product is divided by 2: (1, 0, 0, 1) with (3, 9, 9, 1) gives 2."""
        Q = np.array([[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 0.0]])
        K = np.array([[3.0, 9.0, 9.0, 1.0], [2.0, 0.0, 5.0, 0.0], [0.0, -4.0, 0.0, 0.0]])
        assert_close(learner.attention_scores(Q, K), [[2.0, 1.0, 0.0], [4.5, 0.0, -2.0]])

    def test_square_tables(self, learner):
        """With two positions of two numbers too, rows of K are compared, not its columns."""
        Q, K = np.eye(2), np.array([[1.0, 2.0], [3.0, 4.0]])
        root = np.sqrt(2)
        assert_close(learner.attention_scores(Q, K), [[1 / root, 3 / root], [2 / root, 4 / root]])

    def test_batch_of_texts(self, learner):
        """Two texts have a table of scores each: (2, 3, 4) and (2, 5, 4) give (2, 3, 5)."""
        Q, K = np.ones((2, 3, 4)), np.ones((2, 5, 4))
        K[1] = 3.0
        expected = np.concatenate([np.full((1, 3, 5), 2.0), np.full((1, 3, 5), 6.0)])
        assert_close(learner.attention_scores(Q, K), expected)

    def test_texts_and_heads(self, learner):
        """Any axes may stand in front: 2 texts of 3 heads, 1 query and 1 key give (2, 3, 1, 1)."""
        Q, K = np.ones((2, 3, 1, 4)), np.ones((2, 3, 1, 4))
        assert_close(learner.attention_scores(Q, K), np.full((2, 3, 1, 1), 2.0))


class TestAttentionWeights:
    def test_shares(self, learner):
        """Scores of ln 3 and 0 are shares of 3/4 and 1/4; equal scores are equal shares."""
        Q = np.array([[2.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 7.0]])
        K = np.array([[np.log(3.0), 1.0, 0.0, 0.0], [0.0, 0.0, 5.0, 0.0]])
        assert_close(learner.attention_weights(Q, K), [[0.75, 0.25], [0.5, 0.5]])

    def test_rows_sum_to_one(self, learner):
        """Each query shares out exactly 1 among the keys, in every text of a batch."""
        positions = np.arange(24.0).reshape(2, 3, 4)
        got = learner.attention_weights(np.sin(positions), np.cos(positions))
        assert_close(np.shape(got), (2, 3, 3))
        assert_distribution(got)

    def test_large_scores(self, learner):
        """Scores of 2000 are no more than equal, or ln 3 apart: nothing overflows."""
        Q = np.array([[2000.0], [0.0]])
        K = np.array([[1.0], [1.0]])
        with no_floating_point_warnings():
            assert_close(learner.attention_weights(Q, K), [[0.5, 0.5], [0.5, 0.5]])
            K = np.array([[1.0], [1.0 - np.log(3.0) / 2000.0]])
            assert_close(learner.attention_weights(Q, K), [[0.75, 0.25], [0.5, 0.5]])

    def test_texts_and_heads(self, learner):
        """Any axes may stand in front, and a single key gets all, in an axis of its own."""
        Q, K = np.ones((2, 3, 5, 4)), np.ones((2, 3, 1, 4))
        assert_close(learner.attention_weights(Q, K), np.ones((2, 3, 5, 1)))


class TestSelfAttention:
    def test_equal_attention_is_the_mean(self, learner):
        """If all scores are 0, every position reads the mean of all values."""
        X = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 9.0]])
        W_V = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
        nothing = np.zeros((2, 4))
        expected = [[3.0, 5.0, 8.0]] * 3
        assert_close(learner.self_attention(X, nothing, nothing, W_V), expected)

    def test_two_words(self, learner):
        """A score of ln 3 against 0: the first word reads 3/4 of itself, the second a half."""
        X = np.array([[1.0, 0.0], [0.0, 1.0]])
        W_Q, W_K = np.array([[1.0], [0.0]]), np.array([[np.log(3.0)], [0.0]])
        W_V = np.array([[4.0, 40.0], [8.0, 80.0]])
        expected = [[5.0, 50.0], [6.0, 60.0]]
        assert_close(learner.self_attention(X, W_Q, W_K, W_V), expected)

    def test_root_of_the_length_of_keys(self, learner):
        """Queries and keys have 4 numbers, so the inner product 2 ln 3 becomes a score of ln 3."""
        X = np.array([[1.0], [0.0]])
        W_Q, W_K = np.array([[2.0, 0.0, 0.0, 0.0]]), np.array([[np.log(3.0), 0.0, 0.0, 0.0]])
        W_V = np.array([[8.0]])
        assert_close(learner.self_attention(X, W_Q, W_K, W_V), [[6.0], [4.0]])

    def test_batch_of_texts(self, learner):
        """Two texts of 10 words with 64 numbers each give (2, 10, 64), and do not mix."""
        X = np.ones((2, 10, 64))
        X[1] = -3.0
        W = 0.01 * np.eye(64)
        assert_close(learner.self_attention(X, W, W, np.eye(64)), X)

    def test_large_scores(self, learner):
        """A score of 1000 against 0: each word reads itself alone, without an overflow."""
        X = np.array([[1.0, 0.0], [0.0, 1.0]])
        with no_floating_point_warnings():
            got = learner.self_attention(X, 1000 * np.sqrt(2) * np.eye(2), np.eye(2), X + 1)
        assert_close(got, [[2.0, 1.0], [1.0, 2.0]])

    def test_queries_ask_and_keys_answer(self, learner):
        """Only the first word asks, and only the second has an answer: so the first reads it."""
        X = np.array([[1.0, 0.0], [0.0, 1.0]])
        W_Q, W_K = np.array([[np.log(3.0)], [0.0]]), np.array([[0.0], [1.0]])
        W_V = np.array([[4.0], [8.0]])
        assert_close(learner.self_attention(X, W_Q, W_K, W_V), [[7.0], [6.0]])
