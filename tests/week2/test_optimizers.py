import numpy as np
import pytest

from kata.comparisons import (
    Mismatch,
    assert_close,
    assert_keeps_inputs,
    assert_same,
    no_floating_point_warnings,
    unpack,
)


def _walked_by_hand(grad, w0, lr, steps):
    path = [np.array(w0, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] - lr * grad(path[-1]))
    return np.array(path)


def _symmetric_with(rng, eigenvalues):
    """Return a matrix with these eigenvalues that is symmetric to the last bit."""
    Q, _ = np.linalg.qr(rng.normal(size=(len(eigenvalues), len(eigenvalues))))
    H = (Q * np.array(eigenvalues)) @ Q.T
    return (H + H.T) / 2


def _steps_of_momentum(module, w, v, gradients, settings):
    """Return parameters and velocity after each step, each step fed with the last one's."""
    path = []
    for g in gradients:
        w, v = (np.array(part) for part in module.momentum_step(w, g, v, **settings))
        path.append([w, v])
    return path


def _steps_of_rmsprop(module, w, s, gradients, settings):
    path = []
    for g in gradients:
        w, s = (np.array(part) for part in module.rmsprop_step(w, g, s, **settings))
        path.append([w, s])
    return path


def _shares_of_momentum(module, w, g, v, beta):
    results = module.momentum_step(w, g, v, 0.5, beta)
    shared = [bool(np.shares_memory(r, x)) for r in results for x in (w, g, v)]
    return [np.array(r) for r in results], shared


def _shares_of_rmsprop(module, w, g, s, lr):
    results = module.rmsprop_step(w, g, s, lr)
    shared = [bool(np.shares_memory(r, x)) for r in results for x in (w, g, s)]
    return [np.array(r) for r in results], shared


def _steps_of_adam(module, params, batches, settings):
    """Return what the caller's arrays hold after each step, and whether gradients were kept."""
    mine = [np.array(p) for p in params]
    optimizer = module.Adam(list(mine), **settings)
    path, were_kept = [], True
    for grads in batches:
        grads = [np.array(g) for g in grads]
        before = [g.copy() for g in grads]
        optimizer.step(grads)
        were_kept = were_kept and all(map(np.array_equal, before, grads))
        path.append([np.array(p) for p in mine])
    return path, were_kept


def _adams_on_one_array(module, p, batches):
    """Let two optimisers take turns on the very same array."""
    p = np.array(p)
    optimizers = [module.Adam([p], lr=0.1), module.Adam([p], lr=0.01, beta1=0.5, beta2=0.9)]
    path = []
    for t, g in enumerate(batches):
        optimizers[t % 3 > 0].step([g])
        path.append([np.array(p)])
    return path


def _long_run_of_adam(module, p, steps, stops):
    """Return the parameters after some of very many steps; the gradients follow a formula."""
    p = np.array(p)
    optimizer = module.Adam([p])
    path = []
    for t in range(1, steps + 1):
        optimizer.step([np.cos(t * np.arange(1.0, 4.0)) + 0.3])
        if t in stops:
            path.append([np.array(p)])
    return path


def _two_adams(module, first, second, batches, settings):
    """Let two optimisers take turns on their own parameters."""
    first, second = np.array(first), np.array(second)
    optimizers = [module.Adam([first], **settings[0]), module.Adam([second], **settings[1])]
    path = []
    for g in batches:
        optimizers[0].step([g])
        optimizers[1].step([2.0 * g])
        optimizers[1].step([-g])
        path.append([np.array(first), np.array(second)])
    return path


def _adam_by_hand(params, batches, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Return the parameters after each step, with the means as explicit weighted sums."""
    params, path = [np.array(p) for p in params], []
    for t in range(1, len(batches) + 1):
        ages = np.arange(t - 1, -1, -1.0)
        for i, p in enumerate(params):
            gradients = np.array([batch[i] for batch in batches[:t]])
            m = np.tensordot(beta1**ages / np.sum(beta1**ages), gradients, axes=1)
            v = np.tensordot(beta2**ages / np.sum(beta2**ages), gradients**2, axes=1)
            params[i] = p - lr * m / (np.sqrt(v) + eps)
        path.append(list(params))
    return path


def _assert_same_paths(got, expected):
    """Compare arrays after each step as closely as the contract of Adam says."""
    for t, (arrays, truths) in enumerate(zip(got, expected, strict=True), start=1):
        for i, (array, truth) in enumerate(zip(arrays, truths, strict=True)):
            what = f"array {i} after step {t}"
            assert_close(array, truth, rtol=1e-12, atol=1e-12, what=what)


def _assert_arrays(actual, expected, rtol=1e-9, atol=None):
    """Compare a list of arrays of several shapes."""
    names = ", ".join(f"array {i}" for i in range(len(expected)))
    for name, array, truth in zip(names.split(", "), unpack(actual, names), expected, strict=True):
        assert_close(array, truth, rtol=rtol, atol=atol, what=name)


def _shuffled(rng, n):
    """Return an order in which no sample stands in its own place."""
    while True:
        order = rng.permutation(n).astype(np.int64)
        if not np.any(order == np.arange(n)):
            return order


def _assert_batches(actual, expected):
    if not isinstance(actual, list | tuple | np.ndarray):
        raise Mismatch(f"the result is a {type(actual).__name__}, not a list of batches")
    if len(actual) != len(expected):
        raise Mismatch(f"there are {len(actual)} batches, not {len(expected)}")
    for i, (batch, truth) in enumerate(zip(actual, expected, strict=True)):
        assert_same(batch, np.asarray(truth, dtype=np.int64), what=f"batch {i}")


def _fitted_by_hand(X, y, lr, steps):
    n, d = X.shape
    with_ones = np.hstack([X, np.ones((n, 1))])
    theta = np.zeros(d + 1)
    for _ in range(steps):
        p = np.array([1 / (1 + np.exp(-z)) for z in with_ones @ theta])
        theta = theta - lr * np.mean((p - y)[:, None] * with_ones, axis=0)
    return theta[:-1], theta[-1]


class TestGradientDescent:
    def test_the_whole_path(self, learner, rng):
        """The path holds every point from the start on, each one step downhill from the last."""
        centre, curvature = rng.normal(size=3), rng.uniform(0.5, 3.0, size=3)

        def grad(w):
            return curvature * (np.asarray(w, dtype=float) - centre)

        w0 = 5.0 * rng.normal(size=3)
        path = learner.gradient_descent(grad, w0, 0.3, 8)
        assert_close(path, _walked_by_hand(grad, w0, 0.3, 8))

    def test_a_number(self, learner, rng):
        """For a number the path is one-dimensional."""
        centre, w0 = rng.normal(), float(rng.uniform(2.0, 9.0))

        def grad(w):
            return 2 * (np.asarray(w, dtype=float) - centre)

        path = learner.gradient_descent(grad, w0, 0.1, 6)
        assert_close(path, centre + (w0 - centre) * 0.8 ** np.arange(7))

    def test_a_matrix(self, learner, rng):
        """Parameters of any shape keep it: a matrix gives a path with three axes."""
        for shape in ((2, 3), (3, 1), (2, 1, 2)):
            A, w0 = rng.uniform(0.1, 1.0, size=shape), rng.normal(size=shape)

            def grad(w, A=A):
                return A * np.asarray(w, dtype=float)

            expected = w0 * (1 - 0.5 * A) ** np.arange(5).reshape(5, *[1] * len(shape))
            assert_close(learner.gradient_descent(grad, w0, 0.5, 4), expected)

    def test_a_curved_valley(self, learner, rng):
        """The gradient is taken anew at each point, even where it is not linear."""

        def grad(w):
            x, y = np.asarray(w, dtype=float)
            return np.array([np.sin(x) + 0.1 * y, 0.1 * x + 4 * y**3])

        w0 = rng.uniform(0.5, 1.0, size=2)
        path = learner.gradient_descent(grad, w0, 0.2, 10)
        assert_close(path, _walked_by_hand(grad, w0, 0.2, 10))

    def test_too_large_a_rate(self, learner, rng):
        """With too large a rate the path leads away, and it is returned as it is."""
        w0 = rng.uniform(1.0, 2.0, size=2)

        def grad(w):
            return np.array([1.0, 3.0]) * np.asarray(w, dtype=float)

        path = learner.gradient_descent(grad, w0, lr=1.0, steps=7)
        assert_close(path, _walked_by_hand(grad, w0, 1.0, 7))

    def test_stays_at_the_bottom(self, learner, rng):
        """The path has its full length even where it arrives early, or starts at the bottom."""
        bottom = rng.normal(size=2)

        def grad(w):
            return np.asarray(w, dtype=float) - bottom

        w0 = bottom + rng.normal(size=2)
        path = learner.gradient_descent(grad, w0, lr=1.0, steps=5)
        assert_close(path, [w0, *[bottom] * 5], atol=1e-12)
        path = learner.gradient_descent(grad, bottom, lr=0.1, steps=3)
        assert_close(path, [bottom] * 4, atol=1e-12)

    def test_small_gradients_count(self, learner, rng):
        """Every step is taken, however small the gradient has become."""
        w0 = rng.normal(size=3)
        path = learner.gradient_descent(lambda w: 1e-12 * np.asarray(w), w0, lr=2.5e11, steps=4)
        assert_close(path, [w0 * 0.75**t for t in range(5)])

    def test_no_steps(self, learner, rng):
        """No steps give a path of one point, one step a path of two."""
        w0 = rng.normal(size=(2, 2))

        def grad(w):
            return 2 * np.asarray(w, dtype=float)

        assert_close(learner.gradient_descent(grad, w0, 0.25, 0), w0[None])
        assert_close(learner.gradient_descent(grad, w0, 0.25, 1), [w0, w0 / 2])
        assert_close(learner.gradient_descent(grad, 3.0, 0.25, 0), [3.0])

    def test_keeps_the_start(self, learner, rng):
        """The start w0 is the same afterwards."""
        w0 = rng.normal(size=3)

        def grad(w):
            return np.asarray(w, dtype=float) + 1.0

        path = assert_keeps_inputs(learner.gradient_descent, grad, w0, 0.1, 4)
        assert_close(path, _walked_by_hand(grad, w0, 0.1, 4))


class TestMaxStableLearningRate:
    def test_the_largest_eigenvalue(self, learner, rng):
        """The bound is 2 over the largest eigenvalue."""
        for eigenvalues in ([3.0, 1.0], [0.5, 0.2, 0.1], [5.0, 3.0, 2.0, 0.5, 0.1]):
            H = _symmetric_with(rng, eigenvalues)
            got = assert_keeps_inputs(learner.max_stable_learning_rate, H)
            assert_close(got, 2 / eigenvalues[0], rtol=1e-8)

    def test_on_the_axes(self, learner, rng):
        """For a diagonal matrix the largest entry counts, wherever it stands."""
        a = float(rng.uniform(2.0, 4.0))
        for diagonal in ([a, 1.0, 0.5], [1.0, a, 0.5], [0.5, 1.0, a]):
            got = learner.max_stable_learning_rate(np.diag(diagonal))
            assert_close(got, 2 / a, rtol=1e-8)
        assert_close(learner.max_stable_learning_rate(np.array([[a]])), 2 / a, rtol=1e-8)

    def test_small_and_large_numbers(self, learner, rng):
        """A valley may be flat or steep all over: tiny eigenvalues are positive too."""
        for scale in (1e-14, 1e-6, 1e6):
            H = scale * _symmetric_with(rng, [1.0, 0.5, 0.001])
            H = (H + H.T) / 2
            got = learner.max_stable_learning_rate(H)
            assert_close(got, 2 / scale, rtol=1e-8, atol=0.0)

    def test_a_narrow_valley(self, learner, rng):
        """A valley many thousand times steeper one way than the other is accepted."""
        H = _symmetric_with(rng, [100.0, 20.0, 1.0, 0.01])
        assert_close(learner.max_stable_learning_rate(H), 0.02, rtol=1e-8)
        H = np.diag([1e3, 1.0, 1e-4])
        assert_close(learner.max_stable_learning_rate(H), 0.002, rtol=1e-8)

    def test_refuses_an_indefinite_matrix(self, learner, rng):
        """A matrix with a negative eigenvalue is an error; with its sign changed it is not."""
        for eigenvalues in ([3.0, -1.0], [4.0, 2.0, -0.1], [-2.0, -1.0], [5.0, -1.0, -2.0]):
            H = _symmetric_with(rng, np.abs(eigenvalues))
            bound = 2 / np.max(np.abs(eigenvalues))
            assert_close(learner.max_stable_learning_rate(H), bound, rtol=1e-8)
            with pytest.raises(ValueError):
                learner.max_stable_learning_rate(_symmetric_with(rng, eigenvalues))
        saddle = np.array([[1.0, 3.0], [3.0, 2.0]])  # although the diagonal is positive
        with pytest.raises(ValueError):
            learner.max_stable_learning_rate(saddle)

    def test_refuses_a_singular_matrix(self, learner, rng):
        """A direction without any curvature is an error; with a little curvature it is not."""
        a = float(rng.uniform(1.0, 3.0))
        for H in (
            np.diag([a, 0.0, 0.5]),
            np.diag([0.0, a]),
            # Its zero stays exact in every algorithm; that of [[1, 1], [1, 1]] may be rounded.
            np.array([[2.0, 1.0, 0.0], [1.0, 2.0, 0.0], [0.0, 0.0, 0.0]]),
            1e-12 * np.diag([0.0, a]),
            1e3 * np.diag([a, 0.0]),
        ):
            lifted = H + 0.01 * np.max(H) * np.eye(len(H))
            bound = 2 / np.linalg.eigvalsh(lifted)[-1]
            assert_close(learner.max_stable_learning_rate(lifted), bound, rtol=1e-8)
            with pytest.raises(ValueError):
                learner.max_stable_learning_rate(H)

    def test_refuses_an_asymmetric_matrix(self, learner, rng):
        """A matrix that is not symmetric is an error, tiny or not; its mirror sum is not."""
        a = float(rng.uniform(0.5, 0.9))
        for H in (
            np.array([[2.0, a], [0.0, 2.0]]),
            np.array([[2.0, 0.0], [a, 2.0]]),
            np.array([[3.0, a, 0.0], [-a, 4.0, 0.0], [0.0, 0.0, 1.0]]),
            np.array([[4.0, 0.0, a], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]]),
            1e-12 * np.array([[2.0, a], [0.0, 2.0]]),
            1e-12 * np.array([[2.0, 0.0], [a, 2.0]]),
            1e3 * np.array([[2.0, a], [0.0, 2.0]]),
        ):
            mirrored = H + H.T
            bound = 2 / np.linalg.eigvalsh(mirrored)[-1]
            assert_close(learner.max_stable_learning_rate(mirrored), bound, rtol=1e-8)
            with pytest.raises(ValueError):
                learner.max_stable_learning_rate(H)


def _singular(rng):
    """Return matrices that are exactly singular, whatever the order of elimination."""
    a, b, c = rng.uniform(1.0, 3.0, size=3).tolist()
    yield np.zeros((2, 2))
    yield np.diag([a, 0.0, b])
    yield np.array([[0.0, 0.0], [0.0, a]])
    yield np.array([[1.0, 1.0], [1.0, 1.0]])
    yield np.array([[1.0, -2.0], [-2.0, 4.0]])
    yield np.array([[a, b, 0.0], [b, -c, 0.0], [0.0, 0.0, 0.0]])
    yield np.array([[0.0]])


class TestNewtonStep:
    def test_one_step_to_the_bottom(self, learner, rng):
        """On a quadratic bowl one step ends at the bottom, wherever it began."""
        for eigenvalues in ([1.0, 2.0], [0.1, 1.0, 5.0], [3.0, 3.0, 0.5, 1.0]):
            H = _symmetric_with(rng, eigenvalues)
            bottom, w = rng.normal(size=(2, len(H)))
            assert_close(learner.newton_step(w, H @ (w - bottom), H), bottom)

    def test_a_narrow_valley(self, learner, rng):
        """It is right in a valley a million times steeper one way, and in a tiny or a huge one."""
        w, bottom = rng.normal(size=(2, 3))
        H = _symmetric_with(rng, [1e4, 1.0, 1e-2])
        assert_close(learner.newton_step(w, H @ (w - bottom), H), bottom, rtol=1e-6, atol=1e-6)
        for scale in (1e-7, 1e-4, 1e7):
            H = _symmetric_with(rng, [scale, 2 * scale, 4 * scale])
            assert_close(learner.newton_step(w, H @ (w - bottom), H), bottom)

    def test_saddles_and_tops(self, learner, rng):
        """It goes to where the slope is 0, and that may be a saddle or a top."""
        for eigenvalues in ([1.0, -2.0], [-1.0, -0.5, -4.0], [2.0, -1.0, 3.0]):
            H = _symmetric_with(rng, eigenvalues)
            flat, w = rng.normal(size=(2, len(H)))
            assert_close(learner.newton_step(w, H @ (w - flat), H), flat)
        H = np.array([[0.0, 2.0], [2.0, 0.0]])  # elimination has to exchange rows
        assert_close(learner.newton_step(np.zeros(2), np.array([2.0, 6.0]), H), [-3.0, -1.0])

    def test_one_parameter(self, learner, rng):
        """With one parameter it is w minus slope over curvature."""
        w, g, c = rng.uniform(1.0, 2.0, size=3)
        got = learner.newton_step(np.array([w]), np.array([g]), np.array([[c]]))
        assert_close(got, [w - g / c])

    def test_refuses_a_singular_matrix(self, learner, rng):
        """A Hessian that is singular is an error; with a little more curvature it is not."""
        for H in _singular(rng):
            w, g = rng.normal(size=(2, len(H)))
            lifted = H + 0.3 * np.eye(len(H))
            assert_close(learner.newton_step(w, g, lifted), w - np.linalg.inv(lifted) @ g)
            with pytest.raises(ValueError):
                learner.newton_step(w, g, H)

    def test_keeps_inputs(self, learner, rng):
        """Parameters, gradient and Hessian are the same afterwards."""
        H = _symmetric_with(rng, [1.0, 2.0, 4.0])
        w, g = rng.normal(size=(2, 3))
        got = assert_keeps_inputs(learner.newton_step, w, g, H)
        assert_close(got, w - np.linalg.inv(H) @ g)


class TestMomentumStep:
    def test_one_step(self, learner, rng):
        """The velocity is beta times the old one plus the gradient; w moves by lr times that."""
        for lr, beta in ((0.1, 0.9), (0.5, 0.3), (2.0, 0.99)):
            w, g, v = rng.normal(size=(3, 4))
            got = learner.momentum_step(w, g, v, lr, beta)
            new_w, new_v = unpack(got, "w, v")
            assert_close(new_v, beta * v + g, what="v")
            assert_close(new_w, w - lr * (beta * v + g), what="w")

    def test_beta_by_default(self, learner, rng):
        """Without a beta it is 0.9."""
        w, g, v = rng.normal(size=(3, 5))
        new_w, new_v = unpack(learner.momentum_step(w, g, v, lr=0.2), "w, v")
        assert_close(new_v, 0.9 * v + g, what="v")
        assert_close(new_w, w - 0.2 * (0.9 * v + g), what="w")

    def test_any_shape(self, learner, rng):
        """Matrices and arrays with more axes keep their shape."""
        for shape in ((2, 3), (3, 1), (2, 2, 2)):
            w, g, v = rng.normal(size=(3, *shape))
            new_w, new_v = unpack(learner.momentum_step(w, g, v, 0.1, 0.5), "w, v")
            assert_close(new_v, 0.5 * v + g, what="v")
            assert_close(new_w, w - 0.1 * (0.5 * v + g), what="w")

    def test_many_steps(self, learner, rng):
        """Over many steps older gradients count less and less, the newest fully."""
        gradients, w0 = rng.normal(size=(12, 3)), rng.normal(size=3)
        settings = {"lr": 0.05, "beta": 0.8}
        got = learner.run(_steps_of_momentum, w0, np.zeros(3), list(gradients), settings)
        velocities = [sum(0.8 ** (t - i) * gradients[i] for i in range(t + 1)) for t in range(12)]
        w = w0 - 0.05 * np.cumsum(velocities, axis=0)
        for t in range(12):
            new_w, new_v = unpack(got[t], "w, v")
            assert_close(new_v, velocities[t], what="v")
            assert_close(new_w, w[t], what="w")

    def test_without_momentum(self, learner, rng):
        """With beta 0 it is plain gradient descent, and with no gradient it rolls on."""
        w, g, v = rng.normal(size=(3, 3))
        new_w, new_v = unpack(learner.momentum_step(w, g, v, 0.1, 0.0), "w, v")
        assert_close(new_v, g, what="v")
        assert_close(new_w, w - 0.1 * g, what="w")
        new_w, new_v = unpack(learner.momentum_step(w, 0.0 * g, v, 0.1, 0.9), "w, v")
        assert_close(new_v, 0.9 * v, what="v")
        assert_close(new_w, w - 0.09 * v, what="w")

    def test_new_arrays(self, learner, rng):
        """The results are new arrays, and the inputs are the same afterwards."""
        w, g, v = rng.normal(size=(3, 2, 3))
        for beta in (0.9, 0.0):
            new_w, _ = unpack(
                assert_keeps_inputs(learner.momentum_step, w, g, v, 0.5, beta), "w, v"
            )
            assert_close(new_w, w - 0.5 * (beta * v + g), what="w")
            results, shared = unpack(
                learner.run(_shares_of_momentum, w, g, v, beta), "results, shared"
            )
            _assert_arrays(results, [w - 0.5 * (beta * v + g), beta * v + g])
            assert_same(shared, [False] * 6, what="sharing memory with an input")


class TestRmspropStep:
    def test_one_step(self, learner, rng):
        """The mean square is weighted with beta and 1 - beta; w moves by lr·g over its root."""
        for lr, beta in ((0.1, 0.9), (0.5, 0.3), (2.0, 0.99)):
            w, g = rng.normal(size=(2, 4))
            s = rng.uniform(0.1, 2.0, size=4)
            new_w, new_s = unpack(learner.rmsprop_step(w, g, s, lr, beta), "w, s")
            truth = beta * s + (1 - beta) * g * g
            assert_close(new_s, truth, what="s")
            assert_close(new_w, w - lr * g / (np.sqrt(truth) + 1e-8), what="w")

    def test_eps_beside_the_root(self, learner, rng):
        """The small number eps is added to the root, not under it, and not multiplied by it."""
        for eps in (0.5, 1e-3):
            w, g = rng.normal(size=(2, 4))
            s = rng.uniform(0.1, 1.0, size=4)
            got = learner.rmsprop_step(w, g, s, lr=0.3, beta=0.6, eps=eps)
            new_w, new_s = unpack(got, "w, s")
            truth = 0.6 * s + 0.4 * g * g
            assert_close(new_s, truth, what="s")
            assert_close(new_w, w - 0.3 * g / (np.sqrt(truth) + eps), what="w")

    def test_defaults(self, learner, rng):
        """Without them, beta is 0.9 and eps is 1e-8, which shows where gradients are tiny."""
        w, g = np.zeros(3), rng.uniform(1e-8, 4e-8, size=3)
        new_w, new_s = unpack(learner.rmsprop_step(w, g, np.zeros(3), lr=1.0), "w, s")
        assert_close(new_s, 0.1 * g * g, atol=0.0, what="s")
        assert_close(new_w, -g / (np.sqrt(0.1) * g + 1e-8), what="w")

    def test_no_gradient(self, learner, rng):
        """Where the gradient has always been 0 nothing moves, and nothing is nan."""
        w, g = rng.normal(size=4), np.array([1.0, 0.0, 0.0, -1.0]) * rng.uniform(0.1, 0.5, size=4)
        with no_floating_point_warnings():
            got = learner.rmsprop_step(w, g, np.zeros(4), 0.1)
        new_w, new_s = unpack(got, "w, s")
        assert_close(new_s, 0.1 * g * g, what="s")
        moved = 0.1 * g / (np.sqrt(0.1) * np.abs(g) + 1e-8)
        assert_close(new_w, w - moved, what="w")

    def test_many_steps(self, learner, rng):
        """Over many steps, and for any shape, s is a mean in which older squares count less."""
        gradients, w = rng.normal(size=(10, 2, 3)), rng.normal(size=(2, 3))
        settings = {"lr": 0.05, "beta": 0.8, "eps": 1e-6}
        got = learner.run(_steps_of_rmsprop, w, np.zeros((2, 3)), list(gradients), settings)
        for t in range(10):
            s = sum(0.2 * 0.8 ** (t - i) * gradients[i] ** 2 for i in range(t + 1))
            w = w - 0.05 * gradients[t] / (np.sqrt(s) + 1e-6)
            new_w, new_s = unpack(got[t], "w, s")
            assert_close(new_s, s, what="s")
            assert_close(new_w, w, what="w")

    def test_new_arrays(self, learner, rng):
        """The results are new arrays, and the inputs are the same afterwards."""
        w, g, s = rng.uniform(0.5, 2.0, size=(3, 2, 3))
        truth = 0.9 * s + 0.1 * g * g
        for lr in (0.5, 0.0):
            moved = w - lr * g / (np.sqrt(truth) + 1e-8)
            new_w, _ = unpack(assert_keeps_inputs(learner.rmsprop_step, w, g, s, lr), "w, s")
            assert_close(new_w, moved, what="w")
            answer = learner.run(_shares_of_rmsprop, w, g, s, lr)
            results, shared = unpack(answer, "results, shared")
            _assert_arrays(results, [moved, truth])
            assert_same(shared, [False] * 6, what="sharing memory with an input")


class TestAdam:
    def test_first_step(self, learner, rng):
        """After the bias correction the first step is lr in every entry, whatever the size of g."""
        p, signs = rng.normal(size=5), np.array([1.0, -1.0, 1.0, -1.0, 1.0])
        g = signs * np.array([1e-3, 0.1, 1.0, 50.0, 1e3])
        path, _ = unpack(learner.run(_steps_of_adam, [p], [[g]], {"lr": 0.5}), "path, were_kept")
        _assert_same_paths(path, _adam_by_hand([p], [[g]], lr=0.5))

    def test_many_steps_with_defaults(self, learner, rng):
        """It agrees with the formulas over many steps, with the default settings."""
        p, gradients = rng.normal(size=4), rng.normal(size=(40, 4)) + 0.5
        batches = [[g] for g in gradients]
        path, _ = unpack(learner.run(_steps_of_adam, [p], batches, {}), "path, were_kept")
        _assert_same_paths(path, _adam_by_hand([p], batches))

    def test_all_settings(self, learner, rng):
        """Each of lr, beta1, beta2 and eps counts where it should."""
        p, batches = rng.normal(size=3), [[g] for g in rng.normal(size=(8, 3))]
        for settings in (
            {"lr": 0.1, "beta1": 0.5, "beta2": 0.7, "eps": 1e-6},
            {"lr": 0.02, "beta1": 0.8, "beta2": 0.95, "eps": 0.1},
            {"lr": 1.0, "beta1": 0.0, "beta2": 0.5, "eps": 1.0},
        ):
            path, _ = unpack(learner.run(_steps_of_adam, [p], batches, settings), "path, kept")
            _assert_same_paths(path, _adam_by_hand([p], batches, **settings))

    def test_tiny_gradients(self, learner, rng):
        """With tiny gradients eps shows: it is added after the bias correction and the root."""
        p = rng.normal(size=3)
        batches = [[g] for g in 1e-8 * rng.uniform(0.5, 2.0, size=(6, 3))]
        path, _ = unpack(learner.run(_steps_of_adam, [p], batches, {}), "path, were_kept")
        _assert_same_paths(path, _adam_by_hand([p], batches))

    def test_several_arrays(self, learner, rng):
        """Each array has its own means, and all share one count of steps."""
        shapes = [(3,), (2, 3), (1, 1), (3,), (2, 2, 2)]
        params = [rng.normal(size=shape) for shape in shapes]
        batches = [[rng.normal(size=shape) for shape in shapes] for _ in range(6)]
        got = learner.run(_steps_of_adam, params, batches, {"lr": 0.01})
        path, _ = unpack(got, "path, were_kept")
        _assert_same_paths(path, _adam_by_hand(params, batches, lr=0.01))

    def test_keeps_the_gradients(self, learner, rng):
        """The caller's parameter arrays are updated in place; the gradients stay as they are."""
        params = [rng.normal(size=(2, 2)), rng.normal(size=3)]
        batches = [[rng.normal(size=(2, 2)), rng.normal(size=3)] for _ in range(3)]
        got = learner.run(_steps_of_adam, params, batches, {"lr": 0.1})
        path, were_kept = unpack(got, "path, were_kept")
        _assert_same_paths(path, _adam_by_hand(params, batches, lr=0.1))
        assert_same(were_kept, True, what="that the gradients were kept")

    def test_several_optimisers(self, learner, rng):
        """Two optimisers that take turns do not disturb each other."""
        first, second = rng.normal(size=(2, 3))
        gradients = rng.normal(size=(5, 3))
        settings = [{"lr": 0.1}, {"lr": 0.01, "beta1": 0.5, "beta2": 0.9, "eps": 1e-4}]
        got = learner.run(_two_adams, first, second, list(gradients), settings)
        twice = [[sign * g] for g in gradients for sign in (2.0, -1.0)]
        of_first = _adam_by_hand([first], [[g] for g in gradients], **settings[0])
        of_second = _adam_by_hand([second], twice, **settings[1])
        expected = [[a[0], b[0]] for a, b in zip(of_first, of_second[1::2], strict=True)]
        _assert_same_paths(got, expected)

    def test_two_optimisers_of_one_array(self, learner, reference, rng):
        """Two optimisers of the very same array keep their means and counts apart."""
        p, gradients = rng.normal(size=3), list(rng.normal(size=(9, 3)))
        truth = _adams_on_one_array(reference, p, gradients)
        _assert_same_paths(learner.run(_adams_on_one_array, p, gradients), truth)

    def test_a_single_number(self, learner, rng):
        """A parameter without axes, a 0-d array, is updated in place as well."""
        params = [np.array(rng.normal()), rng.normal(size=2)]
        batches = [[np.array(rng.normal()), rng.normal(size=2)] for _ in range(4)]
        path, _ = unpack(learner.run(_steps_of_adam, params, batches, {}), "path, were_kept")
        _assert_same_paths(path, _adam_by_hand(params, batches))

    def test_very_many_steps(self, learner, reference, rng):
        """The bias correction never ends: it only comes closer to 1 from step to step."""
        p, stops = rng.normal(size=3), [100, 1000, 1500, 2500]
        truth = _long_run_of_adam(reference, p, 2500, stops)
        got = learner.run(_long_run_of_adam, p, 2500, stops)
        for array, right in zip(got, truth, strict=True):
            _assert_arrays(array, right)

    def test_gradients_of_zero(self, learner, rng):
        """Where the gradient has always been 0 nothing moves; after it becomes 0, m fades."""
        p, batches = rng.normal(size=4), [[g] for g in rng.normal(size=(5, 4))]
        for g in batches:
            g[0][1] = 0.0
        batches += [[np.zeros(4)] for _ in range(4)]
        with no_floating_point_warnings():
            got = learner.run(_steps_of_adam, [p], batches, {"lr": 0.1})
        path, _ = unpack(got, "path, were_kept")
        _assert_same_paths(path, _adam_by_hand([p], batches, lr=0.1))


def _steps_of_adamw(module, w, gradients, settings):
    """Return parameters and means after each step, each step fed with the last one's."""
    m, v, path = np.zeros(w.shape), np.zeros(w.shape), []
    for t, g in enumerate(gradients, start=1):
        w, m, v = (np.array(part) for part in module.adamw_step(w, g, m, v, t, **settings))
        path.append([w, m, v])
    return path


def _shares_of_adamw(module, w, g, m, v, settings):
    results = module.adamw_step(w, g, m, v, 3, **settings)
    shared = [bool(np.shares_memory(r, x)) for r in results for x in (w, g, m, v)]
    return [np.array(r) for r in results], shared


def _means_by_hand(gradients, t, beta1, beta2):
    """Return m and v after step t, as explicit weighted sums."""
    ages = np.arange(t - 1, -1, -1.0)
    m = np.tensordot((1 - beta1) * beta1**ages, gradients[:t], axes=1)
    return m, np.tensordot((1 - beta2) * beta2**ages, gradients[:t] ** 2, axes=1)


def _assert_adamw_path(got, w, gradients, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    for t in range(1, len(gradients) + 1):
        m, v = _means_by_hand(gradients, t, beta1, beta2)
        step = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
        w = (1 - lr * weight_decay) * w - lr * step
        new_w, new_m, new_v = unpack(got[t - 1], "w, m, v")
        assert_close(new_m, m, what="m")
        assert_close(new_v, v, what="v")
        assert_close(new_w, w, what="w")


class TestAdamwStep:
    # `eps=0.0` where it is not the point: 1e-8 would show under some draws only.

    def test_first_step(self, learner, rng):
        """From zeros the first step is lr against the sign of g, and the decay of w."""
        w, signs = rng.normal(size=4), np.array([1.0, -1.0, 1.0, -1.0])
        g, zeros = signs * np.array([0.1, 1.0, 50.0, 1e3]), np.zeros(4)
        got = learner.adamw_step(w, g, zeros, zeros, 1, lr=0.5, weight_decay=0.2, eps=0.0)
        new_w, m, v = unpack(got, "w, m, v")
        assert_close(m, 0.1 * g, what="m")
        assert_close(v, 0.001 * g * g, what="v")
        assert_close(new_w, 0.9 * w - 0.5 * signs, what="w")

    def test_the_decay_is_decoupled(self, learner, rng):
        """The decay takes lr·weight_decay·w off w, whatever the gradients were; m and v stay."""
        w = rng.normal(size=3) + 3.0
        m, v, g = rng.normal(size=3), rng.uniform(1.0, 2.0, size=3), rng.normal(size=3)
        pairs = []
        for decay in (0.0, 0.3):
            got = learner.adamw_step(w, g, m, v, 4, 0.1, weight_decay=decay, eps=0.0)
            pairs.append(unpack(got, "w, m, v"))
        m_hat, v_hat = (0.9 * m + 0.1 * g), (0.999 * v + 0.001 * g * g)
        step = m_hat / (1 - 0.9**4) / np.sqrt(v_hat / (1 - 0.999**4))
        for (new_w, new_m, new_v), decay in zip(pairs, (0.0, 0.3), strict=True):
            assert_close(new_m, m_hat, what="m")
            assert_close(new_v, v_hat, what="v")
            assert_close(new_w, w - 0.1 * step - 0.1 * decay * w, what="w")

    def test_many_steps_with_defaults(self, learner, rng):
        """It agrees with the formulas over many steps, with the default settings."""
        w, gradients = rng.normal(size=(2, 2)), rng.normal(size=(25, 2, 2)) + 0.5
        got = learner.run(_steps_of_adamw, w, list(gradients), {"lr": 0.1})
        _assert_adamw_path(got, w, gradients, 0.1)

    def test_all_settings(self, learner, rng):
        """Each of lr, the betas, eps and the decay counts where it should."""
        w, gradients = rng.normal(size=3), rng.normal(size=(8, 3))
        for settings in (
            {"lr": 0.1, "beta1": 0.5, "beta2": 0.7, "eps": 1e-6, "weight_decay": 0.5},
            {"lr": 0.02, "beta1": 0.8, "beta2": 0.95, "eps": 0.1, "weight_decay": 0.0},
            {"lr": 1.0, "beta1": 0.0, "beta2": 0.5, "eps": 1.0, "weight_decay": 1.0},
        ):
            got = learner.run(_steps_of_adamw, w, list(gradients), settings)
            _assert_adamw_path(got, w, gradients, **settings)

    def test_tiny_gradients(self, learner, rng):
        """With tiny gradients eps shows: it is added after the bias correction and the root."""
        w, gradients = rng.normal(size=3), 1e-8 * rng.uniform(0.5, 2.0, size=(6, 3))
        got = learner.run(_steps_of_adamw, w, list(gradients), {"lr": 0.1})
        _assert_adamw_path(got, w, gradients, 0.1)

    def test_late_steps(self, learner, rng):
        """The bias correction follows t, however large it is."""
        w, g, m = rng.normal(size=(3, 4))
        v = rng.uniform(0.5, 2.0, size=4)
        for t in (1, 2, 10, 1000, 5000):
            got = learner.adamw_step(w, g, m, v, t, 0.1, eps=0.0)
            new_m, new_v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            step = new_m / (1 - 0.9**t) / np.sqrt(new_v / (1 - 0.999**t))
            assert_close(unpack(got, "w, m, v")[0], 0.999 * w - 0.1 * step, what="w")

    def test_new_arrays(self, learner, rng):
        """The results are new arrays, and the inputs are the same afterwards."""
        w, g, m, v = rng.uniform(0.5, 2.0, size=(4, 2, 3))
        for settings in (
            {"lr": 0.1, "eps": 0.0},
            {"lr": 0.0, "eps": 0.0, "beta1": 0.0, "beta2": 0.0},
        ):
            full = {"beta1": 0.9, "beta2": 0.999, **settings}
            new_m = full["beta1"] * m + (1 - full["beta1"]) * g
            new_v = full["beta2"] * v + (1 - full["beta2"]) * g * g
            root = np.sqrt(new_v / (1 - full["beta2"] ** 3))
            step = new_m / (1 - full["beta1"] ** 3) / root
            new_w = w - full["lr"] * (0.01 * w + step)
            got = assert_keeps_inputs(learner.adamw_step, w, g, m, v, 3, **settings)
            assert_close(unpack(got, "w, m, v")[0], new_w, what="w")
            answer = learner.run(_shares_of_adamw, w, g, m, v, settings)
            results, shared = unpack(answer, "results, shared")
            _assert_arrays(results, [new_w, new_m, new_v])
            assert_same(shared, [False] * 12, what="sharing memory with an input")


class TestCosineSchedule:
    def test_without_warm_up(self, learner, rng):
        """Without a warm-up it falls from lr_max along half a cosine."""
        lr_max = float(rng.uniform(0.1, 2.0))
        got = [learner.cosine_schedule(t, 12, lr_max) for t in range(13)]
        assert_close(got, lr_max * np.cos(np.pi * np.arange(13) / 24) ** 2)

    def test_to_the_least_rate(self, learner, rng):
        """It ends at lr_min, and half way it is the mean of both rates."""
        lr_min, lr_max = float(rng.uniform(0.01, 0.1)), float(rng.uniform(0.5, 1.0))
        got = [learner.cosine_schedule(t, 10, lr_max, lr_min) for t in (0, 3, 5, 8, 10)]
        share = np.cos(np.pi * np.array([0.0, 0.3, 0.5, 0.8, 1.0]) / 2) ** 2
        assert_close(got, lr_min + (lr_max - lr_min) * share)

    def test_warm_up(self, learner, rng):
        """The warm-up is a straight line that does not start at 0 and ends at lr_max."""
        lr_max = float(rng.uniform(0.1, 2.0))
        for n in (1, 2, 5):
            got = [learner.cosine_schedule(t, 20, lr_max, warmup_steps=n) for t in range(n)]
            assert_close(got, lr_max * np.arange(1, n + 1) / n)

    def test_warm_up_with_a_least_rate(self, learner, rng):
        """The least rate does not lift the warm-up, not even where the warm-up is below it."""
        lr_max = float(rng.uniform(0.5, 1.0))
        got = [learner.cosine_schedule(t, 9, lr_max, 0.3 * lr_max, 4) for t in range(4)]
        assert_close(got, lr_max * np.array([0.25, 0.5, 0.75, 1.0]))

    def test_after_the_warm_up(self, learner, rng):
        """After the warm-up the cosine starts at lr_max and takes the steps that are left."""
        lr_min, lr_max = float(rng.uniform(0.01, 0.1)), float(rng.uniform(0.5, 1.0))
        for warmup, total in ((3, 11), (1, 5), (7, 8)):
            steps = range(warmup, total + 1)
            got = [learner.cosine_schedule(t, total, lr_max, lr_min, warmup) for t in steps]
            share = np.cos(np.pi * np.linspace(0, 1, len(steps)) / 2) ** 2
            assert_close(got, lr_min + (lr_max - lr_min) * share)

    def test_after_the_end(self, learner, rng):
        """After the last step it stays at lr_min, which is 0 by default, and rises no more."""
        lr_min, lr_max = float(rng.uniform(0.01, 0.1)), float(rng.uniform(0.5, 1.0))
        got = [learner.cosine_schedule(t, 8, lr_max, lr_min, 2) for t in (8, 9, 12, 14, 20, 1000)]
        assert_close(got, [lr_min] * 6)
        got = [learner.cosine_schedule(t, 8, lr_max) for t in (4, 8, 9, 16, 24)]
        assert_close(got, [lr_max / 2, 0.0, 0.0, 0.0, 0.0])


class TestClipByGlobalNorm:
    # PyTorch adds 1e-6 to the norm, so that the result is a little shorter: that is fine.

    def test_scales_to_the_bound(self, learner, rng):
        """Too long a gradient is scaled to the bound, all entries by one factor."""
        g = 10.0 * rng.normal(size=6) + 5.0
        for max_norm in (1.0, 0.25, 3.0):
            clipped = learner.clip_by_global_norm([g], max_norm)
            _assert_arrays(clipped, [max_norm * g / np.linalg.norm(g)], rtol=1e-5)

    def test_joint_norm(self, learner, rng):
        """The joint norm of all arrays counts, and all are scaled by the same factor."""
        shapes, sizes = [(3,), (2, 4), (1,), (2, 2, 2)], (9.0, 1.0, 0.1, 5.0)
        grads = [size * rng.normal(size=shape) for size, shape in zip(sizes, shapes, strict=True)]
        norm = np.linalg.norm(np.concatenate([g.ravel() for g in grads]))
        for max_norm in (1.0, 0.4 * norm):
            clipped = learner.clip_by_global_norm(grads, max_norm)
            _assert_arrays(clipped, [g * (max_norm / norm) for g in grads], rtol=1e-5)

    def test_each_is_short_but_all_are_long(self, learner, rng):
        """Arrays that are short one by one may be too long together."""
        grads = [0.7 * v / np.linalg.norm(v) for v in rng.normal(size=(5, 3))]
        clipped = learner.clip_by_global_norm(grads, 1.0)
        _assert_arrays(clipped, [g / (0.7 * np.sqrt(5)) for g in grads], rtol=1e-5)

    def test_short_gradients_stay(self, learner, rng):
        """Gradients within the bound keep their values, though one more entry may clip them."""
        grads = [rng.uniform(0.5, 1.0, size=3), rng.uniform(-1.0, -0.5, size=(2, 2))]
        _assert_arrays(learner.clip_by_global_norm(grads, 3.0), grads)
        _assert_arrays(learner.clip_by_global_norm(grads, 100.0), grads)
        grads.append(np.array([40.0]))
        norm = np.linalg.norm(np.concatenate([g.ravel() for g in grads]))
        clipped = learner.clip_by_global_norm(grads, 3.0)
        _assert_arrays(clipped, [3.0 * g / norm for g in grads], rtol=1e-5)

    def test_tiny_gradients_stay(self, learner, rng):
        """Gradients of 1e-12 are within the bound and stay as they are; long ones are clipped."""
        grads = [1e-12 * rng.uniform(0.5, 1.0, size=3), -1e-12 * rng.uniform(0.5, 1.0, size=2)]
        _assert_arrays(learner.clip_by_global_norm(grads, 1.0), grads, atol=0.0)
        g = 5.0 + rng.uniform(size=2)
        clipped = learner.clip_by_global_norm([g], 1.0)
        _assert_arrays(clipped, [g / np.linalg.norm(g)], rtol=1e-5)

    def test_zeros(self, learner, rng):
        """Zeros stay zeros, alone and beside other gradients."""
        zeros = [np.zeros(3), np.zeros((2, 2))]
        g = 5.0 + rng.uniform(size=2)
        _assert_arrays(learner.clip_by_global_norm(zeros, 1.0), zeros)
        clipped = learner.clip_by_global_norm([*zeros, g], 1.0)
        _assert_arrays(clipped, [*zeros, g / np.linalg.norm(g)], rtol=1e-5)

    def test_keeps_inputs(self, learner, rng):
        """The gradients that were handed in are the same afterwards."""
        grads = [5.0 * rng.normal(size=3), 5.0 + rng.normal(size=(2, 2))]
        norm = np.linalg.norm(np.concatenate([g.ravel() for g in grads]))
        clipped = assert_keeps_inputs(learner.clip_by_global_norm, grads, 1.5)
        _assert_arrays(clipped, [1.5 * g / norm for g in grads], rtol=1e-5)


class TestMinibatches:
    def test_even_batches(self, learner, rng):
        """Where the size divides the number of samples all batches are full."""
        order = _shuffled(rng, 12)
        for size in (3, 4, 6, 1):
            got = learner.minibatches(order, size)
            _assert_batches(got, [order[i : i + size] for i in range(0, 12, size)])

    def test_a_short_last_batch(self, learner, rng):
        """Otherwise the last batch has what is left, and no sample is lost."""
        order = _shuffled(rng, 11)
        for size in (2, 3, 4, 7, 10):
            got = learner.minibatches(order, size)
            _assert_batches(got, [order[i : i + size] for i in range(0, 11, size)])

    def test_one_batch(self, learner, rng):
        """A size of all samples, or more, gives one batch of all."""
        order = _shuffled(rng, 5)
        for size in (5, 6, 100):
            _assert_batches(learner.minibatches(order, size), [order])

    def test_keeps_the_order(self, learner, rng):
        """The batches follow the order given, and the order is the same afterwards."""
        for order in (np.arange(6), np.arange(6)[::-1].copy(), _shuffled(rng, 6)):
            order = order.astype(np.int64)
            got = assert_keeps_inputs(learner.minibatches, order, 4)
            _assert_batches(got, [order[:4], order[4:]])

    def test_refuses_sizes_below_one(self, learner, rng):
        """A batch size of 0 or less is an error; one of 1 is not."""
        order = _shuffled(rng, 4)
        _assert_batches(learner.minibatches(order, 1), [[i] for i in order])
        for size in (0, -1, -4):
            with pytest.raises(ValueError):
                learner.minibatches(order, size)


def _dropout_and_sharing(module, x, u, p):
    result = module.dropout(x, u, p)
    return np.array(result), bool(np.shares_memory(result, x))


class TestDropout:
    def test_drops_and_scales(self, learner, rng):
        """Entries with u below p become 0, the others are divided by 1 - p."""
        for p in (0.1, 0.5, 0.8):
            x, u = rng.normal(size=12) + 3.0, rng.uniform(size=12)
            u[:2] = 0.5 * p, 0.5 * (1 + p)
            truth = [0.0 if b < p else a / (1 - p) for a, b in zip(x, u, strict=True)]
            assert_close(learner.dropout(x, u, p), truth)

    def test_keeps_the_mean(self, learner, rng):
        """Over all u, spread evenly, each entry comes out as its own mean."""
        x = rng.normal(size=3)
        u = np.repeat(np.arange(20)[:, None] / 20, 3, axis=1) + 0.025
        for p in (0.25, 0.6):
            got = learner.dropout(np.tile(x, (20, 1)), u, p)
            assert_close(got, np.where(u < p, 0.0, x / (1 - p)))
            assert_close(np.mean(got, axis=0), x, what="the mean")

    def test_at_the_border(self, learner, rng):
        """A u of exactly p keeps its entry, and a u of 0 drops it unless p is 0."""
        x = rng.uniform(1.0, 2.0, size=3)
        u = np.array([0.5, np.nextafter(0.5, 0.0), 0.0])
        assert_close(learner.dropout(x, u, 0.5), [2 * x[0], 0.0, 0.0])
        assert_close(learner.dropout(x, u, 0.0), x)

    def test_any_shape(self, learner, rng):
        """Every entry has a u of its own, in arrays of any shape."""
        for shape in ((2, 3), (3, 1), (2, 2, 3), (3, 3)):
            x, u = rng.normal(size=shape), rng.uniform(size=shape)
            u.flat[0], u.flat[1] = 0.1, 0.9
            assert_close(learner.dropout(x, u, 0.4), np.where(u < 0.4, 0.0, x / 0.6))

    def test_nothing_left(self, learner, rng):
        """Where all are dropped all is 0, and where none is dropped all are scaled."""
        x = rng.normal(size=4)
        assert_close(learner.dropout(x, np.full(4, 0.2), 0.3), np.zeros(4))
        assert_close(learner.dropout(x, np.full(4, 0.4), 0.3), x / 0.7)

    def test_refuses_other_probabilities(self, learner, rng):
        """A p below 0, of 1 or above is an error; 0 and just below 1 are not."""
        x = np.array([1.0, -1.0, 1.0]) * rng.uniform(1.0, 2.0, size=3)
        u = np.array([0.2, 0.5, 0.9995])
        assert_close(learner.dropout(x, u, 0.0), x)
        assert_close(learner.dropout(x, u, 0.999), [0.0, 0.0, x[2] / (1 - 0.999)])
        for p in (1.0, 1.5, -0.1, -1.0):
            with pytest.raises(ValueError):
                learner.dropout(x, u, p)

    def test_keeps_inputs(self, learner, rng):
        """The array and the random numbers are the same afterwards."""
        x, u = rng.uniform(1.0, 2.0, size=(2, 3)), rng.uniform(0.5, 1.0, size=(2, 3))
        u[0, 0], u[1, 1] = 0.1, 0.2  # fewer than p says
        got = assert_keeps_inputs(learner.dropout, x, u, 0.5)
        assert_close(got, np.where(u < 0.5, 0.0, 2 * x))

    def test_new_array(self, learner, rng):
        """It is a new array, even where nothing is dropped: no write into it shows in x."""
        x, u = rng.uniform(1.0, 2.0, size=(2, 3)), rng.uniform(0.5, 1.0, size=(2, 3))
        for p in (0.5, 0.25, 0.0):
            answer = learner.run(_dropout_and_sharing, x, u, p)
            got, is_shared = unpack(answer, "result, shared")
            assert_close(got, x / (1 - p))
            assert_same(is_shared, False, what="sharing memory with x")


class TestFitLogisticRegression:
    def test_one_step(self, learner, rng):
        """From zeros, the first step is half of lr times the mean of ±x, and of ±1."""
        X, y = rng.normal(size=(5, 3)), np.array([0, 1, 1, 0, 1], dtype=np.int64)
        w, b = unpack(learner.fit_logistic_regression(X, y, 0.5, 1), "w, b")
        assert_close(w, 0.5 * np.mean((y - 0.5)[:, None] * X, axis=0), what="w")
        assert_close(b, 0.5 * 0.1, what="b")

    def test_many_steps(self, learner, rng):
        """It agrees with the formulas over many steps, and keeps data and labels."""
        for n, d in ((12, 2), (4, 6), (5, 5)):
            X = rng.uniform(-0.5, 1.0, size=(n, d))
            y = (rng.uniform(size=n) < 0.5).astype(np.int64)
            y[:2] = 0, 1
            got = assert_keeps_inputs(learner.fit_logistic_regression, X, y, 0.7, 30)
            w, b = unpack(got, "w, b")
            true_w, true_b = _fitted_by_hand(X, y, 0.7, 30)
            assert_close(w, true_w, what="w")
            assert_close(b, true_b, what="b")

    def test_one_feature(self, learner, rng):
        """With one feature w is an array of one entry, and b is a number."""
        X, y = rng.normal(size=(7, 1)) + 1.0, np.array([1, 0, 1, 1, 0, 0, 1], dtype=np.int64)
        w, b = unpack(learner.fit_logistic_regression(X, y, lr=1.5, steps=20), "w, b")
        true_w, true_b = _fitted_by_hand(X, y, 1.5, 20)
        assert_close(w, true_w, what="w")
        assert_close(b, true_b, what="b")

    def test_small_gradients_count(self, learner, rng):
        """Every step is taken, however small the gradient is."""
        half = 1e-7 * rng.uniform(1.0, 2.0, size=(3, 2))
        X, y = np.concatenate([half, -half]), np.array([1, 1, 1, 0, 0, 0], dtype=np.int64)
        w, b = unpack(learner.fit_logistic_regression(X, y, 2.0, 5), "w, b")
        true_w, _ = _fitted_by_hand(X, y, 2.0, 5)
        assert_close(w, true_w, rtol=1e-6, atol=0.0, what="w")
        assert_close(b, 0.0, atol=1e-10, what="b")

    def test_both_from_the_same_point(self, learner, rng):
        """Weights and bias are updated from the same point, which large steps show."""
        X, y = rng.normal(size=(6, 2)) + 2.0, np.array([0, 1, 0, 1, 1, 0], dtype=np.int64)
        w, b = unpack(learner.fit_logistic_regression(X, y, lr=3.0, steps=2), "w, b")
        true_w, true_b = _fitted_by_hand(X, y, 3.0, 2)
        assert_close(w, true_w, what="w")
        assert_close(b, true_b, what="b")

    def test_no_steps(self, learner, rng):
        """Without a step all is zero, and the shapes are right; with one step it is not."""
        X, y = rng.uniform(1.0, 2.0, size=(4, 3)), np.array([1, 1, 0, 1], dtype=np.int64)
        w, b = unpack(learner.fit_logistic_regression(X, y, 0.1, 0), "w, b")
        assert_close(w, np.zeros(3), what="w")
        assert_close(b, 0.0, what="b")
        w, b = unpack(learner.fit_logistic_regression(X, y, 0.1, 1), "w, b")
        assert_close(w, 0.1 * np.mean((y - 0.5)[:, None] * X, axis=0), what="w")
        assert_close(b, 0.025, what="b")

    def test_one_class_only(self, learner, rng):
        """Where all labels are equal the bias goes on growing, or falling."""
        X = 0.1 * rng.normal(size=(4, 2))
        for label in (0, 1):
            y = np.full(4, label, dtype=np.int64)
            w, b = unpack(learner.fit_logistic_regression(X, y, 1.0, 15), "w, b")
            true_w, true_b = _fitted_by_hand(X, y, 1.0, 15)
            assert_close(w, true_w, what="w")
            assert_close(b, true_b, what="b")

    def test_certain_and_right(self, learner, rng):
        """Where the sigmoid is 1 to all digits there is no overflow and no more movement."""
        # Only far above 0: far below it other formulas overflow, and the next test goes there.
        X, y = 1e3 * rng.uniform(1.0, 2.0, size=(6, 2)), np.ones(6, dtype=np.int64)
        with no_floating_point_warnings():
            got = learner.fit_logistic_regression(X, y, 2.0, 6)
        w, b = unpack(got, "w, b")
        assert_close(w, 2.0 * np.mean(0.5 * X, axis=0), rtol=1e-7, what="w")
        assert_close(b, 1.0, rtol=1e-7, what="b")

    def test_certain_and_wrong(self, learner, rng):
        """A label far on the wrong side pulls with its full weight, without overflow."""
        x = 1e3 * float(rng.uniform(1.0, 2.0))
        X = np.array([[x], [-x], [0.5 * x], [0.6 * x]])
        y = np.array([1, 0, 1, 0], dtype=np.int64)
        with no_floating_point_warnings():
            got = learner.fit_logistic_regression(X, y, 1.0, 2)
        w, b = unpack(got, "w, b")
        first = 0.5 * (1 + 1 + 0.5 - 0.6) * x / 4
        assert_close(w, [first - 0.6 * x / 4], rtol=1e-7, what="w")
        assert_close(b, -0.25, rtol=1e-7, what="b")
