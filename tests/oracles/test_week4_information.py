"""Compare week 4's information measures with scipy, scikit-learn and PyTorch."""

import numpy as np
import pytest

from kata.comparisons import assert_close

BASES = [2, np.e, 10]


@pytest.fixture(scope="module")
def stats():
    return pytest.importorskip("scipy.stats", reason="scipy is the oracle of entropies")


def _distributions(rng, shape, zeros=0.0):
    """Return distributions along the last axis, in which some entries are exactly 0."""
    p = rng.gamma(1.0, size=shape) * (rng.uniform(size=shape) >= zeros)
    p[..., 0] += 0.01
    return p / p.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("base", BASES)
def test_entropies_agree_with_scipy(solutions, stats, rng, base):
    """Entropy and divergence are scipy's, infinities included."""
    p, q = _distributions(rng, (4, 50, 6), zeros=0.1), _distributions(rng, (4, 50, 6), zeros=0.05)
    assert_close(solutions.entropy(p, base), stats.entropy(p, base=base, axis=-1))
    divergence = stats.entropy(p, q, base=base, axis=-1)
    assert 0 < np.mean(np.isinf(divergence)) < 1
    assert_close(solutions.kl_divergence(p, q, base), divergence)
    cross = divergence + stats.entropy(p, base=base, axis=-1)
    assert_close(solutions.cross_entropy(p, q, base), cross)


@pytest.mark.parametrize("base", BASES)
def test_jensen_shannon_agrees_with_scipy(solutions, rng, base):
    """It is the square of scipy's Jensen-Shannon distance."""
    distance = pytest.importorskip("scipy.spatial.distance", reason="scipy is the oracle")
    for zeros in (0.0, 0.3, 0.6):
        p, q = _distributions(rng, (2, 7), zeros=zeros)
        assert_close(solutions.js_divergence(p, q, base), distance.jensenshannon(p, q, base) ** 2)


def test_jensen_shannon_of_the_least_numbers(solutions):
    """It is finite also where half of a probability is no number any more."""
    p, q = np.array([1.0, 5e-324, 0.0]), np.array([0.0, 0.0, 1.0])
    assert_close(solutions.js_divergence(p, q), 1.0)
    assert_close(solutions.js_divergence(p, np.array([1.0, 0.0, 5e-324])), 0.0)


@pytest.mark.parametrize("base", BASES)
def test_tables_agree_with_scikit_learn(solutions, rng, base):
    """Mutual information is scikit-learn's, and conditional entropy what it leaves over."""
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is the oracle")
    for shape in ((3, 5), (4, 2), (6, 6)):
        counts = rng.integers(0, 4, size=shape)
        counts[1], counts[:, 0] = 0, 0
        counts[0, 1] += 1
        joint = counts / counts.sum()
        truth = metrics.mutual_info_score(None, None, contingency=counts) / np.log(base)
        assert_close(solutions.mutual_information(joint, base), truth)
        for given in (0, 1):
            other = solutions.entropy(joint.sum(axis=given), base)
            got = solutions.conditional_entropy(joint, given, base)
            assert_close(got, float(other - truth))


def test_losses_agree_with_torch(solutions, rng):
    """Cross-entropy is what nanoGPT trains on, and perplexity its exponential."""
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle of losses")
    logits, labels = torch.tensor(rng.normal(size=(9, 5))), torch.tensor(rng.integers(5, size=9))
    loss = torch.nn.functional.cross_entropy(logits, labels)
    probs, one_hot = torch.softmax(logits, dim=-1).numpy(), np.eye(5)[labels.numpy()]
    assert_close(solutions.cross_entropy(one_hot, probs, np.e).mean(), loss.item())
    log_probs = torch.log_softmax(logits, dim=-1)[torch.arange(9), labels]
    assert_close(solutions.perplexity(log_probs.numpy()), torch.exp(loss).item())
    log_q, p = torch.log(torch.tensor(probs)), torch.tensor(one_hot)
    kl = torch.nn.functional.kl_div(log_q, p, reduction="none").sum(dim=-1)
    assert_close(solutions.kl_divergence(one_hot, probs, np.e), kl.numpy())


@pytest.mark.parametrize("base", BASES)
def test_temperature_agrees_with_scipy(solutions, stats, rng, base):
    """It is the root that scipy's brentq finds, between both limits."""
    special = pytest.importorskip("scipy.special", reason="scipy is the oracle of softmax")
    optimize = pytest.importorskip("scipy.optimize", reason="scipy is the oracle of roots")
    for scale in (1e-3, 1.0, 1e4):
        logits = scale * rng.normal(size=6)
        logits[[1, 4]] = logits.max() + 0.1 * scale
        for share in (0.01, 0.5, 0.99):
            target = ((1 - share) * np.log(2) + share * np.log(6)) / np.log(base)

            def excess(log_t, logits=logits, target=target):
                p = special.softmax(logits / np.exp(log_t))
                return stats.entropy(p, base=base) - target

            middle = np.log(scale)
            log_t = optimize.brentq(excess, middle - 9, middle + 9, xtol=1e-13, rtol=1e-14)
            got = solutions.temperature_for_entropy(logits, target, base)
            assert_close(got, float(np.exp(log_t)), rtol=1e-9, atol=0.0)
