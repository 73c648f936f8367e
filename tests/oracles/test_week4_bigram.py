"""Compare week 4's bigram model with scikit-learn, scipy and PyTorch."""

import numpy as np
import pytest

from kata.comparisons import assert_close, assert_same


def test_counts_are_a_confusion_matrix(solutions, rng):
    """They are the confusion matrix of scikit-learn, of a text and the text one token later."""
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn counts pairs of labels")
    for vocab in (2, 5, 11):
        tokens = rng.integers(vocab, size=200)
        truth = metrics.confusion_matrix(tokens[:-1], tokens[1:], labels=range(vocab))
        assert_same(solutions.bigram_counts(tokens, vocab), truth)


@pytest.mark.parametrize("alpha", [0.3, 1.0, 25.0])
def test_smoothing_is_that_of_naive_bayes(solutions, rng, alpha):
    """A row is the distribution of words that scikit-learn's MultinomialNB fits to its counts."""
    naive_bayes = pytest.importorskip("sklearn.naive_bayes", reason="scikit-learn smooths counts")
    counts = rng.integers(6, size=(4, 4))
    model = naive_bayes.MultinomialNB(alpha=alpha).fit(counts, np.arange(4))
    got = solutions.bigram_probabilities(counts, alpha)
    assert_close(got, np.exp(model.feature_log_prob_))


def test_smoothing_is_a_posterior_mean(solutions, rng):
    """It is the mean of the Dirichlet distribution that Bayes makes of the counts."""
    stats = pytest.importorskip("scipy.stats", reason="scipy has the Dirichlet distribution")
    counts = rng.integers(6, size=(5, 5))
    truth = [stats.dirichlet(row + 0.5).mean() for row in counts]
    assert_close(solutions.bigram_probabilities(counts, 0.5), truth)


def test_shares_have_the_least_loss(solutions, rng):
    """Without smoothing, no other table has a lower loss on the text that was counted."""
    tokens = rng.integers(4, size=60)
    probs = solutions.bigram_probabilities(solutions.bigram_counts(tokens, 4), 0.0)
    least = solutions.bigram_loss(probs, tokens)
    for _ in range(50):
        other = probs + 0.1 * rng.dirichlet(np.ones(4), size=4)
        assert least <= solutions.bigram_loss(other / other.sum(axis=1, keepdims=True), tokens)


def test_loss_agrees_with_torch(solutions, torch, rng):
    """It is torch's nll_loss of the logarithms of the rows."""
    probs, tokens = rng.dirichlet(np.ones(6), size=6), rng.integers(6, size=40)
    rows = torch.log(torch.tensor(probs))[torch.tensor(tokens[:-1])]
    truth = torch.nn.functional.nll_loss(rows, torch.tensor(tokens[1:]))
    assert_close(solutions.bigram_loss(probs, tokens), truth.item())


def test_text_has_the_shares_of_the_table(solutions):
    """Over evenly spread numbers, the next tokens have the frequencies of their row."""
    probs = np.random.default_rng(0).dirichlet(np.ones(5), size=5)
    n = 4000
    for start in range(5):
        drawn = [
            solutions.bigram_generate(probs, start, np.array([u]))[1]
            for u in (np.arange(n) + 0.5) / n
        ]
        assert_close(np.bincount(drawn, minlength=5) / n, probs[start], rtol=0.0, atol=1 / n)


def test_long_texts_reach_the_stationary_distribution(solutions, rng):
    """The shares of tokens in a long text are the left eigenvector of the table."""
    linalg = pytest.importorskip("scipy.linalg", reason="scipy finds eigenvectors")
    probs = rng.dirichlet(np.full(4, 3.0), size=4)
    values, left = linalg.eig(probs, left=True, right=False)
    stationary = np.real(left[:, np.argmax(np.real(values))])
    text = solutions.bigram_generate(probs, 0, rng.random(40_000))
    shares = np.bincount(text, minlength=4) / len(text)
    assert_close(shares, stationary / stationary.sum(), rtol=0.0, atol=0.02)
