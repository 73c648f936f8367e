"""Compare week 2's tensors with PyTorch's, forwards and backwards."""

import numpy as np
import pytest

from kata.comparisons import assert_close

INDEX = np.array([2, 0, 2])

# Each takes two tensors, ours or PyTorch's, of the shapes beside it.
EXPRESSIONS = {
    "sum": (lambda a, b: a + b + 1.5, (2, 3), (3,)),
    "difference": (lambda a, b: 2.0 - a - b, (2, 1), (1, 3)),
    "product": (lambda a, b: a * b * a, (4, 2, 3), (2, 1)),
    "quotient": (lambda a, b: a / b + 1.0 / a, (2, 3), ()),
    "powers": (lambda a, b: a**3 - b**-2 + a**0.5 + (-b) ** 3 + a**0, (3,), (2, 3)),
    "functions": (lambda a, b: a.exp() * b.log() + (a - b).relu() / b.tanh(), (2, 3), (2, 3)),
    "sums": (lambda a, b: a.sum() * a.sum(0) - (a.sum(1) * b).sum(), (2, 3), (2,)),
    "kept axes": (lambda a, b: a / a.sum(1, keepdims=True) * b, (2, 3), (2, 3)),
    "means": (lambda a, b: a.mean() * a.mean(0) + b.mean(-1), (3, 2, 4), (2, 4, 3)),
    "reshape": (lambda a, b: a.reshape(3, -1) * b.reshape(1, 4), (2, 6), (2, 2)),
    "transpose": (lambda a, b: a.T * b + a.T.T.sum(), (2, 3), (3, 2)),
    "indices": (lambda a, b: a[INDEX] * b[1:, 0] + a[0, 1] * b[-1], (3, 2), (3, 2)),
    "pairs of indices": (lambda a, b: a[np.arange(3), INDEX] * b[:, INDEX[1]], (3, 3), (3, 4)),
    "matrices": (lambda a, b: a @ b, (2, 3), (3, 4)),
    "matrix and vector": (lambda a, b: a @ b, (2, 3), (3,)),
    "vector and matrix": (lambda a, b: a @ b, (3,), (3, 2)),
    "vectors": (lambda a, b: (a @ b) * a, (3,), (3,)),
    "batch": (lambda a, b: (a @ b).tanh(), (5, 2, 3), (3, 4)),
    "batches": (lambda a, b: a @ b, (2, 5, 2, 3), (3, 4)),
    "diamond": (lambda a, b: (a + b) * (a * b) - (a * b) ** 2, (2, 3), (3,)),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_agrees_with_torch(solutions, torch, name):
    """Values and gradients are PyTorch's to 1e-12."""
    f, *shapes = EXPRESSIONS[name]
    rng = np.random.default_rng(len(name))
    for _ in range(3):
        arrays = [np.asarray(rng.uniform(0.5, 2.0, size=shape)) for shape in shapes]
        theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
        ours = [solutions.Tensor(a) for a in arrays]
        truth, got = f(*theirs), f(*ours)
        assert_close(got.data, truth.detach().numpy(), rtol=1e-12)
        weights = np.asarray(rng.normal(size=truth.shape))
        (truth * torch.tensor(weights)).sum().backward()
        (got * weights).sum().backward()
        for tensor, leaf in zip(ours, theirs, strict=True):
            assert_close(tensor.grad, leaf.grad.numpy(), rtol=1e-12)


def test_arrays_on_the_left(solutions, torch, rng):
    """An array beside one of our tensors is what a constant is beside one of PyTorch's."""
    a, c = rng.uniform(0.5, 2.0, size=(2, 3)), rng.uniform(0.5, 2.0, size=(3,))
    leaf, tensor = torch.tensor(a, requires_grad=True), solutions.Tensor(a)
    constant = torch.tensor(c)
    for combine in (
        lambda t, c: c + t,
        lambda t, c: c - t,
        lambda t, c: c * t,
        lambda t, c: c / t,
        lambda t, c: c @ t.T,
    ):
        truth, got = combine(leaf, constant), combine(tensor, c)
        assert_close(got.data, truth.detach().numpy())
        truth.sum().backward()
        got.sum().backward()
        assert_close(tensor.grad, leaf.grad.numpy())  # both add to what is there


@pytest.mark.parametrize("x", [0.0, -0.0, 1000.0, -1000.0])
def test_kinks_and_saturation_agree_with_torch(solutions, torch, x):
    """At 0 and far out relu and tanh have PyTorch's slopes."""
    for name in ("relu", "tanh"):
        leaf = torch.tensor([x], dtype=torch.float64, requires_grad=True)
        getattr(leaf, name)().sum().backward()
        tensor = solutions.Tensor([x])
        getattr(tensor, name)().sum().backward()
        assert_close(tensor.grad, leaf.grad.numpy())


def test_a_network_agrees_with_torch(solutions, torch, rng):
    """Every gradient of a network with embeddings and cross-entropy is PyTorch's."""
    shapes = ((5, 4), (6, 4), (6,), (6, 3), (3,))
    arrays = [rng.normal(size=shape) for shape in shapes]
    tokens, labels = np.array([3, 0, 3, 4, 1, 3]), np.array([0, 2, 1, 1, 0, 2])

    def loss(table, W1, b1, W2, b2):
        logits = (table[tokens] @ W1.T + b1).relu() @ W2 + b2
        log_probs = logits - logits.exp().sum(axis=1, keepdims=True).log()
        return -log_probs[np.arange(6), labels].mean() + 0.01 * (W1**2).sum()

    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    truth = loss(*theirs)
    truth.backward()
    ours = [solutions.Tensor(a) for a in arrays]
    got = loss(*ours)
    got.backward()
    assert_close(got.data, truth.item(), rtol=1e-12)
    for tensor, leaf in zip(ours, theirs, strict=True):
        assert_close(tensor.grad, leaf.grad.numpy(), rtol=1e-12)
