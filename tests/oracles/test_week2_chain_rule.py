"""Compare week 2's backward functions with PyTorch, or without it with scipy and small steps."""

import numpy as np
import pytest

from kata.comparisons import assert_close

special = pytest.importorskip("scipy.special", reason="scipy is the oracle of sigmoid and softmax")

SIZES = [(5, 4, 3), (3, 3, 3), (1, 2, 6)]  # of a batch, its inputs and its outputs


def _leaf(torch, array):
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


def _mlp(rng, n_in, n_hidden, n_classes):
    return {
        "W1": rng.normal(size=(n_hidden, n_in)),
        "b1": rng.normal(size=n_hidden),
        "W2": rng.normal(size=(n_classes, n_hidden)),
        "b2": rng.normal(size=n_classes),
    }


def _slopes(f, x, h=1e-6):
    """Return central differences in extended precision, where the machine has it."""
    x = x.astype(np.longdouble)
    result = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += h
        below[index] -= h
        result[index] = (f(above) - f(below)) / (2 * h)
    return result


def test_sigmoid_agrees_with_scipy(solutions):
    """It is expit of scipy, in the far tails too."""
    x = np.concatenate([np.linspace(-1000, 1000, 401), np.linspace(-5, 5, 101)])
    assert_close(solutions.sigmoid(x), special.expit(x), rtol=1e-12, atol=1e-300)


def test_cross_entropy_agrees_with_scipy(solutions, rng):
    """Loss and gradient are those of scipy's log-softmax, also for huge logits."""
    labels = rng.integers(5, size=7)
    for scale in (1.0, 1e4):
        logits = scale * rng.uniform(-1.0, 1.0, size=(7, 5))
        loss, dlogits = solutions.softmax_cross_entropy(logits, labels)
        log_probs = special.log_softmax(logits, axis=1)
        assert_close(loss, -log_probs[np.arange(7), labels].mean())
        assert_close(dlogits, (special.softmax(logits, axis=1) - np.eye(5)[labels]) / 7)


@pytest.mark.parametrize("sizes", SIZES)
def test_network_agrees_with_small_steps(solutions, rng, sizes):
    """Each gradient of the network is the slope of its loss."""
    n, n_in, n_classes = sizes
    params = _mlp(rng, n_in, 4, n_classes)
    x, labels = rng.normal(size=(n, n_in)), rng.integers(n_classes, size=n)

    def loss(changed):
        p = {**params, **changed}
        hidden = np.maximum(x @ p["W1"].T + p["b1"], 0)
        log_probs = special.log_softmax(hidden @ p["W2"].T + p["b2"], axis=1)
        return -log_probs[np.arange(n), labels].mean()

    value, gradients = solutions.mlp_loss_and_gradients(params, x, labels)
    assert_close(value, float(loss({})))
    for name in params:
        truth = _slopes(lambda p, name=name: loss({name: p}), params[name])
        assert_close(gradients[name], truth, rtol=1e-6, atol=1e-7, what=name)


@pytest.mark.parametrize("shape", [(4, 3), (3, 5), (1, 2)])
def test_attention_agrees_with_small_steps(solutions, rng, shape):
    """The gradients of attention are the slopes of a weighted sum of its output."""
    dout, *qkv = rng.normal(size=(4, *shape))

    def loss(Q, K, V):
        return np.sum(dout * (special.softmax(Q @ K.T / np.sqrt(shape[1]), axis=1) @ V))

    got = solutions.attention_backward(dout, *qkv)
    for i, name in enumerate(("dQ", "dK", "dV")):
        truth = _slopes(lambda p, i=i: loss(*qkv[:i], p, *qkv[i + 1 :]), qkv[i])
        assert_close(got[i], truth, rtol=1e-6, atol=1e-7, what=name)


def test_activations_agree_with_torch(solutions, torch, rng):
    """Sigmoid and ReLU pass gradients back as PyTorch does, the ReLU at 0 too."""
    x, dy = rng.normal(size=(2, 3, 4))
    x[0, 0] = 0.0
    for function, backward in (
        (torch.sigmoid, lambda y: solutions.sigmoid_backward(dy, y)),
        (torch.relu, lambda _: solutions.relu_backward(dy, x)),
    ):
        leaf = _leaf(torch, x)
        y = function(leaf)
        y.backward(torch.tensor(dy))
        assert_close(backward(y.detach().numpy()), leaf.grad.numpy())


@pytest.mark.parametrize("sizes", SIZES)
def test_linear_agrees_with_torch(solutions, torch, rng, sizes):
    """The three gradients of a layer are those of torch.nn.functional.linear."""
    n, n_in, n_out = sizes
    x, W, b, dy = (rng.normal(size=s) for s in ((n, n_in), (n_out, n_in), n_out, (n, n_out)))
    leaves = [_leaf(torch, array) for array in (x, W, b)]
    torch.nn.functional.linear(*leaves).backward(torch.tensor(dy))
    got = solutions.linear_backward(dy, x, W)
    for name, part, leaf in zip(("dx", "dW", "db"), got, leaves, strict=True):
        assert_close(part, leaf.grad.numpy(), what=name)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_softmax_jacobian_agrees_with_torch(solutions, torch, rng, n):
    """The table is the Jacobian that autograd finds, also for a softmax that is nearly certain."""
    for scale in (1.0, 30.0):
        z = torch.tensor(scale * rng.normal(size=n))
        p = torch.softmax(z, dim=0).numpy()
        truth = torch.autograd.functional.jacobian(lambda z: torch.softmax(z, dim=0), z)
        assert_close(solutions.softmax_jacobian(p), truth.numpy())


@pytest.mark.parametrize("shape", [(4, 3), (1, 5), (3, 3), (6, 2)])
@pytest.mark.parametrize(("eps", "scale"), [(1e-5, 1.0), (1e-5, 1e-3), (0.5, 1.0)])
def test_layer_norm_agrees_with_torch(solutions, torch, rng, shape, eps, scale):
    """The gradients are those of torch.nn.functional.layer_norm, also where eps counts."""
    dy, x = rng.normal(size=(2, *shape))
    gain, bias = rng.normal(size=(2, shape[1]))
    x = scale * x
    leaves = [_leaf(torch, array) for array in (x, gain, bias)]
    y = torch.nn.functional.layer_norm(leaves[0], shape[1:], leaves[1], leaves[2], eps)
    y.backward(torch.tensor(dy))
    got = solutions.layer_norm_backward(dy, x, gain, eps)
    for name, part, leaf in zip(("dx", "dgain", "dbias"), got, leaves, strict=True):
        assert_close(part, leaf.grad.numpy(), what=name)


def test_cross_entropy_agrees_with_torch(solutions, torch, rng):
    """Loss and gradient are those of torch.nn.functional.cross_entropy."""
    labels = rng.integers(5, size=7)
    for scale in (1.0, 1e4):
        logits = scale * rng.uniform(-1.0, 1.0, size=(7, 5))
        leaf = _leaf(torch, logits)
        truth = torch.nn.functional.cross_entropy(leaf, torch.tensor(labels))
        truth.backward()
        loss, dlogits = solutions.softmax_cross_entropy(logits, labels)
        assert_close(loss, truth.item())
        assert_close(dlogits, leaf.grad.numpy())


@pytest.mark.parametrize("sizes", SIZES)
def test_network_agrees_with_torch(solutions, torch, rng, sizes):
    """Loss and gradients of the network are PyTorch's, also where a unit is at exactly 0."""
    n, n_in, n_classes = sizes
    params = _mlp(rng, n_in, 6, n_classes)
    params["W1"][2], params["b1"][2] = 0.0, 0.0
    x, labels = rng.normal(size=(n, n_in)), rng.integers(n_classes, size=n)
    leaves = {name: _leaf(torch, value) for name, value in params.items()}
    hidden = torch.relu(torch.tensor(x) @ leaves["W1"].T + leaves["b1"])
    logits = hidden @ leaves["W2"].T + leaves["b2"]
    truth = torch.nn.functional.cross_entropy(logits, torch.tensor(labels))
    truth.backward()
    loss, gradients = solutions.mlp_loss_and_gradients(params, x, labels)
    assert_close(loss, truth.item())
    for name, leaf in leaves.items():
        assert_close(gradients[name], leaf.grad.numpy(), what=name)


@pytest.mark.parametrize("shape", [(4, 3), (3, 5), (1, 2), (4, 4)])
def test_attention_agrees_with_torch(solutions, torch, rng, shape):
    """The gradients are those of torch's scaled dot-product attention."""
    dout, *qkv = rng.normal(size=(4, *shape))
    leaves = [_leaf(torch, array) for array in qkv]
    torch.nn.functional.scaled_dot_product_attention(*leaves).backward(torch.tensor(dout))
    got = solutions.attention_backward(dout, *qkv)
    for name, part, leaf in zip(("dQ", "dK", "dV"), got, leaves, strict=True):
        assert_close(part, leaf.grad.numpy(), what=name)
