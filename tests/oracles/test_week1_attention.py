"""Compare week 1's attention with scipy and torch, which others wrote."""

import numpy as np
import pytest

from kata.comparisons import assert_close

BATCHES = [(), (2,), (3, 2)]


@pytest.fixture(params=BATCHES, ids=str)
def batch(request):
    """Return the batch axes."""
    return request.param


def test_softmax_agrees_with_scipy(solutions, batch):
    """The given softmax is scipy's, also for large scores."""
    scipy_special = pytest.importorskip("scipy.special", reason="scipy is the oracle of softmax")
    scores = np.random.default_rng(1).normal(size=(*batch, 3, 4))
    for size in (1.0, 1e4):
        truth = scipy_special.softmax(size * scores, axis=-1)
        assert_close(solutions.softmax(size * scores), truth)


def test_weights_agree_with_scipy(solutions, batch):
    """The weights are scipy's softmax of scaled inner products, summed by einsum."""
    scipy_special = pytest.importorskip("scipy.special", reason="scipy is the oracle of softmax")
    rng = np.random.default_rng(2)
    Q, K = rng.normal(size=(*batch, 3, 5)), rng.normal(size=(*batch, 4, 5))
    scores = np.einsum("...td,...sd->...ts", Q, K) / np.sqrt(5)
    assert_close(solutions.attention_scores(Q, K), scores)
    assert_close(solutions.attention_weights(Q, K), scipy_special.softmax(scores, axis=-1))


def test_self_attention_agrees_with_torch(solutions, batch):
    """Self-attention is torch's scaled dot-product attention of the three projections."""
    torch = pytest.importorskip("torch", reason="torch is the oracle of attention")
    rng = np.random.default_rng(3)
    X = rng.normal(size=(*batch, 6, 8))
    W_Q, W_K, W_V = (rng.normal(size=(8, d)) for d in (5, 5, 3))
    Q, K, V = (torch.from_numpy(X @ W) for W in (W_Q, W_K, W_V))
    truth = torch.nn.functional.scaled_dot_product_attention(Q, K, V).numpy()
    assert_close(solutions.self_attention(X, W_Q, W_K, W_V), truth)


def test_attends_to_all_words(solutions):
    """Each row of weights is positive everywhere: nothing is masked."""
    rng = np.random.default_rng(4)
    Q, K = rng.normal(size=(2, 6, 3))
    assert np.all(solutions.attention_weights(Q, K) > 0)
