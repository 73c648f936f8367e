"""Compare week 2's autograd with PyTorch, and with slopes that are measured, not derived."""

import cmath

import numpy as np
import pytest

from kata.comparisons import assert_close

TINY = 1e-200  # of the imaginary step: its square is 0, so that the slope is exact


class _Complex(complex):
    """A complex number with the methods of a Value."""

    def exp(self):
        return _Complex(cmath.exp(self))

    def log(self):
        return _Complex(cmath.log(self))

    def tanh(self):
        return _Complex(cmath.tanh(self))

    def relu(self):
        return self if self.real > 0 else _Complex(0.0)


EXPRESSIONS = {
    "sum": lambda x, y: x + y + 1.5,
    "difference": lambda x, y: 2.0 - x - y,
    "product": lambda x, y: x * y * x,
    "quotient": lambda x, y: x / y + 1.0 / x,
    "powers": lambda x, y: x**3 - y**-2 + x**0.5 + (-y) ** 3,
    "exp and log": lambda x, y: x.exp() * y.log(),
    "tanh": lambda x, y: x.tanh() / (y * 0.5),
    "relu": lambda x, y: x.relu() * y + 3.0 * x,
    "diamond": lambda x, y: (x + y) * (x * y) - (x * y) ** 2,
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_agrees_with_complex_steps(solutions, name):
    """Values and slopes are those of a tiny step along the imaginary axis."""
    f = EXPRESSIONS[name]
    rng = np.random.default_rng(len(name))
    for a, b in rng.uniform(0.5, 2.0, size=(5, 2)).tolist():
        x, y = solutions.Value(a), solutions.Value(b)
        result = f(x, y)
        result.backward()
        along_x = complex(f(_Complex(a, TINY), _Complex(b)))
        along_y = complex(f(_Complex(a), _Complex(b, TINY)))
        assert_close(result.data, along_x.real)
        assert_close([x.grad, y.grad], [along_x.imag / TINY, along_y.imag / TINY])


def _loss(x, W, v, exp, log, tanh, relu):
    """Return the loss of a network of two layers, on whatever the functions take."""
    hidden = []
    for i, row in enumerate(W):
        z = sum(w * number for w, number in zip(row, x, strict=True))
        hidden.append(tanh(z) if i % 2 else relu(z))
    logits = [sum(w * h for w, h in zip(row, hidden, strict=True)) for row in v]
    exponentials = [exp(1.0 - z) for z in logits]
    return -log(exponentials[0] / sum(exponentials)) + 0.1 / (1.0 + logits[1] ** 2)


def test_a_network_agrees_with_torch(solutions):
    """Every gradient of a small network is PyTorch's."""
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle of autograd")
    rng = np.random.default_rng(3)
    arrays = [rng.normal(size=shape) for shape in ((3,), (4, 3), (3, 4))]
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    truth = _loss(*tensors, torch.exp, torch.log, torch.tanh, torch.relu)
    truth.backward()

    Value = solutions.Value
    x = [Value(n) for n in arrays[0].tolist()]
    W, v = ([[Value(n) for n in row] for row in a.tolist()] for a in arrays[1:])
    loss = _loss(x, W, v, Value.exp, Value.log, Value.tanh, Value.relu)
    loss.backward()
    assert_close(loss.data, truth.item())
    assert_close([n.grad for n in x], tensors[0].grad.numpy())
    for values, tensor in ((W, tensors[1]), (v, tensors[2])):
        assert_close([[n.grad for n in row] for row in values], tensor.grad.numpy())


@pytest.mark.parametrize(
    ("data", "exponent", "slope"),
    [(0.0, 2, 0.0), (0.0, 1, 1.0), (0.0, 0, 0.0), (0.0, 0.5, np.inf), (-2.0, -1, -0.25)],
)
def test_powers_at_the_edge(solutions, data, exponent, slope):
    """At 0, powers have the slopes that PyTorch gives them."""
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle of autograd")
    tensor = torch.tensor(data, dtype=torch.float64, requires_grad=True)
    (tensor**exponent).backward()
    assert tensor.grad.item() == slope
    value = solutions.Value(data)
    (value**exponent).backward()
    assert_close(value.grad, slope)


SHAPES = [
    ((2, 3), (3,)),
    ((2, 3), (2, 1)),
    ((2, 3), ()),
    ((4, 2, 3), (2, 1)),
    ((4, 2, 3), (1, 3)),
    ((5, 4, 3), (1, 4, 1)),
    ((1, 3), (3,)),
    ((3, 3), (3, 3)),
]


@pytest.mark.parametrize(("stretched", "shape"), SHAPES)
def test_unbroadcast_is_the_transpose_of_broadcasting(solutions, stretched, shape):
    """The inner product with any array is the same before and after stretching it."""
    rng = np.random.default_rng(len(stretched))
    for _ in range(4):
        grad, x = rng.normal(size=stretched), rng.normal(size=shape)
        summed = solutions.unbroadcast(grad, shape)
        assert summed.shape == shape
        assert_close(np.sum(summed * x), np.sum(grad * np.broadcast_to(x, stretched)))


@pytest.mark.parametrize(("stretched", "shape"), SHAPES)
def test_unbroadcast_agrees_with_torch(solutions, stretched, shape):
    """It is PyTorch's sum_to_size."""
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle of autograd")
    grad = np.random.default_rng(1).normal(size=stretched)
    truth = torch.tensor(grad).sum_to_size(shape).numpy()
    assert_close(solutions.unbroadcast(grad, shape), truth)


def test_unbroadcast_refuses_what_numpy_does_not_stretch(solutions):
    """For all small shapes it agrees with `np.broadcast_to` on which ones fit."""
    sizes = [(), *np.ndindex(3), *np.ndindex(3, 3), *np.ndindex(3, 3, 3)]
    shapes = [tuple(n + 1 for n in size) for size in sizes]
    for stretched in shapes:
        for shape in shapes:
            try:
                np.broadcast_to(np.zeros(shape), stretched)
            except ValueError:
                with pytest.raises(ValueError):
                    solutions.unbroadcast(np.ones(stretched), shape)
            else:
                assert solutions.unbroadcast(np.ones(stretched), shape).shape == shape
