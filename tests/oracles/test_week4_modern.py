"""Compare week 4's modern parts with PyTorch, with matrices of scipy, and with nanoGPT."""

import numpy as np
import pytest

from grader.course import Course
from kata.comparisons import assert_close

TIGHT = {"rtol": 1e-10, "atol": 1e-10}


@pytest.fixture(scope="module")
def nanogpt():
    """Return the reference of nanogpt."""
    course = Course()
    return course.reference(course.module("week4", "nanogpt"))


@pytest.mark.parametrize("shape", [(7,), (3, 4), (2, 3, 1), (2, 3, 4, 5)])
def test_rms_norm_agrees_with_torch(solutions, torch, rng, shape):
    """It is torch.nn.functional.rms_norm over the last axis, with any eps."""
    x, gain = 5 * rng.normal(size=shape) + 3, rng.normal(size=shape[-1])
    norm = torch.nn.functional.rms_norm
    for eps in (1e-6, 1e-12, 0.3):
        truth = norm(torch.tensor(x), shape[-1:], torch.tensor(gain), eps).numpy()
        assert_close(solutions.rms_norm(x, gain, eps), truth, **TIGHT)
    truth = norm(torch.tensor(1e-3 * x), shape[-1:], torch.tensor(gain), 1e-6).numpy()
    assert_close(solutions.rms_norm(1e-3 * x, gain), truth, **TIGHT)


def test_rms_norm_is_layer_norm_of_centred_vectors(solutions, nanogpt, rng):
    """Where the mean is 0, both norms are one."""
    x, gain = rng.normal(size=(3, 8)), rng.normal(size=8)
    x -= x.mean(axis=1, keepdims=True)
    truth = nanogpt.layer_norm(x, gain, np.zeros(8), 1e-6)
    assert_close(solutions.rms_norm(x, gain), truth)


@pytest.mark.parametrize("base", [10000.0, 50.0])
def test_rope_is_a_matrix_exponential(solutions, rng, base):
    """A vector at position p is expm(p·G) times it, with a generator of turns in its blocks."""
    linalg = pytest.importorskip("scipy.linalg", reason="scipy has the matrix exponential")
    d, positions = 6, np.array([0, 1, 5, 12])
    x = rng.normal(size=(4, d))
    quarter = np.array([[0.0, -1.0], [1.0, 0.0]])
    generator = linalg.block_diag(*[base ** (-2 * i / d) * quarter for i in range(d // 2)])
    truth = [linalg.expm(p * generator) @ row for p, row in zip(positions, x, strict=True)]
    assert_close(solutions.rope(x, positions, base), truth, **TIGHT)


def test_rope_is_that_of_llama(solutions, torch, rng):
    """It is apply_rotary_emb of Llama's reference code, on complex numbers of PyTorch."""
    x, d = rng.normal(size=(2, 3, 7, 8)), 8  # texts, heads, positions, features
    speeds = 1.0 / (10000.0 ** (torch.arange(0, d, 2)[: d // 2].double() / d))
    angles = torch.outer(torch.arange(7).double(), speeds)
    turns = torch.polar(torch.ones_like(angles), angles)
    pairs = torch.view_as_complex(torch.tensor(x).reshape(*x.shape[:-1], -1, 2))
    truth = torch.view_as_real(pairs * turns).flatten(3).numpy()
    assert_close(solutions.rope(x, np.arange(7)), truth, **TIGHT)


def test_rope_leaves_the_distance_alone(solutions, rng):
    """Scores of turned queries and keys stay if all positions move, and lengths always."""
    q, k = rng.normal(size=(2, 5, 8))
    positions = np.array([3, 0, 4, 9, 2])
    scores = [
        solutions.rope(q, positions + shift) @ solutions.rope(k, positions + shift).T
        for shift in (0, 1, 77)
    ]
    assert_close(scores[1], scores[0], **TIGHT)
    assert_close(scores[2], scores[0], **TIGHT)
    lengths = np.linalg.norm(solutions.rope(q, positions), axis=1)
    assert_close(lengths, np.linalg.norm(q, axis=1), **TIGHT)


@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4)])
def test_swiglu_agrees_with_torch(solutions, torch, rng, shape):
    """It is w2(silu(w1(x)) * w3(x)) of PyTorch, with gates up to ±1000 and beyond."""
    functional = torch.nn.functional
    W_gate, W_up = rng.normal(size=(2, 6, 4))
    W_down = rng.normal(size=(4, 6))
    for scale in (1.0, 300.0):
        x = scale * rng.normal(size=shape)
        gate, up, down = (torch.tensor(W) for W in (W_gate, W_up, W_down))
        z = torch.tensor(x)
        hidden = functional.silu(functional.linear(z, gate)) * functional.linear(z, up)
        truth = functional.linear(hidden, down).numpy()
        assert_close(solutions.swiglu(x, W_gate, W_up, W_down), truth, **TIGHT)


def test_swiglu_agrees_with_scipy(solutions):
    """Its bend is z times scipy's expit, to the last digits also where that is tiny."""
    special = pytest.importorskip("scipy.special", reason="scipy has the logistic function")
    z = np.concatenate([np.linspace(-700.0, 40.0, 500), [-1000.0, 1000.0]])
    one = np.ones((1, 1))
    got = solutions.swiglu(z[:, np.newaxis], one, np.zeros((1, 1)) + one, one)
    # The input is gate and other layer at once, so the result is z² σ(z).
    assert_close(got[:, 0], z**2 * special.expit(z), rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize(("T", "d"), [(1, 3), (6, 4), (9, 1)])
def test_cache_agrees_with_causal_attention(solutions, nanogpt, rng, T, d):
    """Token by token it writes the rows of nanoGPT's causal attention."""
    Q, K, V = 2 * rng.normal(size=(3, T, d))
    cache_k = cache_v = np.zeros((0, d))
    rows = []
    for q, k, v in zip(Q, K, V, strict=True):
        output, cache_k, cache_v = solutions.cached_attention(q, k, v, cache_k, cache_v)
        rows.append(output)
    assert_close(rows, nanogpt.causal_attention(Q, K, V))
    assert_close(cache_k, K)
    assert_close(cache_v, V)


def test_cache_agrees_with_torch(solutions, torch, rng):
    """It is torch's scaled dot-product attention of one query over keys and values."""
    sdpa = torch.nn.functional.scaled_dot_product_attention
    for t, d in ((0, 2), (1, 4), (8, 5)):
        q, (K, V) = 3 * rng.normal(size=d), rng.normal(size=(2, t + 1, d))
        truth = sdpa(*map(torch.tensor, (q[np.newaxis], K, V))).numpy()[0]
        got, _, _ = solutions.cached_attention(q, K[-1], V[-1], K[:-1], V[:-1])
        assert_close(got, truth, **TIGHT)


def test_generation_with_a_cache_writes_the_same_text(solutions, nanogpt, rng):
    """A block's attention with rotated queries and keys, cached, is that of the whole text."""
    T, d = 7, 6
    Q, K, V = rng.normal(size=(3, T, d))
    positions = np.arange(T)
    truth = nanogpt.causal_attention(solutions.rope(Q, positions), solutions.rope(K, positions), V)
    cache_k = cache_v = np.zeros((0, d))
    for t in range(T):
        here = positions[t : t + 1]
        q, k = (solutions.rope(x[t : t + 1], here)[0] for x in (Q, K))
        output, cache_k, cache_v = solutions.cached_attention(q, k, V[t], cache_k, cache_v)
        assert_close(output, truth[t])
