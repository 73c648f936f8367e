import numpy as np
import pytest

from kata.comparisons import Mismatch, assert_close, no_floating_point_warnings, unpack

# Scripts: each runs beside the learner's class and returns arrays. What the operations of one
# Tensor are called stands in the script, since functions cannot be sent.


def _of_two_tensors(module, a, b):
    u, v = module.Tensor(a), module.Tensor(b)
    results = [u + v, u - v, u * v, u / v]
    return [result.data for result in results], [result.grad for result in results]


def _beside_others(module, a, other):
    """Return what comes of a Tensor with a number or an array on its right, then on its left."""
    t = module.Tensor(a)
    results = [
        *(t + other, t - other, t * other, t / other),
        *(other + t, other - t, other * t, other / t),
    ]
    return [isinstance(result, module.Tensor) for result in results], [r.data for r in results]


def _powers(module, a, exponents):
    return [(module.Tensor(a) ** exponent).data for exponent in exponents]


def _negatives(module, a):
    t = module.Tensor(a)
    once = -t
    return [once.data, (-once).data, t.data]


def _applied(module, name, a):
    return getattr(module.Tensor(a), name)().data


def _operands_afterwards(module, a, b):
    u, v, c = module.Tensor(a), module.Tensor(b), np.array(a)
    results = [u + v, u - v, u * v, u / v, -u, u**2, c - u, 1 - u, 2.0 * u, c / u]
    results += [v.exp(), u.log(), v.relu(), v.tanh()]
    total = u
    total += v
    total *= v
    data = [u.data, v.data, c, total.data]
    return data, [u.grad, v.grad], [result.grad for result in results]


def _from_lists(module):
    t = module.Tensor([[1, 2], [3, 4]])
    number = module.Tensor(3)
    return [(t / 2).data, (t**-1).data, (1 / number).data, (number + t).data, t.exp().data]


def _long_expression(module, a, b, c):
    u, v, w = module.Tensor(a), module.Tensor(b), module.Tensor(c)
    return [
        (((u - v) ** 2 + (v - w) ** 2.0) / 2).data,
        (-(2 * u * v - 1) / (1.5 + w**2) - u / v * w).data,
        (u.exp() / (u.exp() + v.exp())).log().data,
        ((u * v).tanh() + (w - u).relu() * 3).data,
    ]


def _reduced(module, name, a, cases):
    """Return sums or means for each pair of axis and keepdims."""
    t = module.Tensor(a)
    results = [getattr(t, name)()]
    results += [getattr(t, name)(axis=axis, keepdims=keepdims) for axis, keepdims in cases]
    results += [getattr(t, name)(axis) for axis, _ in cases]
    return [result.data for result in results], [result.grad for result in results]


def _reshaped(module, a, shapes):
    t = module.Tensor(a)
    results = [t.reshape(*shape) for shape in shapes]
    return [result.data for result in results], [result.grad for result in results]


def _transposed(module, a):
    t = module.Tensor(a)
    return [t.T.data, t.T.grad, t.T.T.data, t.data]


def _indexed(module, a, rows, columns):
    t = module.Tensor(a)
    results = [t[0], t[-1], t[1, 2], t[1:], t[:, 1], t[::2, 1:3], t[-1, :]]
    results += [t[rows], t[:, columns], t[rows, columns], t[1, columns], t[..., 0]]
    return [result.data for result in results], [result.grad for result in results]


def _products(module, pairs):
    results = [module.Tensor(a) @ module.Tensor(b) for a, b in pairs]
    return [result.data for result in results], [result.grad for result in results]


def _products_with_arrays(module, pairs):
    results = [module.Tensor(a) @ b for a, b in pairs]
    results += [a @ module.Tensor(b) for a, b in pairs]
    return [isinstance(result, module.Tensor) for result in results], [r.data for r in results]


def _operands_of_products(module, a, b):
    u, v = module.Tensor(a), module.Tensor(b)
    result = u @ v
    return [result.data, u.data, v.data, u.grad, v.grad]


def _slopes_of_two(module, a, b, weights):
    """Return the gradients of both operands below weighted sums of + - * /."""
    slopes = []
    for combine in (
        lambda u, v: u + v,
        lambda u, v: u - v,
        lambda u, v: u * v,
        lambda u, v: u / v,
        lambda u, v: -v * u,
    ):
        u, v = module.Tensor(a), module.Tensor(b)
        (combine(u, v) * weights).sum().backward()
        slopes.append([u.grad, v.grad])
    return slopes


def _slopes_beside_others(module, a, other, weights):
    slopes = []
    for combine in (
        lambda t: t + other,
        lambda t: other + t,
        lambda t: t - other,
        lambda t: other - t,
        lambda t: t * other,
        lambda t: other * t,
        lambda t: t / other,
        lambda t: other / t,
    ):
        t = module.Tensor(a)
        (combine(t) * weights).sum().backward()
        slopes.append(t.grad)
    return slopes


def _slopes_of_powers(module, a, exponents, weights):
    slopes = []
    for exponent in exponents:
        t = module.Tensor(a)
        (t**exponent * weights).sum().backward()
        slopes.append(t.grad)
    return slopes


def _slopes_of_function(module, name, a, weights):
    t = module.Tensor(a)
    (getattr(t, name)() * weights).sum().backward()
    return t.grad


def _slopes_of_reductions(module, name, a, cases, weights):
    slopes = []
    for (axis, keepdims), w in zip(cases, weights, strict=True):
        t = module.Tensor(a)
        (getattr(t, name)(axis=axis, keepdims=keepdims) * w).sum().backward()
        slopes.append(t.grad)
    return slopes


def _slopes_of_shapes(module, a, weights):
    slopes = []
    for arrange in (
        lambda t: t.reshape(*weights.shape),
        lambda t: t.T.reshape(*weights.shape),
        lambda t: t.T.T.reshape(-1).reshape(*weights.shape),
    ):
        t = module.Tensor(a)
        (arrange(t) * weights).sum().backward()
        slopes.append(t.grad)
    return slopes


def _slopes_of_transpose(module, a, weights):
    t = module.Tensor(a)
    (t.T * weights).sum().backward()
    return t.grad


def _slopes_of_indices(module, a, rows, columns, weights):
    """Return gradients below several ways of indexing; the weights are as many as it takes."""
    slopes = []
    for pick in (
        lambda t: t[0],
        lambda t: t[1:, -1],
        lambda t: t[::2, 1:3],
        lambda t: t[rows],
        lambda t: t[:, columns],
        lambda t: t[rows, columns],
        lambda t: t[1, 2],
    ):
        t = module.Tensor(a)
        part = pick(t)
        w = np.resize(weights, np.shape(part.data))
        (part * w).sum().backward()
        slopes.append(t.grad)
    return slopes


def _slopes_of_products(module, pairs, weights):
    slopes = []
    for (a, b), w in zip(pairs, weights, strict=True):
        u, v = module.Tensor(a), module.Tensor(b)
        (u @ v * w).sum().backward()
        slopes.append([u.grad, v.grad])
        u, v = module.Tensor(a), module.Tensor(b)
        ((u @ b) * w).sum().backward()
        ((a @ v) * w).sum().backward()
        slopes.append([u.grad, v.grad])
    return slopes


def _slopes_of_a_tensor_used_often(module, a, b):
    slopes = []
    for combine in (
        lambda t, w: t + t,
        lambda t, w: t * t,
        lambda t, w: t - t,
        lambda t, w: t / t,
        lambda t, w: t * w * t + t**3,
        lambda t, w: t.exp() * t.tanh() - w * t,
        lambda t, w: t @ t.T,
        lambda t, w: t.sum(axis=0) * t + t[0],
        lambda t, w: t + t.relu() + 0 * t.log(),
        lambda t, w: t.mean(axis=1, keepdims=True) * t,
        lambda t, w: t.reshape(-1) * t.reshape(-1),
    ):
        t, w = module.Tensor(a), module.Tensor(b)
        combine(t, w).sum().backward()
        slopes.append(t.grad)
    return slopes


def _slopes_along_a_chain(module, a, b):
    t, w = module.Tensor(a), module.Tensor(b)
    product = t @ w
    exponential = product.exp()
    total = exponential.sum()
    loss = total.log()
    loss.backward()
    return [n.grad for n in (total, exponential, product, t, w)]


def _slopes_where_paths_differ_in_length(module, a):
    slopes = []
    for is_short_path_first in (True, False):
        for n in (1, 2, 5):
            x = module.Tensor(a)
            u = x * 2.0
            detour = u
            for _ in range(n):
                detour = detour * 3.0
            joined = u + detour if is_short_path_first else detour + u
            top = joined * joined + u if is_short_path_first else u + joined * joined
            top.sum().backward()
            slopes.append([x.grad, u.grad, joined.grad])
    return slopes


def _slopes_beside_the_operand(module, a):
    """Return gradients of 2 r + 3 t, where r is made of t without a change of its numbers."""
    slopes = []
    for make in (
        lambda t: t.relu(),
        lambda t: t + 0,
        lambda t: 0 + t,
        lambda t: t * 1,
        lambda t: t - 0,
        lambda t: t / 1,
        lambda t: t**1,
        lambda t: t.reshape(*t.data.shape),
        lambda t: t[:],
        lambda t: t.sum(axis=0, keepdims=True) * 1 - (t.sum(axis=0) - t),
    ):
        t = module.Tensor(a)
        r = make(t)
        (2 * r + 3 * t).sum().backward()
        slopes.append([r.grad, t.grad])
    return slopes[:-1], slopes[-1][1]


def _slopes_left_by_several_graphs(module, batches, a):
    w, first_only, left = module.Tensor(a), module.Tensor(2.0), []
    for i, x in enumerate(batches):
        output = (x @ w).tanh()
        if i == 0:
            output = output * first_only
        ((output - 1.0) ** 2).mean().backward()
        left.append([np.array(w.grad), np.array(first_only.grad)])
    return left


def _slopes_of_others(module, a, b):
    u, v, unused = module.Tensor(a), module.Tensor(b), module.Tensor(a)
    before = u * v * unused
    y = (u * v + u).sum()
    after = y * 5.0 + unused
    y.backward()
    others = [n.grad for n in (unused, before, after)]
    return [u.grad, v.grad], others, [u.data, v.data, y.data]


def _slopes_from_one_number(module, a, shape):
    t = module.Tensor(a)
    total = (t * t * 3).sum()
    (total.reshape(*shape) if shape else total).backward()
    return t.grad


def _backward_from(module, a):
    t = module.Tensor(a)
    (t * 2).backward()
    return t.grad


def _network(module, x, params, labels):
    """Return the loss of a network with embeddings, tanh, ReLU and softmax, and its gradients."""
    table, W1, b1, W2, b2, gain = (module.Tensor(p) for p in params)
    h = table[x]  # (n, d)
    h = h - h.mean(axis=1, keepdims=True)
    h = h / ((h * h).mean(axis=1, keepdims=True) + 0.1) ** 0.5 * gain
    h = (h @ W1.T + b1).tanh() + (h @ W1.T - b1).relu()
    logits = h @ W2 + b2
    logits = logits - np.max(logits.data, axis=1, keepdims=True)
    log_probs = logits - logits.exp().sum(axis=1, keepdims=True).log()
    loss = -log_probs[np.arange(len(labels)), labels].mean() + 0.01 * (W1**2).sum()
    loss.backward()
    return loss.data, [t.grad for t in (table, W1, b1, W2, b2, gain, h, log_probs)]


def _slope_of_a_long_chain(module, a, factor, offset):
    x = module.Tensor(a)
    y = x
    for _ in range(5000):
        y = y * factor + offset
    y.sum().backward()
    return x.grad


def _slope_through_many_diamonds(module, a, levels):
    x = module.Tensor(a)
    y = x
    for _ in range(levels):
        left, right = y * 0.75, y * 0.5
        y = left + right
    y.sum().backward()
    return x.grad


def _assert_all(got, truth, what):
    """Compare a list of results, each of which may have a shape of its own."""
    if not isinstance(got, list | tuple) or len(got) != len(truth):
        raise Mismatch(f"{what}: not as many as there should be")
    for one, right in zip(got, truth, strict=True):
        assert_close(one, right, what=what)


def _zeros(arrays):
    return [np.zeros(np.shape(a)) for a in arrays]


# Shapes of two operands that numpy stretches to one, or not at all.
STRETCHED = (
    ((2, 3), (3,)),
    ((3,), (2, 3)),
    ((2, 1), (1, 3)),
    ((), (2, 3)),
    ((2, 3), ()),
    ((4, 2, 3), (2, 1)),
    ((1, 3), (4, 1, 1)),
    ((3, 3), (3,)),
    ((1,), (3,)),
)


def _away_from_zero(rng, shape):
    return np.asarray(rng.uniform(0.5, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape))


def _pairs(rng):
    """Return operands of products: matrices, vectors and batches on the left."""
    shapes = (
        ((2, 3), (3, 4)),
        ((3, 3), (3, 3)),
        ((1, 3), (3, 1)),
        ((2, 1), (1, 2)),
        ((3,), (3, 2)),
        ((2, 3), (3,)),
        ((3, 3), (3,)),
        ((3,), (3, 3)),
        ((4,), (4,)),
        ((5, 2, 3), (3, 4)),
        ((2, 3, 2, 3), (3, 2)),
        ((3, 3, 3), (3, 3)),
    )
    return [(rng.normal(size=one), rng.normal(size=other)) for one, other in shapes]


class TestTensorElementwise:
    def test_two_tensors(self, learner, rng):
        """Sum, difference, product and quotient of two Tensors have the right data."""
        for shape in ((3,), (2, 3), (3, 3), (), (2, 1, 3)):
            a, b = _away_from_zero(rng, shape), _away_from_zero(rng, shape)
            answer = learner.run(_of_two_tensors, a, b)
            data, grads = unpack(answer, "data, grads")
            _assert_all(data, [a + b, a - b, a * b, a / b], "the data of the results")
            _assert_all(grads, [np.zeros(shape)] * 4, "grad of the results")

    def test_a_number_on_either_side(self, learner, rng):
        """A plain number may stand on either side, where the order matters."""
        a = _away_from_zero(rng, (2, 3))
        for number in (3, float(rng.uniform(1.0, 2.0)), -2):
            are_tensors, data = unpack(learner.run(_beside_others, a, number), "kinds, data")
            truth = [a + number, a - number, a * number, a / number]
            truth += [number + a, number - a, number * a, number / a]
            _assert_all(data, truth, "the data of the results")
            assert_close(are_tensors, [True] * 8, what="that the results are Tensors")

    def test_an_array_on_either_side(self, learner, rng):
        """An array may stand on either side, and the result is one Tensor, not an array of them."""
        for shape, other in (((3,), (3,)), ((2, 3), (3,)), ((3,), (2, 3)), ((2, 3), ())):
            a, b = _away_from_zero(rng, shape), _away_from_zero(rng, other)
            are_tensors, data = unpack(learner.run(_beside_others, a, b), "kinds, data")
            truth = [a + b, a - b, a * b, a / b, b + a, b - a, b * a, b / a]
            assert_close(are_tensors, [True] * 8, what="that the results are Tensors")
            _assert_all(data, truth, "the data of the results")

    def test_stretches_shapes(self, learner, rng):
        """Two shapes that numpy stretches to one may meet, and grad has the shape of the result."""
        for one, other in STRETCHED:
            a, b = _away_from_zero(rng, one), _away_from_zero(rng, other)
            answer = learner.run(_of_two_tensors, a, b)
            data, grads = unpack(answer, "data, grads")
            truth = [a + b, a - b, a * b, a / b]
            _assert_all(data, truth, "the data of the results")
            _assert_all(grads, _zeros(truth), "grad of the results")

    def test_minus(self, learner, rng):
        """A minus in front gives the negatives, and two of them the numbers themselves."""
        a = np.append(_away_from_zero(rng, 4), 0.0)
        _assert_all(learner.run(_negatives, a), [-a, a, a], "the data")

    def test_powers(self, learner, rng):
        """Powers are right for whole, fractional and negative exponents, and negative bases."""
        a = rng.uniform(0.5, 2.5, size=(2, 2))
        exponents = [2, 3, 1, 0, -1, -2, 0.5, 2.5, -0.5, 4.0]
        truth = [np.exp(n * np.log(a)) for n in exponents]
        _assert_all(learner.run(_powers, a, exponents), truth, "the data of the powers")
        exponents = [2, 3, 1, -1, -3, 2.0, 3.0]
        signs = [1, -1, -1, -1, -1, 1, -1]
        truth = [s * np.exp(n * np.log(a)) for s, n in zip(signs, exponents, strict=True)]
        _assert_all(learner.run(_powers, -a, exponents), truth, "the data of the powers")
        zeros = np.zeros(2)
        _assert_all(learner.run(_powers, zeros, [1, 2, 3.0]), [zeros] * 3, "powers of 0")

    def test_functions(self, learner, rng):
        """The functions exp, log, relu and tanh work on each entry of arrays of any shape."""
        for shape in ((5,), (2, 3), (), (2, 1, 2)):
            a = np.asarray(rng.uniform(-3.0, 3.0, size=shape))
            assert_close(learner.run(_applied, "exp", a), np.exp(a), atol=0.0, what="exp")
            assert_close(learner.run(_applied, "tanh", a), np.tanh(a), what="tanh")
            assert_close(learner.run(_applied, "relu", a), (a + np.abs(a)) / 2, what="relu")
            positive = np.asarray(10.0**a)
            assert_close(learner.run(_applied, "log", positive), np.log(10.0) * a, what="log")
        a = np.array([[0.0, 1e-9], [-1e-9, 5.0]])
        assert_close(learner.run(_applied, "relu", a), [[0.0, 1e-9], [0.0, 5.0]], what="relu")

    def test_far_from_zero(self, learner, rng):
        """Both tanh and relu are right, without a warning, far from 0 on either side."""
        a = rng.uniform(720.0, 990.0, size=3)
        with no_floating_point_warnings():
            squashed = learner.run(_applied, "tanh", np.append(a, -a))
            kept = learner.run(_applied, "relu", np.append(a, -a))
        assert_close(squashed, [1.0, 1.0, 1.0, -1.0, -1.0, -1.0], what="tanh")
        assert_close(kept, [*a, 0.0, 0.0, 0.0], what="relu")

    def test_results_are_new(self, learner, rng):
        """Each result is a new Tensor with a grad of zeros, and the operands stay as they are."""
        a, b = rng.uniform(0.5, 2.0, size=(2, 2, 3))
        b[0] *= -1
        answer = learner.run(_operands_afterwards, a, b)
        data, grads, of_results = unpack(answer, "data, grads, grads of results")
        _assert_all(data, [a, b, a, (a + b) * b], "what the operands hold afterwards")
        _assert_all(grads, _zeros([a, b]), "grad of the operands")
        _assert_all(of_results, [np.zeros((2, 3))] * 14, "grad of the results")

    def test_whole_numbers(self, learner):
        """A Tensor made of whole numbers computes with floats."""
        truth = [[[0.5, 1.0], [1.5, 2.0]], [[1.0, 1 / 2], [1 / 3, 1 / 4]], 1 / 3]
        truth += [[[4.0, 5.0], [6.0, 7.0]], np.exp([[1.0, 2.0], [3.0, 4.0]])]
        _assert_all(learner.run(_from_lists), truth, "the data of the results")

    def test_long_expressions(self, learner, rng):
        """Results can be computed with like any other Tensor."""
        a, b = rng.uniform(0.5, 2.0, size=(2, 2, 3))
        c = rng.uniform(0.5, 2.0, size=3)
        a[0], c[:2] = [2.0, 0.5, 1.0], [0.5, 2.0]  # relu meets both signs
        truth = [
            ((a - b) ** 2 + (b - c) ** 2) / 2,
            -(2 * a * b - 1) / (1.5 + c**2) - a / b * c,
            np.log(np.exp(a) / (np.exp(a) + np.exp(b))),
            np.tanh(a * b) + np.maximum(c - a, 0) * 3,
        ]
        _assert_all(learner.run(_long_expression, a, b, c), truth, "the data of the results")


AXES = ((0, False), (1, False), (-1, False), (0, True), (1, True), (-1, True))


def _reductions(function, a):
    truth = [function(a)]
    truth += [function(a, axis=axis, keepdims=keepdims) for axis, keepdims in AXES]
    return truth + [function(a, axis=axis) for axis, _ in AXES]


class TestTensorReductions:
    def test_sums(self, learner, rng):
        """The sum of all entries, or along any one axis, has the right data."""
        for shape in ((2, 3), (3, 3), (2, 3, 4), (1, 4)):
            a = rng.normal(size=shape)
            data, grads = unpack(learner.run(_reduced, "sum", a, AXES), "data, grads")
            truth = _reductions(np.sum, a)
            _assert_all(data, truth, "the sums")
            _assert_all(grads, _zeros(truth), "grad of the sums")

    def test_means(self, learner, rng):
        """The mean of all entries, or along any one axis, has the right data."""
        for shape in ((2, 3), (3, 3), (2, 3, 4), (1, 4)):
            a = rng.normal(size=shape)
            data, grads = unpack(learner.run(_reduced, "mean", a, AXES), "data, grads")
            truth = _reductions(np.mean, a)
            _assert_all(data, truth, "the means")
            _assert_all(grads, _zeros(truth), "grad of the means")

    def test_vectors_and_numbers(self, learner, rng):
        """Sums and means of a vector, of one entry and of a number without axes are right."""
        for shape in ((5,), (1,), ()):
            a = np.asarray(rng.normal(size=shape))
            cases = [] if shape == () else [(0, False), (-1, True)]
            for name, function in (("sum", np.sum), ("mean", np.mean)):
                data, _ = unpack(learner.run(_reduced, name, a, cases), "data, grads")
                truth = [function(a)]
                truth += [function(a, axis=axis, keepdims=keep) for axis, keep in cases]
                truth += [function(a, axis=axis) for axis, _ in cases]
                _assert_all(data, truth, f"the results of {name}")

    def test_reshape(self, learner, rng):
        """Entries keep their order row by row, whatever the new shape; -1 stands for the rest."""
        a = rng.normal(size=(2, 6))
        shapes = [(3, 4), (12,), (-1,), (2, 3, 2), (-1, 2), (6, -1), (1, 12), (2, 6)]
        data, grads = unpack(learner.run(_reshaped, a, shapes), "data, grads")
        truth = [a.reshape(shape) for shape in shapes]
        _assert_all(data, truth, "the data of the results")
        _assert_all(grads, _zeros(truth), "grad of the results")

    def test_transpose(self, learner, rng):
        """The transpose of a matrix has its rows as columns, and is read without brackets."""
        for shape in ((2, 3), (3, 3), (1, 4), (4, 1)):
            a = rng.normal(size=shape)
            truth = [a.T, np.zeros(a.T.shape), a, a]
            _assert_all(learner.run(_transposed, a), truth, "transposes and their grad")

    def test_indices(self, learner, rng):
        """Numbers, slices, arrays of numbers, repeated ones too, and tuples of them are indices."""
        a = rng.normal(size=(4, 3))
        rows = np.array([3, 0, 3, 1], dtype=np.int64)
        columns = np.array([2, 1, 2, 0], dtype=np.int64)
        data, grads = unpack(learner.run(_indexed, a, rows, columns), "data, grads")
        truth = [a[0], a[-1], a[1, 2], a[1:], a[:, 1], a[::2, 1:3], a[-1, :]]
        truth += [a[rows], a[:, columns], a[rows, columns], a[1, columns], a[:, 0]]
        _assert_all(data, truth, "the data of the results")
        _assert_all(grads, _zeros(truth), "grad of the results")

    def test_more_axes(self, learner, rng):
        """An array of three axes can be reshaped and indexed as well."""
        a = rng.normal(size=(3, 4, 3))
        rows = np.array([[2, 0], [2, 1]], dtype=np.int64)
        data, _ = unpack(learner.run(_indexed, a, rows, rows), "data, grads")
        truth = [a[0], a[-1], a[1, 2], a[1:], a[:, 1], a[::2, 1:3], a[-1, :]]
        truth += [a[rows], a[:, rows], a[rows, rows], a[1, rows], a[..., 0]]
        _assert_all(data, truth, "the data of the results")
        data, _ = unpack(learner.run(_reshaped, a, [(12, 3), (3, -1)]), "data, grads")
        _assert_all(data, [a.reshape(12, 3), a.reshape(3, 12)], "the data of the results")


class TestTensorMatmul:
    def test_matrices(self, learner, rng):
        """The product of two matrices has the right data, in wide, narrow and square shapes."""
        pairs = _pairs(rng)[:4]
        data, grads = unpack(learner.run(_products, pairs), "data, grads")
        truth = [np.einsum("nk,km->nm", a, b) for a, b in pairs]
        _assert_all(data, truth, "the products")
        _assert_all(grads, _zeros(truth), "grad of the products")

    def test_vectors(self, learner, rng):
        """A vector on either side loses its axis, and two vectors give one number."""
        pairs = _pairs(rng)[4:9]
        data, grads = unpack(learner.run(_products, pairs), "data, grads")
        letters = ("k,km->m", "nk,k->n", "nk,k->n", "k,km->m", "k,k->")
        truth = [np.einsum(s, a, b) for s, (a, b) in zip(letters, pairs, strict=True)]
        _assert_all(data, truth, "the products")
        _assert_all(grads, _zeros(truth), "grad of the products")

    def test_batches_on_the_left(self, learner, rng):
        """A batch of matrices on the left is multiplied one by one."""
        pairs = _pairs(rng)[9:]
        data, grads = unpack(learner.run(_products, pairs), "data, grads")
        truth = [np.einsum("...nk,km->...nm", a, b) for a, b in pairs]
        _assert_all(data, truth, "the products")
        _assert_all(grads, _zeros(truth), "grad of the products")

    def test_an_array_on_either_side(self, learner, rng):
        """An array may stand on either side, and the result is a Tensor."""
        pairs = _pairs(rng)
        answer = learner.run(_products_with_arrays, pairs)
        are_tensors, data = unpack(answer, "kinds, data")
        assert_close(are_tensors, [True] * 2 * len(pairs), what="that the results are Tensors")
        _assert_all(data, [np.matmul(a, b) for a, b in pairs] * 2, "the products")

    def test_refuses_what_does_not_fit(self, learner, rng):
        """Sizes that do not fit are an error, for vectors and batches too; others are not."""
        for one, other, fits in (
            ((2, 3), (2, 3), (3, 2)),
            ((3, 2), (3, 2), (2, 3)),
            ((2, 3), (1, 3), (3, 1)),
            ((2, 3), (2,), (3,)),
            ((2, 3), (1,), (3,)),
            ((2,), (3, 2), (2, 3)),
            ((3,), (2,), (3,)),
            ((4, 2, 3), (2, 3), (3, 2)),
        ):
            a, b, c = rng.normal(size=one), rng.normal(size=other), rng.normal(size=fits)
            data, _ = unpack(learner.run(_products, [(a, c)]), "data, grads")
            _assert_all(data, [np.matmul(a, c)], "the product")
            with pytest.raises(ValueError):
                learner.run(_products, [(a, b)])

    def test_keeps_operands(self, learner, rng):
        """The operands stay as they are, and so does their grad."""
        a, b = rng.normal(size=(2, 3, 3))
        truth = [np.einsum("nk,km->nm", a, b), a, b, *_zeros([a, b])]
        _assert_all(learner.run(_operands_of_products, a, b), truth, "product and operands")


def _summed(grad, shape):
    """Sum a gradient back to a shape, axis by axis."""
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


class TestTensorBackward:
    def test_sums_and_products(self, learner, rng):
        """The gradients of sums, differences, products and quotients of equal shapes are right."""
        for shape in ((3,), (2, 3), ()):
            a, b, w = (_away_from_zero(rng, shape) for _ in range(3))
            got = learner.run(_slopes_of_two, a, b, w)
            truth = [[w, w], [w, -w], [w * b, w * a], [w / b, -w * a / b**2], [-w * b, -w * a]]
            for one, right in zip(got, truth, strict=True):
                _assert_all(one, right, "grad of the operands")

    def test_stretched_operands(self, learner, rng):
        """Where numpy stretched an operand its gradient is summed back to its shape."""
        for one, other in STRETCHED:
            a, b = _away_from_zero(rng, one), _away_from_zero(rng, other)
            w = rng.normal(size=np.broadcast_shapes(one, other))
            got = learner.run(_slopes_of_two, a, b, w)
            truth = [[w, w], [w, -w], [w * b, w * a], [w / b, -w * a / b**2], [-w * b, -w * a]]
            for grads, right in zip(got, truth, strict=True):
                summed = [_summed(right[0], one), _summed(right[1], other)]
                _assert_all(grads, summed, "grad of the operands")

    def test_beside_numbers_and_arrays(self, learner, rng):
        """The gradients are right beside a number or an array on either side."""
        a = _away_from_zero(rng, (2, 3))
        for c in (3, float(rng.uniform(1.0, 2.0)), _away_from_zero(rng, 3)):
            w = rng.normal(size=(2, 3))
            got = learner.run(_slopes_beside_others, a, c, w)
            truth = [w, w, w, -w, w * c, w * c, w / c, -w * c / a**2]
            _assert_all(got, truth, "grad of the Tensor")
        a, c, w = _away_from_zero(rng, 3), _away_from_zero(rng, (2, 3)), rng.normal(size=(2, 3))
        got = learner.run(_slopes_beside_others, a, c, w)
        truth = [w, w, w, -w, w * c, w * c, w / c, -w * c / a**2]
        _assert_all(got, [g.sum(axis=0) for g in truth], "grad of the Tensor")

    def test_powers_and_functions(self, learner, rng):
        """The gradients of powers, exp, log, relu and tanh are right."""
        a, w = rng.uniform(0.5, 2.5, size=(2, 2, 3))
        exponents = [2, 3, 1, 0, -1, -2, 0.5, -0.5, 2.5, 2.0]
        got = learner.run(_slopes_of_powers, a, exponents, w)
        truth = [w * n * np.exp((n - 1) * np.log(a)) for n in exponents]
        _assert_all(got, truth, "grad below a power")
        got = learner.run(_slopes_of_powers, -a, [2, 3, -1], w)
        _assert_all(got, [-2 * w * a, 3 * w * a**2, -w / a**2], "grad below a power")
        zeros = np.zeros((2, 3))
        got = learner.run(_slopes_of_powers, zeros, [2, 1, 3.0], w)
        _assert_all(got, [zeros, w, zeros], "grad below a power of 0")
        signed = a * np.array([1.0, -1.0, 1.0])
        for name, x, slope in (
            ("exp", signed, np.exp(signed)),
            ("log", a, 1 / a),
            ("tanh", signed, 1 / np.cosh(signed) ** 2),
            ("relu", signed, (np.sign(signed) + 1) / 2),
        ):
            got = learner.run(_slopes_of_function, name, x, w)
            assert_close(got, w * slope, what=f"grad below {name}")

    def test_kinks_and_saturation(self, learner, rng):
        """Below relu nothing passes at 0, and below tanh nothing passes far out."""
        w = rng.uniform(1.0, 2.0, size=4)
        got = learner.run(_slopes_of_function, "relu", np.array([0.0, -0.0, 1e-9, 1000.0]), w)
        assert_close(got, [0.0, 0.0, w[2], w[3]], what="grad below relu")
        with no_floating_point_warnings():
            got = learner.run(
                _slopes_of_function, "tanh", np.array([1000.0, -1000.0, 0.0, 800.0]), w
            )
        assert_close(got, [0.0, 0.0, w[2], 0.0], what="grad below tanh")

    def test_sums_and_means(self, learner, rng):
        """A sum hands its gradient to each entry that went into it, a mean its share."""
        cases = [(None, False), (None, True), *AXES]
        for shape in ((2, 3), (3, 3), (2, 3, 4), (1, 4)):
            a = rng.normal(size=shape)
            weights = []
            for axis, keepdims in cases:
                size = np.shape(np.sum(a, axis=axis, keepdims=keepdims))
                weights.append(np.asarray(rng.normal(size=size)))
            of_sums = []
            for (axis, keepdims), w in zip(cases, weights, strict=True):
                whole = w if keepdims or axis is None else np.expand_dims(w, axis)
                of_sums.append(np.ones(shape) * whole)
            got = learner.run(_slopes_of_reductions, "sum", a, cases, weights)
            _assert_all(got, of_sums, "grad below a sum")
            counts = [a.size if axis is None else shape[axis] for axis, _ in cases]
            got = learner.run(_slopes_of_reductions, "mean", a, cases, weights)
            of_means = [g / n for g, n in zip(of_sums, counts, strict=True)]
            _assert_all(got, of_means, "grad below a mean")

    def test_shapes(self, learner, rng):
        """Gradients go back through reshape and T to where the entries came from."""
        a, w = rng.normal(size=(2, 6)), rng.normal(size=(3, 4))
        got = learner.run(_slopes_of_shapes, a, w)
        truth = [w.reshape(2, 6), w.reshape(6, 2).T, w.reshape(2, 6)]
        _assert_all(got, truth, "grad below the new shape")
        a, w = rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
        assert_close(learner.run(_slopes_of_transpose, a, w), w.T, what="grad below T")

    def test_indices(self, learner, rng):
        """An entry that was not picked gets 0, and one that was picked twice gets the sum."""
        a, weights = rng.normal(size=(4, 3)), rng.normal(size=12)
        rows = np.array([3, 0, 3, 1], dtype=np.int64)
        columns = np.array([2, 1, 2, 0], dtype=np.int64)
        got = learner.run(_slopes_of_indices, a, rows, columns, weights)
        truth = [np.zeros((4, 3)) for _ in range(7)]
        truth[0][0] = weights[:3]
        truth[1][1:, -1] = weights[:3]
        truth[2][::2, 1:3] = weights[:4].reshape(2, 2)
        for k, i in enumerate(rows):
            truth[3][i] += weights[3 * k : 3 * k + 3]
        for k, j in enumerate(columns):
            truth[4][:, j] += np.resize(weights, (4, 4))[:, k]
        for k, (i, j) in enumerate(zip(rows, columns, strict=True)):
            truth[5][i, j] += weights[k]
        truth[6][1, 2] = weights[0]
        _assert_all(got, truth, "grad below the index")

    def test_products_of_matrices(self, learner, rng):
        """Both operands of a product of matrices get their gradients, and vectors too."""
        pairs = _pairs(rng)[:9]
        self._check_products(learner, rng, pairs)

    def test_products_of_batches(self, learner, rng):
        """A matrix that was multiplied with a whole batch gets the sum over the batch."""
        self._check_products(learner, rng, _pairs(rng)[9:])

    def _check_products(self, learner, rng, pairs):
        weights = [np.asarray(rng.normal(size=np.shape(np.matmul(a, b)))) for a, b in pairs]
        got = learner.run(_slopes_of_products, pairs, weights)
        for i, ((a, b), w) in enumerate(zip(pairs, weights, strict=True)):
            x = a if a.ndim > 1 else a[None]
            y = b if b.ndim > 1 else b[:, None]
            g = w.reshape(*x.shape[:-1], y.shape[-1])
            of_a = np.einsum("...nm,km->...nk", g, y).reshape(a.shape)
            of_b = np.einsum(
                "bnk,bnm->km", x.reshape(-1, *x.shape[-2:]), g.reshape(-1, *g.shape[-2:])
            )
            for grads in got[2 * i : 2 * i + 2]:
                _assert_all(grads, [of_a, of_b.reshape(b.shape)], "grad of the operands")

    def test_uses_add_up(self, learner, reference, rng):
        """A Tensor that is used more than once gets the sum over its uses."""
        a, b = rng.uniform(0.5, 1.5, size=(2, 2, 3))
        got = learner.run(_slopes_of_a_tensor_used_often, a, b)
        truth = _slopes_of_a_tensor_used_often(reference, a, b)
        _assert_all(got, truth, "grad of the Tensor")
        _assert_all(got[:3], [np.full((2, 3), 2.0), 2 * a, np.zeros((2, 3))], "grad")

    def test_results_that_equal_their_operand(self, learner, rng):
        """A result is a different Tensor from its operand, even if the numbers are equal."""
        a = rng.uniform(0.5, 2.0, size=(1, 3))
        pairs, last = unpack(learner.run(_slopes_beside_the_operand, a), "pairs, last")
        for pair in pairs:
            _assert_all(pair, [np.full((1, 3), 2.0), np.full((1, 3), 5.0)], "grad")
        assert_close(last, np.full((1, 3), 5.0), what="grad of the operand")

    def test_every_ancestor(self, learner, rng):
        """All that the result was made of gets its gradient, not only the inputs."""
        a, b = rng.normal(size=(2, 3)), rng.normal(size=3)
        got = learner.run(_slopes_along_a_chain, a, b)
        e = np.exp(a @ b)
        p = e / e.sum()
        truth = [1 / e.sum(), np.full(2, 1 / e.sum()), p, np.outer(p, b), p @ a]
        _assert_all(got, truth, "grad of the ancestors")

    def test_long_and_short_paths(self, learner, rng):
        """A Tensor passes on its gradient once all that was made of it has reported."""
        a = rng.uniform(0.5, 1.5, size=2)
        got = learner.run(_slopes_where_paths_differ_in_length, a)
        truth = []
        for _ in range(2):
            for n in (1, 2, 5):
                of_joined = 2 * (2 * a) * (1 + 3**n)
                of_u = of_joined * (1 + 3**n) + 1
                truth.append([2 * of_u, of_u, of_joined])
        for one, right in zip(got, truth, strict=True):
            _assert_all(one, right, "grad of the ancestors")

    def test_several_graphs(self, learner, rng):
        """Graphs that share only their inputs add up their gradients there."""
        batches, a = rng.normal(size=(3, 4, 2)), 0.5 * rng.normal(size=2)
        got = learner.run(_slopes_left_by_several_graphs, list(batches), a)
        of_w, of_first = np.zeros(2), 0.0
        for i, x in enumerate(batches):
            t, factor = np.tanh(x @ a), 2.0 if i == 0 else 1.0
            error = 2 * (factor * t - 1) / 4
            of_w = of_w + (error * factor * (1 - t**2)) @ x
            of_first += float(error @ t) * (i == 0)
            _assert_all(got[i], [of_w, of_first], "grad after each graph")

    def test_leaves_others_alone(self, learner, rng):
        """What the result was not made of keeps a grad of zeros, and no number changes."""
        a, b = rng.uniform(0.5, 1.5, size=(2, 3))
        answer = learner.run(_slopes_of_others, a, b)
        ancestors, others, data = unpack(answer, "ancestors, others, data")
        _assert_all(ancestors, [b + 1, a], "grad of the ancestors")
        _assert_all(others, [np.zeros(3)] * 3, "grad of other Tensors")
        _assert_all(data, [a, b, np.sum(a * b + a)], "the data afterwards")

    def test_a_single_number(self, learner, rng):
        """It starts from one number in any shape; from more than one it is an error."""
        a = rng.normal(size=(2, 3))
        for shape in ((1,), (1, 1), ()):
            got = learner.run(_slopes_from_one_number, a, shape)
            assert_close(got, 6 * a, what="grad of the input")
        assert_close(learner.run(_backward_from, rng.normal(size=(1, 1))), [[2.0]], what="grad")
        for shape in ((2,), (1, 2), (2, 3)):
            with pytest.raises(ValueError):
                learner.run(_backward_from, rng.normal(size=shape))

    def test_a_network(self, learner, reference, rng):
        """A network with embeddings, a layer norm and cross-entropy gets all its gradients."""
        shapes = ((5, 4), (6, 4), (6,), (6, 3), (3,), (4,))
        params = [rng.normal(size=shape) for shape in shapes]
        x = np.array([3, 0, 3, 4, 1, 3], dtype=np.int64)
        labels = np.array([0, 2, 1, 1, 0, 2], dtype=np.int64)
        loss, grads = unpack(learner.run(_network, x, params, labels), "loss, grads")
        true_loss, true_grads = _network(reference, x, params, labels)
        assert_close(loss, true_loss, what="the loss")
        _assert_all(grads, true_grads, "grad of the parameters and what is between")

    def test_a_long_chain(self, learner, rng):
        """A chain of 10,000 operations works."""
        factor = 1.0 + float(rng.uniform(1e-4, 4e-4))
        got = learner.run(_slope_of_a_long_chain, rng.normal(size=2), factor, 0.01)
        assert_close(got, [factor**5000] * 2, what="grad of the input")

    def test_many_paths(self, learner, rng):
        """Each Tensor is visited once, though the number of paths doubles at each level."""
        got = learner.run(_slope_through_many_diamonds, rng.normal(size=2), 40)
        assert_close(got, [1.25**40] * 2, what="grad of the input")
