"""Compare week 3's softmax module with scipy, exact rational arithmetic, and PyTorch."""

from fractions import Fraction

import numpy as np
import pytest

from kata.comparisons import assert_close, assert_same

special = pytest.importorskip("scipy.special", reason="scipy is the oracle of softmax")

AXES = [-1, 0, 1, -2]


def _logits(rng, scale):
    """Return logits (4, 3, 5) of which some are −inf, and no row or column entirely."""
    logits = scale * rng.uniform(-1.0, 1.0, size=(4, 3, 5))
    logits[rng.random(size=logits.shape) < 0.2] = -np.inf
    logits[0], logits[:, 1], logits[..., 2] = scale, -scale, 0.5 * scale
    return logits


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_agrees_with_scipy(solutions, rng, axis, scale):
    """Log-sum-exp, softmax and log-softmax are scipy's, on every axis, −inf included."""
    x = _logits(rng, scale)
    assert_close(solutions.logsumexp(x, axis), special.logsumexp(x, axis=axis))
    assert_close(solutions.log_softmax(x, axis), special.log_softmax(x, axis=axis))
    for temperature in (1.0, 0.3, 1e-6, 1e5):
        truth = special.softmax(x / temperature, axis=axis)
        assert_close(solutions.softmax(x, axis, temperature), truth, rtol=1e-6)


def test_logsumexp_of_nothing(solutions):
    """Rows of −inf are −inf in scipy as well."""
    x = np.array([[-np.inf, -np.inf], [0.0, -np.inf]])
    for axis in (0, 1):
        assert_close(solutions.logsumexp(x, axis), special.logsumexp(x, axis=axis))


def test_cross_entropy_agrees_with_scipy(solutions, rng):
    """It is the mean of the entropy of the target and its relative entropy."""
    probs, targets = rng.dirichlet(np.ones(5), size=(2, 3, 4))
    targets[0, 0], probs[0, 0] = [0.0, 0.5, 0.5, 0.0, 0.0], [0.0, 1e-200, 0.3, 0.7, 0.0]
    terms = special.entr(targets) + special.rel_entr(targets, probs)
    assert_close(solutions.cross_entropy(probs, targets), terms.sum(axis=-1).mean())
    probs[1, 1], targets[1, 1] = [0.0, 1.0, 0.0, 0.0, 0.0], 0.2
    assert np.isinf(special.rel_entr(targets, probs)).any()
    assert_close(solutions.cross_entropy(probs, targets), np.inf)


def test_losses_agree_with_torch(solutions, torch, rng):
    """Losses are PyTorch's, from labels and from distributions, masked classes included."""
    labels = rng.integers(5, size=7)
    for scale in (1.0, 1e4):
        logits = scale * rng.uniform(-1.0, 1.0, size=(7, 5))
        logits[np.arange(7), (labels + 1) % 5] = -np.inf
        truth = torch.nn.functional.cross_entropy(torch.tensor(logits), torch.tensor(labels))
        assert_close(solutions.cross_entropy_from_logits(logits, labels), truth.item())
    logits, targets = rng.normal(size=(7, 5)), rng.dirichlet(np.ones(5), size=7)
    truth = torch.nn.functional.cross_entropy(torch.tensor(logits), torch.tensor(targets))
    assert_close(solutions.cross_entropy(special.softmax(logits, axis=1), targets), truth.item())


def test_one_hot_agrees_with_torch(solutions, torch, rng):
    """It is torch.nn.functional.one_hot, as floats."""
    for shape in ((), (4,), (2, 3)):
        labels = rng.integers(6, size=shape)
        truth = torch.nn.functional.one_hot(torch.tensor(labels), 6).numpy()
        assert_same(solutions.one_hot(labels, 6), truth.astype(float))


def test_top_k_agrees_with_torch(solutions, torch, rng):
    """It is the softmax of what torch.topk finds."""
    logits = rng.normal(size=9)
    for k in range(1, 10):
        values, places = torch.topk(torch.tensor(logits), k)
        truth = np.zeros(9)
        truth[places.numpy()] = torch.softmax(values, dim=0).numpy()
        assert_close(solutions.top_k(logits, k), truth)


def test_filters_agree_with_exact_sums(solutions, rng):
    """With weights that are whole numbers every sum is exact, and so are k and p at a border."""
    weights = np.array([4, 1, 8, 1, 2, 8, 4, 4])  # of 32
    order = [2, 5, 0, 6, 7, 4, 1, 3]
    logits = np.log2(weights) * np.log(2.0)
    for k in range(1, 9):
        truth = np.zeros(8)
        truth[order[:k]] = weights[order[:k]] / weights[order[:k]].sum()
        assert_close(solutions.top_k(logits, k), truth)
        reached = Fraction(int(weights[order[:k]].sum()), 32)
        assert_close(solutions.top_p(logits, float(reached - Fraction(1, 1000))), truth)
