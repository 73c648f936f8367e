import math

import numpy as np

from kata.comparisons import assert_close, assert_distribution, assert_keeps_inputs

# Inputs are scaled so that scores are about 1: softmax then shows every factor in front of them.


def scores_pair_by_pair(Q, K):
    """Return Q Kᵀ / √d of (T, d) and (S, d), or of each item of a batch."""
    if Q.ndim > 2:
        return np.array([scores_pair_by_pair(q, k) for q, k in zip(Q, K, strict=True)])
    return np.array([[math.fsum(q * k) / math.sqrt(len(q)) for k in K] for q in Q])


def weights_row_by_row(Q, K):
    """Return the softmax of these scores over the keys."""
    scores = scores_pair_by_pair(Q, K)
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def attention_item_by_item(X, W_Q, W_K, W_V):
    """Return the self-attention of X (T, d_model), or of each item of a batch."""
    if X.ndim > 2:
        return np.array([attention_item_by_item(x, W_Q, W_K, W_V) for x in X])
    return weights_row_by_row(X @ W_Q, X @ W_K) @ (X @ W_V)


def queries_and_keys(rng, *shape):
    """Return random queries and keys; shape is that of the batch, then T, S and d."""
    *batch, T, S, d = shape
    return rng.normal(size=(*batch, T, d)), rng.normal(size=(*batch, S, d))


def with_offsets(Q, K, offsets):
    """Return Q and K with a first feature that adds an offset to all scores of a query.

    It leaves the weights as they are, since all keys share it.
    """
    Q, K = Q.copy(), K.copy()
    K[:, 0], Q[:, 0] = 1.0, offsets * math.sqrt(K.shape[1])
    return Q, K


def inputs_and_weights(rng, *shape):
    """Return random X and W_Q, W_K, W_V; shape is the batch's, then T, d_model, d_k, d_v."""
    *batch, T, d_model, d_k, d_v = shape
    W_Q, W_K, W_V = (rng.normal(size=(d_model, d)) / math.sqrt(d_model) for d in (d_k, d_k, d_v))
    return rng.normal(size=(*batch, T, d_model)), W_Q, W_K, W_V


class TestAttentionScores:
    def test_each_query_with_each_key(self, learner, rng):
        """Entry (t, s) is the inner product of query t and key s, over the root of their length."""
        for T, S, d in ((2, 4, 3), (5, 3, 2), (3, 4, 7), (2, 3, 50)):
            Q, K = queries_and_keys(rng, T, S, d)
            truth = scores_pair_by_pair(Q, K)
            assert_close(learner.attention_scores(Q, K), truth)

    def test_equal_sizes(self, learner, rng):
        """Where numbers of positions and of features are equal nothing is mixed up."""
        for shape in ((3, 3, 3), (4, 4, 3), (5, 3, 3), (3, 5, 3), (3, 3, 3, 3)):
            Q, K = queries_and_keys(rng, *shape)
            truth = scores_pair_by_pair(Q, K)
            assert_close(learner.attention_scores(Q, K), truth)

    def test_one_batch_axis(self, learner, rng):
        """With a batch axis in front each text has a table of scores of its own."""
        for shape in ((2, 4, 3, 5), (4, 2, 5, 3), (3, 3, 2, 2), (2, 3, 3, 7)):
            Q, K = queries_and_keys(rng, *shape)
            truth = scores_pair_by_pair(Q, K)
            assert_close(learner.attention_scores(Q, K), truth)

    def test_more_batch_axes(self, learner, rng):
        """There may be two or three batch axes, as for texts and heads."""
        for shape in ((2, 3, 4, 5, 6), (2, 2, 3, 4, 2), (2, 1, 3, 2, 4, 3)):
            Q, K = queries_and_keys(rng, *shape)
            truth = scores_pair_by_pair(Q, K)
            assert_close(learner.attention_scores(Q, K), truth)

    def test_lengths_of_one(self, learner, rng):
        """A single query, key or feature, or a batch of one, keeps its axis."""
        for shape in ((1, 3, 2), (3, 1, 2), (1, 1, 5), (3, 2, 1), (1, 2, 3, 4), (1, 1, 1, 1)):
            Q, K = queries_and_keys(rng, *shape)
            truth = scores_pair_by_pair(Q, K)
            assert_close(learner.attention_scores(Q, K), truth)

    def test_any_size(self, learner, rng):
        """The scores are not squashed: they grow with queries and keys, and may be negative."""
        Q, K = queries_and_keys(rng, 3, 4, 5)
        truth = scores_pair_by_pair(Q, K)
        for of_Q, of_K in ((100.0, 30.0), (1e-4, 1e-5), (-50.0, 1.0)):
            got = learner.attention_scores(of_Q * Q, of_K * K)
            assert_close(got, of_Q * of_K * truth, atol=1e-12 * abs(of_Q * of_K))

    def test_keeps_inputs(self, learner, rng):
        """Queries and keys are the same afterwards, in shape too."""
        for shape in ((3, 4, 5), (2, 3, 4, 5)):
            Q, K = queries_and_keys(rng, *shape)
            truth = scores_pair_by_pair(Q, K)
            assert_close(assert_keeps_inputs(learner.attention_scores, Q, K), truth)


class TestAttentionWeights:
    def test_softmax_of_the_scores(self, learner, rng):
        """The weights are the softmax of the scaled scores over the keys."""
        for T, S, d in ((2, 4, 3), (5, 3, 2), (3, 4, 7), (4, 3, 30)):
            Q, K = queries_and_keys(rng, T, S, d)
            truth = weights_row_by_row(Q, K)
            assert_close(learner.attention_weights(Q, K), truth)

    def test_each_query_shares_out_all(self, learner, rng):
        """Each row is a distribution over the keys, even with as many keys as queries."""
        for shape in ((3, 3, 3), (4, 4, 2), (2, 3, 3, 3), (3, 3, 3, 3)):
            Q, K = queries_and_keys(rng, *shape)
            truth = weights_row_by_row(Q, K)
            got = learner.attention_weights(Q, K)
            assert_distribution(got)
            assert_close(got, truth)

    def test_batch_axes(self, learner, rng):
        """There may be one, two or three batch axes in front."""
        for shape in ((2, 4, 3, 5), (4, 2, 5, 3), (2, 3, 4, 5, 6), (2, 1, 3, 2, 4, 3)):
            Q, K = queries_and_keys(rng, *shape)
            truth = weights_row_by_row(Q, K)
            assert_close(learner.attention_weights(Q, K), truth)

    def test_one_key(self, learner, rng):
        """A single key gets all the attention, of one query or of several, and the axis stays."""
        for shape in ((3, 1, 4), (1, 1, 2), (2, 3, 1, 5), (1, 3, 2), (1, 1, 3, 2)):
            Q, K = queries_and_keys(rng, *shape)
            truth = weights_row_by_row(Q, K)
            assert_close(learner.attention_weights(Q, K), truth)

    def test_large_scores(self, learner, rng):
        """Scores may be anything: far above 0 or far below, the shares are right."""
        Q, K = queries_and_keys(rng, 4, 3, 5)
        for offset in (1e4, -1e4):
            offsets = np.full(4, offset)
            truth = weights_row_by_row(*with_offsets(Q, K, np.zeros(4)))
            got = learner.attention_weights(*with_offsets(Q, K, offsets))
            assert_close(got, truth, atol=1e-9)

    def test_rows_of_different_size(self, learner, rng):
        """Each query is on its own: large scores of one leave the shares of another as they are."""
        Q, K = queries_and_keys(rng, 4, 3, 5)
        truth = weights_row_by_row(*with_offsets(Q, K, np.zeros(4)))
        offsets = np.array([1e4, -1e4, 0.0, 500.0])
        assert_close(learner.attention_weights(*with_offsets(Q, K, offsets)), truth, atol=1e-9)

    def test_all_for_one_key(self, learner, rng):
        """A key whose score is far above the others gets all the attention."""
        Q, K = np.full((2, 4), 100.0), np.zeros((3, 4))
        Q[1], K[1], K[2] = -Q[0], 50.0 * rng.uniform(1.0, 2.0), 10.0
        assert_close(learner.attention_weights(Q, K), [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])

    def test_keeps_inputs(self, learner, rng):
        """Queries and keys are the same afterwards, in shape too."""
        for shape in ((3, 4, 5), (2, 3, 4, 5)):
            Q, K = queries_and_keys(rng, *shape)
            truth = weights_row_by_row(Q, K)
            assert_close(assert_keeps_inputs(learner.attention_weights, Q, K), truth)


class TestSelfAttention:
    def test_one_text(self, learner, rng):
        """Each position gets the average of all values, weighted by its attention."""
        for T, d_model, d_k, d_v in ((5, 4, 3, 2), (3, 2, 6, 4), (2, 7, 3, 5), (6, 3, 2, 3)):
            X, *W = inputs_and_weights(rng, T, d_model, d_k, d_v)
            truth = attention_item_by_item(X, *W)
            assert_close(learner.self_attention(X, *W), truth)

    def test_root_of_the_right_length(self, learner, rng):
        """The scores are divided by the root of the length of queries and keys, no other length."""
        for shape in ((4, 12, 3, 3), (4, 3, 12, 3), (4, 3, 3, 12), (12, 3, 3, 3), (2, 5, 8, 2, 8)):
            X, *W = inputs_and_weights(rng, *shape)
            truth = attention_item_by_item(X, *W)
            assert_close(learner.self_attention(X, *W), truth)

    def test_equal_sizes(self, learner, rng):
        """Where all sizes are equal no matrix is taken for another or the wrong way round."""
        for shape in ((4, 4, 4, 4), (3, 3, 3, 3, 3)):
            X, *W = inputs_and_weights(rng, *shape)
            truth = attention_item_by_item(X, *W)
            assert_close(learner.self_attention(X, *W), truth)

    def test_batch_axes(self, learner, rng):
        """Each text of a batch attends to itself only, with one, two or three batch axes."""
        for shape in ((2, 5, 4, 3, 2), (5, 2, 3, 4, 6), (2, 3, 4, 3, 2, 5), (2, 1, 2, 3, 4, 2, 3)):
            X, *W = inputs_and_weights(rng, *shape)
            truth = attention_item_by_item(X, *W)
            assert_close(learner.self_attention(X, *W), truth)

    def test_order_of_positions(self, learner, rng):
        """Later positions are seen as well as earlier ones: reordering them reorders the result."""
        X, *W = inputs_and_weights(rng, 5, 4, 3, 2)
        truth = attention_item_by_item(X, *W)
        for order in ([4, 3, 2, 1, 0], rng.permutation(5)):
            assert_close(learner.self_attention(X[order], *W), truth[order])

    def test_lengths_of_one(self, learner, rng):
        """A single position reads its own value; an axis of length 1 stays."""
        for shape in (
            (1, 4, 3, 2),
            (2, 1, 3, 2, 4),
            (1, 3, 4, 2, 3),
            (3, 1, 1, 1),
            (1, 1, 1, 1, 1),
        ):
            X, *W = inputs_and_weights(rng, *shape)
            truth = attention_item_by_item(X, *W)
            assert_close(learner.self_attention(X, *W), truth)

    def test_large_scores(self, learner, rng):
        """The result is right even where scores are far above 0, or far below."""
        X, W_Q, W_K, W_V = inputs_and_weights(rng, 5, 4, 3, 2)
        # The first feature of X gives all keys a first feature of 1, the second gives the queries
        # theirs: it adds the same to all scores of a position, and leaves the weights as they are.
        X[:, 0], X[:, 1] = 1.0, [1.0, -1.0, 0.0, 0.05, -0.05]
        W_K[:, 0], W_Q[:, 0] = [1.0, 0.0, 0.0, 0.0], 0.0
        truth = attention_item_by_item(X, W_Q, W_K, W_V)
        for size in (1e4, -1e4):
            W_Q[1, 0] = size * math.sqrt(3)
            assert_close(learner.self_attention(X, W_Q, W_K, W_V), truth, atol=1e-9)

    def test_keeps_inputs(self, learner, rng):
        """The inputs and all three matrices are the same afterwards."""
        for shape in ((4, 3, 3, 3), (2, 4, 5, 3, 2)):
            X, *W = inputs_and_weights(rng, *shape)
            truth = attention_item_by_item(X, *W)
            assert_close(assert_keeps_inputs(learner.self_attention, X, *W), truth)
