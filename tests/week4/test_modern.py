import math

import numpy as np
import pytest

from kata.comparisons import (
    assert_close,
    assert_keeps_inputs,
    no_floating_point_warnings,
    unpack,
)

# The truth is computed one vector, one pair, one position at a time, without the reference.


def _by_vector(function, x, *args):
    """Apply a function of one vector along the last axis."""
    if x.ndim > 1:
        return np.array([_by_vector(function, row, *args) for row in x])
    return function(x, *args)


def _norm(x, gain, eps=1e-6):
    mean_square = math.fsum(v * v for v in x.tolist()) / len(x)
    return gain * x / math.sqrt(mean_square + eps)


def _vectors(rng, *shape):
    """Return vectors whose mean is far from 0, beside a gain that is not 1 anywhere."""
    x = rng.uniform(-1.0, 1.0, size=shape) + rng.uniform(1.0, 2.0, size=(*shape[:-1], 1))
    gain = rng.choice([-1.0, 1.0], size=shape[-1]) * rng.uniform(1.5, 3.0, size=shape[-1])
    return x, gain


class TestRmsNorm:
    def test_divides_by_the_root_mean_square(self, learner, rng):
        """Each entry is divided by the root of the mean of all squares; no mean is subtracted."""
        for d in (2, 3, 8):
            x, _ = _vectors(rng, d)
            ones = np.ones(d)
            assert_close(learner.rms_norm(x, ones), _norm(x, ones))

    def test_gain(self, learner, rng):
        """Each entry has a gain of its own, and it comes after normalising."""
        for d in (2, 5):
            x, gain = _vectors(rng, d)
            assert_close(learner.rms_norm(x, gain), _norm(x, gain))

    def test_each_vector_by_itself(self, learner, rng):
        """Vectors lie along the last axis, whatever other axes there are."""
        for shape in ((3, 4), (4, 3), (3, 3), (1, 5), (2, 3, 4), (3, 3, 3), (2, 1, 3, 2)):
            x, gain = _vectors(rng, *shape)
            x = x * rng.uniform(0.5, 9.0, size=(*shape[:-1], 1))
            assert_close(learner.rms_norm(x, gain), _by_vector(_norm, x, gain))

    def test_vectors_of_one_entry(self, learner, rng):
        """A vector of one entry becomes its sign, times the gain."""
        for shape in ((1,), (4, 1), (2, 3, 1)):
            x, gain = _vectors(rng, *shape)
            x = x - 1.4
            assert_close(learner.rms_norm(x, gain), _by_vector(_norm, x, gain))

    def test_eps(self, learner, rng):
        """Eps is added to the mean square, under the root, whatever its size."""
        x, gain = _vectors(rng, 2, 4)
        for eps in (0.5, 3.0, 1e-2):
            truth = _by_vector(_norm, x, gain, eps)
            assert_close(learner.rms_norm(x, gain, eps), truth)
            assert_close(learner.rms_norm(x, gain, eps=eps), truth)

    def test_eps_unless_told(self, learner, rng):
        """Without eps, 1e-6 is added: that shows where the entries are about 0.001."""
        for size in (1e-2, 1e-3, 1e-5):
            x, gain = _vectors(rng, 3, 4)
            assert_close(learner.rms_norm(size * x, gain), _by_vector(_norm, size * x, gain))

    def test_zeros(self, learner, rng):
        """A vector of zeros stays one, next to others, and nothing warns."""
        x, gain = _vectors(rng, 3, 4)
        x[1] = 0.0
        with no_floating_point_warnings():
            got = learner.rms_norm(x, gain)
        assert_close(got, _by_vector(_norm, x, gain))

    def test_any_size(self, learner, rng):
        """Large vectors come out as small ones, and the opposite of a vector as the opposite."""
        for scale in (-1.0, 1e5, -1e8):
            x, gain = _vectors(rng, 2, 3)
            assert_close(learner.rms_norm(scale * x, gain), _by_vector(_norm, scale * x, gain))

    def test_keeps_inputs(self, learner, rng):
        """Vectors and gain are the same afterwards."""
        for shape in ((4,), (2, 3)):
            x, gain = _vectors(rng, *shape)
            got = assert_keeps_inputs(learner.rms_norm, x, gain)
            assert_close(got, _by_vector(_norm, x, gain))


def _turned(x, positions, base=10000.0):
    """Return the vectors, each pair turned by its own angle, number by number."""
    if x.ndim > 2:
        return np.array([_turned(part, positions, base) for part in x])
    d = x.shape[1]
    result = np.empty(x.shape)
    for row, position in enumerate(positions.tolist()):
        for i in range(d // 2):
            angle = position * base ** (-2 * i / d)
            a, b = x[row, 2 * i], x[row, 2 * i + 1]
            result[row, 2 * i] = a * math.cos(angle) - b * math.sin(angle)
            result[row, 2 * i + 1] = a * math.sin(angle) + b * math.cos(angle)
    return result


def _arrows(rng, *shape):
    """Return vectors whose entries are not small, and a position for each, in no order."""
    x = rng.choice([-1.0, 1.0], size=shape) * rng.uniform(1.0, 2.0, size=shape)
    return x, rng.permutation(np.arange(1, shape[-2] + 1)).astype(np.int64)


class TestRope:
    def test_turns_one_pair(self, learner, rng):
        """A vector of two entries is turned counterclockwise, by its position as an angle."""
        for T in (1, 4):
            x, positions = _arrows(rng, T, 2)
            assert_close(learner.rope(x, positions), _turned(x, positions))

    def test_pairs_are_neighbours(self, learner, rng):
        """Entries 2i and 2i + 1 are a pair, turned at the speed base^(−2i/d), and stay in place."""
        for T, d in ((1, 4), (5, 6), (3, 8), (4, 16)):
            x, positions = _arrows(rng, T, d)
            assert_close(learner.rope(x, positions), _turned(x, positions))

    def test_base(self, learner, rng):
        """All speeds but the first follow from base, given by name or by place."""
        x, positions = _arrows(rng, 3, 6)
        for base in (2.0, 100.0, 500000.0):
            truth = _turned(x, positions, base)
            assert_close(learner.rope(x, positions, base), truth)
            assert_close(learner.rope(x, positions, base=base), truth)

    def test_positions(self, learner, rng):
        """Positions are as they are given: in any order, more than once, from anywhere on."""
        for positions in (
            [0, 1, 2, 3],
            [3, 1, 0, 2],
            [5, 5, 2, 5],
            [40, 41, 42, 43],
            [7, 0, 90, 7],
        ):
            positions = np.array(positions, dtype=np.int64)
            x, _ = _arrows(rng, 4, 6)
            assert_close(learner.rope(x, positions), _turned(x, positions))

    def test_position_zero(self, learner, rng):
        """At position 0 a vector stays as it is, whatever happens to the others."""
        x, _ = _arrows(rng, 3, 4)
        positions = np.array([0, 2, 0], dtype=np.int64)
        got = learner.rope(x, positions)
        assert_close(got, _turned(x, positions))
        assert_close(np.asarray(got)[[0, 2]], x[[0, 2]], what="the part at position 0")

    def test_only_the_distance_counts(self, learner, rng):
        """The inner product of a turned query and key depends on how far apart they are only."""
        q, k = _arrows(rng, 2, 8)[0]
        for distance in (0, 3, -2):
            for start in (2, 5, 60):
                positions = np.array([start, start + distance], dtype=np.int64)
                got = np.asarray(learner.rope(np.stack([q, k]), positions), dtype=float)
                assert_close(got, _turned(np.stack([q, k]), positions))
                first = np.array([2, 2 + distance], dtype=np.int64)
                one, other = _turned(np.stack([q, k]), first)
                assert_close(got[0] @ got[1], one @ other, what="the inner product")

    def test_batch_axes(self, learner, rng):
        """There may be leading axes, for texts and heads, which share the positions."""
        for shape in ((2, 3, 4), (3, 2, 2), (2, 3, 4, 6), (2, 1, 3, 2)):
            x, positions = _arrows(rng, *shape)
            assert_close(learner.rope(x, positions), _turned(x, positions))

    def test_equal_sizes(self, learner, rng):
        """Where numbers of texts, positions and pairs are equal nothing is mixed up."""
        for shape in ((4, 4), (2, 4), (4, 8), (2, 2, 4), (4, 4, 4), (2, 2, 2)):
            x, positions = _arrows(rng, *shape)
            assert_close(learner.rope(x, positions), _turned(x, positions))

    def test_far_positions(self, learner, rng):
        """Far into a long text it is still right."""
        x, _ = _arrows(rng, 3, 6)
        positions = rng.integers(3000, 9000, size=3).astype(np.int64)
        got = learner.rope(x, positions)
        assert_close(got, _turned(x, positions), rtol=1e-7, atol=1e-9)

    @pytest.mark.parametrize("d", [3, 5, 1])
    def test_refuses_half_a_pair(self, learner, rng, d):
        """An odd number of entries is an error, an even one is not."""
        for T in (1, 4):
            x, positions = _arrows(rng, T, d + 1)
            assert_close(learner.rope(x, positions), _turned(x, positions))
            with pytest.raises(ValueError):
                learner.rope(x[:, :d], positions)

    def test_keeps_inputs(self, learner, rng):
        """Vectors and positions are the same afterwards."""
        for shape in ((3, 4), (2, 3, 2)):
            x, positions = _arrows(rng, *shape)
            got = assert_keeps_inputs(learner.rope, x, positions)
            assert_close(got, _turned(x, positions))


def _silu(z):
    """Return z·σ(z) of one number, never with the exponential of a large number."""
    return z / (1 + math.exp(-z)) if z > 0 else z * math.exp(z) / (1 + math.exp(z))


def _mlp(x, W_gate, W_up, W_down):
    """Return the output for one vector, unit by unit."""
    result = np.zeros(len(W_down))
    for gate, up, down in zip(W_gate, W_up, W_down.T, strict=True):
        result = result + _silu(float(gate @ x)) * float(up @ x) * down
    return result


def _layers(rng, d, h):
    return rng.normal(size=(h, d)), rng.normal(size=(h, d)), rng.normal(size=(d, h))


class TestSwiglu:
    def test_multiplies_gate_and_layer(self, learner, rng):
        """The silu of one layer times the other layer, entry by entry, then the third layer."""
        for n, d, h in ((3, 4, 7), (5, 2, 3), (2, 6, 4), (1, 3, 5)):
            x, layers = rng.normal(size=(n, d)), _layers(rng, d, h)
            assert_close(learner.swiglu(x, *layers), _by_vector(_mlp, x, *layers))

    def test_equal_sizes(self, learner, rng):
        """Where all widths are equal, weights are still (out, in)."""
        for n, d in ((3, 3), (2, 4), (1, 2)):
            x, layers = rng.normal(size=(n, d)), _layers(rng, d, d)
            assert_close(learner.swiglu(x, *layers), _by_vector(_mlp, x, *layers))

    def test_the_bend(self, learner, rng):
        """The bend is z·σ(z), for gates of either sign and of any ordinary size."""
        one = np.ones((1, 1))
        for z in (-0.5, 0.5, -2.5, 2.5, -7.0, 7.0, -15.0, -30.0, 20.0, 40.0):
            W_gate = np.array([[z * rng.uniform(0.9, 1.1)]])
            got = learner.swiglu(one, W_gate, one, one)
            assert_close(got, [[_silu(float(W_gate[0, 0]))]])

    def test_only_the_gate_is_bent(self, learner, rng):
        """The other layer counts as it is: twice as much of it gives twice the result."""
        x, (W_gate, W_up, W_down) = rng.normal(size=(3, 4)), _layers(rng, 4, 5)
        truth = _by_vector(_mlp, x, W_gate, W_up, W_down)
        for scale in (-1.0, 20.0):
            got = learner.swiglu(x, W_gate, scale * W_up, W_down)
            assert_close(got, scale * truth)

    def test_batch_axes(self, learner, rng):
        """There may be any number of leading axes, including none."""
        for shape in ((4,), (2, 3, 4), (3, 3, 3), (2, 1, 3, 2), (1,)):
            x, layers = rng.normal(size=shape), _layers(rng, shape[-1], 5)
            assert_close(learner.swiglu(x, *layers), _by_vector(_mlp, x, *layers))

    def test_is_stable_for_shut_gates(self, learner, rng):
        """Where the exponential of −z overflows, the gate is shut, and nothing warns."""
        for z in (-1000.0, -float(rng.uniform(720.0, 990.0)), -100.0):
            x, W_gate, W_up = np.array([1.0, 0.5]), np.array([[z, 0.0]]), np.array([[2.0, 1.0]])
            with no_floating_point_warnings():
                got = learner.swiglu(x, W_gate, W_up, np.array([[1.0], [-2.0]]))
            assert_close(got, [0.0, 0.0])

    def test_is_stable_for_open_gates(self, learner, rng):
        """Where the exponential of z overflows, all passes, next to gates of ordinary size."""
        for z in (1000.0, float(rng.uniform(720.0, 990.0)), 100.0):
            x, (W_gate, W_up, W_down) = np.array([[1.0, 0.5]]), _layers(rng, 2, 4)
            W_gate[1] = [z, 0.0]
            W_gate[2] = [-z, 0.0]
            with no_floating_point_warnings():
                got = learner.swiglu(x, W_gate, W_up, W_down)
            assert_close(got, _by_vector(_mlp, x, W_gate, W_up, W_down))

    def test_keeps_inputs(self, learner, rng):
        """The vectors and all weights are the same afterwards."""
        for shape in ((4,), (3, 4)):
            x, layers = rng.normal(size=shape), _layers(rng, 4, 3)
            got = assert_keeps_inputs(learner.swiglu, x, *layers)
            assert_close(got, _by_vector(_mlp, x, *layers))


def _read(q, K, V):
    """Return what a query reads from these keys and values."""
    scores = [math.fsum((key * q).tolist()) / math.sqrt(len(q)) for key in K]
    shares = [math.exp(score - max(scores)) for score in scores]
    return sum(share * value for share, value in zip(shares, V, strict=True)) / math.fsum(shares)


def _assert_reads(result, q, K, V):
    """Check a result against all keys and values, of which the last are the new token's."""
    output, new_k, new_v = unpack(result, "output, new_cache_k, new_cache_v")
    assert_close(output, _read(q, K, V), what="the output")
    assert_close(new_k, K, what="new_cache_k")
    assert_close(new_v, V, what="new_cache_v")


def _ask(learner, q, K, V):
    """Ask for the last of these tokens, the others being in the caches."""
    return learner.cached_attention(q, K[-1], V[-1], K[:-1].copy(), V[:-1].copy())


class TestCachedAttention:
    def test_reads_the_cache_and_itself(self, learner, rng):
        """The output averages all values, its own included, by the softmax of their scores."""
        for t, d in ((4, 3), (1, 4), (7, 2), (2, 9)):
            q, (K, V) = 2 * rng.normal(size=d), rng.normal(size=(2, t + 1, d))
            output, _, _ = unpack(_ask(learner, q, K, V), "output, new_cache_k, new_cache_v")
            assert_close(output, _read(q, K, V), what="the output")

    def test_grows_the_caches(self, learner, rng):
        """The new key and the new value come last in the caches, all others stay in order."""
        for t, d in ((4, 3), (1, 2), (3, 3)):
            q, (K, V) = rng.normal(size=d), rng.normal(size=(2, t + 1, d))
            _assert_reads(_ask(learner, q, K, V), q, K, V)

    def test_first_token(self, learner, rng):
        """With empty caches the token reads its own value, and the caches have one row."""
        for d in (1, 3):
            q, k, v = 3 * rng.normal(size=(3, d))
            empty = np.zeros((0, d))
            with no_floating_point_warnings():
                result = learner.cached_attention(q, k, v, empty, empty.copy())
            _assert_reads(result, q, k[np.newaxis], v[np.newaxis])

    def test_writes_a_text(self, learner, rng):
        """Token by token, with the caches handed on, it is causal attention, row by row."""
        for T, d in ((6, 4), (4, 1)):
            Q, K, V = 2 * rng.normal(size=(3, T, d))
            cache_k = cache_v = np.zeros((0, d))
            for t in range(T):
                result = learner.cached_attention(Q[t], K[t], V[t], cache_k, cache_v)
                _assert_reads(result, Q[t], K[: t + 1], V[: t + 1])
                cache_k, cache_v = (np.asarray(cache, dtype=float) for cache in result[1:])

    def test_equal_sizes(self, learner, rng):
        """Where there are as many tokens as entries, rows are still tokens."""
        for t, d in ((2, 3), (3, 3), (3, 4), (1, 2), (1, 1)):
            q, (K, V) = 2 * rng.normal(size=d), rng.normal(size=(2, t + 1, d))
            _assert_reads(_ask(learner, q, K, V), q, K, V)

    def test_the_cache_may_match_best(self, learner, rng):
        """The best match counts most, be it the oldest key, one in between or the new one."""
        q = rng.normal(size=4)
        q *= 2 / np.linalg.norm(q)
        for place in (0, 2, 4):
            K, V = rng.normal(size=(2, 5, 4))
            K[place] = 3 * q
            _assert_reads(_ask(learner, q, K, V), q, K, V)

    def test_large_scores(self, learner, rng):
        """Scores of ±10,000 neither overflow nor warn."""
        for size in (1e4, 800.0):
            # Two of them differ by what the softmax can tell. One is the new token's, then the
            # first in the cache.
            scores = np.array([-size, size - 20.0, size, size - 0.5])
            for first_entries in (scores, scores[::-1]):
                q, (K, V) = np.array([2.0, 0.0, 0.0, 0.0]), rng.normal(size=(2, 4, 4))
                K[:, 0] = first_entries
                with no_floating_point_warnings():
                    result = _ask(learner, q, K, V)
                output, _, _ = unpack(result, "output, new_cache_k, new_cache_v")
                assert_close(output, _read(q, K, V), rtol=1e-8, atol=1e-9, what="the output")

    def test_low_scores(self, learner, rng):
        """If all scores are far below 0, the weights are as if they were near 0."""
        q, (K, V) = np.array([1.0, 1.0]), rng.normal(size=(2, 4, 2))
        for shift in (-600.0, -3000.0):
            with no_floating_point_warnings():
                result = _ask(learner, q, K + shift, V)
            output, _, _ = unpack(result, "output, new_cache_k, new_cache_v")
            assert_close(output, _read(q, K, V), rtol=1e-7, atol=1e-8, what="the output")

    def test_keeps_inputs(self, learner, rng):
        """Query, key, value and both caches are the same afterwards."""
        for t, d in ((3, 4), (0, 2)):
            q, (K, V) = rng.normal(size=d), rng.normal(size=(2, t + 1, d))
            result = assert_keeps_inputs(
                learner.cached_attention, q, K[-1], V[-1], K[:-1].copy(), V[:-1].copy()
            )
            _assert_reads(result, q, K, V)
