import math
from fractions import Fraction

import numpy as np
import pytest

from kata.comparisons import (
    assert_close,
    assert_keeps_inputs,
    assert_same,
    assert_within,
    no_floating_point_warnings,
    unpack,
)


def _normalised(weights):
    """Return weights with a sum of 1 up to rounding, but never by luck of exactly 1."""
    return weights / weights.sum() * (1.0 + 1e-13)


def _distribution(rng, n):
    return _normalised(rng.uniform(0.1, 1.0, size=n))


def _joint(rng, n, m):
    return _normalised(rng.uniform(0.1, 1.0, size=(n, m)))


def _marginal(joint, axis):
    lines = joint.tolist() if axis == 0 else joint.T.tolist()
    return [math.fsum(line) for line in lines]


def _conditional(joint, given):
    lines = joint if given == 0 else joint.T
    shares = np.array([[p / math.fsum(line) for p in line] for line in lines.tolist()])
    return shares if given == 0 else shares.T


class TestMarginal:
    def test_either_variable(self, learner, rng):
        """It is the distribution of the variable on that axis: the other one is summed away."""
        for n, m in ((2, 4), (5, 3)):
            joint = _joint(rng, n, m)
            for axis in (0, 1):
                assert_close(learner.marginal(joint, axis), _marginal(joint, axis))

    def test_square_tables(self, learner, rng):
        """In a square table the axes are not interchanged, although every shape would fit."""
        for n in (2, 4):
            joint = _joint(rng, n, n)
            for axis in (1, 0):
                assert_close(learner.marginal(joint, axis=axis), _marginal(joint, axis))

    def test_impossible_values(self, learner, rng):
        """A value that never occurs keeps its place, with probability 0, and a rare one its own."""
        for scale in (1e-6, 1e-15):
            joint = _joint(rng, 4, 5)
            joint[3], joint[:, 2] = scale * joint[3], scale * joint[:, 2]
            joint[[0, 2]], joint[:, [1, 4]] = 0.0, 0.0
            joint = _normalised(joint)
            for axis in (0, 1):
                assert_close(learner.marginal(joint, axis), _marginal(joint, axis), atol=0.0)

    def test_one_row_or_column(self, learner, rng):
        """A variable with a single value has probability 1 for it, in an array of one number."""
        for n, m in ((1, 3), (3, 1), (1, 1)):
            joint = _joint(rng, n, m)
            for axis in (0, 1):
                assert_close(learner.marginal(joint, axis), _marginal(joint, axis))

    def test_keeps_joint(self, learner, rng):
        """The table is the same afterwards."""
        joint = _joint(rng, 3, 4)
        for axis in (0, 1):
            assert_close(assert_keeps_inputs(learner.marginal, joint, axis), _marginal(joint, axis))


class TestConditional:
    def test_given_either_variable(self, learner, rng):
        """Each slice with the known variable fixed is in proportion to the table and sums to 1."""
        for n, m in ((2, 4), (5, 3)):
            joint = _joint(rng, n, m)
            for given in (0, 1):
                assert_close(learner.conditional(joint, given), _conditional(joint, given))

    def test_square_tables(self, learner, rng):
        """In a square table rows are not mistaken for columns."""
        for n in (2, 4):
            joint = _joint(rng, n, n)
            for given in (1, 0):
                assert_close(learner.conditional(joint, given=given), _conditional(joint, given))

    def test_rare_conditions(self, learner, rng):
        """A condition that hardly ever holds is still a condition, with a slice that sums to 1."""
        for scale in (1e-12, 1e-18, 1e-60):
            joint = _joint(rng, 3, 4)
            joint[1] *= scale
            joint[:, 3] *= scale
            joint = _normalised(joint)
            for given in (0, 1):
                assert_close(learner.conditional(joint, given), _conditional(joint, given))

    def test_impossible_pairs(self, learner, rng):
        """Pairs that never occur get 0; so does a value of the other variable that never occurs."""
        joint = _joint(rng, 3, 4)
        joint[0, 0] = joint[2, 1] = joint[1, 3] = 0.0
        joint = _normalised(joint)
        for given in (0, 1):
            assert_close(learner.conditional(joint, given), _conditional(joint, given))
        joint[:, 2] = 0.0
        joint = _normalised(joint)
        assert_close(learner.conditional(joint, 0), _conditional(joint, 0))
        assert_close(learner.conditional(joint.T.copy(), 1), _conditional(joint, 0).T)

    def test_refuses_impossible_conditions(self, learner, rng):
        """A condition of probability 0 is an error, on either axis, wherever it stands."""
        for place in (0, 1, 2):
            joint = _joint(rng, 3, 3)
            joint[place] = 0.0
            joint = _normalised(joint)
            for table, given in ((joint, 0), (joint.T.copy(), 1)):
                assert_close(learner.conditional(table, 1 - given), _conditional(table, 1 - given))
                with pytest.raises(ValueError):
                    learner.conditional(table, given)

    def test_one_row_or_column(self, learner, rng):
        """With a single value to know it is the table itself; with a single value left it is 1."""
        for n, m in ((1, 3), (3, 1), (1, 1)):
            joint = _joint(rng, n, m)
            for given in (0, 1):
                assert_close(learner.conditional(joint, given), _conditional(joint, given))

    def test_keeps_joint(self, learner, rng):
        """The table is the same afterwards."""
        joint = _joint(rng, 3, 4)
        for given in (0, 1):
            got = assert_keeps_inputs(learner.conditional, joint, given)
            assert_close(got, _conditional(joint, given))


def _independent(rng, n, m):
    """Return products of two marginals.

    Their sum is so close to 1 that a few times the difference, as in a covariance, is not 1e-12.
    """
    joint = np.outer(_distribution(rng, n), _distribution(rng, m))
    return joint / joint.sum() * (1.0 + 2e-14)


def _shifted(joint, size, rows=(0, 1), columns=(0, 1)):
    """Return the table with four entries moved by so much, which leaves both marginals alone."""
    joint = joint.copy()
    joint[np.ix_(rows, columns)] += size * np.array([[1.0, -1.0], [-1.0, 1.0]])
    return joint


class TestIsIndependent:
    def test_products_of_the_margins(self, learner, rng):
        """It says whether each entry of the table is the product of its marginals."""
        for n, m in ((2, 3), (4, 4), (5, 2)):
            joint = _independent(rng, n, m)
            assert_same(learner.is_independent(joint), True)
            assert_same(learner.is_independent(_shifted(joint, 0.01)), False)

    def test_uncorrelated_and_dependent(self, learner, rng):
        """Variables without any correlation may depend on each other all the same."""
        for n in (3, 5):
            half = rng.uniform(0.5, 1.0, size=n // 2)
            joint = np.zeros((n, n // 2 + 1))
            for k, weight in enumerate([1.0, *half]):
                joint[[n // 2 - k, n // 2 + k], k] = weight
            joint = _normalised(joint)
            assert_same(learner.is_independent(joint), False)
            same_margins = np.outer(joint.sum(axis=1), joint.sum(axis=0))
            assert_same(learner.is_independent(same_margins), True)

    def test_each_entry_counts(self, learner, rng):
        """Four entries of a large table are enough for dependence, wherever they are."""
        joint = _independent(rng, 5, 6)
        for rows, columns in (
            ((0, 1), (0, 1)),
            ((3, 4), (4, 5)),
            ((0, 4), (5, 0)),
            ((2, 3), (3, 1)),
        ):
            assert_same(learner.is_independent(joint), True)
            assert_same(learner.is_independent(_shifted(joint, 1e-3, rows, columns)), False)

    def test_slight_dependence_and_rounding(self, learner, rng):
        """What is more than 1e-12 off is dependence, also far below a millionth; less is not."""
        for n, m in ((2, 2), (4, 3)):
            joint = _independent(rng, n, m)
            for size in (1e-5, 1e-7, 1e-9, 1e-11):
                assert_same(learner.is_independent(_shifted(joint, -size)), False)
            for size in (5e-13, 1e-14):
                assert_same(learner.is_independent(_shifted(joint, size)), True)

    def test_impossible_and_rare_values(self, learner, rng):
        """Values of probability 0 change nothing; rare ones are judged by the same distance."""
        joint = _independent(rng, 4, 5)
        joint[2], joint[:, 0] = 0.0, 0.0
        joint = _normalised(joint)
        assert_same(learner.is_independent(joint), True)
        assert_same(learner.is_independent(_shifted(joint, 1e-3, (0, 3), (1, 4))), False)
        rare = _normalised(np.vstack([joint, [0.0, 1e-14, 0.0, 0.0, 0.0]]))
        assert_same(learner.is_independent(rare), True)
        joint[2, 0] = 1e-3
        assert_same(learner.is_independent(_normalised(joint)), False)

    def test_many_entries(self, learner, rng):
        """The distances of many entries are neither added up nor averaged: each counts alone."""
        signs = np.where(np.indices((30, 30)).sum(axis=0) % 2 == 0, 1.0, -1.0)
        joint = _independent(rng, 30, 30)
        assert_same(learner.is_independent(joint + 1e-13 * signs), True)
        assert_same(learner.is_independent(joint + 1e-11 * signs), False)
        assert_same(learner.is_independent(_shifted(joint, 1e-11, (7, 21), (28, 3))), False)

    def test_one_row_or_column(self, learner, rng):
        """A variable with a single value says nothing about any other."""
        assert_same(learner.is_independent(_shifted(_independent(rng, 2, 2), 0.01)), False)
        for n, m in ((1, 3), (3, 1), (1, 1)):
            assert_same(learner.is_independent(_joint(rng, n, m)), True)

    def test_keeps_joint(self, learner, rng):
        """The table is the same afterwards."""
        joint = _independent(rng, 3, 4)
        assert_same(assert_keeps_inputs(learner.is_independent, joint), True)
        joint = _shifted(joint, 0.01)
        assert_same(assert_keeps_inputs(learner.is_independent, joint), False)


def _bayes(prior, likelihood):
    parts = [p * q for p, q in zip(prior.tolist(), likelihood.tolist(), strict=True)]
    return np.array([part / math.fsum(parts) for part in parts])


def _assert_exact_zeros(got, truth):
    """Check where the truth is 0 that the result is not a tiny number; shapes agree."""
    zeros = np.asarray(got)[np.asarray(truth) == 0.0]
    assert_close(zeros, np.zeros(zeros.shape), rtol=0.0, atol=0.0, what="what is impossible")


class TestBayes:
    def test_prior_times_likelihood(self, learner, rng):
        """The posterior is prior times likelihood, divided by the evidence."""
        for h in (2, 3, 6):
            prior, likelihood = _distribution(rng, h), rng.uniform(0.05, 0.95, size=h)
            assert_close(learner.bayes(prior, likelihood), _bayes(prior, likelihood))

    def test_improbable_observations(self, learner, rng):
        """What counts is how the likelihoods compare, however small all of them are."""
        prior, likelihood = _distribution(rng, 4), rng.uniform(0.05, 0.95, size=4)
        for scale in (1e-6, 1e-14, 1e-50, 1e-90):
            got = learner.bayes(prior, scale * likelihood)
            assert_close(got, _bayes(prior, likelihood))

    def test_impossible_hypotheses(self, learner, rng):
        """What prior or likelihood excludes has a posterior of exactly 0; the rest share the 1."""
        for prior, likelihood in (
            ([0.0, 0.5, 0.3, 0.2], rng.uniform(0.1, 0.9, size=4)),
            ([0.6, 0.4, 0.0], rng.uniform(0.1, 0.9, size=3)),
            (_distribution(rng, 4), [0.3, 0.2, 0.9, 0.0]),
            (_distribution(rng, 3), [0.0, 0.2, 0.7]),
            ([0.5, 0.0, 0.5], [0.0, 1.0, 0.25]),
        ):
            prior, likelihood = np.array(prior), np.array(likelihood)
            got = learner.bayes(prior, likelihood)
            truth = _bayes(prior, likelihood)
            assert_close(got, truth)
            _assert_exact_zeros(got, truth)

    def test_refuses_evidence_of_zero(self, learner):
        """What no possible hypothesis allows is an error; what one of them allows is not."""
        for prior, impossible, possible in (
            ([0.5, 0.5], [0.0, 0.0], [0.0, 0.5]),
            ([0.0, 1.0], [0.7, 0.0], [0.7, 0.1]),
            ([0.4, 0.0, 0.6], [0.0, 0.9, 0.0], [1e-30, 0.9, 0.0]),
            ([1.0], [0.0], [0.3]),
        ):
            prior = np.array(prior)
            got = learner.bayes(prior, np.array(possible))
            assert_close(got, _bayes(prior, np.array(possible)))
            with pytest.raises(ValueError):
                learner.bayes(prior, np.array(impossible))

    def test_keeps_inputs(self, learner, rng):
        """Prior and likelihood are the same afterwards."""
        prior, likelihood = _distribution(rng, 4), rng.uniform(0.1, 0.9, size=4)
        got = assert_keeps_inputs(learner.bayes, prior, likelihood)
        assert_close(got, _bayes(prior, likelihood))


def _bayes_updates(prior, likelihoods):
    """Return all posteriors by plain products, whose exponents are kept apart as whole numbers."""
    mantissas, exponents = np.frexp(prior)
    rows = [prior]
    for row in likelihoods:
        mantissas, shifts = np.frexp(mantissas * np.frexp(row)[0])
        exponents = exponents + np.frexp(row)[1] + shifts
        largest = exponents[mantissas > 0].max()
        joint = np.ldexp(mantissas, np.minimum(exponents - largest, 0))
        rows.append(joint / joint.sum())
    return np.array(rows)


def _throws(heads_probs, heads):
    """Return the likelihoods of a coin's throws, one column per hypothesis."""
    return np.where(heads[:, None], heads_probs, 1.0 - heads_probs)


def _posterior_of_throws(prior, heads_probs, heads):
    """Return all posteriors from the numbers of heads and tails, so that no errors add up."""
    n_heads = np.concatenate([[0], np.cumsum(heads)])[:, None]
    n_tails = np.arange(len(heads) + 1)[:, None] - n_heads
    log_joint = np.log(prior) + n_heads * np.log(heads_probs) + n_tails * np.log(1.0 - heads_probs)
    joint = np.exp(log_joint - log_joint.max(axis=1, keepdims=True))
    return joint / joint.sum(axis=1, keepdims=True)


class TestBayesUpdates:
    def test_each_posterior_is_the_next_prior(self, learner, rng):
        """Row k is the posterior after the first k observations; row 0 is the prior."""
        for n, h in ((4, 3), (3, 2), (7, 4), (3, 3)):
            prior, likelihoods = _distribution(rng, h), rng.uniform(0.05, 0.95, size=(n, h))
            got = learner.bayes_updates(prior, likelihoods)
            assert_close(got, _bayes_updates(prior, likelihoods))

    def test_ten_thousand_observations(self, learner, rng):
        """It is stable: right after each of 10,000 observations, whose product underflows."""
        prior, heads_probs = np.array([0.2, 0.5, 0.3]), np.array([0.3, 0.31, 0.295])
        heads = rng.uniform(size=10_000) < 0.3
        truth = _posterior_of_throws(prior, heads_probs, heads)
        with no_floating_point_warnings():
            got = learner.bayes_updates(prior, _throws(heads_probs, heads))
        assert_close(got, truth, rtol=1e-6, atol=1e-7)

    def test_improbable_observations(self, learner, rng):
        """It is stable where the product of likelihoods underflows under every hypothesis."""
        prior, likelihoods = _distribution(rng, 3), rng.uniform(0.5, 1.0, size=(40, 3))
        truth = _bayes_updates(prior, likelihoods)
        for scale in (1e-12, 1e-50, 1e-90):
            with no_floating_point_warnings():
                got = learner.bayes_updates(prior, scale * likelihoods)
            assert_close(got, truth)

    def test_evidence_that_turns(self, learner, rng):
        """It is stable: a belief that would underflow comes back if later evidence favours it."""
        for n, first, heads_prob in ((668, True, 0.75), (720, False, 0.75), (4998, True, 0.99)):
            heads_probs = np.array([heads_prob, 1.0 - heads_prob])
            heads = np.array([first] * n + [not first] * (n + 3))
            prior = _distribution(rng, 2)
            with no_floating_point_warnings():
                got = learner.bayes_updates(prior, _throws(heads_probs, heads))
            truth = _posterior_of_throws(prior, heads_probs, heads)
            assert_close(got, truth, rtol=1e-6, atol=1e-7)

    def test_few_telling_observations(self, learner, rng):
        """It is stable among several beliefs, of which all but one would underflow each time."""
        likelihoods = rng.uniform(0.5, 1.0, size=(40, 3))
        for phase, improbable in enumerate(([1, 2], [0], [0, 1], [2])):
            likelihoods[10 * phase : 10 * (phase + 1), improbable] *= 1e-90
        prior = _distribution(rng, 3)
        for order in ([0, 1, 2], [2, 0, 1]):
            with no_floating_point_warnings():
                got = learner.bayes_updates(prior[order], likelihoods[:, order])
            assert_close(got, _bayes_updates(prior[order], likelihoods[:, order]))

    def test_prior_of_zero(self, learner, rng):
        """A prior of 0 stays at exactly 0, whatever the evidence, and numpy has no need to warn."""
        for place in (0, 1, 2):
            prior = _distribution(rng, 3)
            prior[place] = 0.0
            prior = _normalised(prior)
            likelihoods = 1e-90 * rng.uniform(0.5, 1.0, size=(60, 3))
            likelihoods[:, place] = 1.0
            with no_floating_point_warnings():
                got = learner.bayes_updates(prior, likelihoods)
            truth = _bayes_updates(prior, likelihoods)
            assert_close(got, truth)
            _assert_exact_zeros(got, truth)

    def test_prior_of_zero_in_a_long_text(self, learner, rng):
        """A prior of 0 stays exactly 0, even if 4,000 observations speak against the others."""
        prior, likelihoods = np.array([0.4, 0.0, 0.6]), rng.uniform(0.5, 1.0, size=(4000, 3))
        ratios = np.concatenate([prior[:1] / prior[2:], likelihoods[:, 0] / likelihoods[:, 2]])
        share = 1.0 / (1.0 + np.exp(-np.cumsum(np.log(ratios))))
        truth = np.stack([share, np.zeros_like(share), 1.0 - share], axis=1)
        likelihoods *= 1e-250
        likelihoods[:, 1] = 1.0
        with no_floating_point_warnings():
            got = learner.bayes_updates(prior, likelihoods)
        assert_close(got, truth, rtol=1e-6, atol=1e-6)
        _assert_exact_zeros(np.asarray(got)[:, 1], truth[:, 1])

    def test_likelihood_of_zero(self, learner, rng):
        """What one observation contradicts is exactly 0 from then on, without a warning."""
        for place, when in ((0, 0), (2, 3), (1, 59)):
            prior, likelihoods = _distribution(rng, 3), rng.uniform(0.5, 1.0, size=(60, 3))
            likelihoods[when + 1 :] *= 1e-90
            likelihoods[when + 1 :, place] = 1.0
            likelihoods[when, place] = 0.0
            with no_floating_point_warnings():
                got = learner.bayes_updates(prior, likelihoods)
            truth = _bayes_updates(prior, likelihoods)
            assert_close(got, truth)
            _assert_exact_zeros(got, truth)

    def test_the_last_one_left(self, learner, rng):
        """Stable: if the favourite is contradicted, others that would underflow take over."""
        for favourite in (0, 2):
            prior, likelihoods = _distribution(rng, 3), rng.uniform(0.5, 1.0, size=(12, 3))
            likelihoods[:8] *= 1e-70
            likelihoods[:8, favourite] = 1.0
            likelihoods[8, favourite] = 0.0
            with no_floating_point_warnings():
                got = learner.bayes_updates(prior, likelihoods)
            truth = _bayes_updates(prior, likelihoods)
            assert_close(got, truth)
            _assert_exact_zeros(np.asarray(got)[9:], truth[9:])

    def test_one_observation_or_hypothesis(self, learner, rng):
        """One observation gives two rows, and a single hypothesis is certain all along."""
        for n, h in ((1, 3), (4, 1), (1, 1)):
            prior, likelihoods = _distribution(rng, h), rng.uniform(0.1, 0.9, size=(n, h))
            got = learner.bayes_updates(prior, likelihoods)
            assert_close(got, _bayes_updates(prior, likelihoods))

    def test_keeps_inputs(self, learner, rng):
        """Prior and likelihoods are the same afterwards."""
        for prior in (_distribution(rng, 3), np.array([0.5, 0.0, 0.5])):
            likelihoods = rng.uniform(0.1, 0.9, size=(4, 3))
            likelihoods[2, 0] = 0.0
            got = assert_keeps_inputs(learner.bayes_updates, prior, likelihoods)
            assert_close(got, _bayes_updates(prior, likelihoods))


def _flips(rng, heads, tails):
    """Return so many heads and tails in any order."""
    return rng.permutation(np.repeat(np.array([1, 0], dtype=np.int64), [heads, tails]))


def _beta(result):
    return unpack(result, "a_new, b_new, mean, mode")


def _assert_beta(result, truth):
    for name, got, right in zip(
        ("a_new", "b_new", "mean", "mode"), _beta(result), truth, strict=True
    ):
        assert_close(got, right, what=name)


class TestBetaPosterior:
    def test_counts(self, learner, rng):
        """Heads are added to a and tails to b, in whatever order they came."""
        for a, b, heads, tails in ((1.0, 1.0, 3, 5), (2.0, 7.0, 6, 1), (4.0, 1.0, 0, 3)):
            a_new, b_new, _, _ = _beta(learner.beta_posterior(a, b, _flips(rng, heads, tails)))
            assert_close(a_new, a + heads, what="a_new")
            assert_close(b_new, b + tails, what="b_new")

    def test_mean(self, learner, rng):
        """The mean is that of the posterior, with the prior in it: no mere share of heads."""
        for a, b, heads, tails in ((1.0, 1.0, 3, 5), (2.0, 7.0, 6, 1), (30.0, 10.0, 0, 4)):
            _, _, mean, _ = _beta(learner.beta_posterior(a, b, _flips(rng, heads, tails)))
            assert_close(mean, (a + heads) / (a + heads + b + tails), what="the mean")

    def test_mode(self, learner, rng):
        """The mode is where the posterior's density is highest, and no other chance is as good."""
        for a, b, heads, tails in ((2.0, 4.0, 3, 5), (1.0, 1.0, 7, 2), (0.5, 12.0, 2, 3)):
            a_new, b_new, _, mode = _beta(learner.beta_posterior(a, b, _flips(rng, heads, tails)))
            assert_close([a_new, b_new], [a + heads, b + tails], what="a_new and b_new")
            assert_close(mode, (a + heads - 1) / (a + heads + b + tails - 2), what="the mode")

    def test_fractions_in_the_prior(self, learner, rng):
        """The prior's numbers need not be whole, and may be small or large."""
        for a, b in ((0.5, 0.5), (1e-3, 2.25), (1234.5, 1e6)):
            total = a + b + 7
            truth = [a + 4, b + 3, (a + 4) / total, (a + 3) / (total - 2)]
            _assert_beta(learner.beta_posterior(a, b, _flips(rng, 4, 3)), truth)

    def test_no_peak(self, learner, rng):
        """The mode is nan where either number of the posterior is 1 or less, silently."""
        for a, b, heads, tails in (
            (1.0, 1.0, 3, 0),
            (1.0, 1.0, 0, 2),
            (0.5, 0.5, 1, 0),  # both numbers sum to 2, and numpy would divide by 0
            (0.25, 0.75, 0, 1),
            (0.5, 3.0, 0, 4),
            (5.0, 0.125, 2, 0),
            (1.0, 8.0, 0, 5),
        ):
            with no_floating_point_warnings():
                result = learner.beta_posterior(a, b, _flips(rng, heads, tails))
            mean = (a + heads) / (a + b + heads + tails)
            _assert_beta(result, [a + heads, b + tails, mean, np.nan])
        *_, mode = _beta(learner.beta_posterior(1.0, 1.0, _flips(rng, 1, 1)))
        assert_close(mode, 0.5, what="the mode")

    def test_many_flips(self, learner, rng):
        """After many flips the prior hardly counts, and yet it does."""
        truth = [12_348.0, 6_791.0, 12_348 / 19_139, 12_347 / 19_137]
        _assert_beta(learner.beta_posterior(3.0, 2.0, _flips(rng, 12_345, 6_789)), truth)

    def test_refuses_what_is_no_flip(self, learner, rng):
        """One flip that is neither 0 nor 1 is an error, wherever it stands; 0 and 1 are none."""
        for bad, place in ((2, 0), (-1, 3), (10, 6), (3, 2)):
            flips = _flips(rng, 4, 3)
            a_new, b_new, _, _ = _beta(learner.beta_posterior(1.5, 2.0, flips))
            assert_close([a_new, b_new], [5.5, 5.0], what="a_new and b_new")
            flips[place] = bad
            with pytest.raises(ValueError):
                learner.beta_posterior(1.5, 2.0, flips)
        with pytest.raises(ValueError):  # together they look like one heads and one tails
            learner.beta_posterior(1.0, 1.0, np.array([2, -1], dtype=np.int64))

    def test_keeps_flips(self, learner, rng):
        """The flips are the same afterwards."""
        flips = np.array([1, *_flips(rng, 2, 3), 0, 1], dtype=np.int64)  # sorted in no direction
        a_new, *_ = _beta(assert_keeps_inputs(learner.beta_posterior, 1.0, 2.0, flips))
        assert_close(a_new, 5.0, what="a_new")


def _values(rng, n):
    """Return values that are far apart, the last ones first."""
    return 4.0 * np.roll(np.arange(n), 1) + rng.uniform(-3.0, -2.0, size=n)


def _expectation(values, probs):
    return math.fsum(v * p for v, p in zip(values.tolist(), probs.tolist(), strict=True))


def _variance(values, probs):
    """Return the variance from the distances of all pairs, without a mean."""
    gaps = values[:, None] - values
    return 0.5 * math.fsum((gaps**2 * np.outer(probs, probs)).ravel().tolist())


def _refuses(function, values, probs):
    with pytest.raises(ValueError):
        function(values, np.array(probs))


def _refuses_negative_probabilities(function, values, rng):
    """Try one negative probability in each place, large and small, where the sum is 1."""
    for place, size in ((0, 0.5), (1, 0.01), (2, 1e-6), (3, 1e-9), (0, 1e-11)):
        probs = _distribution(rng, 3) * (1.0 + size)
        probs = np.insert(probs, place, -size)
        _refuses(function, values, probs)
    _refuses(function, values, [0.0, 2.0, 0.0, -1.0])


def _refuses_other_sums(function, values, rng):
    for excess in (0.5, -0.1, 1e-3, -1e-6, 2e-7, -2e-8, 1.5e-8, -1.5e-8):
        _refuses(function, values, _distribution(rng, 4) * (1.0 + excess))
    _refuses(function, values, [0.0] * 4)
    _refuses(function, values, [0.25, -0.25, 0.5, 0.0])  # their magnitudes sum to 1


class TestExpectation:
    def test_weights_values_with_probabilities(self, learner, rng):
        """It is the sum of the values, each times its probability, in whatever order they come."""
        for n in (2, 3, 7):
            values, probs = _values(rng, n), _distribution(rng, n)
            assert_close(learner.expectation(values, probs), _expectation(values, probs))

    def test_large_values(self, learner, rng):
        """It is stable around a billion, where digits get lost: right to a small part of 1."""
        for n in (2, 5):
            values, probs = 1e9 + rng.normal(0.0, 5.0, size=n), _distribution(rng, n)
            with no_floating_point_warnings():
                got = learner.expectation(values, probs)
            assert_close(got, _expectation(values, probs), rtol=1e-12)

    def test_improbable_and_certain_values(self, learner, rng):
        """Values of probability 0 do not count, and a certain value is the mean."""
        values = _values(rng, 5)
        values[2] = 1e5
        for probs in ([0.0, 0.25, 0.0, 0.75, 0.0], [0.0, 0.0, 0.0, 0.0, 1.0], [1.0, 0, 0, 0, 0]):
            probs = np.array(probs)
            assert_close(learner.expectation(values, probs), _expectation(values, probs))
        assert_close(learner.expectation(values[:1], np.array([1.0])), values[0])

    def test_huge_and_improbable_values(self, learner, rng):
        """A value that hardly ever occurs counts all the same if it is large enough."""
        rare = 2.0**-50
        values = np.array([0.0, 1.0, 2.0**52 * float(rng.uniform(1.0, 2.0))])
        probs = np.array([0.25, 0.75 - rare, rare])
        assert_close(learner.expectation(values, probs), _expectation(values, probs))

    def test_refuses_negative_probabilities(self, learner, rng):
        """A negative probability is an error, even if the sum is 1; one of 0 is not."""
        values, probs = _values(rng, 4), np.array([0.0, 0.5, 0.5, 0.0])
        assert_close(learner.expectation(values, probs), _expectation(values, probs))
        _refuses_negative_probabilities(learner.expectation, values, rng)

    def test_refuses_other_sums(self, learner, rng):
        """A sum further from 1 than 1e-8 is an error, above and below; a nearer one is not."""
        values = _values(rng, 4)
        for excess in (0.0, 7e-9, -7e-9):
            probs = _distribution(rng, 4) * (1.0 + excess)
            got = learner.expectation(values, probs)
            assert_close(got, _expectation(values, probs), rtol=1e-7, atol=1e-7)
        _refuses_other_sums(learner.expectation, values, rng)

    def test_keeps_inputs(self, learner, rng):
        """Values and probabilities are the same afterwards."""
        values, probs = _values(rng, 4), _distribution(rng, 4)
        got = assert_keeps_inputs(learner.expectation, values, probs)
        assert_close(got, _expectation(values, probs))


class TestVariance:
    def test_expected_squared_distance(self, learner, rng):
        """It is the expected squared distance from the mean, each value with its probability."""
        for n in (2, 3, 7):
            values, probs = _values(rng, n), _distribution(rng, n)
            assert_close(learner.variance(values, probs), _variance(values, probs))

    def test_large_values(self, learner, rng):
        """It is stable around a billion, where squares cancel: a shift changes no spread."""
        for n, spread in ((2, 2.0), (5, 4.0), (5, 100.0)):
            values = 1e9 + spread * rng.uniform(0.5, 1.0) * np.arange(n)[::-1]
            probs = _distribution(rng, n)
            with no_floating_point_warnings():
                got = learner.variance(values, probs)
            # A mean of 1e9 has an error of 1e-7, which a running variance may pass on.
            assert_close(got, _variance(values - 1e9, probs), rtol=1e-5)

    def test_certain_values(self, learner, rng):
        """A certain value has variance 0, wherever it is; values of probability 0 do not count."""
        values = _values(rng, 4)
        for probs in ([0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0, 0.25, 0.75, 0.0]):
            probs = np.array(probs)
            assert_close(learner.variance(values, probs), _variance(values, probs))
        for value in (5.0, 1e9):
            assert_close(learner.variance(np.array([value]), np.array([1.0])), 0.0)

    def test_huge_and_improbable_values(self, learner, rng):
        """A value that hardly ever occurs counts all the same if it is large enough."""
        rare = 2.0**-50
        values = np.array([0.0, 1.0, 2.0**27 * float(rng.uniform(1.0, 2.0))])
        probs = np.array([0.25, 0.75 - rare, rare])
        assert_close(learner.variance(values, probs), _variance(values, probs))

    def test_refuses_negative_probabilities(self, learner, rng):
        """A negative probability is an error, even if the sum is 1; one of 0 is not."""
        values, probs = _values(rng, 4), np.array([0.0, 0.5, 0.5, 0.0])
        assert_close(learner.variance(values, probs), _variance(values, probs))
        _refuses_negative_probabilities(learner.variance, values, rng)

    def test_refuses_other_sums(self, learner, rng):
        """A sum further from 1 than 1e-8 is an error, above and below; a nearer one is not."""
        values = _values(rng, 4)
        for excess in (0.0, 7e-9, -7e-9):
            probs = _distribution(rng, 4) * (1.0 + excess)
            got = learner.variance(values, probs)
            assert_close(got, _variance(values, probs), rtol=1e-6, atol=1e-6)
        _refuses_other_sums(learner.variance, values, rng)

    def test_keeps_inputs(self, learner, rng):
        """Values and probabilities are the same afterwards."""
        values, probs = _values(rng, 4), _distribution(rng, 4)
        got = assert_keeps_inputs(learner.variance, values, probs)
        assert_close(got, _variance(values, probs))


def _factor(rng, d):
    """Return F, for which F Fᵀ is a covariance matrix with variables that vary together."""
    return rng.normal(size=(d, d)) + 0.7


def _variance_of_sum(weights, F):
    """Return the variance of a sum of independent variables with the variances 1 behind it."""
    return math.fsum(math.fsum((weights * column).tolist()) ** 2 for column in F.T)


class TestVarianceOfSum:
    def test_independent_variables(self, learner, rng):
        """Independent variables add up with the squares of their weights."""
        for d in (2, 4):
            weights, variances = rng.uniform(-3.0, 3.0, size=d), rng.uniform(0.5, 2.0, size=d)
            got = learner.variance_of_sum(weights, np.diag(variances))
            assert_close(got, math.fsum((weights**2 * variances).tolist()))

    def test_every_pair_counts(self, learner, rng):
        """Every entry of the matrix counts, with both weights: positive or negative ones."""
        for d in (2, 3, 6):
            F = _factor(rng, d)
            weights = rng.uniform(0.5, 2.0, size=d)
            for signs in (np.ones(d), np.where(np.arange(d) % 2 == 0, 1.0, -1.0)):
                got = learner.variance_of_sum(signs * weights, F @ F.T)
                assert_close(got, _variance_of_sum(signs * weights, F), rtol=1e-7)

    def test_some_variables_only(self, learner, rng):
        """A weight of 0 leaves a variable out, and one that never varies adds nothing."""
        F, weights = _factor(rng, 4), rng.uniform(0.5, 2.0, size=4)
        weights[1], F[2] = 0.0, 0.0
        truth = _variance_of_sum(weights, F)
        assert_close(learner.variance_of_sum(weights, F @ F.T), truth, rtol=1e-7)

    def test_one_variable(self, learner, rng):
        """For one variable it is the square of the weight times the variance, one number."""
        weight, variance = (float(x) for x in rng.uniform(1.5, 3.0, size=2))
        got = learner.variance_of_sum(np.array([-weight]), np.array([[variance]]))
        assert_close(got, weight**2 * variance)

    def test_any_unit(self, learner, rng):
        """Tiny variances are not 0, and huge ones come out as well."""
        F, weights = _factor(rng, 3), rng.uniform(0.5, 2.0, size=3)
        truth = _variance_of_sum(weights, F)
        for scale in (1e-40, 1e-12, 1e12, 1e40):
            got = learner.variance_of_sum(weights, scale * (F @ F.T))
            assert_close(got, scale * truth, rtol=1e-7, atol=0.0)

    def test_nearly_cancelled(self, learner, rng):
        """Two variables that nearly cancel leave a little, which is no rounding."""
        for power, scale in ((20, 1.0), (30, 1.0), (26, 2.0**-40)):
            variance, gap = scale * float(rng.integers(1, 9)), scale * 2.0**-power
            cov = np.array([[variance, variance - gap], [variance - gap, variance]])
            got = learner.variance_of_sum(np.array([1.0, -1.0]), cov)
            assert_close(got, 2 * gap, rtol=1e-5, atol=0.0)

    def test_never_below_zero(self, learner, rng):
        """Variables that cancel leave 0, and rounding never takes the result below it."""
        for k in range(40):
            spread = rng.uniform(0.5, 2.0, size=3)
            weights = np.cross(spread, rng.normal(size=3))
            scale = (1.0, 1e-12, 1e12)[k % 3]
            cov = scale * np.outer(spread, spread)
            got = learner.variance_of_sum(weights, cov)
            assert_close(got, 0.0, atol=1e-12 * scale)
            assert_within(got, 0.0)
            if k < 3:  # the same matrix, where nothing cancels
                truth = scale * float(spread @ spread) ** 2
                assert_close(learner.variance_of_sum(spread, cov), truth, atol=0.0)

    def test_keeps_inputs(self, learner, rng):
        """Weights and covariances are the same afterwards."""
        F, weights = _factor(rng, 3), rng.uniform(0.5, 2.0, size=3)
        got = assert_keeps_inputs(learner.variance_of_sum, weights, F @ F.T)
        assert_close(got, _variance_of_sum(weights, F), rtol=1e-7)


def _labels(values):
    return np.array(values, dtype=np.int64)


def _documents(rng, y, v):
    """Return word counts of documents that differ much in length."""
    lengths = rng.integers(1, 40, size=len(y))
    shares = rng.dirichlet(np.full(v, 2.0), size=len(y))
    return np.array([rng.multinomial(*pair) for pair in zip(lengths, shares, strict=True)], float)


def _fit(X, y, n_classes, alpha=1.0):
    """Return both tables by counting one word at a time."""
    n, v = X.shape
    log_prior, log_likelihood = np.full(n_classes, -np.inf), np.zeros((n_classes, v))
    for c in range(n_classes):
        members = [row for row, label in zip(X.tolist(), y.tolist(), strict=True) if label == c]
        if members:
            log_prior[c] = math.log(len(members) / n)
        counts = [sum(row[w] for row in members) for w in range(v)]
        for w in range(v):
            log_likelihood[c, w] = math.log((counts[w] + alpha) / (sum(counts) + alpha * v))
    return log_prior, log_likelihood


def _assert_fit(result, truth):
    names = ("log_prior", "log_likelihood")
    parts = unpack(result, ", ".join(names))
    for name, part, right in zip(names, parts, truth, strict=True):
        assert_close(part, right, what=name)


class TestNaiveBayesFit:
    def test_prior(self, learner, rng):
        """The prior is the log of each class's share of documents, however long they are."""
        for y, n_classes in (([2, 0, 1, 2, 2, 0], 3), ([1, 0, 0, 0], 2), ([3, 1, 0, 2, 3], 4)):
            y = _labels(y)
            result = learner.naive_bayes_fit(_documents(rng, y, 4), y, n_classes)
            log_prior, _ = unpack(result, "log_prior, log_likelihood")
            truth = np.log([np.mean(y == c) for c in range(n_classes)])
            assert_close(log_prior, truth, what="log_prior")

    def test_likelihood(self, learner, rng):
        """A likelihood is the log of a word's share of a class's words, with 1 more of each."""
        for y, n_classes, v in (([2, 0, 1, 2, 2, 0], 3, 5), ([1, 0, 0, 1, 0], 2, 3)):
            y = _labels(y)
            X = _documents(rng, y, v)
            result = learner.naive_bayes_fit(X, y, n_classes)
            _, log_likelihood = unpack(result, "log_prior, log_likelihood")
            assert_close(log_likelihood, _fit(X, y, n_classes)[1], what="log_likelihood")

    def test_alpha(self, learner, rng):
        """Alpha is added to the count of each word, and only there, be it large or small."""
        y = _labels([1, 0, 2, 1, 1])
        X = _documents(rng, y, 4)
        X[:, 2] = 0.0
        X[:, 0] += 1.0  # no document is without words
        for alpha in (0.5, 10.0, 1e-3, 1e-60):
            _assert_fit(learner.naive_bayes_fit(X, y, 3, alpha), _fit(X, y, 3, alpha))
        result = learner.naive_bayes_fit(X, y, n_classes=3, alpha=2.5)
        _assert_fit(result, _fit(X, y, 3, 2.5))

    def test_class_without_documents(self, learner, rng):
        """A class without documents has log prior -inf and uniform words, without a warning."""
        for y, n_classes in (([1, 2, 1, 2], 3), ([0, 2, 2], 3), ([0, 1, 0, 0], 4)):
            y = _labels(y)
            X = _documents(rng, y, 5)
            for alpha in (1.0, 0.01):
                with no_floating_point_warnings():
                    result = learner.naive_bayes_fit(X, y, n_classes, alpha)
                _assert_fit(result, _fit(X, y, n_classes, alpha))

    def test_documents_without_words(self, learner, rng):
        """A document without words counts for the prior and for nothing else."""
        y = _labels([1, 0, 2, 0, 1])
        X = _documents(rng, y, 3)
        X[[1, 2]] = 0.0
        _assert_fit(learner.naive_bayes_fit(X, y, 3), _fit(X, y, 3))
        _assert_fit(learner.naive_bayes_fit(X, y, 4, 0.2), _fit(X, y, 4, 0.2))

    def test_axes_of_length_one(self, learner, rng):
        """One document, one word, one class: the shapes remain."""
        for y, n_classes, v in (([1], 2, 3), ([0, 1, 1], 2, 1), ([0, 0], 1, 3), ([0], 1, 1)):
            y = _labels(y)
            X = _documents(rng, y, v)
            X[0] += 100.0  # its class has more than its share of words
            _assert_fit(learner.naive_bayes_fit(X, y, n_classes), _fit(X, y, n_classes))

    def test_keeps_inputs(self, learner, rng):
        """Counts and classes are the same afterwards."""
        y = _labels([1, 0, 2, 0])
        X = _documents(rng, y, 4)
        result = assert_keeps_inputs(learner.naive_bayes_fit, X, y, 3)
        _assert_fit(result, _fit(X, y, 3))


def _classifier(rng, c, v):
    words = rng.uniform(0.1, 1.0, size=(c, v))
    return np.log(_distribution(rng, c)), np.log(words / words.sum(axis=1, keepdims=True))


def _classifier_with(rng, first_word, v):
    """Return a classifier in which the first word has these probabilities in the classes."""
    first_word = np.array(first_word)[:, None]
    words = rng.uniform(0.1, 1.0, size=(len(first_word), v - 1))
    words *= (1.0 - first_word) / words.sum(axis=1, keepdims=True)
    return np.log(_distribution(rng, len(words))), np.log(np.hstack([first_word, words]))


def _few_words(rng, n, v):
    """Return word counts of short documents, none of which is without words."""
    X = rng.integers(0, 4, size=(n, v)).astype(float)
    X[:, 0] += 1.0
    return X


def _log_posterior(X, log_prior, log_likelihood):
    """Return Bayes' theorem taken literally, with products; for short documents."""
    products = np.exp(log_likelihood) ** X[:, None, :]  # (n, c, v)
    joint = np.exp(log_prior) * products.prod(axis=2)
    with np.errstate(divide="ignore"):
        return np.log(joint / joint.sum(axis=1, keepdims=True))


class TestNaiveBayesLogPosterior:
    def test_bayes_with_all_words(self, learner, rng):
        """It is the log of the posterior: prior times each word's probability, normalised."""
        for n, c, v in ((4, 3, 5), (2, 4, 3), (3, 3, 3)):
            log_prior, log_likelihood = _classifier(rng, c, v)
            X = _few_words(rng, n, v)
            got = learner.naive_bayes_log_posterior(X, log_prior, log_likelihood)
            assert_close(got, _log_posterior(X, log_prior, log_likelihood))

    def test_long_documents(self, learner, rng):
        """It is stable for 100,000 words, whose product underflows in every class alike."""
        log_prior, log_likelihood = _classifier_with(rng, [0.4, 0.4, 0.4], 4)
        log_likelihood = np.insert(log_likelihood, 1, np.log(0.3), axis=1)
        log_likelihood[:, 2:] += np.log(0.5)
        few = _few_words(rng, 2, 5)
        many = few.copy()
        # These words are equally probable in all classes, and one document has far more of them.
        many[:, :2] += np.array([[45_000], [49_000]]) + rng.integers(1000, size=(2, 2))
        truth = _log_posterior(few, log_prior, log_likelihood)
        with no_floating_point_warnings():
            got = learner.naive_bayes_log_posterior(many, log_prior, log_likelihood)
        assert_close(got, truth, rtol=1e-9, atol=1e-6)

    def test_improbable_classes(self, learner, rng):
        """Stable: a class whose probability underflows to 0 yet has a finite, right log."""
        for n_words, first_word in (
            (700.0, [0.9, 0.3, 0.1]),
            (3000.0, [0.3, 0.1, 0.9]),
            (1e5, [0.1, 0.9, 0.3]),
        ):
            log_prior, log_likelihood = _classifier_with(rng, first_word, 4)
            X = np.array([[n_words, 0.0, 0.0, 0.0], [n_words, 1.0, 0.0, 2.0]])
            with no_floating_point_warnings():
                got = learner.naive_bayes_log_posterior(X, log_prior, log_likelihood)
            joint = X @ log_likelihood.T + log_prior
            assert_close(got, joint - joint.max(axis=1, keepdims=True), rtol=1e-9, atol=1e-6)

    def test_long_and_short_documents(self, learner, rng):
        """It is stable for long documents, which underflow, and short ones side by side."""
        log_prior, log_likelihood = _classifier_with(rng, [0.4, 0.4, 0.4], 4)
        few = _few_words(rng, 4, 4)
        truth = _log_posterior(few, log_prior, log_likelihood)
        many = few.copy()
        many[[0, 2], 0] += np.array([1e5, 2000.0])
        for order in (slice(None), slice(None, None, -1)):
            with no_floating_point_warnings():
                got = learner.naive_bayes_log_posterior(many[order], log_prior, log_likelihood)
            assert_close(got, truth[order], rtol=1e-9, atol=1e-6)

    def test_impossible_classes(self, learner, rng):
        """A class whose log prior is -inf gets -inf, and the others are as if it were not there."""
        for places in ([0], [3], [0, 2]):
            log_prior, log_likelihood = _classifier(rng, 4, 3)
            log_prior[places] = -np.inf
            log_prior -= np.log(np.exp(log_prior).sum())
            X = _few_words(rng, 3, 3)
            with no_floating_point_warnings():
                got = learner.naive_bayes_log_posterior(X, log_prior, log_likelihood)
            assert_close(got, _log_posterior(X, log_prior, log_likelihood))

    def test_axes_of_length_one(self, learner, rng):
        """One document, one word, one class: the shapes remain, and one class is certain."""
        for n, c, v in ((1, 3, 4), (3, 2, 1), (3, 1, 4), (1, 1, 1)):
            log_prior, log_likelihood = _classifier(rng, c, v)
            X = rng.integers(1, 4, size=(n, v)).astype(float)
            got = learner.naive_bayes_log_posterior(X, log_prior, log_likelihood)
            assert_close(got, _log_posterior(X, log_prior, log_likelihood))

    def test_document_without_words(self, learner, rng):
        """Without words the posterior is the prior."""
        log_prior, log_likelihood = _classifier(rng, 4, 3)
        X = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 2.0], [0.0, 0.0, 0.0]])
        got = learner.naive_bayes_log_posterior(X, log_prior, log_likelihood)
        assert_close(got, _log_posterior(X, log_prior, log_likelihood))

    def test_keeps_inputs(self, learner, rng):
        """Counts, priors and likelihoods are the same afterwards."""
        log_prior, log_likelihood = _classifier(rng, 3, 4)
        log_prior += 1e-12
        X = _few_words(rng, 2, 4)
        got = assert_keeps_inputs(learner.naive_bayes_log_posterior, X, log_prior, log_likelihood)
        assert_close(got, _log_posterior(X, log_prior, log_likelihood))


def _answers(rng, n, n_bins):
    """Return confidences that keep off the edges of all bins, and which answers were right.

    No bin is empty if there are answers enough, and they reach from nearly 0 to nearly 1.
    """
    bins = rng.integers(n_bins, size=n)
    if n >= n_bins:
        bins[-n_bins:] = np.arange(n_bins)
    places = bins + rng.uniform(0.1, 0.9, size=n)
    places[0], places[-1] = 1e-9, n_bins - 1e-9
    return rng.permutation(places) / n_bins, rng.integers(2, size=n, dtype=np.int64)


def _calibration_error(confidence, correct, n_bins=10):
    """Return the error bin by bin, from exact edges and means."""
    pairs = list(zip(map(Fraction, confidence.tolist()), correct.tolist(), strict=True))
    error = 0.0
    for i in range(n_bins):
        low, high = Fraction(i, n_bins), Fraction(i + 1, n_bins)
        members = [pair for pair in pairs if low < pair[0] <= high or (i == 0 and pair[0] == 0)]
        if members:
            mean = sum(c for c, _ in members) / len(members)
            share = Fraction(sum(right for _, right in members), len(members))
            error += float(abs(share - mean)) * len(members) / len(pairs)
    return error


class TestCalibrationError:
    def test_one_bin(self, learner, rng):
        """Within a bin it is the distance of two means: confidence, and the share of right ones."""
        for low, n, right in ((0.1, 5, 4), (0.6, 8, 2), (0.9, 3, 3)):
            confidence = low + np.linspace(0.01, 0.08, n) + rng.uniform(0.0, 0.005, size=n)
            correct = _flips(rng, right, n - right)
            truth = abs(right / n - math.fsum(confidence) / n)
            assert_close(learner.calibration_error(confidence, correct), truth)

    def test_weights_of_the_bins(self, learner, rng):
        """Each bin counts as much as it holds, and bins without answers do not count."""
        confidence = np.array([0.95] * 7 + [0.42] * 2 + [0.13]) - rng.uniform(0.0, 0.01, size=10)
        correct = np.array([1, 1, 1, 0, 1, 1, 1, 0, 1, 0], dtype=np.int64)
        order = rng.permutation(10)
        truth = _calibration_error(confidence, correct)
        assert_close(learner.calibration_error(confidence[order], correct[order]), truth)

    def test_too_sure_and_too_unsure(self, learner, rng):
        """Being too sure in one bin does not make up for being too unsure in another."""
        confidence = np.array([0.95, 0.94, 0.32, 0.33]) + rng.uniform(-0.01, 0.01, size=4)
        correct = np.array([0, 1, 1, 1], dtype=np.int64)
        truth = _calibration_error(confidence, correct)
        assert_close(learner.calibration_error(confidence, correct), truth)

    def test_many_answers(self, learner, rng):
        """It is right for answers in all bins, and in any order."""
        for n in (40, 500):
            confidence, correct = _answers(rng, n, 10)
            truth = _calibration_error(confidence, correct)
            assert_close(learner.calibration_error(confidence, correct), truth)

    def test_number_of_bins(self, learner, rng):
        """As many bins as are asked for, be it a single one or more than answers."""
        for n_bins in (1, 2, 3, 7, 15, 20, 100):
            confidence, correct = _answers(rng, 30, n_bins)
            got = learner.calibration_error(confidence, correct, n_bins)
            assert_close(got, _calibration_error(confidence, correct, n_bins))
        confidence, correct = _answers(rng, 12, 5)
        got = learner.calibration_error(confidence, correct, n_bins=5)
        assert_close(got, _calibration_error(confidence, correct, 5))

    def test_upper_edges(self, learner, rng):
        """A confidence on an edge belongs to the bin below it, and one of 1 to the last bin."""
        for n_bins in (2, 4, 8):
            edges = np.arange(1, n_bins + 1) / n_bins
            inside = edges - rng.uniform(0.8, 0.9, size=n_bins) / n_bins
            inside[0] += 0.5 / n_bins
            # What is right on an edge is wrong inside: no bin can do with another's edge.
            right = edges < 1
            confidence = np.concatenate([inside, edges, [1.0]])
            correct = np.concatenate([~right, right, [False]]).astype(np.int64)
            got = learner.calibration_error(confidence, correct, n_bins)
            assert_close(got, _calibration_error(confidence, correct, n_bins))

    def test_confidence_of_zero(self, learner, rng):
        """A confidence of 0 belongs to the first bin: such answers are not forgotten."""
        confidence = np.array([0.0, 0.0, 0.0, *rng.uniform(0.06, 0.08, size=2), 0.55])
        correct = np.array([1, 1, 0, 0, 0, 1], dtype=np.int64)
        got = learner.calibration_error(confidence, correct)
        assert_close(got, _calibration_error(confidence, correct))
        nothing = np.zeros(3)
        assert_close(learner.calibration_error(nothing, np.ones(3, dtype=np.int64)), 1.0)

    def test_all_right_or_all_wrong(self, learner, rng):
        """If all answers are alike, the error is how far the mean confidence is from that."""
        for right in (0, 1):
            confidence, _ = _answers(rng, 20, 10)
            correct = np.full(20, right, dtype=np.int64)
            truth = abs(right - math.fsum(confidence) / 20)
            assert_close(learner.calibration_error(confidence, correct), truth)

    def test_one_answer(self, learner, rng):
        """One answer is off by what was missing to 0 or 1, and the result is one number."""
        for right in (0, 1):
            confidence = rng.uniform(0.31, 0.39, size=1)
            got = learner.calibration_error(confidence, np.array([right], dtype=np.int64))
            assert_close(got, abs(right - float(confidence[0])))

    def test_keeps_inputs(self, learner, rng):
        """Confidences and answers are the same afterwards, in the same order."""
        confidence = np.array([0.75, 0.21, 0.79, 0.28, 0.43, 0.71, 0.24])
        correct = np.array([1, 1, 0, 1, 0, 1, 0], dtype=np.int64)
        got = assert_keeps_inputs(learner.calibration_error, confidence, correct)
        assert_close(got, _calibration_error(confidence, correct))
