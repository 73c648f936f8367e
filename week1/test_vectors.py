import numpy as np
import pytest

from kata.comparisons import assert_close, assert_same, assert_within
from kata.work_limit import work_limit

KING = np.array([0.8, 0.2, 0.9, -0.5])
QUEEN = np.array([0.7, 0.8, 0.85, -0.4])
MAN = np.array([0.9, 0.1, 0.5, -0.6])
WOMAN = np.array([0.8, 0.7, 0.45, -0.5])


class TestDot:
    def test_multiplies_and_adds_up(self, learner):
        """Entries are multiplied in pairs and added up: 1·4 + 2·5 + 3·6 = 32."""
        assert_close(learner.dot(np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])), 32.0)

    def test_is_zero_at_right_angles(self, learner):
        """Vectors at right angles have inner product 0, opposite ones a negative one."""
        a = np.array([3.0, 4.0])
        assert_close(learner.dot(a, np.array([-4.0, 3.0])), 0.0)
        assert_close(learner.dot(a, -a), -25.0)

    def test_refuses_different_lengths(self, learner):
        """Vectors of different length are a ValueError, even if one has a single entry."""
        a, single = np.array([1.0, 2.0, 3.0]), np.array([2.0])
        assert_close(learner.dot(a, a), 14.0)
        assert_close(learner.dot(single, single), 4.0)
        for shorter in (single, a[:2]):
            with pytest.raises(ValueError):
                learner.dot(a, shorter)
            with pytest.raises(ValueError):
                learner.dot(shorter, a)


class TestNeuron:
    def test_three_inputs(self, learner):
        """0.5·1 - 0.3·2 + 0.8·3 + 0.1 is 2.4."""
        x, w = np.array([1.0, 2.0, 3.0]), np.array([0.5, -0.3, 0.8])
        assert_close(learner.neuron(x, w, 0.1), 2.4)

    def test_may_be_negative(self, learner):
        """The result may be negative: an activation function would come later."""
        assert_close(learner.neuron(np.array([1.0, 2.0]), np.array([3.0, -4.0]), 0.5), -4.5)


class TestLinear:
    def test_one_input_vector(self, learner):
        """Each row of W is one neuron: 1·1 + 2·3 + 10 = 17 and -2 + 20 = 18."""
        x, b = np.array([1.0, 2.0, 3.0]), np.array([10.0, 20.0])
        W = np.array([[1.0, 0.0, 2.0], [0.0, -1.0, 0.0]])
        assert_close(learner.linear(x, W, b), [17.0, 18.0])

    def test_square_weights(self, learner):
        """With square weights too it is the rows of W that meet x."""
        W = np.array([[1.0, 2.0], [3.0, 4.0]])
        x = np.array([[1.0, 0.0], [0.0, 1.0]])
        assert_close(learner.linear(x, W, np.array([0.0, 10.0])), [[1.0, 13.0], [2.0, 14.0]])

    def test_batch_of_texts(self, learner):
        """Any axes in front are kept: 2 texts of 3 words with 4 numbers become (2, 3, 5)."""
        x, W, b = np.ones((2, 3, 4)), np.ones((5, 4)), np.arange(5.0)
        assert_close(learner.linear(x, W, b), np.tile(np.arange(5.0) + 4, (2, 3, 1)))


class TestNorm:
    def test_three_four_five(self, learner):
        """The vector (3, -4) has length 5."""
        assert_close(learner.norm(np.array([3.0, -4.0])), 5.0)

    def test_huge_and_tiny(self, learner):
        """The length is right where squares overflow to inf, or underflow to 0."""
        assert_close(learner.norm(np.array([3e200, 4e200])), 5e200)
        assert_close(learner.norm(np.array([3e-200, 4e-200])), 5e-200, atol=0.0)

    def test_zero_vector(self, learner):
        """The zero vector has length 0, and (0, 2) has length 2."""
        assert_close(learner.norm(np.array([0.0, 0.0])), 0.0)
        assert_close(learner.norm(np.array([0.0, 2.0])), 2.0)

    def test_the_largest_magnitude_may_be_negative(self, learner):
        """Beside -5e200 a 1 vanishes: the length is 5e200, whichever stands first."""
        assert_close(learner.norm(np.array([1.0, -5e200])), 5e200)
        assert_close(learner.norm(np.array([-5e200, 1.0])), 5e200)


class TestCosineSimilarity:
    def test_of_a_triangle(self, learner):
        """Between (1, 0) and (3, 4) the cosine is 3/5, however long the vectors are."""
        assert_close(learner.cosine_similarity(np.array([1.0, 0.0]), np.array([3.0, 4.0])), 0.6)
        assert_close(learner.cosine_similarity(np.array([9.0, 0.0]), np.array([0.3, 0.4])), 0.6)

    def test_king_and_queen(self, learner):
        """The vector king - man + woman is that of queen: their cosine is 1, not 0.95."""
        assert_close(learner.cosine_similarity(KING - MAN + WOMAN, QUEEN), 1.0)
        assert_close(learner.cosine_similarity(KING, QUEEN), 1.685 / np.sqrt(1.74 * 2.0125))

    def test_stays_between_minus_one_and_one(self, learner):
        """Rounding does not carry the cosine of parallel vectors past 1 or -1."""
        for entries in ([0.1, 0.2, 0.3], [0.7, 0.1], [1.1, 1.3, 1.7], [0.3, 0.3, 0.3]):
            a = np.array(entries)
            for factor in (1.0, 3.0, -1.0, -3.0):
                cosine = learner.cosine_similarity(a, factor * a)
                assert_close(cosine, np.sign(factor))
                assert_within(cosine, -1.0, 1.0)

    def test_refuses_a_zero_vector(self, learner):
        """A zero vector has no direction: that is a ValueError."""
        a, zero = np.array([1.0, 1.0]), np.array([0.0, 0.0])
        assert_close(learner.cosine_similarity(a, a), 1.0)
        with pytest.raises(ValueError):
            learner.cosine_similarity(a, zero)


class TestCosineSimilarityMatrix:
    def test_all_pairs(self, learner):
        """Two rows against three give a table of 2 by 3 cosines."""
        X = np.array([[2.0, 0.0], [0.0, 3.0]])
        Y = np.array([[3.0, 4.0], [-1.0, 0.0], [0.0, 5.0]])
        expected = [[0.6, -1.0, 0.0], [0.8, 0.0, 1.0]]
        assert_close(learner.cosine_similarity_matrix(X, Y), expected)

    def test_square_table(self, learner):
        """Each row is divided by its own length, even where everything has size 2."""
        X = np.array([[1.0, 0.0], [30.0, 40.0]])
        Y = np.array([[0.0, 2.0], [4.0, 3.0]])
        assert_close(learner.cosine_similarity_matrix(X, Y), [[0.0, 0.8], [0.8, 0.96]])

    def test_one_pair(self, learner):
        """One row against one row is still a table, of one entry."""
        X, Y = np.array([[3.0, 4.0]]), np.array([[1.0, 0.0]])
        assert_close(learner.cosine_similarity_matrix(X, Y), [[0.6]])

    def test_large_tables(self, learner):
        """A million pairs are one matrix product: there is no Python loop over pairs."""
        angles = np.radians(np.arange(1000.0))
        X = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        with work_limit(200_000):
            got = learner.cosine_similarity_matrix(X, X)
        assert_close(got[:100:10], np.cos(angles[:100:10, np.newaxis] - angles), rtol=1e-8)


class TestNearest:
    def test_best_first(self, learner):
        """The most similar row comes first, the one that points away comes last."""
        vectors = np.array([[0.0, 9.0], [1.0, 0.1], [-5.0, 0.0], [2.0, 2.0]])
        query = np.array([1.0, 0.0])
        assert_same(learner.nearest(query, vectors, k=4), [1, 3, 0, 2])

    def test_one_by_default(self, learner):
        """Without k the result is an array of one index."""
        vectors = np.array([[1.0, 0.0], [0.0, 1.0]])
        assert_same(learner.nearest(np.array([0.1, 5.0]), vectors), [1])

    def test_ties_go_to_the_lower_index(self, learner):
        """Rows in the same direction are equally similar: the lower index comes first."""
        vectors = np.array([[0.0, 1.0], [2.0, 0.0], [1.0, 0.0], [0.0, 4.0]])
        assert_same(learner.nearest(np.array([1.0, 0.0]), vectors, k=4), [1, 2, 0, 3])

    def test_ties_among_many_rows(self, learner):
        """Of 40 rows that take turns in two directions, the even ones come first, in order."""
        vectors = np.tile([[1.0, 0.0], [0.0, 1.0]], (20, 1))
        expected = [*range(0, 40, 2), *range(1, 40, 2)]
        assert_same(learner.nearest(np.array([1.0, 0.0]), vectors, k=40), expected)

    def test_the_best_few_in_order(self, learner):
        """The best 6 of 12 directions come in order: the best first."""
        angles = np.radians([80, 10, 70, 20, 60, 30, 50, 40, 0, 90, 85, 75])
        vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        got = learner.nearest(np.array([1.0, 0.0]), vectors, k=6)
        assert_same(got, [8, 1, 3, 5, 7, 6])

    def test_refuses_k_out_of_range(self, learner):
        """With two vectors k may be 1 or 2; 0 and 3 are a ValueError."""
        vectors, query = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.1, 5.0])
        assert_same(learner.nearest(query, vectors, k=2), [1, 0])
        with pytest.raises(ValueError):
            learner.nearest(query, vectors, k=0)
        with pytest.raises(ValueError):
            learner.nearest(query, vectors, k=3)


class TestAnalogy:
    def test_king_minus_man_plus_woman(self, learner):
        """The answer to king - man + woman is queen."""
        embeddings = {
            "crown": np.array([0.1, 0.4, 0.9, 0.0]),
            "king": KING,
            "man": MAN,
            "queen": QUEEN,
            "woman": WOMAN,
            "apple": np.array([-0.6, 0.1, -0.2, 0.9]),
        }
        assert_same(learner.analogy(embeddings, ["king", "woman"], ["man"]), "queen")

    def test_leaves_the_given_words_out(self, learner):
        """The answer is never one of the given words, added or subtracted."""
        embeddings = {
            "warm": np.array([1.0, 0.1]),
            "hot": np.array([4.0, 0.2]),
            "mild": np.array([1.0, 1.0]),
            "blue": np.array([-1.0, 2.0]),
        }
        assert_same(learner.analogy(embeddings, ["hot"], []), "warm")
        assert_same(learner.analogy(embeddings, ["hot"], ["warm"]), "mild")

    def test_unknown_word(self, learner):
        """A word without a vector is a KeyError, in either list."""
        embeddings = {"king": KING, "queen": QUEEN, "man": MAN}
        assert_same(learner.analogy(embeddings, ["king"], ["man"]), "queen")
        with pytest.raises(KeyError):
            learner.analogy(embeddings, ["emperor"], ["man"])
        with pytest.raises(KeyError):
            learner.analogy(embeddings, ["king"], ["emperor"])

    def test_paris_minus_france_plus_italy(self, learner):
        """What is subtracted counts, vectors are added as they are, and lengths are ignored."""
        embeddings = {
            "france": np.array([1.0, 0.0, 0.0]),
            "italy": np.array([0.0, 1.0, 0.0]),
            "paris": np.array([1.0, 0.0, 1.0]),
            "lyon": np.array([1.0, 0.2, 1.0]),  # nearest to paris + italy
            "siena": np.array([-0.3, 1.0, 0.7]),  # if all are first scaled to length 1
            "rome": np.array([0.0, 3.0, 3.0]),
        }
        assert_same(learner.analogy(embeddings, ["paris", "italy"], ["france"]), "rome")

    def test_twice_the_same_word(self, learner):
        """A word that is listed twice counts twice: warm + warm - cold is hot."""
        embeddings = {
            "cold": np.array([0.0, 1.0]),
            "warm": np.array([1.0, 1.0]),
            "hot": np.array([2.0, 1.0]),
            "dry": np.array([1.0, 0.0]),
        }
        assert_same(learner.analogy(embeddings, ["warm", "warm"], ["cold"]), "hot")
