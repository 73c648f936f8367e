import math

import numpy as np
import pytest

from kata.comparisons import (
    Mismatch,
    assert_close,
    assert_keeps_inputs,
    no_floating_point_warnings,
)

BASES = (2, math.e, 10, 1.5)
SHAPES = ((4,), (3, 5), (4, 4), (2, 1, 3), (2, 3, 4), (1, 6), (3, 1))
TINY = 1e-305  # below any epsilon, and still a normal number, even when halved


def _distributions(rng, shape):
    p = rng.gamma(1.0, size=shape) + 1e-3
    return p / p.sum(axis=-1, keepdims=True)


def _mean_log(p, x):
    """Return the sum of p ln x over what has a probability above 0, number by number."""
    pairs = zip(np.ravel(p).tolist(), np.ravel(x).tolist(), strict=True)
    return math.fsum(a * math.log(b) for a, b in pairs if a > 0)


def _entropy(p, base=2):
    return -_mean_log(p, p) / math.log(base)


def _cross_entropy(p, q, base=2):
    return -_mean_log(p, q) / math.log(base)


def _kl(p, q, base=2):
    return (_mean_log(p, p) - _mean_log(p, q)) / math.log(base)


def _js(p, q, base=2):
    return (_kl(p, (p + q) / 2, base) + _kl(q, (p + q) / 2, base)) / 2


def _conditional(joint, given, base=2):
    rows = joint if given == 0 else joint.T
    return math.fsum(row.sum() * _entropy(row / row.sum(), base) for row in rows if row.any())


def _mutual(joint, base=2):
    outer = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    return (_mean_log(joint, joint) - _mean_log(joint, outer)) / math.log(base)


def _along_last_axis(f, *arrays):
    truth = np.zeros(arrays[0].shape[:-1])
    for index in np.ndindex(truth.shape):
        truth[index] = f(*(array[index] for array in arrays))
    return truth


def _assert_tiny(got, truth, rtol=1e-6):
    """Fail unless a tiny result is right, or 0 where it was taken from numbers of the size of 1.

    An entropy of 1e-302 may come out as 0 by way of log n - D(p‖uniform), which is not wrong; an
    epsilon in a logarithm leaves some third number.
    """
    __tracebackhide__ = True
    truth = np.asarray(truth)
    assert_close(got, truth, atol=1e-12)
    numbers = np.asarray(got, dtype=float)
    wrong = (numbers != 0) & ~(np.abs(numbers - truth) <= rtol * truth)
    if np.any(wrong):
        raise Mismatch("a tiny probability has a wrong logarithm: is a small number added to it?")


def _call_after_nans(module, name, *data):
    # A new array often lies where a freed one did, and np.log(p, where=p > 0) without `out` keeps
    # what it finds there. After this it finds nan, so that no luck is involved.
    freed = [np.full(np.shape(data[0]), np.nan) for _ in range(20)]
    del freed
    return getattr(module, name)(*data)


def _assert_not_negative(got):
    __tracebackhide__ = True
    if np.any(np.asarray(got) < 0):
        raise Mismatch("the result is below 0")


class TestEntropy:
    def test_is_the_mean_surprise(self, learner, rng):
        """It is minus the sum of p log p, in bits if no base is given."""
        for n in (2, 7):
            p = _distributions(rng, n)
            assert_close(learner.entropy(p), _entropy(p))

    def test_leading_axes(self, learner, rng):
        """It runs over the last axis and keeps the others."""
        for shape in SHAPES:
            p = _distributions(rng, shape)
            assert_close(learner.entropy(p), _along_last_axis(_entropy, p))

    def test_base(self, learner, rng):
        """The base of the logarithm is a parameter, 2 without being told."""
        p = _distributions(rng, (3, 4))
        assert_close(learner.entropy(p), _along_last_axis(_entropy, p))
        for base in BASES:
            truth = _along_last_axis(lambda row, base=base: _entropy(row, base), p)
            assert_close(learner.entropy(p, base), truth)
            assert_close(learner.entropy(p[1].copy(), base=base), truth[1])

    def test_exact_for_powers_of_two(self, learner):
        """A fair coin has exactly one bit, and other powers of two come out just as exactly."""
        assert_close(learner.entropy(np.array([0.5, 0.5])), 1.0, rtol=0.0, atol=1e-15)
        assert_close(learner.entropy(np.full(8, 0.125)), 3.0, rtol=0.0, atol=2e-15)
        p = np.array([0.125, 0.5, 0.25, 0.125])
        assert_close(learner.entropy(p), 1.75, rtol=0.0, atol=2e-15)

    def test_zeros(self, learner, rng):
        """An outcome of probability 0 adds nothing, wherever it stands, and numpy is silent."""
        p = np.zeros((5, 6))
        p[0, 1:] = _distributions(rng, 5)
        p[1, :-1] = _distributions(rng, 5)
        p[2, [1, 2, 4]] = _distributions(rng, 3)
        p[3, 5] = 1.0
        p[4] = _distributions(rng, 6)
        with no_floating_point_warnings():
            got = learner.entropy(p)
            alone = learner.entropy(p[2].copy())
            later = learner.run(_call_after_nans, "entropy", p)
        assert_close(got, _along_last_axis(_entropy, p))
        assert_close(alone, _entropy(p[2]))
        assert_close(later, _along_last_axis(_entropy, p))

    def test_no_epsilon(self, learner):
        """Small probabilities are neither left out nor made larger, not even the tiniest."""
        for exponent in (-20, -43):
            p = np.array([1 - 2.0**exponent, 2.0**exponent])
            assert_close(learner.entropy(p), _entropy(p), rtol=1e-12, atol=1e-15)
        for p in (np.array([1.0, TINY]), np.array([TINY, 1.0])):
            _assert_tiny(learner.entropy(p), -TINY * math.log2(TINY))

    def test_refuses_negative_entries(self, learner):
        """A negative entry is an error even if the sum is 1, in any distribution of several."""
        good = np.array([[0.25, 0.75], [0.5, 0.5]])
        for bad in ([1.25, -0.25], [-1e-6, 1 + 1e-6], [-1e-9, 1 + 1e-9]):
            assert_close(learner.entropy(good), [_entropy(good[0]), 1.0])
            with pytest.raises(ValueError):
                learner.entropy(np.array(bad))
            with pytest.raises(ValueError):
                learner.entropy(np.array([good[0], bad]))

    def test_refuses_a_wrong_sum(self, learner):
        """Each distribution must sum to 1 within 1e-8, not only all of them on average."""
        p, last = np.array([0.2, 0.3, 0.5]), np.array([0.0, 0.0, 1.0])
        for off in (8e-9, -8e-9):
            assert_close(learner.entropy(p + off * last), _entropy(p), rtol=1e-6)
        for off in (1e-7, -1e-6, 0.5, -0.5):
            with pytest.raises(ValueError):
                learner.entropy(p + off * last)
            for rows in ([p, p + off * last], [p - off / 2 * last, p + off / 2 * last]):
                with pytest.raises(ValueError):
                    learner.entropy(np.array(rows))

    def test_keeps_p(self, learner, rng):
        """The array is the same afterwards, zeros included."""
        p = np.zeros((2, 4))
        p[:, 1:] = _distributions(rng, (2, 3))
        assert_close(assert_keeps_inputs(learner.entropy, p), _along_last_axis(_entropy, p))


class TestCrossEntropy:
    def test_is_the_mean_surprise_at_q(self, learner, rng):
        """It is minus the sum of p log q, in bits: p says how often, q how surprising."""
        for n in (2, 6):
            p, q = _distributions(rng, (2, n))
            assert_close(learner.cross_entropy(p, q), _cross_entropy(p, q))

    def test_leading_axes(self, learner, rng):
        """It runs over the last axis and keeps the others."""
        for shape in SHAPES:
            p, q = _distributions(rng, (2, *shape))
            assert_close(learner.cross_entropy(p, q), _along_last_axis(_cross_entropy, p, q))

    def test_base(self, learner, rng):
        """The base of the logarithm is a parameter, 2 without being told."""
        p, q = _distributions(rng, (2, 3, 4))
        assert_close(learner.cross_entropy(p, q), _along_last_axis(_cross_entropy, p, q))
        for base in BASES:
            truth = [_cross_entropy(a, b, base) for a, b in zip(p, q, strict=True)]
            assert_close(learner.cross_entropy(p, q, base), truth)
            assert_close(learner.cross_entropy(p[1].copy(), q[1].copy(), base=base), truth[1])

    def test_zeros_in_p(self, learner, rng):
        """What never happens adds nothing, even where q is 0 too, and numpy is silent."""
        p, q = np.zeros((2, 3, 5))
        p[0, 1:4], q[0] = _distributions(rng, 3), _distributions(rng, 5)
        p[1, 1:], q[1, 1:] = _distributions(rng, 4), _distributions(rng, 4)
        p[2, :3], q[2, :4] = _distributions(rng, 3), _distributions(rng, 4)
        with no_floating_point_warnings():
            got = learner.cross_entropy(p, q)
            alone = learner.cross_entropy(p[1].copy(), q[1].copy())
            later = learner.run(_call_after_nans, "cross_entropy", p, q)
        assert_close(got, _along_last_axis(_cross_entropy, p, q))
        assert_close(later, _along_last_axis(_cross_entropy, p, q))
        assert_close(alone, _cross_entropy(p[1], q[1]))

    def test_impossible_events(self, learner, rng):
        """It is inf where q is 0 and p is not, however small p is, and only there."""
        p, q = _distributions(rng, (2, 5, 3))
        q[0], q[1], q[3] = [0.0, 0.25, 0.75], [0.25, 0.75, 0.0], [0.25, 0.0, 0.75]
        p[3] = [0.5, 1e-200, 0.5]
        with no_floating_point_warnings():
            got, digits = learner.cross_entropy(p, q), learner.cross_entropy(p, q, 10)
            alone = learner.cross_entropy(p[1].copy(), q[1].copy())
        fair = [_cross_entropy(p[i], q[i]) for i in (2, 4)]
        truth = np.array([np.inf, np.inf, fair[0], np.inf, fair[1]])
        assert_close(got, truth)
        assert_close(digits, truth * math.log10(2))
        assert_close(alone, np.inf)

    def test_no_epsilon(self, learner):
        """What q holds all but impossible counts with its true logarithm."""
        p = np.array([[0.5, 0.5, 0.0], [0.25, 0.5, 0.25], [0.25, 0.75, 0.0]])
        for tiny in (1e-20, TINY):
            q = np.array([[1.0, tiny, 0.0], [tiny, 1.0, tiny], [tiny, tiny, 1.0]])
            assert_close(learner.cross_entropy(p, q), _along_last_axis(_cross_entropy, p, q))

    def test_keeps_inputs(self, learner, rng):
        """Both arrays are the same afterwards, zeros included."""
        p, q = np.zeros((2, 3, 4))
        p[:, 1:], q[:, 1:] = _distributions(rng, (2, 3, 3))
        q[0], p[0] = [0.0, 0.5, 0.5, 0.0], [0.0, 0.25, 0.75, 0.0]
        got = assert_keeps_inputs(learner.cross_entropy, p, q)
        assert_close(got, _along_last_axis(_cross_entropy, p, q))


class TestKlDivergence:
    def test_is_the_mean_log_ratio(self, learner, rng):
        """It is the sum of p log(p/q), in bits if no base is given."""
        for n in (2, 6):
            p, q = _distributions(rng, (2, n))
            assert_close(learner.kl_divergence(p, q), _kl(p, q))

    def test_order_matters(self, learner, rng):
        """It changes if p and q change places: the first of the two is the true one."""
        p, q = np.array([0.5, 0.375, 0.125]), np.array([0.125, 0.25, 0.625])
        for a, b in ((p, q), (q, p), _distributions(rng, (2, 5))):
            assert_close(learner.kl_divergence(a, b), _kl(a, b))

    def test_leading_axes(self, learner, rng):
        """It runs over the last axis and keeps the others."""
        for shape in SHAPES:
            p, q = _distributions(rng, (2, *shape))
            assert_close(learner.kl_divergence(p, q), _along_last_axis(_kl, p, q))

    def test_base(self, learner, rng):
        """The base of the logarithm is a parameter, 2 without being told."""
        p, q = _distributions(rng, (2, 3, 4))
        assert_close(learner.kl_divergence(p, q), _along_last_axis(_kl, p, q))
        for base in BASES:
            truth = [_kl(a, b, base) for a, b in zip(p, q, strict=True)]
            assert_close(learner.kl_divergence(p, q, base), truth)
            assert_close(learner.kl_divergence(p[1].copy(), q[1].copy(), base=base), truth[1])

    def test_zeros_in_p(self, learner, rng):
        """What never happens adds nothing, even where q is 0 too, and numpy is silent."""
        p, q = np.zeros((2, 3, 5))
        p[0, 1:4], q[0] = _distributions(rng, 3), _distributions(rng, 5)
        p[1, 1:], q[1, 1:] = _distributions(rng, 4), _distributions(rng, 4)
        p[2, :3], q[2, :4] = _distributions(rng, 3), _distributions(rng, 4)
        half = np.repeat([2.0**-10, 0.0], 1024)
        with no_floating_point_warnings():
            got = learner.kl_divergence(p, q)
            alone = learner.kl_divergence(half, np.full(2048, 2.0**-11))
            later = learner.run(_call_after_nans, "kl_divergence", p, q)
        assert_close(got, _along_last_axis(_kl, p, q))
        assert_close(later, _along_last_axis(_kl, p, q))
        assert_close(alone, 1.0, rtol=0.0, atol=1e-12)

    def test_impossible_events(self, learner, rng):
        """It is inf where q is 0 and p is not, however small p is, and only there."""
        p, q = _distributions(rng, (2, 5, 3))
        q[0], q[1], q[3] = [0.0, 0.25, 0.75], [0.25, 0.75, 0.0], [0.25, 0.0, 0.75]
        p[3] = [0.5, 1e-200, 0.5]
        with no_floating_point_warnings():
            got, digits = learner.kl_divergence(p, q), learner.kl_divergence(p, q, 10)
            alone = learner.kl_divergence(p[1].copy(), q[1].copy())
        fair = [_kl(p[i], q[i]) for i in (2, 4)]
        truth = np.array([np.inf, np.inf, fair[0], np.inf, fair[1]])
        assert_close(got, truth)
        assert_close(digits, truth * math.log10(2))
        assert_close(alone, np.inf)

    def test_no_epsilon(self, learner):
        """What is all but impossible counts with its true logarithm, in q and in p."""
        p = np.array([[0.5, 0.5, 0.0], [0.25, 0.5, 0.25], [0.25, 0.75, 0.0]])
        for tiny in (1e-20, TINY):
            q = np.array([[1.0, tiny, 0.0], [tiny, 1.0, tiny], [tiny, tiny, 1.0]])
            assert_close(learner.kl_divergence(p, q), _along_last_axis(_kl, p, q))
        # With terms - p + q, which sum to 0 for exact distributions, it is a seventh less.
        got = learner.kl_divergence(np.array([1.0, 1e-303]), np.array([1.0, 1e-306]))
        _assert_tiny(got, 1e-303 * math.log2(1e3), rtol=0.2)

    def test_never_below_zero(self, learner, rng):
        """It is 0 for equal distributions, and never below where rounding decides."""
        p = _distributions(rng, (200, 6))
        q = p * (1 + 1e-13 * rng.normal(size=p.shape))
        q /= q.sum(axis=-1, keepdims=True)
        fair = np.array([0.5, 0.5])
        assert_close(learner.kl_divergence(fair, fair.copy()), 0.0, atol=1e-15)
        truth = np.zeros(200)
        truth[0], q[0] = _kl(p[0], np.full(6, 1 / 6)), 1 / 6
        got = learner.kl_divergence(p, q)
        assert_close(got, truth, atol=1e-13)
        _assert_not_negative(got)

    def test_nearly_equal(self, learner, rng):
        """Small differences between p and q are measured, not rounded away."""
        p = _distributions(rng, (5, 6))
        shift = 1e-4 * rng.choice([-1.0, 1.0], size=(5, 1)) * np.array([3, -1, -2, 1, 2, -3])
        q = p + shift * np.min(p, axis=-1, keepdims=True)
        got = learner.kl_divergence(p, q)
        d = (q - p) / p
        # ln(1 + d) is d - d²/2 + d³/3 - …, and p d sums to 0.
        truth = np.sum(p * (d**2 / 2 - d**3 / 3 + d**4 / 4), axis=-1) / math.log(2)
        assert_close(got, truth, rtol=1e-9, atol=1e-14)

    def test_keeps_inputs(self, learner, rng):
        """Both arrays are the same afterwards, zeros included."""
        p, q = np.zeros((2, 3, 4))
        p[:, 1:], q[:, 1:] = _distributions(rng, (2, 3, 3))
        q[0], p[0] = [0.0, 0.5, 0.5, 0.0], [0.0, 0.25, 0.75, 0.0]
        got = assert_keeps_inputs(learner.kl_divergence, p, q)
        assert_close(got, _along_last_axis(_kl, p, q))


def _js_of_each(module, ps, qs):
    return [module.js_divergence(p, q) for p, q in zip(ps, qs)]  # noqa: B905


class TestJsDivergence:
    def test_is_the_mean_divergence_from_the_mixture(self, learner, rng):
        """It is the mean, in bits, of the two divergences from the average of p and q."""
        for n in (2, 6):
            p, q = _distributions(rng, (2, n))
            assert_close(learner.js_divergence(p, q), _js(p, q))

    def test_base(self, learner, rng):
        """The base of the logarithm is a parameter, 2 without being told."""
        p, q = _distributions(rng, (2, 4))
        apart = np.eye(2)
        assert_close(learner.js_divergence(p, q), _js(p, q))
        for base in BASES:
            assert_close(learner.js_divergence(p, q, base), _js(p, q, base))
            got = learner.js_divergence(apart[0].copy(), apart[1].copy(), base=base)
            assert_close(got, math.log(2) / math.log(base))

    def test_is_symmetric(self, learner, rng):
        """It does not matter which of the two comes first, zeros or not."""
        p, q = _distributions(rng, (2, 5))
        r = np.array([0.0, 0.75, 0.0, 0.25, 0.0])
        for a, b in ((p, q), (p, r)):
            assert_close(learner.js_divergence(a, b), _js(a, b))
            assert_close(learner.js_divergence(b, a), _js(a, b))

    def test_zeros(self, learner, rng):
        """Zeros in one or in both are fine, at either end, and numpy is silent."""
        p, q = np.zeros((2, 7))
        p[1:5], q[2:6] = _distributions(rng, (2, 4))
        certain = np.array([0.0, 1.0, 0.0])
        mixed = np.array([0.25, 0.75, 0.0])
        with no_floating_point_warnings():
            first, second = learner.js_divergence(p, q), learner.js_divergence(certain, mixed)
            later = learner.run(_call_after_nans, "js_divergence", p, q)
        assert_close(first, _js(p, q))
        assert_close(later, _js(p, q))
        assert_close(second, _js(certain, mixed))

    def test_nothing_in_common(self, learner, rng):
        """Two distributions without a common outcome are exactly one bit apart, others less."""
        p, q = np.zeros((2, 9))
        p[[0, 3, 4, 7]], q[[1, 2, 8]] = _distributions(rng, 4), _distributions(rng, 3)
        a, b = np.repeat([2.0**-10, 0.0], 1024), np.repeat([0.0, 2.0**-10], 1024)
        with no_floating_point_warnings():
            few, many = learner.js_divergence(p, q), learner.js_divergence(a, b)
            half = learner.js_divergence(a, np.full(2048, 2.0**-11))
        assert_close(few, 1.0, rtol=0.0, atol=1e-12)
        assert_close(many, 1.0, rtol=0.0, atol=1e-12)
        assert_close(half, _js(np.array([1.0, 0.0]), np.array([0.5, 0.5])), rtol=0.0, atol=1e-12)

    def test_finite_for_the_tiniest(self, learner):
        """It stays finite and right where one of the two calls something all but impossible."""
        least = 2e-308  # denormal, and 1 over its half is still a number
        p = np.array([[1.0, least, 0.0, 0.0], [1.0, 1e-300, least, 0.0], [0.5, 0.5, 0.0, 0.0]])
        q = np.array([[0.0, 0.0, least, 1.0], [1.0, 0.0, 1e-300, least], [1.0, 1e-300, 0, 0]])
        half = _js(np.array([0.5, 0.5]), np.array([1.0, 0.0]))
        with no_floating_point_warnings():
            got = [learner.js_divergence(a, b) for a, b in zip(p, q, strict=True)]
        assert_close(got, [1.0, 0.0, half], rtol=0.0, atol=1e-12)

    def test_no_epsilon(self, learner):
        """Small probabilities are neither left out nor made larger, not even the tiniest."""
        for tiny in (3 * 2.0**-42, 3 * 2.0**-35):
            p, q = np.array([1.0, 0.0]), np.array([1 - tiny, tiny])
            assert_close(learner.js_divergence(p, q), tiny / 2, rtol=1e-9, atol=1e-15)
        tiny = 1.5 * 10.0 ** np.arange(-20, -306, -3)
        p = np.stack([np.ones_like(tiny), np.zeros_like(tiny)], axis=1)
        q = np.stack([np.ones_like(tiny), tiny], axis=1)
        _assert_tiny(learner.run(_js_of_each, p, q), tiny / 2)

    def test_equal_distributions(self, learner, rng):
        """It is 0 for equal distributions, and more for nearly equal ones."""
        fair = np.array([0.5, 0.5])
        assert_close(learner.js_divergence(fair, fair.copy()), 0.0, atol=1e-15)
        p, q = _distributions(rng, 5), np.full(5, 0.2)
        assert_close(learner.js_divergence(p, p.copy()), 0.0, atol=1e-12)
        near = 0.95 * p + 0.05 * q
        assert_close(learner.js_divergence(p, near), _js(p, near))

    def test_keeps_inputs(self, learner, rng):
        """Both arrays are the same afterwards, zeros included."""
        p, q = np.zeros((2, 5))
        p[1:], q[:-1] = _distributions(rng, (2, 4))
        assert_close(assert_keeps_inputs(learner.js_divergence, p, q), _js(p, q))


def _joint(rng, shape):
    return _distributions(rng, shape[0] * shape[1]).reshape(shape)


def _joint_with_zeros(rng):
    """Return a table with zeros here and there, and whole rows and columns of them."""
    joint = np.zeros((6, 7))
    joint[1:5:2, 1:6] = rng.uniform(0.1, 1.0, size=(2, 5))
    joint[[1, 3], [2, 4]] = 0.0
    joint[4, 2] = 0.3
    return joint / joint.sum()


class TestConditionalEntropy:
    def test_given_the_rows(self, learner, rng):
        """Given axis 0 it is the mean entropy of the rows, in bits, weighted by their share."""
        for shape in ((3, 4), (4, 2), (3, 3)):
            joint = _joint(rng, shape)
            assert_close(learner.conditional_entropy(joint, 0), _conditional(joint, 0))

    def test_given_the_columns(self, learner, rng):
        """Given axis 1 it is the mean entropy of the columns."""
        for shape in ((3, 4), (4, 2), (3, 3)):
            joint = _joint(rng, shape)
            assert_close(learner.conditional_entropy(joint, given=1), _conditional(joint, 1))

    def test_base(self, learner, rng):
        """The base of the logarithm is a parameter, 2 without being told."""
        joint = _joint(rng, (3, 4))
        assert_close(learner.conditional_entropy(joint, 0), _conditional(joint, 0))
        for base in BASES:
            got = learner.conditional_entropy(joint, 0, base)
            assert_close(got, _conditional(joint, 0, base))
            got = learner.conditional_entropy(joint, given=1, base=base)
            assert_close(got, _conditional(joint, 1, base))

    def test_one_settles_the_other(self, learner, rng):
        """If one variable settles the other nothing stays uncertain; the reverse may differ."""
        joint = np.zeros((4, 2))
        joint[[0, 1, 2, 3], [1, 0, 0, 1]] = _distributions(rng, 4)
        with no_floating_point_warnings():
            settled, open_ = (learner.conditional_entropy(joint, given) for given in (0, 1))
        assert_close(settled, 0.0)
        assert_close(open_, _conditional(joint, 1))

    def test_independent(self, learner, rng):
        """If the two are independent the other's own entropy stays."""
        x, y = _distributions(rng, 3), _distributions(rng, 4)
        assert_close(learner.conditional_entropy(np.outer(x, y), 0), _entropy(y))
        assert_close(learner.conditional_entropy(np.outer(x, y), 1), _entropy(x))

    def test_zeros(self, learner, rng):
        """Pairs, and conditions, of probability 0 count for nothing, and numpy is silent."""
        joint = _joint_with_zeros(rng)
        with no_floating_point_warnings():
            got = [learner.conditional_entropy(joint, given) for given in (0, 1)]
            got += [learner.run(_call_after_nans, "conditional_entropy", joint, g) for g in (0, 1)]
        assert_close(got, 2 * [_conditional(joint, given) for given in (0, 1)])

    def test_no_epsilon(self, learner):
        """Small probabilities are neither left out nor made larger, not even the tiniest."""
        half = np.diag([0.5, 0.5])
        t = 2.0**-43
        rare = np.array([[1 - t, t], [0.0, 0.0]])
        tiny, one_column = np.array([[1.0, TINY], [0.0, 0.0]]), np.array([[1.0, 0.0], [TINY, 0.0]])
        for given, turn in ((0, np.copy), (1, np.transpose)):

            def ask(joint, given=given, turn=turn):
                return learner.conditional_entropy(np.ascontiguousarray(turn(joint)), given)

            assert_close(ask(half), 0.0, atol=1e-15)
            assert_close(ask(rare), _entropy(rare[0]), rtol=1e-12, atol=1e-15)
            _assert_tiny(ask(tiny), -TINY * math.log2(TINY))
            assert_close(ask(one_column), 0.0, atol=1e-307)

    def test_one_value(self, learner, rng):
        """A variable of a single value is certain, and knowing it tells nothing."""
        p = _distributions(rng, 4)
        assert_close(learner.conditional_entropy(p[None, :], 0), _entropy(p))
        assert_close(learner.conditional_entropy(p[None, :], 1), 0.0)

    def test_keeps_the_table(self, learner, rng):
        """The table is the same afterwards, zeros included."""
        joint = _joint_with_zeros(rng)
        for given in (0, 1):
            got = assert_keeps_inputs(learner.conditional_entropy, joint, given)
            assert_close(got, _conditional(joint, given))


def _information_of_each(module, tables):
    return [module.mutual_information(table) for table in tables]


class TestMutualInformation:
    def test_is_the_divergence_from_independence(self, learner, rng):
        """It is the divergence, in bits, of the table from the product of its marginals."""
        for shape in ((3, 4), (5, 2), (3, 3)):
            joint = _joint(rng, shape)
            assert_close(learner.mutual_information(joint), _mutual(joint))

    def test_base(self, learner, rng):
        """The base of the logarithm is a parameter, 2 without being told."""
        joint = _joint(rng, (3, 4))
        assert_close(learner.mutual_information(joint), _mutual(joint))
        for base in BASES:
            assert_close(learner.mutual_information(joint, base), _mutual(joint, base))
            assert_close(learner.mutual_information(joint, base=base), _mutual(joint, base))

    def test_is_symmetric(self, learner, rng):
        """Each variable tells as much about the other as the other does about it."""
        for joint in (_joint(rng, (2, 5)), np.array([[0.5, 0.0, 0.125], [0.0, 0.375, 0.0]])):
            assert_close(learner.mutual_information(joint), _mutual(joint))
            turned = np.ascontiguousarray(joint.T)
            assert_close(learner.mutual_information(turned), _mutual(joint))

    def test_one_settles_the_other(self, learner, rng):
        """Two variables that settle each other share their whole entropy."""
        p = _distributions(rng, 5)
        joint = np.zeros((5, 5))
        joint[np.arange(5), [2, 0, 4, 1, 3]] = p
        with no_floating_point_warnings():
            got = learner.mutual_information(joint)
        assert_close(got, _entropy(p))

    def test_zeros(self, learner, rng):
        """Pairs and values of probability 0 count for nothing, and numpy is silent."""
        joint = _joint_with_zeros(rng)
        with no_floating_point_warnings():
            got = learner.mutual_information(joint)
            later = learner.run(_call_after_nans, "mutual_information", joint)
        assert_close(got, _mutual(joint))
        assert_close(later, _mutual(joint))

    def test_independent(self, learner, rng):
        """It is 0 for independent variables, and never below where rounding decides."""
        tables = [np.outer(*_distributions(rng, (2, 5))) for _ in range(20)]
        tables += [np.outer(_distributions(rng, 4), _distributions(rng, 7)) for _ in range(20)]
        joint = _joint(rng, (2, 3))
        got = learner.run(_information_of_each, [*tables, joint])
        assert_close(got, [0.0] * 40 + [_mutual(joint)])
        _assert_not_negative(got)

    def test_no_epsilon(self, learner):
        """Small probabilities are neither left out nor made larger, not even the tiniest."""
        # Entropies of 1 or 2 that are added and subtracted carry some 1e-15.
        assert_close(learner.mutual_information(np.full((2, 2), 0.25)), 0.0, atol=1e-14)
        t = 2.0**-43
        assert_close(learner.mutual_information(np.diag([1 - t, t])), _entropy([1 - t, t]))
        assert_close(learner.mutual_information(np.diag([0.5, 0.5])), 1.0, rtol=0.0, atol=1e-14)
        tiny = 1e-152  # its square is a normal number
        got = learner.mutual_information(np.diag([1.0, tiny]))
        _assert_tiny(got, -tiny * math.log2(tiny), rtol=0.01)

    def test_keeps_the_table(self, learner, rng):
        """The table is the same afterwards, zeros included."""
        joint = _joint_with_zeros(rng)
        assert_close(assert_keeps_inputs(learner.mutual_information, joint), _mutual(joint))


class TestPerplexity:
    def test_equal_choices(self, learner):
        """A model that gives every token probability 1/n has perplexity n."""
        for n, length in ((1, 4), (50, 3), (50257, 7)):
            assert_close(learner.perplexity(np.full(length, -math.log(n))), float(n))

    def test_averages_the_logarithms(self, learner, rng):
        """It is the exponential of minus the mean, over texts of any length."""
        for length in (5, 12, 2, 1):
            log_probs = np.log(rng.uniform(0.001, 1.0, size=length))
            truth = math.exp(-math.fsum(log_probs.tolist()) / length)
            assert_close(learner.perplexity(log_probs), truth)

    def test_long_text(self, learner, rng):
        """It is right for texts so long that the product of all probabilities is 0."""
        log_probs = rng.uniform(-8.0, -1.0, size=3000)
        truth = math.exp(-math.fsum(log_probs.tolist()) / 3000)
        assert_close(learner.perplexity(log_probs), truth)

    def test_all_but_impossible_token(self, learner, rng):
        """One token may have a probability that is 0 as a float: its logarithm counts as it is."""
        log_probs = np.log(rng.uniform(0.1, 1.0, size=100))
        for log_prob in (-720.0, -800.0, -3000.0):
            log_probs[7] = log_prob
            truth = math.exp(-math.fsum(log_probs.tolist()) / 100)
            assert_close(learner.perplexity(log_probs), truth)

    def test_impossible_token(self, learner, rng):
        """A token of probability 0 makes it inf, and numpy is silent."""
        log_probs = np.log(rng.uniform(0.1, 1.0, size=5))
        with_zero = log_probs.copy()
        with_zero[3] = -np.inf
        with no_floating_point_warnings():
            got = learner.perplexity(with_zero)
        assert_close(got, np.inf)
        assert_close(learner.perplexity(log_probs), math.exp(-math.fsum(log_probs) / 5))

    def test_keeps_log_probs(self, learner, rng):
        """The array is the same afterwards."""
        log_probs = np.log(rng.uniform(0.01, 1.0, size=6))
        got = assert_keeps_inputs(learner.perplexity, log_probs)
        assert_close(got, math.exp(-math.fsum(log_probs) / 6))


MARGIN = 0.0101  # of a bit
# Logits of this size need temperatures above 0.5, where an absolute 1e-8 is a relative one as well:
# what is wrong with small ones shows in the tests that are about these, and in no other.
ORDINARY = 5.0


def _entropy_at(logits, temperature, base=2):
    """Return the entropy of softmax(logits / temperature) as log Z minus the mean exponent."""
    top = max(logits)
    z = [(logit - top) / temperature for logit in logits]
    weights = [math.exp(a) for a in z]
    total = math.fsum(weights)
    mean = math.fsum(w * a for w, a in zip(weights, z, strict=True)) / total
    return (math.log(total) - mean) / math.log(base)


def _temperature(logits, bits):
    """Return the temperature for that entropy by halving an interval of its logarithm."""
    logits = logits.tolist()
    spread = math.log(max(logits) - min(logits))
    low, high = spread - 40, spread + 10
    for _ in range(80):
        middle = (low + high) / 2
        if _entropy_at(logits, math.exp(middle)) < bits:
            low = middle
        else:
            high = middle
    return math.exp(middle)


def _assert_temperature(got, truth):
    __tracebackhide__ = True
    # The contract's 1e-8, and as much again for rounding.
    assert_close(got, truth, rtol=2e-8, atol=0.0, what="the temperature")


class TestTemperatureForEntropy:
    def test_finds_the_temperature(self, learner, rng):
        """At the temperature it returns, softmax has the entropy that was asked for, in bits."""
        for truth in (0.6, 1.0, 3.0):
            logits = np.array([2.0, -1.0, 0.5, 0.0, 1.0]) + 0.3 * rng.uniform(size=5)
            target = _entropy_at(logits.tolist(), truth)
            _assert_temperature(learner.temperature_for_entropy(logits, target), truth)

    def test_base(self, learner, rng):
        """The target is in the unit of the base, bits without being told."""
        logits = np.array([0.0, 2.0, 1.0, 3.0]) + rng.uniform(0.0, 1.0, size=4)
        for base in BASES:
            # In the smallest base the target exceeds what there can be in bits.
            target = _entropy_at(logits.tolist(), 2.0, base)
            _assert_temperature(learner.temperature_for_entropy(logits, target, base), 2.0)
        got = learner.temperature_for_entropy(logits, target=target, base=base)
        _assert_temperature(got, 2.0)
        target = _entropy_at(logits.tolist(), 2.0)
        _assert_temperature(learner.temperature_for_entropy(logits, target), 2.0)

    def test_near_the_limits(self, learner, rng):
        """It is as right a hundredth of a bit away from either limit."""
        for n in (2, 3, 30):
            logits = np.arange(n) + 0.5 * rng.uniform(size=n)
            for bits in (MARGIN, math.log2(n) - MARGIN):
                got = learner.temperature_for_entropy(rng.permutation(logits), bits)
                _assert_temperature(got, _temperature(logits, bits))

    def test_several_largest(self, learner, rng):
        """With k equal largest logits the entropy can come down to log k, and no lower."""
        low = rng.uniform(-1.0, 1.0, size=3)
        for k, logits in ((2, [2.0, low[0], low[1], 2.0]), (3, [2.0, 2.0, *low, 2.0])):
            logits = ORDINARY * np.array(logits)
            limit = math.log2(k)
            for bits in (limit + MARGIN, math.log2(len(logits)) - MARGIN):
                got = learner.temperature_for_entropy(logits, bits)
                _assert_temperature(got, _temperature(logits, bits))
            for bits in (limit - MARGIN, limit / 2):
                with pytest.raises(ValueError):
                    learner.temperature_for_entropy(logits, bits)

    def test_several_others(self, learner, rng):
        """Equal logits below the largest change nothing: the entropy can come down to 0."""
        a, b = rng.uniform(-1.0, 1.0, size=2)
        for logits in ([a, 2.0, a], [b, b, 2.5, b, a - 2.0]):
            logits = ORDINARY * np.array(logits)
            for bits in (MARGIN, math.log2(len(logits)) - MARGIN):
                got = learner.temperature_for_entropy(logits, bits)
                _assert_temperature(got, _temperature(logits, bits))

    def test_nearly_equal_largest(self, learner, rng):
        """Logits that are only nearly the largest do not count as equal to it."""
        logits = np.array([0.0, 1000.0 - rng.uniform(0.004, 0.006), 1000.0])
        for bits in (0.3, 0.8):
            got = learner.temperature_for_entropy(logits, bits)
            _assert_temperature(got, _temperature(logits, bits))

    def test_large_logits(self, learner, rng):
        """Large logits do no harm, nor do probabilities that come out as 0; numpy is silent."""
        wide = 1e4 * np.array([-1.0, 0.2, 1.0, 0.7]) + rng.uniform(0.0, 100.0, size=4)
        high = np.array([9990.0, 1e4, 9997.5]) + 0.2 * rng.uniform(size=3)
        low = high - 2e4
        gaps = np.array([0.0, -5.0, -3000.0, -1e4]) - rng.uniform(0.0, 0.5, size=4)
        asked = ((wide, 0.02), (wide, 1.9), (high, 0.7), (low, 0.7), (gaps, 0.05), (gaps, 0.9))
        with no_floating_point_warnings():
            got = [learner.temperature_for_entropy(logits, bits) for logits, bits in asked]
        for one, (logits, bits) in zip(got, asked, strict=True):
            _assert_temperature(one, _temperature(logits, bits))

    def test_any_scale(self, learner, rng):
        """Logits that are a million times as large, or far smaller, need such a temperature."""
        logits = np.array([0.0, 1.0, 3.0, 2.0]) + 0.5 * rng.uniform(size=4)
        truth = _temperature(logits, 1.2)
        for scale in (1.0, 1e6, 1e-8):
            got = learner.temperature_for_entropy(scale * logits, 1.2)
            _assert_temperature(got, scale * truth)

    def test_refuses_what_cannot_be(self, learner, rng):
        """A target at or beyond a limit is an error, in any base; one between them is not."""
        logits = np.array([1.0, 3.0, 0.0, 2.0]) + 0.2 * rng.uniform(size=4)
        for base in BASES:
            highest = math.log(4) / math.log(base)
            for target in (-0.1, highest + 0.01, 2 * highest):
                with pytest.raises(ValueError):
                    learner.temperature_for_entropy(logits, target, base)
            target = _entropy_at(logits.tolist(), 1.5, base)
            _assert_temperature(learner.temperature_for_entropy(logits, target, base), 1.5)
        equal, two_largest = np.full(4, 3.0), np.array([1.0, 5.0, 5.0, 0.0])
        for what, target in ((logits, 0.0), (logits, 2.0), (equal, 1.0), (two_largest, 1.0)):
            with pytest.raises(ValueError):
                learner.temperature_for_entropy(what, target)

    def test_keeps_logits(self, learner, rng):
        """The array is the same afterwards."""
        logits = rng.permutation(4) + 0.5 * rng.uniform(size=4)
        got = assert_keeps_inputs(learner.temperature_for_entropy, logits, 1.0)
        _assert_temperature(got, _temperature(logits, 1.0))
