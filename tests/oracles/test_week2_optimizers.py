"""Compare week 2's optimisers with PyTorch, scipy and scikit-learn, which others wrote."""

import numpy as np
import pytest

from kata.comparisons import assert_close


def _with_torch(torch, optimizer_of, params, batches):
    """Return the parameters after each step of one of PyTorch's optimisers."""
    tensors = [torch.tensor(p, requires_grad=True) for p in params]
    optimizer, path = optimizer_of(tensors), []
    for grads in batches:
        for tensor, g in zip(tensors, grads, strict=True):
            tensor.grad = torch.tensor(g)
        optimizer.step()
        path.append([tensor.detach().numpy().copy() for tensor in tensors])
    return path


ADAM_SETTINGS = [
    {},
    {"lr": 0.1, "beta1": 0.5, "beta2": 0.9, "eps": 1e-4},
    {"lr": 0.01, "beta1": 0.0, "beta2": 0.99, "eps": 1.0},
]


@pytest.mark.parametrize("settings", ADAM_SETTINGS)
@pytest.mark.parametrize("size", [1.0, 1e-8, 1e4])
def test_adam_agrees_with_torch(solutions, torch, rng, settings, size):
    """Over many steps, for several arrays, Adam is PyTorch's to 1e-12."""
    shapes = [(3,), (2, 4), (1, 1)]
    params = [rng.normal(size=shape) for shape in shapes]
    batches = [[size * rng.normal(size=shape) for shape in shapes] for _ in range(100)]

    def optimizer_of(tensors):
        betas = settings.get("beta1", 0.9), settings.get("beta2", 0.999)
        kept = {name: settings[name] for name in ("lr", "eps") if name in settings}
        return torch.optim.Adam(tensors, betas=betas, foreach=False, **kept)

    truth = _with_torch(torch, optimizer_of, params, batches)
    optimizer = solutions.Adam(params, **settings)
    for grads, expected in zip(batches, truth, strict=True):
        optimizer.step(grads)
        for p, q in zip(params, expected, strict=True):
            assert_close(p, q, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("weight_decay", [None, 0.0, 0.3])
@pytest.mark.parametrize("settings", ADAM_SETTINGS)
@pytest.mark.parametrize("size", [1.0, 1e-8, 1e4])
def test_adamw_agrees_with_torch(solutions, torch, rng, settings, size, weight_decay):
    """Over many steps AdamW is PyTorch's to 1e-12, with its defaults too."""
    settings = {"lr": 1e-3, **settings}
    w, gradients = rng.normal(size=(2, 4)), size * rng.normal(size=(100, 2, 4))
    decay = {} if weight_decay is None else {"weight_decay": weight_decay}

    def optimizer_of(tensors):
        betas = settings.get("beta1", 0.9), settings.get("beta2", 0.999)
        kept = {name: settings[name] for name in ("lr", "eps") if name in settings}
        return torch.optim.AdamW(tensors, betas=betas, foreach=False, **kept, **decay)

    truth = _with_torch(torch, optimizer_of, [w], gradients[:, None])
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, (g, (expected,)) in enumerate(zip(gradients, truth, strict=True), start=1):
        w, m, v = solutions.adamw_step(w, g, m, v, t, **settings, **decay)
        assert_close(w, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.9])
def test_dropout_follows_the_law_of_torchs(solutions, torch, rng, p):
    """As in PyTorch an entry is 0 with probability p, and its mean is what it was."""
    n = 200_000
    torch.manual_seed(1)
    ours = solutions.dropout(np.ones(n), rng.uniform(size=n), p)
    theirs = torch.nn.functional.dropout(torch.ones(n, dtype=torch.float64), p).numpy()
    assert_close(np.unique(ours), np.unique(theirs))
    spread = 5 * np.sqrt(p * (1 - p) / n)
    for dropped in (ours, theirs):
        assert abs(np.mean(dropped == 0) - p) <= spread
        assert abs(np.mean(dropped) - 1) <= spread / (1 - p)


def test_newton_agrees_with_scipy(solutions, rng):
    """From anywhere on a quadratic it is in one step where scipy's minimiser ends."""
    optimize = pytest.importorskip("scipy.optimize", reason="scipy is the oracle of minimisers")
    M = rng.normal(size=(4, 4))
    H, b, w = M @ M.T + np.eye(4), rng.normal(size=4), rng.normal(size=4)
    found = optimize.minimize(
        lambda w: w @ H @ w / 2 - b @ w, w, jac=lambda w: H @ w - b, method="BFGS", tol=1e-10
    )
    assert_close(solutions.newton_step(w, H @ w - b, H), found.x, rtol=1e-6, atol=1e-7)


def test_momentum_agrees_with_torch(solutions, torch, rng):
    """The step with momentum is that of PyTorch's SGD."""
    w, gradients = rng.normal(size=(2, 3)), rng.normal(size=(20, 2, 3))
    truth = _with_torch(
        torch, lambda ts: torch.optim.SGD(ts, lr=0.1, momentum=0.8), [w], gradients[:, None]
    )
    v = np.zeros_like(w)
    for g, (expected,) in zip(gradients, truth, strict=True):
        w, v = solutions.momentum_step(w, g, v, 0.1, beta=0.8)
        assert_close(w, expected)


@pytest.mark.parametrize(("size", "eps"), [(1.0, 1e-8), (1e-8, 1e-8), (1.0, 0.3)])
def test_rmsprop_agrees_with_torch(solutions, torch, rng, size, eps):
    """The step of RMSprop is PyTorch's, eps included."""
    w, gradients = rng.normal(size=4), size * rng.normal(size=(20, 4))
    truth = _with_torch(
        torch,
        lambda ts: torch.optim.RMSprop(ts, lr=0.1, alpha=0.9, eps=eps),
        [w],
        gradients[:, None],
    )
    s = np.zeros_like(w)
    for g, (expected,) in zip(gradients, truth, strict=True):
        w, s = solutions.rmsprop_step(w, g, s, 0.1, eps=eps)
        assert_close(w, expected)


def test_cosine_agrees_with_torch(solutions, torch):
    """Without a warm-up the schedule is PyTorch's cosine annealing, up to its end."""
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.7)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=9, eta_min=0.1)
    for step in range(10):
        got = solutions.cosine_schedule(step, 9, 0.7, lr_min=0.1)
        assert_close(got, schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()


@pytest.mark.parametrize("max_norm", [0.5, 2.0, 1e3])
def test_clipping_agrees_with_torch(solutions, torch, rng, max_norm):
    """Clipping is PyTorch's, but for the 1e-6 that PyTorch adds to the norm."""
    grads = [rng.normal(size=shape) for shape in ((3,), (2, 4))]
    tensors = [torch.zeros(g.shape, dtype=torch.float64, requires_grad=True) for g in grads]
    for tensor, g in zip(tensors, grads, strict=True):
        tensor.grad = torch.tensor(g)
    torch.nn.utils.clip_grad_norm_(tensors, max_norm)
    clipped = solutions.clip_by_global_norm(grads, max_norm)
    for g, tensor in zip(clipped, tensors, strict=True):
        assert_close(g, tensor.grad.numpy(), rtol=1e-5)


def test_the_largest_rate_agrees_with_scipy(solutions, rng):
    """The bound is 2 over scipy's largest eigenvalue."""
    scipy_linalg = pytest.importorskip("scipy.linalg", reason="scipy is the oracle of eigenvalues")
    for n in (1, 2, 5, 20):
        M = rng.normal(size=(n, n))
        H = M @ M.T + 0.1 * np.eye(n)
        largest = scipy_linalg.eigh(H, eigvals_only=True, subset_by_index=[n - 1, n - 1])[0]
        assert_close(solutions.max_stable_learning_rate((H + H.T) / 2), 2 / largest, rtol=1e-8)


def test_the_largest_rate_is_where_descent_breaks(solutions, rng):
    """Just below the bound gradient descent converges, just above it does not."""
    M = rng.normal(size=(4, 4))
    H = M @ M.T + np.eye(4)
    bound = solutions.max_stable_learning_rate(H)
    w0 = rng.normal(size=4)
    below = solutions.gradient_descent(lambda w: H @ w, w0, 0.98 * bound, 400)
    above = solutions.gradient_descent(lambda w: H @ w, w0, 1.02 * bound, 400)
    assert np.linalg.norm(below[-1]) < 1e-2 * np.linalg.norm(w0)
    assert np.linalg.norm(above[-1]) > 1e2 * np.linalg.norm(w0)


@pytest.mark.parametrize("n", [2, 3, 4, 6])
def test_singular_matrices_are_refused(solutions, rng, n):
    """Integer matrices of less than full rank are refused, positive definite ones are not."""
    for _ in range(50):
        M = rng.integers(-3, 4, size=(n, n - 1)).astype(float)
        H = M @ M.T
        if H.any():
            with pytest.raises(ValueError):
                solutions.max_stable_learning_rate(H)
        lifted = H + np.eye(n)
        bound = solutions.max_stable_learning_rate(lifted)
        assert_close(bound, 2 / np.linalg.norm(lifted, 2), rtol=1e-8)


def test_the_articles_path(solutions):
    """From 10 with rate 0.1 the article's valley is left 3.0807 after 20 steps, not 3.0002."""
    path = solutions.gradient_descent(lambda w: 2 * (w - 3), 10.0, 0.1, 20)
    assert_close(path[[6, 11, 16, 20]].round(4), [4.8350, 3.6013, 3.1970, 3.0807])


def test_logistic_regression_agrees_with_scikit_learn(solutions, rng):
    """After many steps the fit is scikit-learn's without a penalty."""
    linear_model = pytest.importorskip(
        "sklearn.linear_model", reason="scikit-learn is the oracle of logistic regression"
    )
    X = rng.normal(size=(60, 3))
    y = (rng.uniform(size=60) < 1 / (1 + np.exp(-(X @ [1.0, -2.0, 0.5] + 0.7)))).astype(np.int64)
    oracle = linear_model.LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(X, y)
    w, b = solutions.fit_logistic_regression(X, y, lr=1.0, steps=5000)
    assert_close(w, oracle.coef_[0], rtol=1e-5)
    assert_close(b, oracle.intercept_[0], rtol=1e-5)
