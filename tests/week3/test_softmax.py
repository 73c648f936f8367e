import math

import numpy as np
import pytest

from kata.comparisons import (
    assert_close,
    assert_distribution,
    assert_keeps_inputs,
    assert_same,
    no_floating_point_warnings,
)

# The truth is computed one row at a time with Python floats, apart from the reference. Small
# logits are known to the last digits (1e-13 lets through no 1e-9 or 1e-12 that was added inside a
# logarithm or to a denominator); at a level of 1e4, or of 1e10 after a division by the
# temperature, logits themselves carry rounding, and a result may carry as much.

INF = np.inf
HIGH = 9990.0  # with a few units more or less it stays within ±1e4
LEVELS = np.array([[HIGH], [-HIGH], [0.0], [-800.0], [800.0]])
CLOSE = {"rtol": 1e-13, "atol": 1e-13}
FAR_UP = {"rtol": 1e-9, "atol": 1e-10}


def _labels(values):
    return np.array(values, dtype=np.int64)


def _lse(row):
    """Return the log-sum-exp of a few numbers that are not all −inf."""
    top = max(row)
    return top + math.log(math.fsum(math.exp(v - top) for v in row))


def _softmax(row, temperature=1.0):
    weights = [math.exp((v - max(row)) / temperature) for v in row]
    return np.array(weights) / math.fsum(weights)


def _log_softmax(row):
    return np.array([v - max(row) - _lse([w - max(row) for w in row]) for v in row])


def _along(function, axis, x):
    return np.apply_along_axis(lambda row: function(row.tolist()), axis, x)


def _peaked(rng, n):
    """Return logits from -3 to 3 of which one is so large that the others hardly count."""
    logits = rng.uniform(-3.0, -2.0, size=n)
    logits[rng.integers(n)] = 3.0
    return logits


class TestLogsumexp:
    def test_agrees_with_the_formula(self, learner, rng):
        """It is the natural logarithm of the sum of exponentials of a row, to the last digits."""
        for row in (rng.normal(size=5), np.zeros(3), np.array([-1.5]), _peaked(rng, 4)):
            with no_floating_point_warnings():
                got = learner.logsumexp(row)
            assert_close(got, _lse(row.tolist()), **CLOSE)

    def test_any_axis(self, learner, rng):
        """The given axis, the last one by default, disappears, whichever it is."""
        x = rng.normal(size=(2, 4, 3))
        assert_close(learner.logsumexp(x), _along(_lse, 2, x))
        for axis in (0, -2, 2, -3):
            assert_close(learner.logsumexp(x, axis=axis), _along(_lse, axis, x))
        assert_close(learner.logsumexp(x, 1), _along(_lse, 1, x))
        square = 3 * rng.normal(size=(3, 3))
        assert_close(learner.logsumexp(square), _along(_lse, 1, square))
        assert_close(learner.logsumexp(square, 0), _along(_lse, 0, square))

    def test_axes_of_length_one(self, learner, rng):
        """One entry alone is its own log-sum-exp, and an axis of length 1 elsewhere stays."""
        x = rng.normal(size=(3, 1))
        assert_close(learner.logsumexp(x), x[:, 0])
        assert_close(learner.logsumexp(x.T), [_lse(x[:, 0].tolist())])
        assert_close(learner.logsumexp(x.T, axis=0), x[:, 0])
        between = rng.normal(size=(2, 1, 4))
        assert_close(learner.logsumexp(between), _along(_lse, 2, between))

    def test_is_stable(self, learner, rng):
        """It is stable: right at levels where every exponential overflows or underflows to 0."""
        near = rng.normal(size=(5, 3)).round(3)
        truth = _along(_lse, 1, near) + LEVELS[:, 0]
        with no_floating_point_warnings():
            together = learner.logsumexp(near + LEVELS)
            columns = learner.logsumexp((near + LEVELS).T, axis=0)
            low = learner.logsumexp(near[0] - HIGH)
            high = learner.logsumexp(near[0] + HIGH)
        assert_close(together, truth, **FAR_UP)
        assert_close(columns, truth, **FAR_UP)
        assert_close(low, truth[0] - 2 * HIGH, **FAR_UP)
        assert_close(high, truth[0], **FAR_UP)

    def test_entries_far_apart(self, learner, rng):
        """Large and small entries may stand in one row: small ones underflow to nothing."""
        size = float(rng.uniform(9000.0, 10000.0))
        rows = np.array([[-size, size, 0.0], [size, size, -size], [0.0, -size, 0.0]])
        with no_floating_point_warnings():
            got = learner.logsumexp(rows)
        assert_close(got, [size, size + math.log(2.0), math.log(2.0)], **FAR_UP)

    def test_some_entries_are_minus_infinity(self, learner, rng):
        """An entry of -inf adds nothing to the sum, wherever it stands, and nothing warns."""
        x = rng.normal(size=(4, 3))
        x[0, 0] = x[1, 1] = x[2, 2] = x[3, 1] = x[3, 2] = -INF
        x[3] -= HIGH
        finite = [[v for v in row if v > -INF] for row in x.tolist()]
        with no_floating_point_warnings():
            got = learner.logsumexp(x)
            alone = learner.logsumexp(x[0])
            low = learner.logsumexp(x[2] - HIGH)
        assert_close(got, [_lse(row) for row in finite], **FAR_UP)
        assert_close(alone, _lse(finite[0]))
        assert_close(low, _lse([v - HIGH for v in finite[2]]), **FAR_UP)

    def test_all_entries_are_minus_infinity(self, learner, rng):
        """Where all entries are -inf it is -inf, next to finite rows and on any axis, silently."""
        x = rng.normal(size=(2, 3, 2))
        x[0, 1] = x[1, 0] = -INF
        x[:, 2, 0] = -INF
        truths = {}
        for axis in (0, 1, 2):
            with np.errstate(divide="ignore"):
                truths[axis] = np.log(np.exp(x).sum(axis=axis))
        with no_floating_point_warnings():
            nothing = learner.logsumexp(np.array([-INF, -INF]))
            something = learner.logsumexp(np.array([-INF, 2.0]))
        assert_close(nothing, -INF)
        assert_close(something, 2.0)
        for axis, truth in truths.items():
            with no_floating_point_warnings():
                got = learner.logsumexp(x, axis=axis)
            assert_close(got, truth)

    def test_keeps_x(self, learner, rng):
        """The array is the same afterwards."""
        x = rng.normal(size=(3, 4))
        truth = _along(_lse, 1, x)
        assert_close(assert_keeps_inputs(learner.logsumexp, x), truth)
        x[1] = x[0, 2] = -INF
        truth[0], truth[1] = _lse([v for v in x[0].tolist() if v > -INF]), -INF
        assert_close(assert_keeps_inputs(learner.logsumexp, x), truth)


class TestSoftmax:
    def test_agrees_with_the_formula(self, learner, rng):
        """It is the exponentials of a row divided by their sum, to the last digits."""
        for row in (rng.normal(size=5), np.zeros(4), np.array([2.5]), _peaked(rng, 3)):
            probs = learner.softmax(row)
            assert_close(probs, _softmax(row.tolist()), rtol=1e-13, atol=0)
            assert_distribution(probs)

    def test_any_axis(self, learner, rng):
        """Sums are 1 along the given axis, the last one by default, for any number of axes."""
        x = 2 * rng.normal(size=(2, 4, 3))
        assert_close(learner.softmax(x), _along(_softmax, 2, x))
        for axis in (0, -2, 2, -3):
            assert_close(learner.softmax(x, axis=axis), _along(_softmax, axis, x))
        assert_close(learner.softmax(x, 1), _along(_softmax, 1, x))
        for shape in ((3, 3), (3, 1)):
            x = rng.normal(size=shape)
            assert_close(learner.softmax(x), _along(_softmax, 1, x))
            assert_close(learner.softmax(x, 0), _along(_softmax, 0, x))

    def test_temperature(self, learner, rng):
        """The temperature divides the logits, on any axis, given by name or by place."""
        x = rng.uniform(-1.0, 1.0, size=(3, 4))
        for temperature in (0.5, 0.1, 2.0, 30.0):
            truth = _along(lambda row, t=temperature: _softmax(row, t), 0, x)
            got = learner.softmax(x, axis=0, temperature=temperature)
            assert_close(got, truth, rtol=1e-11, atol=0)
        truth = _along(lambda row: _softmax(row, 0.4), 1, x)
        assert_close(learner.softmax(x, temperature=0.4), truth)
        assert_close(learner.softmax(x, 1, 0.4), truth)

    def test_is_stable_for_large_logits(self, learner, rng):
        """It is stable: right for logits whose exponentials overflow, or all underflow to 0."""
        near = rng.normal(size=(5, 3)).round(3)
        size = float(rng.uniform(9000.0, 10000.0))
        far = np.array([[-size, size, 0.0], [size, -size, size], [-1e4, -1e4, -1e4]])
        with no_floating_point_warnings():
            together = learner.softmax(near + LEVELS)
            columns = learner.softmax((near + LEVELS).T, axis=0)
            low = learner.softmax(near[0] - HIGH)
            spread = learner.softmax(far)
        assert_close(together, _along(_softmax, 1, near))
        assert_close(columns, _along(_softmax, 1, near).T)
        assert_close(low, _softmax(near[0].tolist()))
        assert_close(spread, [[0.0, 1.0, 0.0], [0.5, 0.0, 0.5], [1 / 3, 1 / 3, 1 / 3]])

    def test_tiny_probabilities(self, learner, rng):
        """A probability may be tiny: it is neither 0 nor cut off."""
        gaps = np.array([0.0, 20.0, 50.0, 300.0, 650.0]) + rng.uniform(0.0, 5.0, size=5)
        for order in (gaps, gaps[::-1]):
            truth = _softmax((-order).tolist())
            assert_close(learner.softmax(-order), truth, rtol=1e-11, atol=0)
            assert_close(learner.softmax(-2 * order, temperature=2.0), truth, rtol=1e-11, atol=0)

    def test_is_stable_at_low_temperatures(self, learner, rng):
        """Near temperature 0 the largest logits of ±10,000 share all, and nothing overflows."""
        size = float(rng.uniform(9000.0, 9999.0))
        x = np.array([[size, -size, 0.0, -1e4], [-1e4, 1e4, -1e4, 1e4], [-size, -size, -1e4, -1e4]])
        truth = [[1.0, 0.0, 0.0, 0.0], [0.0, 0.5, 0.0, 0.5], [0.5, 0.5, 0.0, 0.0]]
        for temperature in (1e-6, 1e-3):
            with no_floating_point_warnings():
                got = learner.softmax(x, temperature=temperature)
                columns = learner.softmax(x.T, axis=0, temperature=temperature)
            assert_close(got, truth, rtol=1e-5)
            assert_close(columns, np.transpose(truth), rtol=1e-5)

    def test_small_differences_at_low_temperatures(self, learner, rng):
        """A low temperature makes the most of small differences where exponentials overflow."""
        gaps = rng.permutation(5)[:4].astype(float)
        truth = _softmax(gaps.tolist())
        assert_close(learner.softmax(1e-6 * gaps, temperature=1e-6), truth, rtol=1e-9)
        t = 2.0**-19  # about 2e-6: logits, gaps and quotients are exact
        for level in (8192.0, -8192.0):
            with no_floating_point_warnings():
                got = learner.softmax(level + t * gaps, temperature=t)
            assert_close(got, truth, rtol=1e-5)

    def test_high_temperatures(self, learner, rng):
        """A high temperature levels out logits of ±10,000: none underflows to 0, none overflows."""
        x = 1e4 * np.array([1.0, -1.0, *rng.uniform(-1.0, 1.0, size=2)])
        for temperature in (5e3, 1e5):
            with no_floating_point_warnings():
                got = learner.softmax(x, temperature=temperature)
            assert_close(got, _softmax(x.tolist(), temperature), rtol=1e-11, atol=0)

    def test_minus_infinity(self, learner, rng):
        """A logit of -inf gets probability 0, exactly; the others are as if it were not there."""
        x = rng.normal(size=(4, 3)) - np.array([[0.0], [0.0], [0.0], [HIGH]])
        x[0, 0] = x[1, 1] = x[2, 2] = x[3, 0] = x[3, 2] = -INF
        for temperature in (1.0, 0.5, 1e-6, 20.0):
            truth = np.zeros((4, 3))
            for i, row in enumerate(x):
                truth[i, row > -INF] = _softmax(row[row > -INF].tolist(), temperature)
            with no_floating_point_warnings():
                got = learner.softmax(x, temperature=temperature)
                columns = learner.softmax(x.T, axis=0, temperature=temperature)
            for result in (got, np.transpose(columns)):
                assert_close(result, truth, rtol=1e-6)
                assert_same(np.asarray(result)[x == -INF], np.zeros(5), what="what is masked")

    @pytest.mark.parametrize("temperature", [0.0, -1.0, -1e-6])
    def test_refuses_a_temperature_that_is_not_positive(self, learner, rng, temperature):
        """A temperature of 0 or less is an error; one above 0, however small, is not."""
        x = rng.normal(size=3)
        assert_close(learner.softmax(1e-5 * x, temperature=1e-5), _softmax(x.tolist()))
        with pytest.raises(ValueError):
            learner.softmax(x, temperature=temperature)

    def test_keeps_logits(self, learner, rng):
        """The logits are the same afterwards, whatever the temperature."""
        x = 3 * rng.normal(size=(3, 4))
        truth = _along(lambda row: _softmax(row, 2.0), 1, x)
        assert_close(assert_keeps_inputs(learner.softmax, x), _along(_softmax, 1, x))
        assert_close(assert_keeps_inputs(learner.softmax, x, temperature=2.0), truth)


class TestLogSoftmax:
    def test_agrees_with_the_formula(self, learner, rng):
        """It is the natural logarithm of the softmax of a row, to the last digits."""
        for row in (rng.normal(size=5), np.zeros(4), np.array([2.5]), _peaked(rng, 3)):
            got = learner.log_softmax(row)
            assert_close(got, np.log(_softmax(row.tolist())), **CLOSE)

    def test_any_axis(self, learner, rng):
        """It works along the given axis, the last one by default, for any number of axes."""
        x = 2 * rng.normal(size=(2, 4, 3))
        assert_close(learner.log_softmax(x), _along(_log_softmax, 2, x))
        for axis in (0, -2, 2, -3):
            assert_close(learner.log_softmax(x, axis=axis), _along(_log_softmax, axis, x))
        assert_close(learner.log_softmax(x, 1), _along(_log_softmax, 1, x))
        for shape in ((3, 3), (3, 1)):
            x = rng.normal(size=shape)
            assert_close(learner.log_softmax(x), _along(_log_softmax, 1, x))
            assert_close(learner.log_softmax(x, 0), _along(_log_softmax, 0, x))

    def test_where_softmax_underflows(self, learner, rng):
        """It is stable: where the probability underflows to 0 its logarithm is finite and right."""
        gaps = np.array([0.0, *rng.uniform(760.0, 1000.0, size=2), 1.5e4])
        for top in (1e4, 5e3):
            for order in (gaps, gaps[::-1]):
                with no_floating_point_warnings():
                    got = learner.log_softmax(top - order)
                assert_close(got, -order, **FAR_UP)
        with no_floating_point_warnings():
            rows = learner.log_softmax(np.array([[0.0, -1e3], [1e3, 1e3], [-50.0, 0.0]]))
        assert_close(rows, [[0.0, -1e3], [-math.log(2.0)] * 2, [-50.0, 0.0]])

    def test_rows_of_different_levels(self, learner, rng):
        """A number added to a row changes nothing, however large, for each row its own."""
        near = rng.normal(size=(5, 3)).round(3)
        truth = _along(_log_softmax, 1, near)
        with no_floating_point_warnings():
            together = learner.log_softmax(near + LEVELS)
            columns = learner.log_softmax((near + LEVELS).T, axis=0)
            low = learner.log_softmax(near[0] - HIGH)
        assert_close(together, truth, **FAR_UP)
        assert_close(columns, truth.T, **FAR_UP)
        assert_close(low, truth[0], **FAR_UP)

    def test_minus_infinity(self, learner, rng):
        """A logit of -inf stays -inf, the others are as if it were not there, and nothing warns."""
        x = rng.normal(size=(4, 3))
        x[0, 0] = x[1, 1] = x[2, 2] = x[3, 0] = x[3, 2] = -INF
        truth = np.full((4, 3), -INF)
        for i, row in enumerate(x):
            truth[i, row > -INF] = _log_softmax(row[row > -INF].tolist())
        with no_floating_point_warnings():
            got = learner.log_softmax(x)
            columns = learner.log_softmax(x.T, axis=0)
            low = learner.log_softmax(x[:3] - HIGH)
        assert_close(got, truth)
        assert_close(columns, truth.T)
        assert_close(low, truth[:3], **FAR_UP)

    def test_keeps_logits(self, learner, rng):
        """The logits are the same afterwards."""
        x = 3 * rng.normal(size=(3, 4))
        assert_close(assert_keeps_inputs(learner.log_softmax, x), _along(_log_softmax, 1, x))


def _one_hot(labels, n_classes):
    labels = np.asarray(labels)
    rows = np.zeros((labels.size, n_classes))
    for row, label in zip(rows, labels.ravel().tolist(), strict=True):
        row[label] = 1.0
    return rows.reshape(*labels.shape, n_classes)


class TestOneHot:
    def test_one_row_per_label(self, learner, rng):
        """Row i holds a 1 at label i and 0 elsewhere; labels repeat and come in any order."""
        for values, n_classes in (([2, 0, 2, 1, 0], 3), ([3, 3, 1], 4), ([1, 2, 0], 3)):
            got = learner.one_hot(_labels(values), n_classes)
            assert_same(got, _one_hot(values, n_classes))
        values = rng.permutation([*range(7), *rng.integers(7, size=5)])
        assert_same(learner.one_hot(_labels(values), 7), _one_hot(values, 7))

    def test_classes_that_do_not_occur(self, learner):
        """There is a column for every class, even for the last ones if they do not occur."""
        for values, n_classes in (([0, 2, 0], 6), ([1], 3), ([0, 0], 1), ([4, 4], 5)):
            got = learner.one_hot(_labels(values), n_classes)
            assert_same(got, _one_hot(values, n_classes))

    def test_one_number(self, learner):
        """One label, a number or an array without axes, gives one row without further axes."""
        for label in (0, 2, 3):
            assert_same(learner.one_hot(label, 4), _one_hot(label, 4))
        assert_same(learner.one_hot(_labels(1), 3), [0.0, 1.0, 0.0])
        assert_same(learner.one_hot(0, 1), [1.0])

    def test_any_shape(self, learner, rng):
        """Labels of any number of axes get one axis more, the last."""
        for shape in ((2, 3), (3, 3), (1, 4), (4, 1), (2, 3, 2), (1,)):
            values = rng.integers(3, size=shape)
            values.flat[-1] = 2
            assert_same(learner.one_hot(_labels(values), 3), _one_hot(values, 3))

    @pytest.mark.parametrize("low", [-1, -3])
    def test_refuses_negative_labels(self, learner, low):
        """A negative label is an error, wherever it stands; 0 is a label like others."""
        assert_same(learner.one_hot(_labels([1, 0]), 3), [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
        for labels in (
            _labels([low, 1, 2]),
            _labels([2, 1, low]),
            _labels([[0, 1], [low, 2]]),
            low,
        ):
            with pytest.raises(ValueError):
                learner.one_hot(labels, 3)

    @pytest.mark.parametrize("high", [3, 100])
    def test_refuses_labels_that_are_too_large(self, learner, high):
        """There is no class n_classes: such a label or a larger one is an error anywhere."""
        assert_same(learner.one_hot(_labels([2, 2]), 3), [[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
        for labels in (_labels([high, 1]), _labels([0, high]), _labels([[0, high], [1, 2]]), high):
            with pytest.raises(ValueError):
                learner.one_hot(labels, 3)

    def test_keeps_labels(self, learner):
        """The labels are the same afterwards."""
        for values in ([2, 0, 1, 1], [[0, 3], [1, 2]]):
            got = assert_keeps_inputs(learner.one_hot, _labels(values), 4)
            assert_same(got, _one_hot(values, 4))


def _distributions(rng, *shape):
    return rng.dirichlet(np.ones(shape[-1]), size=shape[:-1])


def _entropy_of(probs, targets):
    """Return the mean of −Σ t ln p over rows, one term at a time; for positive p where t > 0."""
    n_classes = probs.shape[-1]
    rows = zip(probs.reshape(-1, n_classes), targets.reshape(-1, n_classes), strict=True)
    costs = [
        math.fsum(-t * math.log(p) for p, t in zip(*row, strict=True) if t > 0) for row in rows
    ]
    return math.fsum(costs) / len(costs)


class TestCrossEntropy:
    def test_one_row(self, learner, rng):
        """It is minus the sum of target times natural log of the prediction, for any targets."""
        probs, targets = rng.dirichlet(np.ones(5), size=2)
        assert_close(learner.cross_entropy(probs, targets), _entropy_of(probs, targets))
        assert_close(learner.cross_entropy(targets, probs), _entropy_of(targets, probs))
        hot = np.array([0.0, 0.0, 1.0, 0.0, 0.0])
        assert_close(learner.cross_entropy(probs, hot), -math.log(probs[2]))

    def test_mean_over_all_other_axes(self, learner, rng):
        """The sum runs over the last axis, the mean over all others, however many they are."""
        for shape in ((4, 3), (3, 3), (1, 4), (2, 3, 5), (3, 1, 2), (2, 2, 2, 2)):
            probs, targets = _distributions(rng, *shape), _distributions(rng, *shape)
            got = learner.cross_entropy(probs, targets)
            assert_close(got, _entropy_of(probs, targets))

    def test_one_hot_targets(self, learner, rng):
        """With one-hot targets only the probability of the right class counts in each row."""
        for n, c in ((5, 3), (2, 4), (1, 2)):
            probs, labels = _distributions(rng, n, c), rng.integers(c, size=n)
            with no_floating_point_warnings():
                got = learner.cross_entropy(probs, _one_hot(labels, c))
            assert_close(got, -np.mean(np.log(probs[np.arange(n), labels])))

    def test_certain_and_right(self, learner):
        """Certainty of the right class costs nothing at all, wherever the zeros stand."""
        for hot in ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]):
            with no_floating_point_warnings():
                got = learner.cross_entropy(np.array(hot), np.array(hot))
            assert_close(got, 0.0, atol=1e-14)
        with no_floating_point_warnings():
            got = learner.cross_entropy(np.array([[1.0, 0.0], [0.5, 0.5]]), np.eye(2))
        assert_close(got, math.log(2.0) / 2)

    def test_zeros_in_targets_and_predictions(self, learner, rng):
        """Where the target is 0 a prediction of 0 adds nothing, without a warning."""
        targets = np.array([[0.0, 0.25, 0.75], [0.5, 0.5, 0.0], [0.2, 0.0, 0.8]])
        q = rng.uniform(0.2, 0.8, size=3)
        probs = np.array([[0.0, q[0], 1 - q[0]], [q[1], 1 - q[1], 0.0], [q[2], 0.0, 1 - q[2]]])
        with no_floating_point_warnings():
            mean = learner.cross_entropy(probs, targets)
            rows = [learner.cross_entropy(*pair) for pair in zip(probs, targets, strict=True)]
        assert_close(mean, _entropy_of(probs, targets))
        for row, pair in zip(rows, zip(probs, targets, strict=True), strict=True):
            assert_close(row, _entropy_of(*pair))

    def test_impossible_but_true(self, learner):
        """Where the target is above 0, however little, a prediction of 0 costs inf, silently."""
        cases = (
            ([0.0, 1.0], [1.0, 0.0]),
            ([0.5, 0.5, 0.0], [0.0, 0.5, 0.5]),
            ([0.0, 0.4, 0.6], [1e-30, 0.5, 0.5]),
            ([[0.5, 0.5], [1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]),
        )
        for probs, targets in cases:
            with no_floating_point_warnings():
                got = learner.cross_entropy(np.array(probs), np.array(targets))
            assert_close(got, INF)
        with no_floating_point_warnings():
            got = learner.cross_entropy(np.array([0.25, 0.75, 0.0]), np.array([1.0, 0.0, 0.0]))
        assert_close(got, math.log(4.0))

    def test_tiny_probabilities(self, learner, rng):
        """A probability next to 0 costs its whole logarithm: nothing is added to it, or cut."""
        for size in (1e-20, 1e-90, 1e-200):
            tiny = size * float(rng.uniform(1.0, 9.0))
            with no_floating_point_warnings():
                first = learner.cross_entropy(np.array([tiny, 1.0]), np.array([1.0, 0.0]))
                last = learner.cross_entropy(np.array([0.5, 0.5, tiny]), np.array([0.5, 0.0, 0.5]))
            assert_close(first, -math.log(tiny))
            assert_close(last, (math.log(2.0) - math.log(tiny)) / 2)

    def test_keeps_inputs(self, learner, rng):
        """Predictions and targets are the same afterwards, zeros included."""
        probs, targets = _distributions(rng, 3, 4), _distributions(rng, 3, 4)
        probs[1], targets[1] = [0.0, 0.5, 0.5, 0.0], [0.0, 1.0, 0.0, 0.0]
        got = assert_keeps_inputs(learner.cross_entropy, probs, targets)
        assert_close(got, _entropy_of(probs, targets))


def _mean_loss(logits, labels):
    """Return the mean loss, one row at a time."""
    rows = zip(logits.tolist(), labels.tolist(), strict=True)
    return math.fsum(-_log_softmax(row)[label] for row, label in rows) / len(labels)


class TestCrossEntropyFromLogits:
    def test_agrees_with_the_formula(self, learner, rng):
        """It is minus the log of the softmax at the right class, averaged over the rows."""
        for n, c in ((4, 3), (3, 5), (3, 3), (6, 2)):
            logits, labels = 2 * rng.normal(size=(n, c)), rng.integers(c, size=n, dtype=np.int64)
            got = learner.cross_entropy_from_logits(logits, labels)
            assert_close(got, _mean_loss(logits, labels))

    def test_to_the_last_digits(self, learner, rng):
        """Nothing is added to a sum or inside a logarithm, however small."""
        for label in (0, 2):
            logits = np.array([[3.0, -2.0, -1.0], [-2.0, -3.0, 3.0]])
            logits += rng.uniform(-0.1, 0.1, size=(2, 3))
            labels = _labels([label, label])
            got = learner.cross_entropy_from_logits(logits, labels)
            assert_close(got, _mean_loss(logits, labels), **CLOSE)

    def test_one_row_and_one_class(self, learner, rng):
        """A batch may be one row; with a single class there is nothing to be wrong about."""
        logits = rng.normal(size=(1, 4))
        for label in range(4):
            got = learner.cross_entropy_from_logits(logits, _labels([label]))
            assert_close(got, _mean_loss(logits, _labels([label])))
        got = learner.cross_entropy_from_logits(rng.normal(size=(3, 1)), _labels([0, 0, 0]))
        assert_close(got, 0.0)

    def test_is_stable_for_large_logits(self, learner, rng):
        """It is stable where exponentials overflow: a confident model gets a finite loss."""
        size = float(rng.uniform(9000.0, 9200.0))
        logits = np.array([[size, -size, 0.0], [-size, size, 0.0], [1e4, 0.0, -1e4]])
        cases = (([0, 1, 0], 0.0), ([1, 1, 0], 2 * size / 3), ([2, 0, 2], size + 2e4 / 3))
        for labels, truth in cases:
            with no_floating_point_warnings():
                got = learner.cross_entropy_from_logits(logits, _labels(labels))
            assert_close(got, truth, **FAR_UP)

    def test_rows_of_different_levels(self, learner, rng):
        """A number added to all logits of a row changes nothing, however large and for each row."""
        near, labels = rng.normal(size=(5, 3)).round(3), _labels([2, 0, 1, 1, 0])
        with no_floating_point_warnings():
            together = learner.cross_entropy_from_logits(near + LEVELS, labels)
            low = learner.cross_entropy_from_logits(near - HIGH, labels)
        assert_close(together, _mean_loss(near, labels), **FAR_UP)
        assert_close(low, _mean_loss(near, labels), **FAR_UP)

    def test_improbable_classes(self, learner, rng):
        """It is stable: the loss is right where the probability of the right class underflows."""
        gap = float(rng.uniform(760.0, 900.0))
        for logits in ([[gap, 0.0]], [[0.0, -gap]], [[50.0, 50.0 - gap]]):
            with no_floating_point_warnings():
                got = learner.cross_entropy_from_logits(np.array(logits), _labels([1]))
            assert_close(got, gap)
        for gap in (20.0, 35.0, 80.0):
            got = learner.cross_entropy_from_logits(np.array([[0.0, gap]]), _labels([0]))
            assert_close(got, gap + math.log1p(math.exp(-gap)))

    def test_impossible_classes(self, learner, rng):
        """A logit of -inf has no share in its row, and as the right answer costs inf, silently."""
        logits = rng.normal(size=(3, 4))
        logits[0, 0] = logits[1, 3] = logits[2, 1] = logits[2, 2] = -INF
        labels = _labels([2, 0, 3])
        kept = [[v for v in row if v > -INF] for row in logits.tolist()]
        losses = [
            _lse(row) - logits[i, label]
            for i, (row, label) in enumerate(zip(kept, labels, strict=True))
        ]
        with no_floating_point_warnings():
            finite = learner.cross_entropy_from_logits(logits, labels)
            low = learner.cross_entropy_from_logits(logits - HIGH, labels)
            infinite = learner.cross_entropy_from_logits(logits, _labels([2, 3, 0]))
        assert_close(finite, np.mean(losses))
        assert_close(low, np.mean(losses), **FAR_UP)
        assert_close(infinite, INF)

    def test_keeps_inputs(self, learner, rng):
        """Logits and labels are the same afterwards."""
        logits, labels = 3 * rng.normal(size=(4, 3)), _labels([2, 0, 2, 1])
        truth = _mean_loss(logits, labels)
        got = assert_keeps_inputs(learner.cross_entropy_from_logits, logits, labels)
        assert_close(got, truth)


def _best_first(logits):
    return sorted(range(len(logits)), key=lambda i: (-logits[i], i))


def _only(logits, kept):
    """Return the softmax of the kept logits in their places, and 0 in all others."""
    kept = sorted(kept)
    probs = np.zeros(len(logits))
    probs[kept] = _softmax([float(logits[i]) for i in kept])
    return probs


def _assert_probs(got, truth):
    """Fail unless probabilities are close, and exactly 0 where the truth is."""
    assert_close(got, truth)
    zeros = truth == 0
    assert_same(np.asarray(got)[zeros], truth[zeros], what="what is left out")


class TestTopK:
    def test_keeps_the_largest(self, learner, rng):
        """The k largest logits share all the probability in their proportions, in their places."""
        logits = 2 * rng.normal(size=7)
        for k in (2, 3, 5, 6):
            truth = _only(logits, _best_first(logits)[:k])
            _assert_probs(learner.top_k(logits, k), truth)

    def test_one_and_all(self, learner, rng):
        """With k = 1 the best one is certain, and with k = n it is the softmax itself."""
        for logits in (np.sort(rng.normal(size=4)), np.sort(rng.normal(size=2)), np.array([-3.0])):
            n = len(logits)
            best = np.zeros(n)
            best[_best_first(logits)[0]] = 1.0
            assert_close(learner.top_k(logits, 1), best, **CLOSE)
            truth = _softmax(logits.tolist())
            assert_close(learner.top_k(logits, n), truth, **CLOSE)

    def test_ties_keep_the_lower_index(self, learner, rng):
        """Of equal logits at the border the first ones stay, and exactly k are kept."""
        for values in ([1.0, 2.0, 1.0, 2.0, 1.0], [0.0] * 4, [-1.0, 3.0, 3.0, 3.0]):
            logits = np.array(values)
            for k in range(1, len(values) + 1):
                _assert_probs(learner.top_k(logits, k), _only(logits, _best_first(logits)[:k]))

    def test_many_ties(self, learner, rng):
        """Ties go to the lower index in long rows of few different logits, too."""
        logits = rng.integers(0, 4, size=300).astype(float)
        for k in (20, 100, 180, 290):
            _assert_probs(learner.top_k(logits, k), _only(logits, _best_first(logits)[:k]))

    def test_nearly_equal_logits(self, learner, rng):
        """Logits that differ a little are not a tie: the larger one stays, wherever it is."""
        order = rng.permutation(np.append(np.arange(5.0), 20.0))
        for x in [
            3.0 + gap * np.array(o) for gap in (1e-7, 1e-11) for o in (order, np.sort(order))
        ]:
            for k in (1, 2, 4):
                _assert_probs(learner.top_k(x, k), _only(x, _best_first(x)[:k]))

    def test_is_stable(self, learner, rng):
        """It is stable: right for logits whose exponentials overflow, or all underflow to 0."""
        near = rng.normal(size=5).round(3)
        for level in (HIGH, -HIGH, 800.0, -800.0):
            with no_floating_point_warnings():
                got = learner.top_k(near + level, 3)
            _assert_probs(got, _only(near, _best_first(near)[:3]))
        far = np.array([-1e4, 1e4, 0.0, 1e4, -9e3])
        with no_floating_point_warnings():
            results = [learner.top_k(far, k) for k in (1, 2, 3, 5)]
        _assert_probs(results[0], np.array([0.0, 1.0, 0.0, 0.0, 0.0]))
        for got in results[1:]:
            _assert_probs(got, np.array([0.0, 0.5, 0.0, 0.5, 0.0]))

    def test_tiny_probabilities(self, learner, rng):
        """A token that is kept keeps its probability, however tiny that is."""
        logits = np.array([-300.0, 0.0, -650.0, -25.0, -50.0]) + rng.uniform(0.0, 5.0, size=5)
        for k in (2, 3, 4, 5):
            truth = _only(logits, _best_first(logits)[:k])
            assert_close(learner.top_k(logits, k), truth, rtol=1e-11, atol=0)

    def test_minus_infinity(self, learner, rng):
        """A logit of -inf has probability 0, even if k is so large that it is among the kept."""
        for masked, level in (([0, 3], 0.0), ([1, 4], 0.0), ([0, 4], -HIGH)):
            logits = rng.normal(size=5).round(3) + level
            logits[masked] = -INF
            finite = [i for i in _best_first(logits) if logits[i] > -INF]
            for k in range(1, 6):
                with no_floating_point_warnings():
                    got = learner.top_k(logits, k)
                _assert_probs(got, _only(logits, finite[:k]))

    @pytest.mark.parametrize("wrong_k", [0, -1, "n + 1", "-n"])
    def test_refuses_k_out_of_range(self, learner, rng, wrong_k):
        """A k below 1 or above the number of logits is an error; 1 and n are not."""
        for n in (4, 1):
            logits = np.sort(rng.normal(size=n))
            _assert_probs(learner.top_k(logits, 1), _only(logits, _best_first(logits)[:1]))
            _assert_probs(learner.top_k(logits, n), _only(logits, range(n)))
            k = {"n + 1": n + 1, "-n": -n}.get(wrong_k, wrong_k)
            with pytest.raises(ValueError):
                learner.top_k(logits, k)

    def test_keeps_logits(self, learner, rng):
        """The logits are the same afterwards: what is left out is left out of a copy."""
        logits = np.array([0.0, -1.0, 3.0, 0.5, 2.0, -2.0]) + 0.3 * rng.uniform(size=6)
        truth = _only(logits, _best_first(logits)[:2])
        _assert_probs(assert_keeps_inputs(learner.top_k, logits, 2), truth)


def _borders(logits):
    """Return the tokens, best first, and the sums 0, …, 1 that the best 0, 1, …, n reach."""
    probs, order = _softmax(logits.tolist()), _best_first(logits)
    sums = [math.fsum(probs[i] for i in order[:k]) for k in range(len(order) + 1)]
    return order, sums


def _cases(logits, sizes):
    """Return for each size of a nucleus a p, half-way between two sums, and the probabilities."""
    order, sums = _borders(logits)
    return [((sums[k - 1] + sums[k]) / 2, _only(logits, order[:k])) for k in sizes]


class TestTopP:
    def test_fewest_that_reach_p(self, learner, rng):
        """The fewest most probable tokens whose sum reaches p share all in their proportions."""
        logits = rng.permutation([0.0, 0.5, 0.9, 1.3, 1.8, 2.0]) + rng.uniform(0, 0.05, size=6)
        for p, truth in _cases(logits, (2, 3, 4, 5, 6)):
            _assert_probs(learner.top_p(logits, p), truth)

    def test_token_that_crosses_p(self, learner, rng):
        """The token with which the sum passes p belongs to the nucleus, by however little."""
        logits = np.log([0.1, 0.4, 0.2, 0.3]) + float(rng.normal())
        order, sums = _borders(logits)
        for k in (1, 2, 3):
            for p, size in ((sums[k] - 1e-9, k), (sums[k] + 1e-9, k + 1)):
                _assert_probs(learner.top_p(logits, p), _only(logits, order[:size]))

    def test_reaching_is_enough(self, learner):
        """A sum that is exactly p has reached it: no further token is needed."""
        for values in ([0.0, 0.0], [0.0, -900.0, 0.0], [-INF, 0.0, 0.0]):
            logits = np.array(values)
            with no_floating_point_warnings():
                got = learner.top_p(logits, 0.5)
            _assert_probs(got, _only(logits, _best_first(logits)[:1]))

    def test_at_least_one(self, learner, rng):
        """However small p is, the most probable token stays, and is then certain."""
        for logits in (rng.normal(size=5), np.array([-1.0, 4.0, 0.5]), np.array([2.0])):
            best = np.zeros(len(logits))
            best[_best_first(logits)[0]] = 1.0
            for p in (1e-9, 0.01):
                assert_close(learner.top_p(logits, p), best, **CLOSE)

    def test_p_of_one_keeps_every_token(self, learner, rng):
        """With p = 1 it is the softmax itself, even of tokens that are lost in a sum next to 1."""
        logits = np.array([*rng.uniform(-90.0, -50.0, size=2), 0.0, *rng.uniform(-90, -50, size=3)])
        for x in (rng.normal(size=6), logits, np.zeros(3), np.zeros(10), np.array([5.0])):
            got = learner.top_p(x, 1.0)
            assert_close(got, _softmax(x.tolist()), rtol=1e-11, atol=0)

    def test_p_just_below_one(self, learner, rng):
        """A p next to 1 is not 1: tokens that are not needed to reach it are left out."""
        logits = np.array([-25.0, 1.0, -30.0, 1.5, -28.0]) + rng.uniform(0.0, 0.1, size=5)
        for p in (0.999, 0.99999, 1.0 - 1e-7):
            _assert_probs(learner.top_p(logits, p), _only(logits, [1, 3]))

    def test_ties_keep_the_lower_index(self, learner, rng):
        """If some of several equal logits are needed, the first ones stay."""
        for values in ([1.0, 2.0, 1.0, 2.0, 1.0], [0.0] * 5, [-1.0, 3.0, 3.0, 3.0]):
            logits = np.array(values)
            for p, truth in _cases(logits, range(1, len(values) + 1)):
                _assert_probs(learner.top_p(logits, p), truth)
        many = np.tile([1.0, 2.0], 30)  # short lists are sorted stably by any sort
        for p, truth in _cases(many, (3, 17, 44)):
            _assert_probs(learner.top_p(many, p), truth)

    def test_nearly_equal_logits(self, learner, rng):
        """Logits that differ a little are not a tie: the larger one stays, wherever it is."""
        order = rng.permutation(np.append(np.arange(5.0), 20.0))
        for x in [
            3.0 + gap * np.array(o) for gap in (1e-7, 1e-11) for o in (order, np.sort(order))
        ]:
            for p, truth in _cases(x, (1, 2, 4)):
                _assert_probs(learner.top_p(x, p), truth)

    def test_many_ties(self, learner, rng):
        """Ties go to the lower index in long rows of few different logits, too."""
        logits = rng.integers(0, 4, size=300).astype(float)
        for p, truth in _cases(logits, (10, 50, 120, 250)):
            _assert_probs(learner.top_p(logits, p), truth)

    def test_is_stable(self, learner, rng):
        """It is stable: right for logits whose exponentials overflow, or all underflow to 0."""
        near = np.array([0.5, 2.0, 1.0, 1.5]) + rng.uniform(0.0, 0.1, size=4).round(3)
        for level in (HIGH, -HIGH, 800.0, -800.0):
            for p, truth in _cases(near, (1, 3)):
                with no_floating_point_warnings():
                    got = learner.top_p(near + level, p)
                _assert_probs(got, truth)
        far = np.array([-1e4, 1e4, 0.0, 1e4, -9e3])
        for p, truth in (
            (0.3, [0, 1, 0, 0, 0]),
            (0.9, [0, 0.5, 0, 0.5, 0]),
            (1, [0, 0.5, 0, 0.5, 0]),
        ):
            with no_floating_point_warnings():
                got = learner.top_p(far, float(p))
            _assert_probs(got, np.array(truth, dtype=float))

    def test_minus_infinity(self, learner, rng):
        """A logit of -inf has probability 0 for every p, including p = 1."""
        for values, level in (
            ([-INF, 0.5, 2.0, -INF, 1.5], 0.0),
            ([0.0, -INF, 1.5, 2.0, -INF], -HIGH),
        ):
            logits = np.array(values) + rng.uniform(0.0, 0.02, size=5).round(3) + level
            finite = np.flatnonzero(logits > -INF)
            cases = [(1.0, _softmax(logits[finite].tolist())), *_cases(logits[finite], (1, 2, 3))]
            for p, kept in cases:
                truth = np.zeros(5)
                truth[finite] = kept
                with no_floating_point_warnings():
                    got = learner.top_p(logits, p)
                _assert_probs(got, truth)

    @pytest.mark.parametrize("wrong_p", [0.0, -0.5, -1e-9, 1.0 + 1e-6, 2.0])
    def test_refuses_p_out_of_range(self, learner, rng, wrong_p):
        """A p of 0 or less, or above 1, is an error; 1 itself is not."""
        logits = np.full(4, float(rng.normal()))
        _assert_probs(learner.top_p(logits, 1.0), _only(logits, range(4)))
        with pytest.raises(ValueError):
            learner.top_p(logits, wrong_p)

    def test_keeps_logits(self, learner, rng):
        """The logits are the same afterwards: what is left out is left out of a copy."""
        logits = np.array([0.4, 2.0, 1.0, 1.7]) + rng.uniform(0.0, 0.1, size=4)
        for p, truth in _cases(logits, (2, 4)):
            _assert_probs(assert_keeps_inputs(learner.top_p, logits, p), truth)
