import math

import numpy as np
import pytest

from kata.comparisons import (
    Mismatch,
    assert_close,
    assert_keeps_inputs,
    assert_same,
    no_floating_point_warnings,
)


def _assert_inner_product(actual, a, b):
    """Compare with the exact sum, as closely as any order of adding up allows."""
    assert_close(actual, math.fsum(a * b), rtol=0.0, atol=1e-12 * math.fsum(np.abs(a * b)))


def _cosines_pair_by_pair(module, A, B):
    return [module.cosine_similarity(a, b) for a, b in zip(A, B, strict=True)]


def _part_of_cosine_matrix(module, X, Y):
    """Return a part of a result that is too large to be sent for nothing."""
    result = module.cosine_similarity_matrix(X, Y)
    return np.asarray(result)[::61, ::53] if np.ndim(result) == 2 else result


def _indices(values):
    return np.array(values, dtype=np.int64)


def _turned(rng, vectors):
    """Return vectors turned by a random orthogonal matrix, which leaves lengths and angles.

    So inputs are new in each run, and a mistake in comparing them shows in all runs or in none.
    """
    d = vectors.shape[-1]
    return vectors @ np.linalg.qr(rng.normal(size=(d, d)))[0]


def _embeddings(rng, vectors):
    """Return a dict of words with these vectors, turned at random."""
    words = list(vectors)
    table = _turned(rng, np.array([vectors[word] for word in words], dtype=float))
    return dict(zip(words, table, strict=True))


class TestDot:
    def test_sums_products_of_entries(self, learner, rng):
        """The inner product is the sum of the products of entries, for any length and sign."""
        for n in (2, 3, 10, 150):
            a, b = rng.normal(size=(2, n))
            _assert_inner_product(learner.dot(a, b), a, b)
            _assert_inner_product(learner.dot(-a, b), -a, b)

    def test_counts_every_entry_once(self, learner, rng):
        """Every entry counts once, the first and the last too."""
        b = rng.uniform(1.0, 2.0, size=6)
        for i, unit in enumerate(np.eye(6)):
            assert_close(learner.dot(unit, b), b[i])
            assert_close(learner.dot(b, unit), b[i])

    def test_right_angles(self, learner, rng):
        """It is 0 at right angles, and the squared length for a vector with itself."""
        x, y = rng.uniform(1.0, 2.0, size=2)
        a, b = np.array([x, 0.0, -y, 0.0]), np.array([0.0, y, 0.0, x])
        assert_close(learner.dot(a, b), 0.0)
        assert_close(learner.dot(a, a), x * x + y * y)
        assert_close(learner.dot(np.array([x, y]), np.array([-y, x])), 0.0)

    def test_one_entry(self, learner, rng):
        """For vectors of one entry it is their product, as a single number."""
        a, b = rng.uniform(1.0, 2.0, size=(2, 1))
        assert_close(learner.dot(a, -b), -float(a[0] * b[0]))

    def test_small_and_large_numbers(self, learner, rng):
        """Nothing is rounded away: it is as accurate for small numbers as for large ones."""
        a, b = rng.normal(size=(2, 12))
        for scale in (1e-12, 1e12):
            for v in (scale * a, -scale * a):
                _assert_inner_product(learner.dot(v, scale * b), v, scale * b)

    @pytest.mark.weight(0.5)
    @pytest.mark.parametrize("lengths", [((6, 5), (6, 3)), ((5, 6), (3, 6))])
    def test_refuses_different_lengths(self, learner, rng, lengths):
        """Different lengths are an error, whichever vector is longer; equal lengths are not."""
        v = rng.integers(1, 9, size=6).astype(float)
        for n, m in lengths:
            _assert_inner_product(learner.dot(v[:n], v[-n:]), v[:n], v[-n:])
            with pytest.raises(ValueError):
                learner.dot(v[:n], v[:m])

    def test_does_not_stretch_a_single_entry(self, learner, rng):
        """One entry is not stretched to match a longer vector: that is an error too."""
        v = rng.integers(1, 9, size=4).astype(float)
        _assert_inner_product(learner.dot(v, v), v, v)
        with pytest.raises(ValueError):
            learner.dot(v[:1], v)
        with pytest.raises(ValueError):
            learner.dot(v, v[:1])

    def test_keeps_inputs(self, learner, rng):
        """The vectors are the same afterwards."""
        a, b = rng.uniform(1.0, 2.0, size=(2, 7))
        truth = math.fsum(a * b)
        assert_close(assert_keeps_inputs(learner.dot, a, b), truth)


class TestNeuron:
    def test_is_a_weighted_sum_plus_bias(self, learner, rng):
        """It is the sum of inputs times weights, plus the bias, as one number."""
        for n in (2, 3, 8, 100):
            x, w = rng.normal(size=(2, n))
            b = float(rng.normal())
            truth = math.fsum([*(x * w), b])
            assert_close(learner.neuron(x, w, b), truth, atol=1e-11)
            assert_close(learner.neuron(-x, w, -b), -truth, atol=1e-11)

    def test_each_input_meets_its_own_weight(self, learner, rng):
        """Each input meets its own weight, the first and the last too."""
        w = rng.uniform(1.0, 2.0, size=5)
        for i, x in enumerate(np.eye(5)):
            assert_close(learner.neuron(x, w, 0.25), w[i] + 0.25)
            assert_close(learner.neuron(w, x, 0.25), w[i] + 0.25)

    def test_adds_the_bias_once(self, learner, rng):
        """The bias is added once, not once per input, and may be 0 or negative."""
        w, b = rng.normal(size=6), float(rng.uniform(3.0, 9.0))
        assert_close(learner.neuron(np.zeros(6), w, b), b)
        assert_close(learner.neuron(np.zeros(6), w, -b), -b)
        assert_close(learner.neuron(w, np.ones(6), 0.0), math.fsum(w))

    def test_has_no_activation_function(self, learner, rng):
        """The result is neither cut at 0 nor squashed, since no activation function is applied."""
        w = rng.uniform(1.0, 2.0, size=4)
        for size in (-50.0, -0.5, 50.0):
            x = np.full(4, size)
            assert_close(learner.neuron(x, w, 0.75), size * math.fsum(w) + 0.75)

    def test_one_input(self, learner, rng):
        """With one input the result is still a single number."""
        x, w = rng.uniform(1.0, 2.0, size=(2, 1))
        assert_close(learner.neuron(x, w, 0.5), float(x[0] * w[0]) + 0.5)

    def test_keeps_inputs(self, learner, rng):
        """Inputs and weights are the same afterwards."""
        x, w = rng.uniform(1.0, 2.0, size=(2, 5))
        truth = math.fsum(x * w) + 2.5
        assert_close(assert_keeps_inputs(learner.neuron, x, w, 2.5), truth)


def _layer_by_hand(x, W, b):
    return np.einsum("...i,oi->...o", x, W) + b


class TestLinear:
    def test_one_input_vector(self, learner, rng):
        """For one input vector there is one output per row of W."""
        for n_in, n_out in ((3, 5), (5, 3), (20, 2)):
            x, W, b = rng.normal(size=n_in), rng.normal(size=(n_out, n_in)), rng.normal(size=n_out)
            assert_close(learner.linear(x, W, b), _layer_by_hand(x, W, b))

    def test_one_batch_axis(self, learner, rng):
        """Each row of a batch goes through the layer, and the batch axis stays in front."""
        for n, n_in, n_out in ((4, 3, 5), (2, 6, 3), (5, 2, 5), (3, 3, 2)):
            x, W, b = (
                rng.normal(size=(n, n_in)),
                rng.normal(size=(n_out, n_in)),
                rng.normal(size=n_out),
            )
            assert_close(learner.linear(x, W, b), _layer_by_hand(x, W, b))

    def test_more_batch_axes(self, learner, rng):
        """There may be two or three batch axes, even of sizes that equal each other."""
        for shape in ((2, 4, 3), (3, 3, 3), (2, 5, 4, 3), (5, 5, 5, 3)):
            x, W, b = rng.normal(size=shape), rng.normal(size=(5, 3)), rng.normal(size=5)
            assert_close(learner.linear(x, W, b), _layer_by_hand(x, W, b))

    def test_square_weights(self, learner, rng):
        """Square weights are not taken the wrong way round, with and without batch axes."""
        W, b = rng.normal(size=(4, 4)), rng.normal(size=4)
        for shape in ((4,), (4, 4), (2, 4), (4, 4, 4)):
            x = rng.normal(size=shape)
            assert_close(learner.linear(x, W, b), _layer_by_hand(x, W, b))

    def test_bias_belongs_to_outputs(self, learner, rng):
        """Zeros give the bias, once, at each position of a batch of any size."""
        for n, n_in, n_out in ((4, 3, 4), (3, 7, 2), (2, 5, 5)):
            b = rng.uniform(1.0, 2.0, size=n_out)
            x, W = np.zeros((n, n_in)), rng.normal(size=(n_out, n_in))
            assert_close(learner.linear(x, W, b), np.tile(b, (n, 1)))
            assert_close(learner.linear(x[0], W, -b), -b)

    def test_axes_of_length_one(self, learner, rng):
        """Axes of length 1 stay: one output, one input, a batch of one."""
        for shape, n_out in (((3,), 1), ((4, 3), 1), ((1, 3), 2), ((1, 1, 3), 1), ((4, 1), 2)):
            x, W, b = (
                rng.normal(size=shape),
                rng.normal(size=(n_out, shape[-1])),
                rng.normal(size=n_out),
            )
            assert_close(learner.linear(x, W, b), _layer_by_hand(x, W, b))

    def test_keeps_inputs(self, learner, rng):
        """Inputs, weights and biases are the same afterwards, in shape too."""
        for shape in ((3,), (4, 3), (2, 4, 3)):
            x, W, b = rng.normal(size=shape), rng.normal(size=(3, 3)), rng.normal(size=3)
            truth = _layer_by_hand(x, W, b)
            assert_close(assert_keeps_inputs(learner.linear, x, W, b), truth)


class TestNorm:
    def test_is_the_root_of_the_sum_of_squares(self, learner, rng):
        """The length is the root of the sum of squares, for any number of entries."""
        for n in (1, 2, 3, 10, 150):
            a = rng.normal(size=n)
            a[0] = rng.uniform(1.0, 5.0)
            assert_close(learner.norm(a), math.hypot(*a))

    def test_ignores_signs(self, learner, rng):
        """Signs do not matter, even where every entry is negative or the largest is 0."""
        a = rng.uniform(1.0, 2.0, size=5)
        for v in (-a, a * [1, -1, 1, -1, 1], np.append(-a, 0.0), -a[:1], np.append(a, -a)):
            assert_close(learner.norm(v), math.hypot(*v))

    def test_huge_entries(self, learner, rng):
        """It is right, and does not warn, where a square would overflow."""
        with no_floating_point_warnings():
            for n in (1, 2, 30):
                a = 1e200 * rng.uniform(1.0, 5.0, size=n)
                assert_close(learner.norm(a), math.hypot(*a), atol=0.0)
                assert_close(learner.norm(-a), math.hypot(*a), atol=0.0)
            opposite = 1e200 * rng.uniform(1.0, 5.0) * np.array([1.0, -1.0])
            assert_close(learner.norm(opposite), math.hypot(*opposite), atol=0.0)

    def test_tiny_entries(self, learner, rng):
        """It is right, and does not warn, where a square would vanish."""
        with no_floating_point_warnings():
            for n in (1, 2, 30):
                a = 1e-200 * rng.uniform(1.0, 5.0, size=n)
                assert_close(learner.norm(a), math.hypot(*a), atol=0.0)
                assert_close(learner.norm(-a), math.hypot(*a), atol=0.0)

    def test_every_size_between(self, learner, rng):
        """It keeps all digits at every size between the tiny and the huge ones."""
        a = rng.uniform(1.0, 5.0, size=4) * [1, -1, 1, 1]
        with no_floating_point_warnings():
            for exponent in (-180, -162, -159, -156, -120, -60, -9, 9, 60, 120, 153, 155, 180):
                v = a * 10.0**exponent
                assert_close(learner.norm(v), math.hypot(*v), atol=0.0)

    def test_mixed_sizes(self, learner, rng):
        """Entries of very different size may stand in one vector, in any order."""
        x, y = rng.uniform(1.0, 5.0, size=2)
        with no_floating_point_warnings():
            for v in (
                [x * 1e200, 1e-200, -y * 1e200],
                [1e-200, x, -y, 1e-200],
                [0.0, 1e-200, x * 1e200],
                [1.0, -x * 1e200, y * 1e200, -1.0],
                [-x * 1e-200, 0.0, y * 1e-200],
                [1e-200, -x * 1e200, -y * 1e200],
                [-x * 1e200, 1.0],
                [-x, -y, 1e-200],
                [0.0, -x * 1e-200],
            ):
                assert_close(learner.norm(np.array(v)), math.hypot(*v), atol=0.0)

    def test_zero_vector(self, learner, rng):
        """The zero vector has length 0, without a warning, and no other vector has."""
        x = rng.uniform(1.0, 5.0)
        with no_floating_point_warnings():
            for n in (1, 4):
                assert_close(learner.norm(np.zeros(n)), 0.0, atol=0.0)
            assert_close(learner.norm(np.array([0.0, 0.0, -x])), x)
            assert_close(learner.norm(np.array([x, -x])), math.hypot(x, x))

    def test_keeps_inputs(self, learner, rng):
        """The vector is the same afterwards."""
        for scale in (1.0, 1e200, 1e-200):
            a = scale * rng.uniform(1.0, 5.0, size=6) * [1, 1, -1, 1, -1, 1]
            truth = math.hypot(*a)
            assert_close(assert_keeps_inputs(learner.norm, a), truth, atol=0.0)


class TestCosineSimilarity:
    def test_agrees_with_the_definition(self, learner, rng):
        """It is the inner product divided by both lengths."""
        for d in (2, 3, 8, 100):
            a, b = rng.normal(size=(2, d)) * [[0.8], [0.2]] + 0.1
            truth = math.fsum(a * b) / math.hypot(*a) / math.hypot(*b)
            assert_close(learner.cosine_similarity(a, b), truth)
            assert_close(learner.cosine_similarity(a, -b), -truth)

    def test_known_angles(self, learner, rng):
        """It is the cosine of the angle for acute, right and obtuse angles."""
        start, longer = rng.uniform(0.0, 6.0), rng.uniform(2.0, 5.0)
        for degrees in (0.1, 10, 60, 89.999, 90, 135, 170, 179.9):
            end = start + math.radians(degrees)
            a = longer * np.array([math.cos(start), math.sin(start)])
            b = np.array([math.cos(end), math.sin(end)])
            assert_close(learner.cosine_similarity(a, b), math.cos(math.radians(degrees)))

    def test_ignores_length(self, learner, rng):
        """Scaling a vector leaves it unchanged, even to a very small or large length."""
        a, b = rng.normal(size=(2, 4)) + np.array([[1.0], [0.0]])
        truth = math.fsum(a * b) / math.hypot(*a) / math.hypot(*b)
        for s, t in ((7.0, 0.3), (1e-20, 1e-20), (1e-20, 1.0), (1e20, 1e20), (1e-20, 1e20)):
            assert_close(learner.cosine_similarity(s * a, t * b), truth)
            assert_close(learner.cosine_similarity(-s * a, t * b), -truth)

    @pytest.mark.weight(0.5)
    @pytest.mark.parametrize("sign", [1.0, -1.0])
    def test_stays_between_minus_one_and_one(self, learner, rng, sign):
        """Rounding carries it neither above 1 nor below -1, for parallel or opposite vectors."""
        A = np.repeat(rng.normal(size=(80, 7)), 2, axis=0)
        factors = np.where(np.arange(160) % 2, 1.0, rng.uniform(0.1, 9.0, size=160))
        got = learner.run(_cosines_pair_by_pair, A, A * (sign * factors)[:, None])
        assert_close(got, np.full(160, sign))
        if not np.all(np.abs(np.asarray(got)) <= 1):
            raise Mismatch("the result lies outside [-1, 1]")

    def test_refuses_a_zero_vector(self, learner, rng):
        """A zero vector is an error, whether it is the first, the second or both."""
        a, b = rng.uniform(0.2, 1.0, size=(2, 3))
        zero = np.zeros(3)
        truth = math.fsum(a * b) / math.hypot(*a) / math.hypot(*b)
        assert_close(learner.cosine_similarity(a, b), truth)
        with pytest.raises(ValueError):
            learner.cosine_similarity(zero, b)
        with pytest.raises(ValueError):
            learner.cosine_similarity(a, zero)
        with pytest.raises(ValueError):
            learner.cosine_similarity(zero, zero)

    def test_accepts_what_is_not_zero(self, learner, rng):
        """Entries that are 0 or cancel make no vector zero, and a right angle is not an error."""
        x, y = rng.uniform(0.5, 1.5, size=2)
        a, b = np.array([x, -x, 0.0]), np.array([0.0, 0.0, y])
        assert_close(learner.cosine_similarity(a, b), 0.0)
        assert_close(learner.cosine_similarity(a, np.array([y, 0.0, 0.0])), math.sqrt(0.5))
        assert_close(learner.cosine_similarity(b, np.array([0.0, y, -y])), -math.sqrt(0.5))
        assert_close(learner.cosine_similarity(np.array([x]), np.array([-y])), -1.0)

    def test_keeps_inputs(self, learner, rng):
        """The vectors are the same afterwards."""
        a, b = rng.uniform(0.2, 1.0, size=(2, 5))
        truth = math.fsum(a * b) / math.hypot(*a) / math.hypot(*b)
        assert_close(assert_keeps_inputs(learner.cosine_similarity, a, b), truth)


class TestCosineSimilarityMatrix:
    def test_every_row_with_every_row(self, learner, reference, rng):
        """Entry (i, j) is the cosine between row i of X and row j of Y."""
        for n, m, d in ((3, 5, 4), (6, 2, 3), (2, 3, 30)):
            X, Y = rng.normal(size=(n, d)) + 0.3, 5 * rng.normal(size=(m, d))
            truth = [[reference.cosine_similarity(x, y) for y in Y] for x in X]
            assert_close(learner.cosine_similarity_matrix(X, Y), truth)

    def test_equal_sizes(self, learner, reference, rng):
        """Rows stay rows where numbers of rows and of entries are equal."""
        for n, m, d in ((4, 4, 4), (4, 4, 3), (4, 3, 4), (3, 4, 4)):
            X, Y = (rng.normal(size=(k, d)) * rng.uniform(1, 9, size=(k, 1)) for k in (n, m))
            truth = [[reference.cosine_similarity(x, y) for y in Y] for x in X]
            assert_close(learner.cosine_similarity_matrix(X, Y), truth)

    def test_one_row(self, learner, reference, rng):
        """A table stays a table with a single row, a single column, or one of each."""
        for n, m, d in ((1, 4, 3), (4, 1, 3), (1, 1, 3), (2, 3, 1)):
            X, Y = rng.normal(size=(n, d)), rng.normal(size=(m, d))
            truth = [[reference.cosine_similarity(x, y) for y in Y] for x in X]
            assert_close(learner.cosine_similarity_matrix(X, Y), truth)

    def test_ignores_length(self, learner, reference, rng):
        """Each row may have a length of its own, short or long; only a sign changes something."""
        X, Y = rng.normal(size=(4, 3)), rng.normal(size=(5, 3))
        truth = reference.cosine_similarity_matrix(X, Y)
        s = np.array([[1e-10], [-3.0], [1e10], [0.5]])
        t = np.array([[2.0], [1e-10], [-1e-10], [1e10], [1.0]])
        assert_close(learner.cosine_similarity_matrix(s * X, t * Y), truth * np.sign(s * t.T))

    def test_a_table_with_itself(self, learner, reference, rng):
        """With itself a table gives 1 on the diagonal and a symmetric rest."""
        X = rng.normal(size=(6, 3)) * rng.uniform(0.1, 9, size=(6, 1))
        truth = reference.cosine_similarity_matrix(X, X)
        truth = (truth + truth.T) / 2
        np.fill_diagonal(truth, 1.0)
        assert_close(learner.cosine_similarity_matrix(X, X), truth)

    # A matrix product takes 10 steps, a loop over rows some 5,000, and one over all entries of
    # both tables, for their lengths, 40,000; a loop over the 200,000 pairs at least 200,000.
    @pytest.mark.work_limit(100_000)
    def test_large_tables_are_quick(self, learner, reference, rng):
        """Large tables are quick: there is no Python loop over pairs."""
        X, Y = rng.uniform(-1.0, 1.0, size=(500, 8)), rng.uniform(-1.0, 1.0, size=(400, 8))
        part = learner.run(_part_of_cosine_matrix, X, Y)
        assert_close(part, reference.cosine_similarity_matrix(X[::61], Y[::53]))

    def test_keeps_inputs(self, learner, reference, rng):
        """Both tables are the same afterwards."""
        X, Y = 3 * rng.normal(size=(3, 4)), 5 * rng.normal(size=(2, 4))
        truth = reference.cosine_similarity_matrix(X, Y)
        assert_close(assert_keeps_inputs(learner.cosine_similarity_matrix, X, Y), truth)


class TestNearest:
    def test_ranks_by_cosine(self, learner, reference, rng):
        """The k most similar rows come first, the best in front, the least similar at the end."""
        vectors = rng.normal(size=(30, 4))
        for k in (2, 7, 30):
            query = rng.normal(size=4)
            truth = _indices(reference.nearest(query, vectors, k))
            assert_same(learner.nearest(query, vectors, k), truth)
        # So many that a sort of small parts, as in argpartition, leaves most of them unsorted.
        order, lengths = rng.permutation(400), rng.uniform(0.1, 10.0, size=400)
        angles = math.pi * (order + 1) / 401
        vectors = lengths[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        truth = _indices(np.argsort(order))
        for k in (300, 400):
            assert_same(learner.nearest(np.array([2.0, 0.0]), vectors, k), truth[:k])

    def test_returns_one_by_default(self, learner, rng):
        """Without k it is an array of one index, and with k = 1 too."""
        vectors = rng.normal(size=(12, 5))
        lengths = np.full((12, 1), 9.0)
        lengths[[11, 3, 7]] = 0.1
        vectors *= lengths / np.linalg.norm(vectors, axis=1, keepdims=True)
        for best, scale in ((11, 2.0), (3, 1.0), (7, 0.5)):
            query = scale * vectors[best]
            assert_same(learner.nearest(query, vectors), _indices([best]))
            assert_same(learner.nearest(query, vectors, 1), _indices([best]))
            assert_same(learner.nearest(query, vectors, k=1), _indices([best]))

    def test_compares_directions(self, learner, rng):
        """Neither a long row nor a close one wins: only the direction counts."""
        angles = np.radians([40.0, 5.0, 120.0, 20.0, 75.0])
        lengths = np.array([1e6, 1e-10, 50.0, 3.0, 1e10]) * rng.uniform(1.0, 2.0, size=5)
        vectors = lengths[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        for size in (1e-10, 1.0, 60.0):
            query = np.array([size, 0.0])
            assert_same(learner.nearest(query, vectors, k=5), _indices([1, 3, 0, 4, 2]))

    def test_tells_close_rows_apart(self, learner, rng):
        """A small difference in direction decides, however the lengths are."""
        # Cosines differ by half a step and round by 1e-16. In float32 they would round by 3e-8.
        for step in (1e-5, 5e-8, 1e-9):
            order = np.array([7, 6, 5, 4, 3, 2, 1, 0, 8])  # where rows tie, their order is wrong
            angles, lengths = 0.5 + step * order, rng.uniform(0.1, 10.0, size=9)
            lengths[-1] = 50.0  # the longest is the last one
            vectors = lengths[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
            query = np.array([3.0, 0.0])
            assert_same(learner.nearest(query, vectors, k=9), _indices(np.argsort(order)))

    def test_opposite_rows_come_last(self, learner, rng):
        """A row that points the other way is the least similar, even where all of them do."""
        query = rng.normal(size=3)
        side = np.cross(query, rng.normal(size=3))
        side *= np.linalg.norm(query) / np.linalg.norm(side)
        shares = np.array([-0.2, -5.0, -1.0, -30.0])
        vectors = shares[:, None] * query + side
        assert_same(learner.nearest(query, vectors, k=4), _indices([0, 2, 1, 3]))
        assert_same(learner.nearest(-query, vectors, k=4), _indices([3, 1, 2, 0]))

    def test_square_tables(self, learner, reference, rng):
        """Rows are compared, not columns, where there are as many vectors as entries."""
        vectors = rng.normal(size=(6, 6)) * rng.uniform(0.1, 10.0, size=(6, 1))
        for _ in range(3):
            query = rng.normal(size=6)
            truth = _indices(reference.nearest(query, vectors, 6))
            assert_same(learner.nearest(query, vectors, k=6), truth)

    def test_ties_go_to_the_lower_index(self, learner, rng):
        """Rows that are exactly equally similar keep their order, however many there are."""
        n = 70
        axis, sign = rng.integers(3, size=n), rng.choice([-1.0, 1.0], size=n)
        vectors = np.zeros((n, 3))
        vectors[np.arange(n), axis] = sign * rng.choice([0.5, 1.0, 2.0, 4.0], size=n)
        cosines = np.where(axis == 1, sign, 0.0)
        truth = _indices(sorted(range(n), key=lambda i: -cosines[i]))
        for k in (1, 4, 30, n):
            assert_same(learner.nearest(np.array([0.0, 2.0, 0.0]), vectors, k=k), truth[:k])

    @pytest.mark.weight(0.5)
    @pytest.mark.parametrize("ks_out_of_range", [(4, 5), (-1, -3, 0)])
    def test_refuses_k_out_of_range(self, learner, rng, ks_out_of_range):
        """A k below 1 or above the number of vectors is an error; 1 and that number are not."""
        vectors = np.eye(5)[[2, 0, 1]] + 0.01 * rng.normal(size=(3, 5))
        query = np.array([0.5, 1.0, 0.0, 0.0, 0.0])
        assert_same(learner.nearest(query, vectors, k=1), _indices([2]))
        assert_same(learner.nearest(query, vectors, k=3), _indices([2, 1, 0]))
        for k in ks_out_of_range:
            with pytest.raises(ValueError):
                learner.nearest(query, vectors, k=k)

    def test_keeps_inputs(self, learner, reference, rng):
        """The query and the vectors are the same afterwards."""
        query, vectors = rng.uniform(0.2, 1.0, size=4), rng.uniform(0.2, 1.0, size=(6, 4))
        vectors *= 5.0 / np.linalg.norm(vectors, axis=1, keepdims=True)
        truth = _indices(reference.nearest(query, vectors, 3))
        assert_same(assert_keeps_inputs(learner.nearest, query, vectors, 3), truth)


WORDS = ["oak", "fir", "elm", "ash", "yew", "box", "bay", "fig", "nut", "tea", "rye"]
FIXED = 11  # a seed under which each mistake that has a variant shows, or none


class TestAnalogy:
    def test_finds_the_fourth_word(self, learner, rng):
        """What leads from one word to its partner leads from another word to its own."""
        e = np.eye(6)
        vectors = {f"from{i}": e[i] for i in range(4)}
        vectors |= {f"to{i}": e[i] + 0.5 * e[4] for i in range(4)}
        # Where the subtraction is forgotten or reversed, one of these is nearest.
        vectors |= {f"both{i}{j}": 0.9 * (e[i] + e[j]) for i in range(4) for j in range(i)}
        embeddings = _embeddings(rng, vectors)
        for i, j in ((0, 1), (1, 0), (2, 3), (3, 1)):
            got = learner.analogy(embeddings, [f"to{i}", f"from{j}"], [f"from{i}"])
            assert_same(got, f"to{j}")
            got = learner.analogy(embeddings, [f"from{i}", f"to{j}"], [f"to{i}"])
            assert_same(got, f"from{j}")

    def test_any_number_of_words(self, learner, reference, rng):
        """Any number of words may be added and subtracted, wherever they stand in the dict."""
        fixed = np.random.default_rng(FIXED)
        vectors = fixed.normal(size=(11, 4)) * fixed.uniform(0.3, 3.0, size=(11, 1))
        embeddings = _embeddings(rng, dict(zip(WORDS, vectors, strict=True)))
        for n_positive, n_negative in ((1, 1), (2, 1), (1, 3), (3, 2), (2, 0), (4, 4)):
            for _ in range(2):
                given = [str(word) for word in fixed.permutation(WORDS)[: n_positive + n_negative]]
                positive, negative = given[:n_positive], given[n_positive:]
                truth = reference.analogy(embeddings, positive, negative)
                assert_same(learner.analogy(embeddings, positive, negative), truth)

    def test_leaves_the_given_words_out(self, learner, rng):
        """The given words are never the answer, neither an added nor a subtracted one."""
        u, v = np.array([1.0, 0.0, 0.1]), np.array([0.0, 1.0, 0.2])
        embeddings = _embeddings(
            rng,
            {
                "large": 3 * u + [0.0, 0.01, 0.0],
                "off": v,
                "huge": 5 * u + [0.0, 0.02, 0.01],
                "beside": u + v,
            },
        )
        assert_same(learner.analogy(embeddings, ["huge"], ["large"]), "beside")
        assert_same(learner.analogy(embeddings, ["large"], []), "huge")
        assert_same(learner.analogy(embeddings, ["large", "huge"], []), "beside")
        assert_same(learner.analogy(embeddings, ["large", "large"], ["huge"]), "beside")

    def test_given_words_stand_nearest(self, learner, rng):
        """However many of the given words are nearer than the answer, none of them is it."""
        given = {"oak": [6, 1, 0], "fir": [5, -1, 0], "elm": [2, 0, 1], "ash": [1, 0, -1]}
        vectors = {"yew": [0, 5, 1], **given, "box": [2, 3, 0], "bay": [-1, 0, 1]}
        embeddings = _embeddings(rng, vectors)
        assert_same(learner.analogy(embeddings, ["oak", "fir"], ["elm", "ash"]), "box")
        more = {f"{word}{i}": [x, y, z + i] for word, (x, y, z) in given.items() for i in (1, 2)}
        embeddings = _embeddings(rng, {**more, **vectors})
        assert_same(learner.analogy(embeddings, [*given, *more], []), "box")

    def test_a_word_in_both_lists(self, learner, rng):
        """A word that is added and subtracted cancels in the sum, and is left out all the same."""
        vectors = {"sea": [4, 0, 1], "lake": [4, 1, 0], "pond": [1, 1, 0], "hill": [0, 1, 3]}
        embeddings = _embeddings(rng, vectors)
        assert_same(learner.analogy(embeddings, ["sea", "lake"], ["lake"]), "pond")
        assert_same(learner.analogy(embeddings, ["lake", "hill", "sea"], ["sea", "hill"]), "pond")

    def test_keeps_a_word_of_equal_meaning(self, learner, rng):
        """Only the given words are left out, not others with the same vector or a similar name."""
        a, b = np.array([2.0, 1.0, 0.0]), np.array([0.3, rng.uniform(), 3.0])
        embeddings = {"sofa": a, "other": b, "sofas": a.copy(), "third": b - a}
        assert_same(learner.analogy(embeddings, ["sofa"], []), "sofas")
        assert_same(learner.analogy(embeddings, ["sofas"], []), "sofa")

    def test_compares_directions(self, learner, rng):
        """Neither a long vector nor a close one wins: only the direction counts."""
        x, y = rng.uniform(4.0, 5.0), rng.uniform(1.0, 1.5)
        embeddings = {
            "a": np.array([x, 0.0]),
            "long": np.array([900.0, 0.0]),
            "close": np.array([x, y + 0.5]),
            "right": 0.01 * np.array([x, y + 0.01]),
            "b": np.array([0.0, y]),
        }
        assert_same(learner.analogy(embeddings, ["a", "b"], []), "right")

    def test_uses_vectors_as_given(self, learner, rng):
        """The vectors are added as they are, not scaled to length 1 before, and not averaged."""
        x = rng.uniform(4.0, 6.0)
        embeddings = {
            "unit": np.array([1.0, 1.0, 0.0]),
            "half": np.array([x, 1.0, -2.0]),
            "true": np.array([x, 1.0, -1.0]),
            "p": np.array([x, 0.0, 0.0]),
            "q": np.array([0.0, 1.0, 0.0]),
            "r": np.array([0.0, 0.0, 1.0]),
        }
        assert_same(learner.analogy(embeddings, ["p", "q"], ["r"]), "true")
        assert_same(learner.analogy(embeddings, ["p", "q"], []), "true")

    def test_counts_repeated_words(self, learner, rng):
        """A word that is given twice counts twice."""
        x, y = rng.uniform(2.0, 2.2, size=2)
        embeddings = {
            "once": np.array([x, y]),
            "minus": np.array([x, -y]),
            "a": np.array([x, 0.0]),
            "twice": np.array([2 * x, y]),
            "b": np.array([0.0, y]),
            "minus twice": np.array([x, -2 * y]),
        }
        assert_same(learner.analogy(embeddings, ["a", "a", "b"], []), "twice")
        assert_same(learner.analogy(embeddings, ["a"], ["b", "b"]), "minus twice")

    def test_answers_although_nothing_is_similar(self, learner, rng):
        """The most similar word is the answer even if it points the other way."""
        x = rng.uniform(1.0, 2.0)
        embeddings = {"up": np.array([0.0, x]), "down": np.array([0.0, -1.0])}
        assert_same(learner.analogy(embeddings, ["up"], []), "down")
        embeddings |= {"aside": np.array([1.0, -0.1]), "below": np.array([0.1, -1.0])}
        assert_same(learner.analogy(embeddings, ["up"], []), "aside")

    def test_refuses_an_unknown_word(self, learner, rng):
        """A word without a vector is a KeyError in either list; known words are not."""
        embeddings = dict(zip(WORDS[:5], np.eye(5) + 0.01 * rng.normal(size=(5, 5)), strict=True))
        embeddings["mix"] = embeddings["oak"] + embeddings["fir"] - embeddings["elm"]
        assert_same(learner.analogy(embeddings, ["oak", "fir"], ["elm"]), "mix")
        for positive, negative in (
            (["gnu"], ["elm"]),
            (["oak", "gnu"], ["elm"]),
            (["oak", "fir"], ["gnu"]),
            (["oak"], ["elm", "gnu"]),
            (["gnu"], []),
        ):
            with pytest.raises(KeyError):
                learner.analogy(embeddings, positive, negative)

    def test_keeps_inputs(self, learner, reference, rng):
        """The dict, its vectors and both lists are the same afterwards."""
        vectors = np.random.default_rng(FIXED).normal(size=(11, 4))
        embeddings = _embeddings(rng, dict(zip(WORDS, vectors, strict=True)))
        for positive, negative in (
            (["tea", "rye"], ["oak", "yew"]),
            (["rye"], ["fig"]),
            (["rye"], []),
        ):
            truth = reference.analogy(embeddings, positive, negative)
            got = assert_keeps_inputs(learner.analogy, embeddings, positive, negative)
            assert_same(got, truth)
