"""Right and wrong ways to write the exercises of `optimizers`."""

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np

from grader.variants import right, wrong

if TYPE_CHECKING:  # a variant stands below the reference's own text, which has it already
    from solutions.week2.optimizers import Adam

# gradient_descent


@right("gradient_descent", "fills an array of the right shape row by row")
def fills_rows(grad, w0, lr, steps):
    path = np.empty((steps + 1, *np.shape(w0)))
    path[0] = w0
    for t in range(steps):
        path[t + 1] = path[t] - lr * grad(path[t])
    return path


@right("gradient_descent", "a running copy that is updated in place, and copied into a list")
def copies_each_point(grad, w0, lr, steps):
    w = np.array(w0, dtype=float)
    path = [w.copy()]
    for _ in range(steps):
        w -= np.multiply(lr, grad(w.copy()))
        path.append(w.copy())
    return np.stack(path)


@right("gradient_descent", "accumulates with itertools; a number stays a Python float")
def accumulates(grad, w0, lr, steps):
    if np.ndim(w0) == 0:
        w0 = float(w0)
    points = itertools.accumulate(range(steps), lambda w, _: w - lr * grad(w), initial=w0)
    return [np.array(w) if np.ndim(w) else float(w) for w in points]


@wrong(
    "gradient_descent",
    "You changed the point in place and appended it each time: all rows are the same last point.",
)
def appends_one_array(grad, w0, lr, steps):
    w = np.array(w0, dtype=float)
    path = [w]
    for _ in range(steps):
        w -= lr * grad(w)
        path.append(w)
    return np.array(path)


@wrong("gradient_descent", "You left out the start: the path has steps + 1 points, w0 first.")
def leaves_out_the_start(grad, w0, lr, steps):
    w, path = np.array(w0, dtype=float), []
    for _ in range(steps):
        w = w - lr * grad(w)
        path.append(w)
    return np.array(path)


@wrong("gradient_descent", "You left out the last point: after `steps` steps there are steps + 1.")
def leaves_out_the_end(grad, w0, lr, steps):
    w, path = np.array(w0, dtype=float), []
    for _ in range(steps):
        path.append(w)
        w = w - lr * grad(w)
    return np.array(path)


@wrong("gradient_descent", "You return the last point only: the whole path is asked for.")
def returns_the_last_point(grad, w0, lr, steps):
    w = np.array(w0, dtype=float)
    for _ in range(steps):
        w = w - lr * grad(w)
    return w


@wrong("gradient_descent", "You go up: the gradient points uphill, so subtract it.")
def goes_uphill(grad, w0, lr, steps):
    w = np.array(w0, dtype=float)
    path = [w]
    for _ in range(steps):
        w = w + lr * grad(w)
        path.append(w)
    return np.array(path)


@wrong(
    "gradient_descent", "You took the gradient at the start only: it changes from point to point."
)
def keeps_the_first_gradient(grad, w0, lr, steps):
    g = np.asarray(grad(w0))
    return np.array([w0 - t * lr * g for t in range(steps + 1)])


@wrong(
    "gradient_descent", "You scaled the gradient to length 1: the step is lr times the gradient."
)
def normalises_the_gradient(grad, w0, lr, steps):
    w = np.array(w0, dtype=float)
    path = [w]
    for _ in range(steps):
        g = np.asarray(grad(w))
        w = w - lr * g / max(np.linalg.norm(g), 1e-300)
        path.append(w)
    return np.array(path)


@wrong("gradient_descent", "You stop where the gradient is small: the path has steps + 1 points.")
def stops_early(grad, w0, lr, steps):
    w = np.array(w0, dtype=float)
    path = [w]
    for _ in range(steps):
        g = np.asarray(grad(w))
        if np.linalg.norm(g) < 1e-8:
            break
        w = w - lr * g
        path.append(w)
    return np.array(path)


@wrong("gradient_descent", "You updated w0 itself: the caller's starting point has changed.")
def changes_the_start(grad, w0, lr, steps):
    path = [np.array(w0)]
    for _ in range(steps):
        w0 -= lr * grad(w0)
        path.append(np.array(w0))
    return np.array(path)


@wrong(
    "gradient_descent",
    "You made an array of one entry out of a number: its path is just (steps + 1,).",
)
def adds_an_axis(grad, w0, lr, steps):
    w = np.atleast_1d(np.array(w0, dtype=float))
    path = [w]
    for _ in range(steps):
        w = w - lr * grad(w)
        path.append(w)
    return np.array(path)


@wrong("gradient_descent", "You flattened the parameters: each point has the shape of w0.")
def flattens_points(grad, w0, lr, steps):
    w = np.array(w0, dtype=float)
    path = [w]
    for _ in range(steps):
        w = w - lr * grad(w)
        path.append(w)
    return np.array([w.ravel() for w in path]) if np.ndim(w0) else np.array(path)


@wrong(
    "gradient_descent", "You update one coordinate after the other: all move from the same point."
)
def moves_one_coordinate_at_a_time(grad, w0, lr, steps):
    w = np.array(w0, dtype=float)
    path = [w.copy()]
    for _ in range(steps):
        for i in np.ndindex(w.shape):
            w[i] -= lr * np.asarray(grad(w.copy()))[i]
        path.append(w.copy())
    return np.array(path)


@wrong("gradient_descent", "You bound the path where it leads away: return it as it is.")
def clips_large_steps(grad, w0, lr, steps):
    w = np.array(w0, dtype=float)
    path = [w]
    for _ in range(steps):
        w = np.clip(w - lr * grad(w), -20.0, 20.0)
        path.append(w)
    return np.array(path)


# max_stable_learning_rate


@right("max_stable_learning_rate", "a Cholesky factor as the proof, the spectral norm as the size")
def proves_by_cholesky(H):
    if not np.allclose(H, H.T, rtol=1e-6, atol=0):
        raise ValueError("H is not symmetric")
    np.linalg.cholesky(H)
    return 2 / np.linalg.norm(H, 2)


@right("max_stable_learning_rate", "all eigenvalues of a general matrix, relative to the largest")
def asks_for_general_eigenvalues(H):
    if (H != H.T).any():
        raise ValueError("H is not symmetric")
    eigenvalues = np.linalg.eigvals(H).real
    if eigenvalues.min() <= 1e-12 * np.abs(eigenvalues).max():
        raise ValueError("H is not positive definite")
    return 2.0 / max(eigenvalues)


@right("max_stable_learning_rate", "pivots of elimination, then power iteration")
def eliminates_and_iterates(H):
    if np.abs(H - H.T).max() > 1e-6 * np.abs(H).max():
        raise ValueError("H is not symmetric")
    pivots = H.copy()
    for i in range(len(H)):
        if pivots[i, i] <= 1e-13 * np.abs(H).max():
            raise ValueError("H is not positive definite")
        for j in range(i + 1, len(H)):
            pivots[j] -= pivots[j, i] / pivots[i, i] * pivots[i]
    v = np.cos(np.arange(len(H)) + 1.0)
    for _ in range(1000):
        v = H @ v
        v /= np.linalg.norm(v)
    return 2 / (v @ H @ v)


def refuse_bad(H):
    if np.abs(H - H.T).max() > 1e-8 * np.abs(H).max():
        raise ValueError("H is not symmetric")
    eigenvalues = np.linalg.eigvalsh(H)
    if eigenvalues[0] <= 1e-13 * eigenvalues[-1]:
        raise ValueError("H is not positive definite")
    return eigenvalues


@wrong(
    "max_stable_learning_rate",
    "You took 1/λ: that is the fastest rate along one direction. The limit is 2/λ.",
)
def takes_one_over(H):
    return 1 / refuse_bad(H)[-1]


@wrong(
    "max_stable_learning_rate",
    "You took the smallest eigenvalue: the steepest direction breaks first.",
)
def takes_the_smallest(H):
    return 2 / refuse_bad(H)[0]


@wrong(
    "max_stable_learning_rate",
    "You took 2/(λmax + λmin): that rate converges fastest, but it is not the limit.",
)
def takes_the_best_rate(H):
    eigenvalues = refuse_bad(H)
    return 2 / (eigenvalues[-1] + eigenvalues[0])


@wrong(
    "max_stable_learning_rate",
    "You took the trace, the sum of all eigenvalues: only the largest counts.",
)
def takes_the_trace(H):
    return 2 / refuse_bad(H).sum()


@wrong(
    "max_stable_learning_rate",
    "You took the Frobenius norm: the largest eigenvalue is the spectral norm.",
)
def takes_the_frobenius_norm(H):
    refuse_bad(H)
    return 2 / np.linalg.norm(H)


@wrong(
    "max_stable_learning_rate", "You took the largest row sum, which only bounds the eigenvalue."
)
def takes_row_sums(H):
    refuse_bad(H)
    return 2 / np.abs(H).sum(axis=1).max()


@wrong(
    "max_stable_learning_rate",
    "You took the largest curvature along the axes: off the axes there may be more.",
)
def looks_along_the_axes(H):
    refuse_bad(H)
    return 2 / np.diag(H).max()


@wrong(
    "max_stable_learning_rate",
    "You did not ask whether H is symmetric: eigvalsh reads one half of it and does not complain.",
)
def trusts_symmetry(H):
    eigenvalues = np.linalg.eigvalsh(H)
    if eigenvalues[0] <= 1e-13 * eigenvalues[-1]:
        raise ValueError("H is not positive definite")
    return 2 / eigenvalues[-1]


@wrong(
    "max_stable_learning_rate",
    "You let an eigenvalue of 0 pass: along its direction there is no single minimum.",
)
def allows_zero_curvature(H):
    if np.abs(H - H.T).max() > 1e-8 * np.abs(H).max():
        raise ValueError("H is not symmetric")
    eigenvalues = np.linalg.eigvalsh(H)
    if eigenvalues[0] < -1e-13 * abs(eigenvalues[-1]):
        raise ValueError("H is indefinite")
    return 2 / eigenvalues[-1]


@wrong(
    "max_stable_learning_rate",
    "You compare with a fixed small number: a flat valley has tiny eigenvalues that are not 0. "
    "Compare with the largest.",
)
def compares_absolutely(H):
    if np.abs(H - H.T).max() > 1e-8:
        raise ValueError("H is not symmetric")
    eigenvalues = np.linalg.eigvalsh(H)
    if eigenvalues[0] <= 1e-8:
        raise ValueError("H is not positive definite")
    return 2 / eigenvalues[-1]


@wrong(
    "max_stable_learning_rate",
    "You asked np.allclose whether H is symmetric, which says so of all numbers below 1e-8: "
    "compare with the largest entry.",
)
def asks_allclose(H):
    if not np.allclose(H, H.T):
        raise ValueError("H is not symmetric")
    eigenvalues = np.linalg.eigvalsh(H)
    if eigenvalues[0] <= 1e-12 * eigenvalues[-1]:
        raise ValueError("H is not positive definite")
    return 2 / eigenvalues[-1]


@wrong(
    "max_stable_learning_rate",
    "You treat an eigenvalue below the rounding of 1.0 as zero: rounding is relative, so compare "
    "with the largest.",
)
def compares_with_epsilon(H):
    if np.abs(H - H.T).max() > 1e-8 * np.abs(H).max():
        raise ValueError("H is not symmetric")
    eigenvalues = np.linalg.eigvalsh(H)
    if eigenvalues[0] <= np.finfo(float).eps:
        raise ValueError("H is not positive definite")
    return 2 / eigenvalues[-1]


@wrong(
    "max_stable_learning_rate",
    "You asked for the determinant: two negative eigenvalues make a positive one.",
)
def asks_the_determinant(H):
    if np.abs(H - H.T).max() > 1e-8 * np.abs(H).max():
        raise ValueError("H is not symmetric")
    if np.linalg.det(H / np.abs(H).max()) <= 1e-13:
        raise ValueError("H is not positive definite")
    return 2 / np.abs(np.linalg.eigvalsh(H)).max()


@wrong("max_stable_learning_rate", "You asked for a positive diagonal: a saddle may have one too.")
def asks_the_diagonal(H):
    if np.abs(H - H.T).max() > 1e-8 * np.abs(H).max():
        raise ValueError("H is not symmetric")
    if np.diag(H).min() <= 0 or np.linalg.matrix_rank(H) < len(H):
        raise ValueError("H is not positive definite")
    return 2 / np.linalg.eigvalsh(H)[-1]


@wrong(
    "max_stable_learning_rate", "You took magnitudes of eigenvalues: a negative one is an error."
)
def takes_magnitudes(H):
    if np.abs(H - H.T).max() > 1e-8 * np.abs(H).max():
        raise ValueError("H is not symmetric")
    magnitudes = np.linalg.svd(H, compute_uv=False)
    if magnitudes[-1] <= 1e-13 * magnitudes[0]:
        raise ValueError("H is singular")
    return 2 / magnitudes[0]


@wrong(
    "max_stable_learning_rate",
    "You refuse narrow valleys: they are hard to walk in, but have a bottom.",
)
def refuses_narrow_valleys(H):
    eigenvalues = refuse_bad(H)
    if eigenvalues[0] < 1e-2 * eigenvalues[-1]:
        raise ValueError("H is nearly singular")
    return 2 / eigenvalues[-1]


# newton_step


@right("newton_step", "the inverse times the gradient")
def multiplies_by_the_inverse(w, g, H):
    return w - np.linalg.inv(H) @ g


@right("newton_step", "refuses by the rank, then solves for the new point itself")
def solves_for_the_point(w, g, H):
    if np.linalg.matrix_rank(H) < len(w):
        raise ValueError("H is singular")
    return w - np.linalg.solve(H, g.reshape(-1, 1)).ravel()


@right("newton_step", "Gauss's elimination, with pivots")
def eliminates(w, g, H):
    n = len(w)
    rows = np.column_stack([H, g])
    for k in range(n):
        pivot = k + int(np.argmax(np.abs(rows[k:, k])))
        if rows[pivot, k] == 0.0:
            raise ValueError("H is singular")
        rows[[k, pivot]] = rows[[pivot, k]]
        for i in range(k + 1, n):
            rows[i] -= rows[i, k] / rows[k, k] * rows[k]
    step = np.zeros(n)
    for k in reversed(range(n)):
        step[k] = (rows[k, n] - rows[k, k + 1 : n] @ step[k + 1 :]) / rows[k, k]
    return w - step


@wrong("newton_step", "You multiplied by H: Newton's step divides by the curvature, by H⁻¹.")
def multiplies_by_the_hessian(w, g, H):
    np.linalg.inv(H)
    return w - H @ g


@wrong("newton_step", "You went the wrong way: the step is subtracted.")
def goes_up_by_newton(w, g, H):
    return w + np.linalg.solve(H, g)


@wrong("newton_step", "You returned the step: the new parameters are asked for.")
def returns_the_step(w, g, H):
    return np.linalg.solve(H, g)


@wrong(
    "newton_step",
    "You divided by the diagonal of H alone: what two parameters do together counts as well.",
)
def divides_by_the_diagonal(w, g, H):
    np.linalg.inv(H)
    return w - g / np.diag(H)


@wrong("newton_step", "You inverted each entry of H: the inverse of a matrix is another thing.")
def inverts_entries(w, g, H):
    np.linalg.inv(H)
    with np.errstate(all="ignore"):
        return w - (1 / H) @ g


@wrong(
    "newton_step",
    "You used the pseudo-inverse, or least squares: they have an answer for a singular H too, "
    "where an error is due.",
)
def takes_the_pseudo_inverse(w, g, H):
    return w - np.linalg.pinv(H, rcond=1e-14) @ g


@wrong(
    "newton_step", "You made H regular by adding a little to its diagonal: that moves the point."
)
def damps_the_hessian(w, g, H):
    return w - np.linalg.solve(H + 1e-8 * np.eye(len(w)), g)


@wrong(
    "newton_step",
    "You asked whether the determinant is small: it may be so for a regular H, if H is small.",
)
def distrusts_small_determinants(w, g, H):
    if abs(np.linalg.det(H)) < 1e-12:
        raise ValueError("H is singular")
    return w - np.linalg.solve(H, g)


@wrong("newton_step", "You demand a positive definite H: every H that has an inverse will do.")
def wants_a_bowl(w, g, H):
    if np.linalg.eigvalsh(H)[0] <= 0:
        raise ValueError("H is not positive definite")
    return w - np.linalg.solve(H, g)


@wrong("newton_step", "You made the curvature positive: the step is H⁻¹ g with H as it is.")
def takes_magnitudes(w, g, H):
    values, vectors = np.linalg.eigh(H)
    if np.min(np.abs(values)) < 1e-15 * np.max(np.abs(values)) or not values.any():
        raise ValueError("H is singular")
    return w - vectors @ ((vectors.T @ g) / np.abs(values))


@wrong("newton_step", "You let w be changed in place: the caller's array must stay as it is.")
def steps_in_place_by_newton(w, g, H):
    w -= np.linalg.solve(H, g)
    return w


# momentum_step


@right("momentum_step", "numpy's functions, into arrays of its own")
def fills_new_arrays(w, g, v, lr, beta=0.9):
    new_v, new_w = np.array(v), np.array(w)
    new_v *= beta
    new_v += g
    new_w -= lr * new_v
    return new_w, new_v


@right("momentum_step", "entry by entry, with Python floats")
def steps_entry_by_entry(w, g, v, lr, beta=0.9):
    pairs = []
    for a, b, c in zip(w.ravel().tolist(), g.ravel().tolist(), v.ravel().tolist()):
        speed = b + c * beta
        pairs.append((a - lr * speed, speed))
    new_w, new_v = zip(*pairs)
    return [np.reshape(new_w, w.shape), np.reshape(new_v, w.shape)]


@right("momentum_step", "both lines written out, so that the order does not matter")
def writes_both_lines_out(w, g, v, lr, beta=0.9):
    return np.subtract(w, lr * beta * v) - lr * g, np.add(np.multiply(v, beta), g)


@wrong(
    "momentum_step",
    "You weighted the gradient with 1 - beta: here the velocity is a sum, not a mean.",
)
def averages_the_velocity(w, g, v, lr, beta=0.9):
    v = beta * v + (1 - beta) * g
    return w - lr * v, v


@wrong("momentum_step", "You moved with the old velocity: update it first.")
def moves_with_the_old_velocity(w, g, v, lr, beta=0.9):
    return w - lr * v, beta * v + g


@wrong(
    "momentum_step", "You looked ahead, as Nesterov does: w moves by lr times the velocity alone."
)
def looks_ahead(w, g, v, lr, beta=0.9):
    v = beta * v + g
    return w - lr * (g + beta * v), v


@wrong("momentum_step", "You put lr into the velocity: it belongs to the step of w.")
def puts_lr_into_the_velocity(w, g, v, lr, beta=0.9):
    v = beta * v + lr * g
    return w - v, v


@wrong("momentum_step", "You returned the velocity first: the order is w, v.")
def returns_velocity_first(w, g, v, lr, beta=0.9):
    v = beta * v + g
    return v, w - lr * v


@wrong("momentum_step", "You changed the caller's arrays, as += and *= do: make new ones.")
def steps_in_place(w, g, v, lr, beta=0.9):
    v *= beta
    v += g
    w -= lr * v
    return w, v


@wrong("momentum_step", "You went uphill: the step is subtracted.")
def climbs(w, g, v, lr, beta=0.9):
    v = beta * v + g
    return w + lr * v, v


@wrong("momentum_step", "You ignore beta and take 0.9 always.")
def ignores_beta(w, g, v, lr, beta=0.9):
    v = 0.9 * v + g
    return w - lr * v, v


@wrong("momentum_step", "You gave beta another default: it is 0.9.")
def has_another_default(w, g, v, lr, beta=0.99):
    v = beta * v + g
    return w - lr * v, v


@wrong("momentum_step", "You hand the gradient itself on where beta is 0: return a new array.")
def hands_the_gradient_on(w, g, v, lr, beta=0.9):
    v = beta * v + g if beta else g
    return w - lr * v, v


@wrong(
    "momentum_step", "You work on the first axis only, or flatten: parameters may have any shape."
)
def returns_flat_arrays(w, g, v, lr, beta=0.9):
    v = beta * v + g
    return (w - lr * v).ravel(), v.ravel()


# rmsprop_step


@right("rmsprop_step", "moves the mean towards the new square")
def moves_the_mean(w, g, s, lr, beta=0.9, eps=1e-8):
    s = s + (1 - beta) * (np.square(g) - s)
    return w - np.divide(g, eps + s**0.5) * lr, s


@right("rmsprop_step", "entry by entry, with Python floats")
def squares_entry_by_entry(w, g, s, lr, beta=0.9, eps=1e-8):
    new_w, new_s = np.empty_like(w), np.empty_like(s)
    for i in np.ndindex(w.shape):
        new_s[i] = beta * s[i] + (1 - beta) * g[i] * g[i]
        new_w[i] = w[i] - lr / (math.sqrt(new_s[i]) + eps) * g[i]
    return new_w, new_s


@right("rmsprop_step", "the root as a hypotenuse, whose square is the mean")
def takes_the_hypotenuse(w, g, s, lr, beta=0.9, eps=1e-8):
    root = np.hypot(np.sqrt(beta * s), math.sqrt(1 - beta) * g)
    return w - lr * (g / (root + eps)), root * root


@wrong("rmsprop_step", "You put eps under the root: add it after the root.")
def puts_eps_under_the_root(w, g, s, lr, beta=0.9, eps=1e-8):
    s = beta * s + (1 - beta) * g**2
    return w - lr * g / np.sqrt(s + eps), s


@wrong("rmsprop_step", "You put the square of eps under the root: add eps after the root.")
def puts_eps_squared_under_the_root(w, g, s, lr, beta=0.9, eps=1e-8):
    s = beta * s + (1 - beta) * g**2
    return w - lr * g / np.sqrt(s + eps**2), s


@wrong("rmsprop_step", "You took the larger of root and eps: they are added.")
def takes_the_larger(w, g, s, lr, beta=0.9, eps=1e-8):
    s = beta * s + (1 - beta) * g**2
    return w - lr * g / np.maximum(np.sqrt(s), eps), s


@wrong("rmsprop_step", "You left out eps: where there is no gradient, 0 is divided by 0.")
def leaves_out_eps(w, g, s, lr, beta=0.9, eps=0.0):
    s = beta * s + (1 - beta) * g**2
    return w - lr * g / np.sqrt(s), s


@wrong("rmsprop_step", "You divided by the root of the old mean: update it first.")
def divides_by_the_old_root(w, g, s, lr, beta=0.9, eps=1e-8):
    return w - lr * g / (np.sqrt(s) + eps), beta * s + (1 - beta) * g**2


@wrong(
    "rmsprop_step", "You added all squares up, as AdaGrad does: the weights are beta and 1 - beta."
)
def adds_squares_up(w, g, s, lr, beta=0.9, eps=1e-8):
    s = s + g**2
    return w - lr * g / (np.sqrt(s) + eps), s


@wrong("rmsprop_step", "You forgot the factor 1 - beta on the new square.")
def forgets_the_other_weight(w, g, s, lr, beta=0.9, eps=1e-8):
    s = beta * s + g**2
    return w - lr * g / (np.sqrt(s) + eps), s


@wrong("rmsprop_step", "You swapped the weights: beta belongs to the old mean.")
def swaps_the_weights(w, g, s, lr, beta=0.9, eps=1e-8):
    s = (1 - beta) * s + beta * g**2
    return w - lr * g / (np.sqrt(s) + eps), s


@wrong("rmsprop_step", "You forgot the root: gradients are divided by a root mean square.")
def forgets_the_root(w, g, s, lr, beta=0.9, eps=1e-8):
    s = beta * s + (1 - beta) * g**2
    return w - lr * g / (s + eps), s


@wrong("rmsprop_step", "You averaged the gradient, not its square.")
def forgets_the_square(w, g, s, lr, beta=0.9, eps=1e-8):
    s = beta * s + (1 - beta) * np.abs(g)
    return w - lr * g / (np.sqrt(s) + eps), s


@wrong("rmsprop_step", "You set another default for beta or eps: they are 0.9 and 1e-8.")
def has_pytorchs_default(w, g, s, lr, beta=0.99, eps=1e-8):
    s = beta * s + (1 - beta) * g**2
    return w - lr * g / (np.sqrt(s) + eps), s


@wrong("rmsprop_step", "You updated the caller's arrays: return new ones.")
def averages_in_place(w, g, s, lr, beta=0.9, eps=1e-8):
    s *= beta
    s += (1 - beta) * g**2
    return w - lr * g / (np.sqrt(s) + eps), s


@wrong("rmsprop_step", "You hand w itself back where nothing moves: return a new array.")
def hands_w_back(w, g, s, lr, beta=0.9, eps=1e-8):
    s = beta * s + (1 - beta) * g**2
    return (w - lr * g / (np.sqrt(s) + eps) if lr else w), s


@wrong("rmsprop_step", "You took one mean for the whole array: each entry has its own.")
def averages_over_the_array(w, g, s, lr, beta=0.9, eps=1e-8):
    s = beta * s + (1 - beta) * np.mean(g**2)
    return w - lr * g / (np.sqrt(s) + eps), s


# adam


@right("adam", "means in dicts by position, both corrections folded into the learning rate and eps")
class FoldsTheCorrections:
    def __init__(self, params, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        self.params, self.lr, self.betas, self.eps = params, lr, (beta1, beta2), eps
        self.state = {}
        self.power1 = self.power2 = 1.0

    def step(self, grads):
        beta1, beta2 = self.betas
        self.power1 *= beta1
        self.power2 *= beta2
        for i, (p, g) in enumerate(zip(self.params, grads)):
            m, v = self.state.get(i, (0.0, 0.0))
            m = m + (1 - beta1) * (g - m)
            v = v + (1 - beta2) * (g * g - v)
            self.state[i] = m, v
            root = math.sqrt(1 - self.power2)
            rate = self.lr * root / (1 - self.power1)
            np.subtract(p, rate * m / (np.sqrt(v) + self.eps * root), out=p)


@right("adam", "keyed by the identity of the arrays, as the article has it, and updated in place")
class KeyedByIdentity:
    def __init__(self, params, lr=0.001, beta1=0.9, beta2=0.999, eps=0.00000001):
        self.params = params
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m = {id(p): 0 for p in params}
        self.v = {id(p): 0 for p in params}
        self.t = 0

    def step(self, grads):
        self.t += 1
        for p, g in zip(self.params, grads):
            key = id(p)
            self.m[key] = self.beta1 * self.m[key] + (1 - self.beta1) * g
            self.v[key] = self.beta2 * self.v[key] + (1 - self.beta2) * g**2
            m_hat = self.m[key] / (1 - self.beta1**self.t)
            v_hat = self.v[key] / (1 - self.beta2**self.t)
            p[...] = p - self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


@right("adam", "one long vector for all arrays, entry by entry in Python")
class OneLongVector:
    def __init__(self, params, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        self.params = tuple(params)
        self.settings = lr, beta1, beta2, eps
        self.means = [[0.0, 0.0] for p in params for _ in range(p.size)]
        self.steps = 0

    def step(self, grads):
        lr, beta1, beta2, eps = self.settings
        self.steps += 1
        moves = []
        for mean, g in zip(self.means, np.concatenate([g.ravel() for g in grads]).tolist()):
            mean[0] = beta1 * mean[0] + (1 - beta1) * g
            mean[1] = beta2 * mean[1] + (1 - beta2) * g * g
            m_hat = mean[0] / (1 - beta1**self.steps)
            v_hat = mean[1] / (1 - beta2**self.steps)
            moves.append(lr * m_hat / (v_hat**0.5 + eps))
        for p in self.params:
            p -= np.reshape(moves[: p.size], p.shape)
            del moves[: p.size]


@wrong(
    "adam",
    "You leave the caller's arrays as they were: a step must change these very arrays, as p -= "
    "... does, not make new ones or change copies.",
)
class MakesNewArrays(Adam):
    def step(self, grads):
        copies = [p.copy() for p in self.params]
        super().step(grads)
        for i, copy in enumerate(copies):
            new, self.params[i][...] = self.params[i].copy(), copy
            self.params[i] = new


@wrong(
    "adam",
    "You leave the caller's arrays as they were: a step must change these very arrays, as p -= "
    "... does, not make new ones or change copies.",
)
class CopiesTheParameters(Adam):
    def __init__(self, params, **settings):
        super().__init__([p.copy() for p in params], **settings)


@wrong(
    "adam",
    "You leave the caller's arrays as they were: a step must change these very arrays, as p -= "
    "... does, not make new ones or change copies.",
)
class ReplacesListEntries(Adam):
    def step(self, grads):
        self.t += 1
        for i, g in enumerate(grads):
            self.m[i] = self.beta1 * self.m[i] + (1 - self.beta1) * g
            self.v[i] = self.beta2 * self.v[i] + (1 - self.beta2) * g**2
            m_hat = self.m[i] / (1 - self.beta1**self.t)
            v_hat = self.v[i] / (1 - self.beta2**self.t)
            self.params[i] = self.params[i] - self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


class Written(Adam):
    """Adam with parts that can be overridden; the variants below each get one of them wrong."""

    def step(self, grads):
        self.t += 1
        for i, (p, g) in enumerate(zip(self.params, grads)):
            self.m[i] = self.beta1 * self.m[i] + (1 - self.beta1) * g
            self.v[i] = self.beta2 * self.v[i] + (1 - self.beta2) * self.square(g)
            p -= self.move(self.m[i], self.v[i], 1 - self.beta1**self.t, 1 - self.beta2**self.t)

    def square(self, g):
        return g * g

    def move(self, m, v, c1, c2):
        return self.lr * (m / c1) / (np.sqrt(v / c2) + self.eps)


@wrong(
    "adam",
    "You assign to p[:], and an array without axes has nothing to slice: p[...] and p -= know all "
    "shapes.",
)
class AssignsToASlice(Written):
    def step(self, grads):
        before = [p.copy() for p in self.params]
        super().step(grads)
        for p, old in zip(self.params, before):
            p[:] = old - (old - p)


MEANS = {}


@wrong(
    "adam",
    "You keep the means of all optimisers in one dict, keyed by id(p): two optimisers of one array "
    "then share them. The means belong to the optimiser.",
)
class KeepsOneStateForAll(Adam):
    def step(self, grads):
        self.t += 1
        for p, g in zip(self.params, grads):
            _, m, v = MEANS.get(id(p), (p, 0.0, 0.0))
            m = self.beta1 * m + (1 - self.beta1) * g
            v = self.beta2 * v + (1 - self.beta2) * g * g
            MEANS[id(p)] = p, m, v  # with the array, so that no other gets its id
            m_hat, v_hat = m / (1 - self.beta1**self.t), v / (1 - self.beta2**self.t)
            p -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


@wrong(
    "adam",
    "You stop the bias correction after a number of steps: with beta2 = 0.999 it is still 5 % "
    "after 3,000.",
)
class StopsCorrecting(Written):
    def move(self, m, v, c1, c2):
        if self.t > 1000:
            c1 = c2 = 1.0
        return super().move(m, v, c1, c2)


@wrong("adam", "You forgot the bias correction: at first m and v are far too small.")
class ForgetsBiasCorrection(Written):
    def move(self, m, v, c1, c2):
        return self.lr * m / (np.sqrt(v) + self.eps)


@wrong("adam", "You corrected m but not v.")
class CorrectsOnlyM(Written):
    def move(self, m, v, c1, c2):
        return self.lr * (m / c1) / (np.sqrt(v) + self.eps)


@wrong("adam", "You corrected v but not m.")
class CorrectsOnlyV(Written):
    def move(self, m, v, c1, c2):
        return self.lr * m / (np.sqrt(v / c2) + self.eps)


@wrong("adam", "You put eps under the root: add it after the root.")
class EpsUnderTheRoot(Written):
    def move(self, m, v, c1, c2):
        return self.lr * (m / c1) / np.sqrt(v / c2 + self.eps)


@wrong(
    "adam",
    "You added eps before the bias correction of v, as in the short form of the paper: it is added "
    "to the root of the corrected v.",
)
class EpsBeforeTheCorrection(Written):
    def move(self, m, v, c1, c2):
        return self.lr * np.sqrt(c2) / c1 * m / (np.sqrt(v) + self.eps)


@wrong("adam", "You left out eps: where the gradient is 0, 0 is divided by 0.")
class LeavesOutEps(Written):
    def move(self, m, v, c1, c2):
        return self.lr * (m / c1) / np.sqrt(v / c2)


@wrong("adam", "You swapped beta1 and beta2 in the bias correction.")
class SwapsTheCorrections(Written):
    def move(self, m, v, c1, c2):
        return self.lr * (m / c2) / (np.sqrt(v / c1) + self.eps)


@wrong("adam", "You forgot the root of v.")
class ForgetsTheRoot(Written):
    def move(self, m, v, c1, c2):
        return self.lr * (m / c1) / (v / c2 + self.eps)


@wrong("adam", "You forgot to square the gradient in v.")
class ForgetsTheSquare(Written):
    def square(self, g):
        return np.abs(g)


@wrong("adam", "You took one mean square for a whole array: each entry has its own.")
class OneMeanPerArray(Written):
    def square(self, g):
        return np.mean(g * g) * np.ones_like(g)


@wrong("adam", "You count each array as a step: t grows by one per step, for all of them.")
class CountsEachArray(Adam):
    def step(self, grads):
        for i, (p, g) in enumerate(zip(self.params, grads)):
            self.t += 1
            self.m[i] = self.beta1 * self.m[i] + (1 - self.beta1) * g
            self.v[i] = self.beta2 * self.v[i] + (1 - self.beta2) * g**2
            m_hat = self.m[i] / (1 - self.beta1**self.t)
            v_hat = self.v[i] / (1 - self.beta2**self.t)
            p -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


@wrong("adam", "You never count the steps, so each is corrected like the first.")
class CorrectsAlwaysLikeTheFirst(Written):
    def step(self, grads):
        self.t = 0
        super().step(grads)


@wrong("adam", "Your t is one too far: in the first step it is 1, not 2.")
class CountsOneTooFar(Written):
    def __init__(self, *args, **settings):
        super().__init__(*args, **settings)
        self.t = 1


@wrong("adam", "You keep the means on the class, so that all optimisers share them.")
class SharesItsMeans(Written):
    shared_m, shared_v = {}, {}

    def step(self, grads):
        if not self.t:
            for i, p in enumerate(self.params):
                if i not in self.shared_m or self.shared_m[i].shape != p.shape or len(grads) > 1:
                    self.shared_m[i], self.shared_v[i] = np.zeros_like(p), np.zeros_like(p)
        self.m, self.v = self.shared_m, self.shared_v
        super().step(grads)


@wrong("adam", "You keep one m and one v for all arrays: each array needs its own.")
class OneMeanForAll(Adam):
    def __init__(self, *args, **settings):
        super().__init__(*args, **settings)
        self.one_m, self.one_v = 0.0, 0.0

    def step(self, grads):
        self.t += 1
        for p, g in zip(self.params, grads):
            self.one_m = self.beta1 * np.mean(self.one_m) + (1 - self.beta1) * g
            self.one_v = self.beta2 * np.mean(self.one_v) + (1 - self.beta2) * g**2
            m_hat = self.one_m / (1 - self.beta1**self.t)
            v_hat = self.one_v / (1 - self.beta2**self.t)
            p -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


@wrong("adam", "You scale the gradients in place: they are the caller's, work on new arrays.")
class ScalesTheGradients(Written):
    def step(self, grads):
        super().step(grads)
        for g in grads:
            g *= 1 - self.beta1


@wrong("adam", "You gave a setting another default: they are 1e-3, 0.9, 0.999 and 1e-8.")
class HasOtherDefaults(Adam):
    def __init__(self, params, lr=1e-3, beta1=0.9, beta2=0.99, eps=1e-8):
        super().__init__(params, lr, beta1, beta2, eps)


@wrong("adam", "You ignore the settings and use the defaults always.")
class IgnoresSettings(Adam):
    def __init__(self, params, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        super().__init__(params, lr)


@wrong("adam", "You went uphill: the step is subtracted.")
class ClimbsUphill(Written):
    def move(self, m, v, c1, c2):
        return -super().move(m, v, c1, c2)


# adamw_step


@right("adamw_step", "decays first, as PyTorch does, and corrects the rate, not the means")
def decays_first(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    w = w * (1 - lr * weight_decay)
    m = m + (1 - beta1) * (g - m)
    v = beta2 * v + (1 - beta2) * g * g
    root = np.sqrt(v) / math.sqrt(1 - beta2**t) + eps
    return w - lr / (1 - beta1**t) * m / root, m, v


@right("adamw_step", "copies, then works in place")
def works_on_copies(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    w, m, v = w.copy(), m.copy(), v.copy()
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * np.square(g)
    update = (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps) + weight_decay * w
    w -= lr * update
    return [w, m, v]


@right("adamw_step", "number by number")
def steps_number_by_number(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    new_w, new_m, new_v = np.empty(w.shape), np.empty(w.shape), np.empty(w.shape)
    for i in np.ndindex(w.shape):
        new_m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        new_v[i] = beta2 * v[i] + (1 - beta2) * g[i] ** 2
        m_hat, v_hat = new_m[i] / (1 - beta1**t), new_v[i] / (1 - beta2**t)
        new_w[i] = w[i] - lr * (m_hat / (v_hat**0.5 + eps) + weight_decay * w[i])
    return new_w, new_m, new_v


def _adamw(w, m, v, t, lr, beta1, beta2, eps, weight_decay):
    """Return the new parameters from the new means."""
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * weight_decay * w - lr * m_hat / (np.sqrt(v_hat) + eps)


def _new_means(g, m, v, beta1, beta2):
    return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2


@wrong(
    "adamw_step",
    "You added weight_decay·w to the gradient: that is Adam with an L2 penalty. In AdamW the decay "
    "is decoupled and goes past m and v.",
)
def adds_the_decay_to_the_gradient(
    w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01
):
    m, v = _new_means(g + weight_decay * w, m, v, beta1, beta2)
    return _adamw(w, m, v, t, lr, beta1, beta2, eps, 0.0), m, v


@wrong("adamw_step", "You left out the decay: that is Adam.")
def forgets_the_decay(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    m, v = _new_means(g, m, v, beta1, beta2)
    return _adamw(w, m, v, t, lr, beta1, beta2, eps, 0.0), m, v


@wrong("adamw_step", "You forgot the learning rate on the decay: it is lr·weight_decay·w.")
def decays_without_the_rate(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    m, v = _new_means(g, m, v, beta1, beta2)
    return _adamw(w, m, v, t, lr, beta1, beta2, eps, 0.0) - weight_decay * w, m, v


@wrong("adamw_step", "You let the decay work on the new w: it takes its share of the old one.")
def decays_last(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    m, v = _new_means(g, m, v, beta1, beta2)
    return _adamw(w, m, v, t, lr, beta1, beta2, eps, 0.0) * (1 - lr * weight_decay), m, v


@wrong("adamw_step", "You added the decay: it pulls weights towards 0, not away from it.")
def grows(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    m, v = _new_means(g, m, v, beta1, beta2)
    return _adamw(w, m, v, t, lr, beta1, beta2, eps, -weight_decay), m, v


@wrong("adamw_step", "You took a fixed amount off each weight: the decay is in proportion to w.")
def decays_by_the_sign(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    m, v = _new_means(g, m, v, beta1, beta2)
    moved = _adamw(w, m, v, t, lr, beta1, beta2, eps, 0.0)
    return moved - lr * weight_decay * np.sign(w), m, v


@wrong("adamw_step", "You divided the decay by √v̂ too: only the gradient's part is divided.")
def divides_the_decay(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    m, v = _new_means(g, m, v, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * (m_hat + weight_decay * w) / (np.sqrt(v_hat) + eps), m, v


@wrong(
    "adamw_step",
    "You left out the bias correction: m and v start at 0 and are too small in the first steps.",
)
def corrects_no_bias(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    m, v = _new_means(g, m, v, beta1, beta2)
    return w - lr * weight_decay * w - lr * m / (np.sqrt(v) + eps), m, v


@wrong("adamw_step", "You counted steps from 0: here t is 1 in the first step.")
def counts_from_zero(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    m, v = _new_means(g, m, v, beta1, beta2)
    return _adamw(w, m, v, t + 1, lr, beta1, beta2, eps, weight_decay), m, v


@wrong(
    "adamw_step",
    "You returned the corrected means: the next step would correct them a second time.",
)
def returns_corrected_means(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    m, v = _new_means(g, m, v, beta1, beta2)
    new_w = _adamw(w, m, v, t, lr, beta1, beta2, eps, weight_decay)
    return new_w, m / (1 - beta1**t), v / (1 - beta2**t)


@wrong("adamw_step", "You put eps under the root: it is added to the root.")
def puts_eps_below(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    m, v = _new_means(g, m, v, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * weight_decay * w - lr * m_hat / np.sqrt(v_hat + eps), m, v


@wrong("adamw_step", "You added eps before the bias correction of v: it comes last.")
def adds_eps_too_early(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    m, v = _new_means(g, m, v, beta1, beta2)
    rate = lr * math.sqrt(1 - beta2**t) / (1 - beta1**t)
    return w - lr * weight_decay * w - rate * m / (np.sqrt(v) + eps), m, v


@wrong("adamw_step", "You divided by v̂ itself: it is a mean of squares, so take its root.")
def forgets_the_root_of_v(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    m, v = _new_means(g, m, v, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * weight_decay * w - lr * m_hat / (v_hat + eps), m, v


@wrong("adamw_step", "You used the old m and v for the step: they take in the gradient first.")
def steps_before_the_means(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    new_m, new_v = _new_means(g, m, v, beta1, beta2)
    return _adamw(w, m, v, t, lr, beta1, beta2, eps, weight_decay), new_m, new_v


@wrong("adamw_step", "You changed m and v in place: the caller's arrays must stay as they are.")
def updates_means_in_place(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g**2
    return _adamw(w, m, v, t, lr, beta1, beta2, eps, weight_decay), m, v


@wrong("adamw_step", "You changed w in place: the caller's array must stay as it is.")
def updates_w_in_place(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    m, v = _new_means(g, m, v, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    w -= lr * (weight_decay * w + m_hat / (np.sqrt(v_hat) + eps))
    return w, m, v


# cosine_schedule


@right("cosine_schedule", "the square of a cosine of half the angle")
def squares_a_cosine(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    if step >= total_steps:
        return lr_min
    if step < warmup_steps:
        return (step + 1) / warmup_steps * lr_max
    angle = math.pi / 2 * (step - warmup_steps) / (total_steps - warmup_steps)
    return lr_max * math.cos(angle) ** 2 + lr_min * math.sin(angle) ** 2


@right("cosine_schedule", "numpy, with the progress clipped at both ends")
def clips_the_progress(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    warmup = np.minimum(1.0, (step + 1) / max(warmup_steps, 1))
    progress = np.clip((step - warmup_steps) / (total_steps - warmup_steps), 0, 1)
    cosine = lr_max - (lr_max - lr_min) * 0.5 * (1 - np.cos(np.pi * progress))
    return np.where(step < warmup_steps, lr_max * warmup, cosine)


@right("cosine_schedule", "looks the step up in a table of all rates")
def looks_it_up(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    n = total_steps - warmup_steps
    table = [lr_max * (t + 1) / warmup_steps for t in range(warmup_steps)]
    table += [
        (lr_max + lr_min + (lr_max - lr_min) * math.cos(math.pi * t / n)) / 2 for t in range(n)
    ]
    return table[step] if step < total_steps else lr_min


def cosine(progress, lr_max, lr_min):
    return lr_min + 0.5 * (lr_max - lr_min) * (1 + math.cos(math.pi * progress))


@wrong("cosine_schedule", "You start the warm-up at 0: the first step has lr_max/warmup_steps.")
def starts_at_zero(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    if step < warmup_steps:
        return lr_max * step / warmup_steps
    return cosine(min(1.0, (step - warmup_steps) / (total_steps - warmup_steps)), lr_max, lr_min)


@wrong(
    "cosine_schedule", "You start the warm-up from lr_min: it is lr_max·(step + 1)/warmup_steps."
)
def warms_up_from_the_least(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    if step < warmup_steps:
        return lr_min + (lr_max - lr_min) * (step + 1) / warmup_steps
    return cosine(min(1.0, (step - warmup_steps) / (total_steps - warmup_steps)), lr_max, lr_min)


@wrong("cosine_schedule", "You divided the warm-up by one more step, so that it ends below lr_max.")
def warms_up_too_slowly(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    if step < warmup_steps:
        return lr_max * (step + 1) / (warmup_steps + 1)
    return cosine(min(1.0, (step - warmup_steps) / (total_steps - warmup_steps)), lr_max, lr_min)


@wrong("cosine_schedule", "You count the progress from step 0: it starts when the warm-up is over.")
def counts_from_the_start(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    if step < warmup_steps:
        return lr_max * (step + 1) / warmup_steps
    return cosine(min(1.0, step / total_steps), lr_max, lr_min)


@wrong(
    "cosine_schedule",
    "You stretch the cosine over total_steps after the warm-up: it ends too late.",
)
def ends_too_late(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    if step < warmup_steps:
        return lr_max * (step + 1) / warmup_steps
    return cosine(min(1.0, (step - warmup_steps) / total_steps), lr_max, lr_min)


@wrong("cosine_schedule", "You end the cosine one step early, at total_steps - 1.")
def ends_one_early(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    if step < warmup_steps:
        return lr_max * (step + 1) / warmup_steps
    span = max(total_steps - 1 - warmup_steps, 1)
    return cosine(min(1.0, (step - warmup_steps) / span), lr_max, lr_min)


@wrong("cosine_schedule", "You let the cosine rise again after the end: it stays at lr_min.")
def rises_again(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    if step < warmup_steps:
        return lr_max * (step + 1) / warmup_steps
    return cosine((step - warmup_steps) / (total_steps - warmup_steps), lr_max, lr_min)


@wrong("cosine_schedule", "You return 0 after the end: it stays at lr_min.")
def falls_to_zero_after_the_end(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    if step < warmup_steps:
        return lr_max * (step + 1) / warmup_steps
    if step > total_steps:
        return 0.0
    return cosine((step - warmup_steps) / (total_steps - warmup_steps), lr_max, lr_min)


@wrong("cosine_schedule", "You fall in a straight line: the way down is half a cosine.")
def falls_straight(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    if step < warmup_steps:
        return lr_max * (step + 1) / warmup_steps
    progress = min(1.0, (step - warmup_steps) / (total_steps - warmup_steps))
    return lr_max + (lr_min - lr_max) * progress


@wrong("cosine_schedule", "You took a quarter of a period, cos(π/2·progress): it is half a period.")
def takes_a_quarter(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    if step < warmup_steps:
        return lr_max * (step + 1) / warmup_steps
    progress = min(1.0, (step - warmup_steps) / (total_steps - warmup_steps))
    return lr_min + (lr_max - lr_min) * math.cos(math.pi / 2 * progress)


@wrong(
    "cosine_schedule",
    "You scaled the cosine with lr_max and cut it at lr_min: it leads down to lr_min.",
)
def cuts_at_the_least(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    if step < warmup_steps:
        return lr_max * (step + 1) / warmup_steps
    progress = min(1.0, (step - warmup_steps) / (total_steps - warmup_steps))
    return max(lr_min, cosine(progress, lr_max, 0.0))


@wrong(
    "cosine_schedule",
    "You lifted the whole schedule to lr_min: the warm-up starts below it, as it should.",
)
def lifts_the_warm_up(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    if step < warmup_steps:
        return max(lr_min, lr_max * (step + 1) / warmup_steps)
    progress = min(1.0, (step - warmup_steps) / (total_steps - warmup_steps))
    return cosine(progress, lr_max, lr_min)


@wrong("cosine_schedule", "You added lr_min on top: the cosine starts at lr_max.")
def adds_the_least(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    if step < warmup_steps:
        return lr_max * (step + 1) / warmup_steps
    progress = min(1.0, (step - warmup_steps) / (total_steps - warmup_steps))
    return lr_min + cosine(progress, lr_max, 0.0)


@wrong("cosine_schedule", "You divide by warmup_steps where there is no warm-up.")
def divides_by_no_warmup(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    warm = lr_max * (step + 1) / warmup_steps
    if step < warmup_steps:
        return warm
    return cosine(min(1.0, (step - warmup_steps) / (total_steps - warmup_steps)), lr_max, lr_min)


@wrong("cosine_schedule", "You multiplied warm-up and cosine: they come one after the other.")
def multiplies_both(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    rate = cosine(min(1.0, step / total_steps), lr_max, lr_min)
    return rate * min(1.0, (step + 1) / warmup_steps) if warmup_steps else rate


# clip_by_global_norm


@right("clip_by_global_norm", "the norm of the norms, and a factor that is never above 1")
def takes_the_norm_of_norms(grads, max_norm):
    norm = math.hypot(*(float(np.linalg.norm(g)) for g in grads))
    factor = min(1.0, max_norm / norm) if norm else 1.0
    return tuple(factor * g for g in grads)


@right("clip_by_global_norm", "one long vector; as in PyTorch, with a little added to the norm")
def lays_all_end_to_end(grads, max_norm):
    norm = np.linalg.norm(np.concatenate([np.ravel(g) for g in grads]))
    factor = np.minimum(max_norm / (norm + 1e-6), 1.0)
    return [g * factor for g in grads]


@right("clip_by_global_norm", "hands short gradients back, divides long ones")
def divides_only_long_ones(grads, max_norm):
    squares = sum(np.vdot(g, g) for g in grads)
    if squares <= max_norm * max_norm:
        return list(grads)
    return [g / (np.sqrt(squares) / max_norm) for g in grads]


@wrong(
    "clip_by_global_norm", "You clipped each array by itself: the bound is on all of them together."
)
def clips_each_array(grads, max_norm):
    return [g * min(1.0, max_norm / max(np.linalg.norm(g), 1e-300)) for g in grads]


@wrong(
    "clip_by_global_norm",
    "You clipped each entry, which turns the gradient: scale all by one factor.",
)
def clips_each_entry(grads, max_norm):
    return [np.clip(g, -max_norm, max_norm) for g in grads]


@wrong("clip_by_global_norm", "You scale short gradients up to the bound: they stay as they are.")
def scales_up_too(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * max_norm / norm if norm else g for g in grads]


@wrong(
    "clip_by_global_norm",
    "You added the norms of the arrays: add their squares, then take the root.",
)
def adds_norms(grads, max_norm):
    norm = sum(np.linalg.norm(g) for g in grads)
    return [g * max_norm / norm if norm > max_norm else 1.0 * g for g in grads]


@wrong("clip_by_global_norm", "You forgot the root of the sum of squares.")
def forgets_the_root_of_the_norm(grads, max_norm):
    norm = sum(np.sum(g**2) for g in grads)
    return [g * max_norm / norm if norm > max_norm else 1.0 * g for g in grads]


@wrong(
    "clip_by_global_norm", "You divided by the norm only: then the joint norm is 1, not max_norm."
)
def scales_to_one(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g / norm if norm > max_norm else 1.0 * g for g in grads]


@wrong("clip_by_global_norm", "You divide by the norm before you ask whether it is 0: 0/0 is nan.")
def divides_by_zero(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g / norm * np.minimum(norm, max_norm) for g in grads]


@wrong("clip_by_global_norm", "You took the largest entry for the length.")
def takes_the_largest_entry(grads, max_norm):
    norm = max(np.abs(g).max() for g in grads)
    return [g * max_norm / norm if norm > max_norm else 1.0 * g for g in grads]


@wrong(
    "clip_by_global_norm", "You took the root of the mean square: the length is that of the sum."
)
def takes_the_mean_square(grads, max_norm):
    norm = np.sqrt(np.mean(np.concatenate([g.ravel() for g in grads]) ** 2))
    return [g * max_norm / norm if norm > max_norm else 1.0 * g for g in grads]


@wrong("clip_by_global_norm", "You scaled in place: the caller's gradients have changed.")
def scales_in_place(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    if norm > max_norm:
        for g in grads:
            g *= max_norm / norm
    return grads


@wrong(
    "clip_by_global_norm",
    "You treat a small norm as 0 and return zeros: gradients of 1e-12 are still gradients.",
)
def takes_tiny_for_zero(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    if norm < 1e-8:
        return [np.zeros_like(g) for g in grads]
    return [g * min(1.0, max_norm / norm) for g in grads]


@right("clip_by_global_norm", "divides by 0 without asking, which min turns into a factor of 1")
def lets_numpy_warn(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * min(1.0, max_norm / norm) for g in grads]


@wrong("clip_by_global_norm", "You took the norm of the first array only.")
def looks_at_the_first(grads, max_norm):
    norm = np.linalg.norm(grads[0])
    return [g * max_norm / norm if norm > max_norm else 1.0 * g for g in grads]


@wrong(
    "clip_by_global_norm",
    "You added 1 to the norm against a division by 0: that shortens too much.",
)
def adds_one_to_the_norm(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * min(1.0, max_norm / (norm + 1)) for g in grads]


@wrong("clip_by_global_norm", "You return one long vector: each gradient keeps its shape.")
def returns_one_vector(grads, max_norm):
    flat = np.concatenate([g.ravel() for g in grads])
    norm = np.linalg.norm(flat)
    return [flat * max_norm / norm] if norm > max_norm else [flat]


# minibatches


@right("minibatches", "splits at the multiples of batch_size")
def splits_at_multiples(order, batch_size):
    if batch_size <= 0:
        raise ValueError("batch_size must be positive")
    return np.split(order, np.arange(batch_size, len(order), batch_size))


@right("minibatches", "takes from the front until nothing is left; lists of indices")
def takes_from_the_front(order, batch_size):
    if batch_size < 1:
        raise ValueError("batch_size must be positive")
    rest, batches = order.tolist(), []
    while rest:
        batches.append(rest[:batch_size])
        rest = rest[batch_size:]
    return batches


@right("minibatches", "counts the batches first")
def counts_batches(order, batch_size):
    if batch_size < 1:
        raise ValueError("batch_size must be positive")
    n = len(order)
    return tuple(
        order[i * batch_size : min(n, (i + 1) * batch_size)].copy()
        for i in range(math.ceil(n / batch_size))
    )


@wrong(
    "minibatches", "You dropped the last batch because it is short: every sample belongs to one."
)
def drops_the_last(order, batch_size):
    if batch_size < 1:
        raise ValueError("batch_size must be positive")
    n = len(order) // batch_size * batch_size
    return [order[i : i + batch_size] for i in range(0, n, batch_size)]


@wrong("minibatches", "You made batches of about equal size: all but the last have batch_size.")
def evens_out(order, batch_size):
    if batch_size < 1:
        raise ValueError("batch_size must be positive")
    return np.array_split(order, math.ceil(len(order) / batch_size))


@wrong("minibatches", "You took every k-th sample: a batch is a consecutive piece of the order.")
def takes_every_kth(order, batch_size):
    if batch_size < 1:
        raise ValueError("batch_size must be positive")
    n_batches = math.ceil(len(order) / batch_size)
    return [order[i::n_batches] for i in range(n_batches)]


@wrong("minibatches", "You counted from 0 up: the samples come in the order that was given.")
def ignores_the_order(order, batch_size):
    if batch_size < 1:
        raise ValueError("batch_size must be positive")
    n = len(order)
    return [np.arange(i, min(i + batch_size, n)) for i in range(0, n, batch_size)]


@wrong("minibatches", "You sorted each batch: the order is meant to be kept.")
def sorts_batches(order, batch_size):
    if batch_size < 1:
        raise ValueError("batch_size must be positive")
    return [np.sort(order[i : i + batch_size]) for i in range(0, len(order), batch_size)]


@wrong("minibatches", "You let batches overlap: each starts where the last one ended.")
def overlaps(order, batch_size):
    if batch_size < 1:
        raise ValueError("batch_size must be positive")
    n = len(order)
    return [order[i : i + batch_size] for i in range(max(1, n - batch_size + 1))]


@wrong(
    "minibatches",
    "You did not check batch_size: with a negative step a range is empty, and nothing is raised.",
)
def trusts_range(order, batch_size):
    return [order[i : i + batch_size] for i in range(0, len(order), batch_size)]


@wrong("minibatches", "You refuse negative sizes but not 0, or answer it with one batch.")
def takes_all_for_zero(order, batch_size):
    if batch_size < 0:
        raise ValueError("batch_size must be positive")
    batch_size = batch_size or len(order)
    return [order[i : i + batch_size] for i in range(0, len(order), batch_size)]


@wrong("minibatches", "You refuse a size above the number of samples: that is one batch.")
def refuses_large_sizes(order, batch_size):
    if not 1 <= batch_size <= len(order):
        raise ValueError("batch_size is out of range")
    return [order[i : i + batch_size] for i in range(0, len(order), batch_size)]


@wrong("minibatches", "You fill the last batch up from the start: then samples come twice.")
def fills_up_the_last(order, batch_size):
    if batch_size < 1:
        raise ValueError("batch_size must be positive")
    n = len(order)
    return [order[np.arange(i, i + batch_size) % n] for i in range(0, n, batch_size)]


@wrong("minibatches", "You append an empty batch where the size divides the number of samples.")
def appends_an_empty_batch(order, batch_size):
    if batch_size < 1:
        raise ValueError("batch_size must be positive")
    return [
        order[i * batch_size : (i + 1) * batch_size] for i in range(len(order) // batch_size + 1)
    ]


# dropout


@right("dropout", "a mask of 0 and 1, and a division at the end")
def multiplies_by_a_mask(x, u, p):
    if p < 0 or p >= 1:
        raise ValueError("p must be in [0, 1)")
    return x * (u >= p).astype(float) / (1.0 - p)


@right("dropout", "a scaled copy with holes")
def makes_holes_in_a_copy(x, u, p):
    if p not in (0, 0.0) and not 0 < p < 1:
        raise ValueError("p out of range")
    out = x.copy()
    out /= 1 - p
    out[u < p] = 0.0
    return out


@right("dropout", "number by number")
def drops_number_by_number(x, u, p):
    if not (p >= 0.0 and p < 1.0):
        raise ValueError(p)
    kept = [a / (1 - p) if b >= p else 0.0 for a, b in zip(x.flat, u.flat, strict=True)]
    return np.array(kept).reshape(x.shape)


def _check_p(p):
    if not 0 <= p < 1:
        raise ValueError("p must be in [0, 1)")


@wrong("dropout", "You did not scale up what is left: its mean is too small by 1 - p.")
def does_not_scale(x, u, p):
    _check_p(p)
    return np.where(u < p, 0.0, x)


@wrong("dropout", "You multiplied by 1 - p: what is left must grow, so divide.")
def scales_down(x, u, p):
    _check_p(p)
    return np.where(u < p, 0.0, x * (1 - p))


@wrong("dropout", "You divided by p: the share that is left is 1 - p.")
def divides_by_p(x, u, p):
    _check_p(p)
    with np.errstate(all="ignore"):
        return np.where(u < p, 0.0, x / p)


@wrong("dropout", "You kept what should be dropped: u below p means dropped.")
def keeps_the_dropped(x, u, p):
    _check_p(p)
    return np.where(u < p, x / (1 - p), 0.0)


@wrong("dropout", "You took p for the probability of being kept: it is that of being dropped.")
def takes_p_for_the_kept(x, u, p):
    _check_p(p)
    with np.errstate(all="ignore"):
        return np.where(u < p, x / p, 0.0)


@wrong("dropout", "You dropped entries whose u is exactly p: only u below p is dropped.")
def drops_at_the_border(x, u, p):
    _check_p(p)
    return np.where(u <= p, 0.0, x / (1 - p))


@wrong("dropout", "You compared u > p: an entry whose u is exactly p is kept.")
def keeps_strictly_above(x, u, p):
    _check_p(p)
    return x * (u > p) / (1 - p)


@wrong(
    "dropout",
    "You divided by the share that happened to be kept: it is the probability 1 - p that counts.",
)
def divides_by_the_share(x, u, p):
    _check_p(p)
    mask = u >= p
    return x * mask / max(mask.mean(), 1e-12)


@wrong("dropout", "You set the smallest entries of x to 0: which ones go, u decides.")
def drops_small_entries(x, u, p):
    _check_p(p)
    return np.where(x < p, 0.0, x / (1 - p))


@wrong("dropout", "You drew random numbers of your own: u holds them.")
def draws_anew(x, u, p):
    _check_p(p)
    return np.where(np.random.default_rng(0).uniform(size=x.shape) < p, 0.0, x / (1 - p))


@wrong("dropout", "You accept p = 1, which leaves nothing and divides by 0.")
def accepts_one(x, u, p):
    if p < 0 or p > 1:
        raise ValueError("p must be in [0, 1]")
    with np.errstate(all="ignore"):
        return np.where(u < p, 0.0, x / (1 - p))


@wrong("dropout", "You accept a p below 0, which is not a probability.")
def accepts_negative_p(x, u, p):
    if p >= 1:
        raise ValueError("p must be below 1")
    return np.where(u < p, 0.0, x / (1 - p))


@wrong("dropout", "You refuse p = 0: it means that nothing is dropped.")
def refuses_zero(x, u, p):
    if not 0 < p < 1:
        raise ValueError("p must be in (0, 1)")
    return np.where(u < p, 0.0, x / (1 - p))


@wrong("dropout", "You return only what is left: the shape stays, with 0 for what was dropped.")
def leaves_out_the_dropped(x, u, p):
    _check_p(p)
    return x[u >= p] / (1 - p)


@wrong("dropout", "You dropped entries in x itself: the caller's array must stay as it is.")
def drops_in_place(x, u, p):
    _check_p(p)
    x[u < p] = 0.0
    return x / (1 - p)


@wrong("dropout", "For p = 0 you hand x itself back: whoever writes into the result changes x.")
def hands_x_back(x, u, p):
    _check_p(p)
    return x if p == 0 else np.where(u < p, 0.0, x / (1 - p))


# fit_logistic_regression


@right("fit_logistic_regression", "a column of ones for the bias; exp of what is never positive")
def appends_ones(X, y, lr, steps):
    X = np.column_stack([np.ones(len(X)), X])
    theta = np.zeros(X.shape[1])
    for _ in range(steps):
        z = X @ theta
        e = np.exp(-np.abs(z))
        p = np.where(z >= 0, 1 / (1 + e), e / (1 + e))
        theta -= lr / len(X) * ((p - y) @ X)
    return theta[1:], theta[0]


@right("fit_logistic_regression", "sample by sample, in plain Python")
def goes_sample_by_sample(X, y, lr, steps):
    n, d = X.shape
    w, b = [0.0] * d, 0.0
    for _ in range(steps):
        dw, db = [0.0] * d, 0.0
        for x, label in zip(X.tolist(), y.tolist()):
            z = sum(a * c for a, c in zip(w, x)) + b
            p = 1 / (1 + math.exp(-z)) if z > 0 else 1 - 1 / (1 + math.exp(max(z, -700)))
            for j in range(d):
                dw[j] += (p - label) * x[j]
            db += p - label
        w = [a - lr * c / n for a, c in zip(w, dw)]
        b -= lr * db / n
    return np.array(w), b


@right("fit_logistic_regression", "labels of ±1, and the sigmoid as the exp of a log-sum-exp")
def uses_signed_labels(X, y, lr, steps):
    signs = 2.0 * y - 1.0
    w, b = np.zeros((X.shape[1], 1)), np.zeros(1)
    for _ in range(steps):
        margins = signs[:, None] * (X @ w + b)
        pull = np.exp(-np.logaddexp(0, margins)) * signs[:, None]
        dw, db = X.T @ pull, pull.sum(axis=0)
        w += lr * dw / len(X)
        b += lr * db / len(X)
    return w[:, 0], b[0]


@right("fit_logistic_regression", "cuts the logits where the sigmoid has long been 0 or 1")
def cuts_the_logits(X, y, lr, steps):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        p = 1.0 / (1.0 + np.exp(-np.clip(X @ w + b, -500, 500)))
        w, b = w - lr * np.mean((p - y)[:, None] * X, axis=0), b - lr * np.mean(p - y)
    return w, b


def stable_sigmoid(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


def descend(X, y, lr, steps, gradients):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        dw, db = gradients(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b


@wrong(
    "fit_logistic_regression",
    "You updated the bias with the new weights: take both gradients first.",
)
def updates_one_after_the_other(X, y, lr, steps):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        w = w - lr * X.T @ (stable_sigmoid(X @ w + b) - y) / len(X)
        b = b - lr * np.mean(stable_sigmoid(X @ w + b) - y)
    return w, b


@wrong("fit_logistic_regression", "You summed over the samples: the loss is their mean.")
def sums_over_samples(X, y, lr, steps):
    def gradients(X, y, w, b):
        error = stable_sigmoid(X @ w + b) - y
        return X.T @ error, error.sum()

    return descend(X, y, lr, steps, gradients)


@wrong("fit_logistic_regression", "You took the mean for the weights but the sum for the bias.")
def sums_for_the_bias(X, y, lr, steps):
    def gradients(X, y, w, b):
        error = stable_sigmoid(X @ w + b) - y
        return X.T @ error / len(X), error.sum()

    return descend(X, y, lr, steps, gradients)


@wrong(
    "fit_logistic_regression",
    "Your sigmoid overflows for z far below 0, as 1 / (1 + exp(-z)) does.",
)
def overflows_below(X, y, lr, steps):
    def gradients(X, y, w, b):
        error = 1 / (1 + np.exp(-(X @ w + b))) - y
        return X.T @ error / len(X), error.mean()

    return descend(X, y, lr, steps, gradients)


@wrong(
    "fit_logistic_regression",
    "Your sigmoid is inf / inf for large z, as exp(z) / (1 + exp(z)) is.",
)
def overflows_above(X, y, lr, steps):
    def gradients(X, y, w, b):
        e = np.exp(X @ w + b)
        error = e / (1 + e) - y
        return X.T @ error / len(X), error.mean()

    return descend(X, y, lr, steps, gradients)


@wrong(
    "fit_logistic_regression",
    "You computed both forms of the sigmoid for all entries, as np.where does before it chooses: "
    "one of them overflows.",
)
def computes_both_branches(X, y, lr, steps):
    def gradients(X, y, w, b):
        z = X @ w + b
        error = np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z))) - y
        return X.T @ error / len(X), error.mean()

    return descend(X, y, lr, steps, gradients)


@wrong(
    "fit_logistic_regression",
    "You took the gradient of the squared error: with cross-entropy p(1 - p) cancels.",
)
def squares_the_error(X, y, lr, steps):
    def gradients(X, y, w, b):
        p = stable_sigmoid(X @ w + b)
        error = (p - y) * p * (1 - p)
        return X.T @ error / len(X), error.mean()

    return descend(X, y, lr, steps, gradients)


@wrong("fit_logistic_regression", "You left the sigmoid out: that is linear regression.")
def leaves_out_the_sigmoid(X, y, lr, steps):
    def gradients(X, y, w, b):
        error = X @ w + b - y
        return X.T @ error / len(X), error.mean()

    return descend(X, y, lr, steps, gradients)


@wrong("fit_logistic_regression", "You never update the bias.")
def forgets_the_bias(X, y, lr, steps):
    def gradients(X, y, w, b):
        error = stable_sigmoid(X @ w + b) - y
        return X.T @ error / len(X), 0.0

    return descend(X, y, lr, steps, gradients)


@wrong(
    "fit_logistic_regression",
    "You went uphill: the error is prediction minus label, and is subtracted.",
)
def climbs_the_loss(X, y, lr, steps):
    def gradients(X, y, w, b):
        error = y - stable_sigmoid(X @ w + b)
        return X.T @ error / len(X), error.mean()

    return descend(X, y, lr, steps, gradients)


@wrong(
    "fit_logistic_regression",
    "You start from ones: it starts from zeros, so that all probabilities are 1/2.",
)
def starts_from_ones(X, y, lr, steps):
    w, b = np.ones(X.shape[1]), 0.0
    for _ in range(steps):
        error = stable_sigmoid(X @ w + b) - y
        w, b = w - lr * X.T @ error / len(X), b - lr * error.mean()
    return w, b


@wrong("fit_logistic_regression", "You added a penalty on the weights: none is asked for.")
def adds_weight_decay(X, y, lr, steps):
    def gradients(X, y, w, b):
        error = stable_sigmoid(X @ w + b) - y
        return X.T @ error / len(X) + 1e-3 * w, error.mean()

    return descend(X, y, lr, steps, gradients)


@wrong("fit_logistic_regression", "You take one step per sample: each step uses all samples.")
def steps_per_sample(X, y, lr, steps):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        for x, label in zip(X, y):
            error = stable_sigmoid(x @ w + b) - label
            w, b = w - lr * error * x, b - lr * error
    return w, b


@wrong("fit_logistic_regression", "You return w as a column: its shape is (d,).")
def returns_a_column(X, y, lr, steps):
    def gradients(X, y, w, b):
        error = stable_sigmoid(X @ w + b) - y
        return X.T @ error / len(X), error.mean()

    w, b = descend(X, y, lr, steps, gradients)
    return w[:, None], b


@wrong(
    "fit_logistic_regression",
    "You cut the probabilities at 0.001 and 0.999: far out that pulls for ever.",
)
def cuts_the_probabilities(X, y, lr, steps):
    def gradients(X, y, w, b):
        error = np.clip(stable_sigmoid(X @ w + b), 1e-3, 1 - 1e-3) - y
        return X.T @ error / len(X), error.mean()

    return descend(X, y, lr, steps, gradients)


@wrong(
    "fit_logistic_regression",
    "You centre the data first: weights and bias then belong to other inputs.",
)
def centres_the_data(X, y, lr, steps):
    def gradients(X, y, w, b):
        error = stable_sigmoid(X @ w + b) - y
        return X.T @ error / len(X), error.mean()

    return descend(X - X.mean(axis=0), y, lr, steps, gradients)


@wrong("fit_logistic_regression", "You scaled X in place: the caller's data has changed.")
def scales_the_data_in_place(X, y, lr, steps):
    def gradients(X, y, w, b):
        error = stable_sigmoid(X @ w + b) - y
        return X.T @ error / len(X), error.mean()

    w, b = descend(X, y, lr, steps, gradients)
    X -= X.mean(axis=0)
    return w, b


@wrong("gradient_descent", "You stopped moving where the gradient is small: every step is taken.")
def freezes_near_the_bottom(grad, w0, lr, steps):
    path = [np.array(w0, dtype=float)]
    for _ in range(steps):
        g = np.asarray(grad(path[-1]))
        moves = np.max(np.abs(g)) > 1e-4
        path.append(path[-1] - lr * g if moves else path[-1].copy())
    return np.array(path)


@wrong("fit_logistic_regression", "You stopped early: take as many steps as you were told to.")
def stops_at_small_gradients(X, y, lr, steps):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        error = 0.5 * (1 + np.tanh((X @ w + b) / 2)) - y
        gradient = X.T @ error / len(y)
        if np.max(np.abs(gradient)) < 1e-6:
            break
        w, b = w - lr * gradient, b - lr * error.mean()
    return w, float(b)


@wrong(
    "max_stable_learning_rate", "You refused a narrow valley: only exactly flat ones are errors."
)
def refuses_bad_conditioning(H):
    eigenvalues = np.linalg.eigvalsh(H)
    if not np.allclose(H, H.T) or eigenvalues[0] <= 1e-6 * eigenvalues[-1]:
        raise ValueError("H is not positive definite enough")
    return float(2 / eigenvalues[-1])
