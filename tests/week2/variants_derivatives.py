"""Right and wrong ways to write the exercises of `derivatives`."""

import math

import numpy as np

from grader.variants import right, wrong


def _unit(n, i):
    return np.eye(n)[i]


def _partial_derivative(f, x, i, h=1e-5):
    e = h * _unit(x.size, i)
    return (f(x + e) - f(x - e)) / (2 * h)


def _gradient(f, x, h=1e-5):
    return np.array([_partial_derivative(f, x, i, h) for i in range(x.size)])


def _jacobian(f, x, h=1e-5):
    return np.array([_partial_derivative(f, x, i, h) for i in range(x.size)]).T


# partial_derivative


@right("partial_derivative", "moves one entry of a copy up, then down")
def moves_a_copy(f, x, i, h=1e-5):
    up, down = x.copy(), x.copy()
    up[i] += h
    down[i] -= h
    return (float(f(up)) - float(f(down))) / (2 * h)


@right("partial_derivative", "moves x itself, and puts the very same number back")
def moves_and_restores(f, x, i, h=1e-5):
    old = x[i]
    x[i] = old + h
    above = f(x)
    x[i] = old - h
    below = f(x)
    x[i] = old
    return (above - below) / h / 2


@right("partial_derivative", "the mean of a forward and a backward difference")
def averages_both_sides(f, x, i, h=1e-5):
    e, here = _unit(len(x), i), f(x)
    return 0.5 * ((f(x + h * e) - here) / h + (here - f(x - h * e)) / h)


@right("partial_derivative", "divides by the distance between the two points as they were rounded")
def divides_by_the_rounded_distance(f, x, i, h=1e-5):
    e = _unit(len(x), i)
    above, below = x + h * e, x - h * e
    return (f(above) - f(below)) / (above[i] - below[i])


@wrong(
    "partial_derivative",
    "You stepped to one side only: the error of a forward difference shrinks with h, that of a "
    "central one with h squared. Call f on both sides.",
)
def steps_forward_only(f, x, i, h=1e-5):
    return (f(x + h * _unit(len(x), i)) - f(x)) / h


@wrong(
    "partial_derivative",
    "You stepped backward only: a central difference calls f at x + h and at x - h.",
)
def steps_backward_only(f, x, i, h=1e-5):
    return (f(x) - f(x - h * _unit(len(x), i))) / h


@wrong(
    "partial_derivative",
    "You used a formula of higher order with five points. It is a fine one, but the central "
    "difference that is asked for has two points, h above and h below.",
)
def uses_five_points(f, x, i, h=1e-5):
    e = h * _unit(len(x), i)
    return (8 * (f(x + e) - f(x - e)) - (f(x + 2 * e) - f(x - 2 * e))) / (12 * h)


@wrong("partial_derivative", "You stepped h/2 to each side: the points lie h above and h below x.")
def steps_half(f, x, i, h=1e-5):
    e = h / 2 * _unit(len(x), i)
    return (f(x + e) - f(x - e)) / h


@wrong(
    "partial_derivative",
    "Your result does not depend on h as a central difference does: take h above and h below.",
)
def ignores_h(f, x, i, h=1e-5):
    e = 1e-5 * _unit(len(x), i)
    return (f(x + e) - f(x - e)) / 2e-5


@wrong("partial_derivative", "You made the step grow with x: it is h as it is, wherever x lies.")
def scales_the_step(f, x, i, h=1e-5):
    h = h * max(1.0, abs(x[i]))
    e = h * _unit(len(x), i)
    return (f(x + e) - f(x - e)) / (2 * h)


@wrong("partial_derivative", "You divided by h: the two points are 2 h apart.")
def divides_by_h(f, x, i, h=1e-5):
    e = h * _unit(len(x), i)
    return (f(x + e) - f(x - e)) / h


@wrong(
    "partial_derivative",
    "You added h to every entry at once, which sums the slopes of all axes: only x[i] moves.",
)
def moves_all_entries(f, x, i, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h)


@wrong(
    "partial_derivative",
    "You went back by adding and subtracting h. Rounding leaves x a little off: save the old entry "
    "and put it back, or work on a copy.",
)
def restores_by_adding(f, x, i, h=1e-5):
    x[i] += h
    above = f(x)
    x[i] -= 2 * h
    below = f(x)
    x[i] += h
    return (above - below) / (2 * h)


@wrong(
    "partial_derivative",
    "Your difference is 0 everywhere: are both points the same? `up = x` makes no copy.",
)
def makes_no_copy(f, x, i, h=1e-5):
    up = x
    down = x
    up[i] += h
    down[i] -= h
    return (f(up) - f(down)) / (2 * h)


@wrong(
    "partial_derivative",
    "You rounded the result: a flat function has small slopes, and they matter as much.",
)
def rounds_the_slope(f, x, i, h=1e-5):
    e = h * _unit(len(x), i)
    return round(float((f(x + e) - f(x - e)) / (2 * h)), 6)


@wrong(
    "partial_derivative",
    "Your default step is so small that rounding drowns the difference: 1e-5 balances the two.",
)
def takes_a_tiny_default(f, x, i, h=1e-9):
    e = h * _unit(len(x), i)
    return (f(x + e) - f(x - e)) / (2 * h)


# gradient


@right("gradient", "moves one entry of a flat copy at a time")
def moves_a_flat_copy(f, x, h=1e-5):
    flat = x.flatten()
    slopes = []
    for i in range(flat.size):
        above, below = flat.copy(), flat.copy()
        above[i] += h
        below[i] -= h
        slopes.append((f(above.reshape(x.shape)) - f(below.reshape(x.shape))) / (2 * h))
    return np.array(slopes, dtype=float).reshape(x.shape)


@right("gradient", "walks through x itself with an iterator and puts each number back")
def walks_in_place(f, x, h=1e-5):
    result = np.empty_like(x)
    entries = np.nditer(x, flags=["multi_index"])
    while not entries.finished:
        index = entries.multi_index
        old = float(x[index])
        x[index] = old + h
        above = f(x)
        x[index] = old - h
        below = f(x)
        x[index] = old
        result[index] = (above - below) / (2 * h)
        entries.iternext()
    return result


@right("gradient", "one table of all steps, a row per entry")
def tabulates_the_steps(f, x, h=1e-5):
    steps = np.eye(x.size).reshape(-1, *x.shape) * h
    rises = [float(f(x + step)) - float(f(x - step)) for step in steps]
    return np.divide(rises, 2 * h).reshape(x.shape)


@wrong(
    "gradient",
    "You stepped to one side only: the error of a forward difference shrinks with h, that of a "
    "central one with h squared. Call f on both sides.",
)
def gradient_forward_only(f, x, h=1e-5):
    result, here = np.zeros(x.shape), f(x)
    for index in np.ndindex(x.shape):
        moved = x.copy()
        moved[index] += h
        result[index] = (f(moved) - here) / h
    return result


@wrong(
    "gradient",
    "You loop over the first axis only, so a whole row of a matrix moves at once: each entry moves "
    "alone.",
)
def moves_whole_rows(f, x, h=1e-5):
    result = np.zeros(x.shape)
    for i in np.ndindex(x.shape[:1]):
        above, below = x.copy(), x.copy()
        above[i] += h
        below[i] -= h
        result[i] = (f(above) - f(below)) / (2 * h)
    return result


@wrong("gradient", "You returned a flat vector: the gradient has the shape of x.")
def stays_flat(f, x, h=1e-5):
    slopes = [
        (f(x + h * e.reshape(x.shape)) - f(x - h * e.reshape(x.shape))) / (2 * h)
        for e in np.eye(x.size)
    ]
    return np.array(slopes)


@wrong("gradient", "You handed f a flat vector: f expects an array of the shape of x.")
def flattens_for_f(f, x, h=1e-5):
    flat = x.ravel()
    slopes = [(f(flat + h * e) - f(flat - h * e)) / (2 * h) for e in np.eye(x.size)]
    return np.array(slopes).reshape(x.shape)


@wrong(
    "gradient",
    "You loop over range(len(x)), and a 0-d array has no length: `np.ndindex(x.shape)` knows all "
    "shapes.",
)
def needs_a_length(f, x, h=1e-5):
    if x.ndim == 1:
        return _gradient(f, x, h)
    return np.array(
        [
            needs_a_length(lambda row, i=i: f(np.concatenate([x[:i], [row], x[i + 1 :]])), x[i], h)
            for i in range(len(x))
        ]
    )


@wrong("gradient", "You left each entry moved when the next one moved: put it back first.")
def forgets_to_move_back(f, x, h=1e-5):
    moved, result = x.copy(), np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved[index] = x[index] + h
        above = f(moved)
        moved[index] = x[index] - h
        result[index] = (above - f(moved)) / (2 * h)
    return result


@wrong(
    "gradient",
    "You put the slopes back column by column (order F): row by row is how you read them.",
)
def mixes_the_order(f, x, h=1e-5):
    flat = x.ravel()
    slopes = []
    for e in np.eye(x.size):
        step = h * e
        above, below = (flat + step).reshape(x.shape), (flat - step).reshape(x.shape)
        slopes.append((f(above) - f(below)) / (2 * h))
    return np.reshape(slopes, x.shape, order="F")


@wrong(
    "gradient",
    "Your result does not depend on h as a central difference does: take h above and h below.",
)
def gradient_ignores_h(f, x, h=1e-5):
    h = 1e-5
    result = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        result[index] = (f(x + step) - f(x - step)) / (2 * h)
    return result


@wrong(
    "gradient",
    "You went back by adding and subtracting h. Rounding leaves x a little off: save the old entry "
    "and put it back, or work on a copy.",
)
def gradient_restores_by_adding(f, x, h=1e-5):
    result = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        x[index] += h
        above = f(x)
        x[index] -= 2 * h
        below = f(x)
        x[index] += h
        result[index] = (above - below) / (2 * h)
    return result


@wrong("gradient", "You scaled the gradient to length 1: its length is how steep f is.")
def normalises_the_gradient(f, x, h=1e-5):
    result = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        result[index] = (f(x + step) - f(x - step)) / (2 * h)
    return result / np.linalg.norm(result)


@wrong(
    "gradient",
    "You set small entries to 0: a flat function has small slopes, and they matter as much.",
)
def drops_small_slopes(f, x, h=1e-5):
    result = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        result[index] = (f(x + step) - f(x - step)) / (2 * h)
    result[np.abs(result) < 1e-6] = 0.0
    return result


@wrong(
    "gradient",
    "Your default step is so large that the curve shows in the slope: the default is 1e-5.",
)
def takes_a_large_default(f, x, h=1e-3):
    result = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        result[index] = (f(x + step) - f(x - step)) / (2 * h)
    return result


# jacobian


@right("jacobian", "fills a table column by column, once f says how many rows there are")
def fills_columns(f, x, h=1e-5):
    J = np.zeros((len(f(x)), len(x)))
    for i in range(len(x)):
        above, below = x.copy(), x.copy()
        above[i] += h
        below[i] -= h
        J[:, i] = (f(above) - f(below)) / (2 * h)
    return J


@right("jacobian", "the gradient of each output in turn")
def stacks_gradients(f, x, h=1e-5):
    m = np.size(f(x))
    return [_gradient(lambda point, j=j: f(point)[j], x, h) for j in range(m)]


@right("jacobian", "rows of slopes, one per input, transposed at the end")
def transposes_at_the_end(f, x, h=1e-5):
    rows = []
    for i in range(x.size):
        old = x[i]
        x[i] = old + h
        above = np.array(f(x))
        x[i] = old - h
        below = np.array(f(x))
        x[i] = old
        rows.append((above - below) / (2 * h))
    return np.array(rows).T


@wrong(
    "jacobian",
    "You returned the table transposed: rows are outputs, columns are inputs, so that J times a "
    "small step is the change of f.",
)
def one_row_per_input(f, x, h=1e-5):
    return np.array([(f(x + e) - f(x - e)) / (2 * h) for e in h * np.eye(len(x))])


@wrong(
    "jacobian",
    "You stepped to one side only: the error of a forward difference shrinks with h, that of a "
    "central one with h squared. Call f on both sides.",
)
def jacobian_forward_only(f, x, h=1e-5):
    return np.stack([(f(x + e) - f(x)) / h for e in h * np.eye(len(x))], axis=1)


@wrong("jacobian", "You made the table square: there may be more outputs than inputs, or fewer.")
def assumes_a_square(f, x, h=1e-5):
    n = len(x)
    J = np.zeros((n, n))
    for i, e in enumerate(h * np.eye(n)):
        J[:, i] = (f(x + e) - f(x - e)) / (2 * h)
    return J


@wrong("jacobian", "You squeezed the result: a table with one row or one column is still a table.")
def squeezes_the_table(f, x, h=1e-5):
    return np.stack([(f(x + e) - f(x - e)) / (2 * h) for e in h * np.eye(len(x))], axis=1).squeeze()


@wrong(
    "jacobian", "You moved all inputs at once: that adds the columns up. Move one input at a time."
)
def moves_all_inputs(f, x, h=1e-5):
    column = (f(x + h) - f(x - h)) / (2 * h)
    return np.tile(column[:, None], (1, len(x)))


@wrong("jacobian", "You kept the diagonal only: every output may depend on every input.")
def keeps_the_diagonal(f, x, h=1e-5):
    J = np.stack([(f(x + e) - f(x - e)) / (2 * h) for e in h * np.eye(len(x))], axis=1)
    return J * np.eye(*J.shape)


@wrong(
    "jacobian",
    "Your result does not depend on h as a central difference does: take h above and h below.",
)
def jacobian_ignores_h(f, x, h=1e-5):
    return np.stack([(f(x + e) - f(x - e)) / 2e-5 for e in 1e-5 * np.eye(len(x))], axis=1)


@wrong(
    "jacobian",
    "You went back by adding and subtracting h. Rounding leaves x a little off: save the old entry "
    "and put it back, or work on a copy.",
)
def jacobian_restores_by_adding(f, x, h=1e-5):
    columns = []
    for i in range(len(x)):
        x[i] += h
        above = f(x)
        x[i] -= 2 * h
        below = f(x)
        x[i] += h
        columns.append((above - below) / (2 * h))
    return np.stack(columns, axis=1)


@wrong(
    "jacobian",
    "You move one array up and down and keep what f returned. If f returns its argument itself, "
    "both results are that one array: compute with the first before you move on, or step to new "
    "arrays.",
)
def jacobian_reuses_one_buffer(f, x, h=1e-5):
    point, columns = x.copy(), []
    for i in range(len(x)):
        point[i] = x[i] + h
        above = f(point)
        point[i] = x[i] - h
        below = f(point)
        point[i] = x[i]
        columns.append((above - below) / (2 * h))
    return np.stack(columns, axis=1)


@wrong(
    "jacobian",
    "Your default step is so small that rounding drowns the difference: 1e-5 balances the two.",
)
def jacobian_takes_a_tiny_default(f, x, h=1e-9):
    return np.stack([(f(x + e) - f(x - e)) / (2 * h) for e in h * np.eye(len(x))], axis=1)


# hessian


@right("hessian", "the Jacobian of the gradient, made symmetric")
def differentiates_the_gradient(f, x, h=1e-4):
    H = _jacobian(lambda point: _gradient(f, point, h), x, h)
    return (H + H.T) / 2


@right("hessian", "three points on the diagonal, seven off it")
def uses_seven_points(f, x, h=1e-4):
    n, here = len(x), f(x)
    steps = h * np.eye(n)
    above, below = [f(x + e) for e in steps], [f(x - e) for e in steps]
    H = np.empty((n, n))
    for i in range(n):
        H[i, i] = (above[i] - 2 * here + below[i]) / h**2
        for j in range(i):
            corners = f(x + steps[i] + steps[j]) + f(x - steps[i] - steps[j])
            sides = above[i] + above[j] + below[i] + below[j]
            H[i, j] = H[j, i] = (corners - sides + 2 * here) / (2 * h**2)
    return H


@right("hessian", "four points off the diagonal, half steps, the lower half mirrored")
def mirrors_the_lower_half(f, x, h=1e-4):
    n = x.size
    s = h / 2

    def at(*moves):
        point = x.copy()
        for i, step in moves:
            point[i] += step
        return float(f(point))

    H = np.zeros((n, n))
    for i in range(n):
        H[i, i] = (at((i, h)) - 2 * at() + at((i, -h))) / (h * h)
        for j in range(i):
            same = at((i, s), (j, s)) + at((i, -s), (j, -s))
            other = at((i, s), (j, -s)) + at((i, -s), (j, s))
            H[i, j] = (same - other) / (h * h)
    return np.tril(H) + np.tril(H, -1).T


@wrong(
    "hessian",
    "Entries (i, j) and (j, i) are computed separately, and they round differently. Compute each "
    "pair once, or average the table with its transpose.",
)
def computes_both_halves(f, x, h=1e-4):
    n = len(x)
    H = np.zeros((n, n))
    for i, a in enumerate(h * np.eye(n)):
        for j, b in enumerate(h * np.eye(n)):
            rise = f(x + a + b) - f(x + a - b) - f(x - a + b) + f(x - a - b)
            H[i, j] = rise / (4 * h * h)
    return H


@wrong(
    "hessian",
    "Entries (i, j) and (j, i) are computed separately, and they round differently. Compute each "
    "pair once, or average the table with its transpose.",
)
def leaves_it_unsymmetric(f, x, h=1e-4):
    return _jacobian(lambda point: _gradient(f, point, h), x, h)


@wrong(
    "hessian",
    "You used forward differences, whose error shrinks only with h. With central ones in both "
    "axes it shrinks with h squared.",
)
def hessian_forward_only(f, x, h=1e-4):
    n, here = len(x), f(x)
    steps = h * np.eye(n)
    ahead = [f(x + e) for e in steps]
    H = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            both = f(x + steps[i] + steps[j])
            H[i, j] = H[j, i] = (both - ahead[i] - ahead[j] + here) / h**2
    return H


@wrong(
    "hessian",
    "You filled one half of the table and left the other at 0: mirror it across the diagonal.",
)
def fills_one_half(f, x, h=1e-4):
    n = len(x)
    H = np.zeros((n, n))
    steps = h * np.eye(n)
    for i in range(n):
        for j in range(i, n):
            a, b = steps[i], steps[j]
            rise = f(x + a + b) - f(x + a - b) - f(x - a + b) + f(x - a - b)
            H[i, j] = rise / (4 * h**2)
    return H


@wrong(
    "hessian",
    "You added the transpose to the upper half with its diagonal, which counts the diagonal twice.",
)
def doubles_the_diagonal(f, x, h=1e-4):
    H = np.triu(_jacobian(lambda point: _gradient(f, point, h), x, h))
    return H + H.T


@wrong("hessian", "You kept the diagonal only: the mixed derivatives are the rest of the table.")
def keeps_pure_derivatives(f, x, h=1e-4):
    return np.diag([(f(x + e) - 2 * f(x) + f(x - e)) / h**2 for e in h * np.eye(len(x))])


@wrong(
    "hessian",
    "You multiplied slopes with each other: a second derivative is the slope of a slope.",
)
def multiplies_slopes(f, x, h=1e-4):
    slopes = _gradient(f, x, h)
    return np.outer(slopes, slopes)


@wrong(
    "hessian",
    "Your result does not depend on h as a central difference does: take h above and h below.",
)
def hessian_ignores_h(f, x, h=1e-4):
    H = _jacobian(lambda point: _gradient(f, point, 1e-4), x, 1e-4)
    return (H + H.T) / 2


@wrong(
    "hessian",
    "You made the step grow with x: it is h as it is, wherever x lies.",
)
def hessian_scales_the_step(f, x, h=1e-4):
    n = len(x)
    H = np.zeros((n, n))
    steps = h * np.maximum(1.0, np.abs(x))
    for i in range(n):
        for j in range(i, n):
            a, b = steps[i] * _unit(n, i), steps[j] * _unit(n, j)
            rise = f(x + a + b) - f(x + a - b) - f(x - a + b) + f(x - a - b)
            H[i, j] = H[j, i] = rise / (4 * steps[i] * steps[j])
    return H


@wrong(
    "hessian",
    "Your default step is as small as for a slope, or smaller: here h squared divides rounding.",
)
def hessian_takes_a_tiny_default(f, x, h=1e-7):
    H = _jacobian(lambda point: _gradient(f, point, h), x, h)
    return (H + H.T) / 2


@wrong("hessian", "Your default step is so large that the curve's own bend shows: take 1e-4.")
def hessian_takes_a_large_default(f, x, h=1e-2):
    H = _jacobian(lambda point: _gradient(f, point, h), x, h)
    return (H + H.T) / 2


@wrong(
    "hessian",
    "You rounded to a few decimals: a flat function has small curvature, and it matters as much.",
)
def rounds_to_be_symmetric(f, x, h=1e-4):
    return np.round(_jacobian(lambda point: _gradient(f, point, h), x, h), 4)


@wrong(
    "hessian",
    "You moved x itself and went back by adding and subtracting. Rounding leaves it a little off.",
)
def hessian_restores_by_adding(f, x, h=1e-4):
    n = len(x)
    H = np.zeros((n, n))
    for i in range(n):
        x[i] += h
        above = _gradient(f, x, h)
        x[i] -= 2 * h
        below = _gradient(f, x, h)
        x[i] += h
        H[i] = (above - below) / (2 * h)
    return (H + H.T) / 2


@wrong("hessian", "You squeezed the result: for one variable it is still a table of one entry.")
def hessian_squeezes(f, x, h=1e-4):
    H = _jacobian(lambda point: _gradient(f, point, h), x, h)
    return np.squeeze((H + H.T) / 2)


# directional_derivative


@right("directional_derivative", "the gradient's inner product with the unit vector")
def projects_the_gradient(f, x, v, h=1e-5):
    if not np.any(v):
        raise ValueError("v must not be zero")
    return _gradient(f, x, h) @ v / np.linalg.norm(v)


@right("directional_derivative", "the derivative of f along the line x + t u at t = 0")
def walks_a_line(f, x, v, h=1e-5):
    length = math.hypot(*v)
    if length == 0:
        raise ValueError("v must not be zero")
    u = [entry / length for entry in v]

    def along(t):
        return f(np.array([a + t * b for a, b in zip(x, u)]))

    return (along(h) - along(-h)) / (2 * h)


@right("directional_derivative", "the step h divided by the length first")
def scales_the_step_to_v(f, x, v, h=1e-5):
    length = np.sqrt(np.sum(v**2))
    if not length > 0:
        raise ValueError("v must not be zero")
    t = h / length
    return 0.5 * (f(x + t * v) - f(x - t * v)) / h


@wrong(
    "directional_derivative",
    "You used v as long as it is: twice the vector would give twice the slope. Scale it to length "
    "1 first.",
)
def uses_v_as_it_is(f, x, v, h=1e-5):
    if not np.any(v):
        raise ValueError("v must not be zero")
    return (f(x + h * v) - f(x - h * v)) / (2 * h)


@wrong(
    "directional_derivative",
    "You divided by the length of v at the end but stepped along v as long as it is: for a long v "
    "that is far from x. Scale v to length 1 before you step.",
)
def scales_too_late(f, x, v, h=1e-5):
    length = np.linalg.norm(v)
    if length == 0:
        raise ValueError("v must not be zero")
    return (f(x + h * v) - f(x - h * v)) / (2 * h * length)


@wrong(
    "directional_derivative",
    "You divided v by the sum of its magnitudes, which is not its length.",
)
def divides_by_the_sum(f, x, v, h=1e-5):
    total = np.sum(np.abs(v))
    if total == 0:
        raise ValueError("v must not be zero")
    u = v / total
    return (f(x + h * u) - f(x - h * u)) / (2 * h)


@wrong("directional_derivative", "You forgot the root: the length is that of the sum of squares.")
def divides_by_the_square(f, x, v, h=1e-5):
    square = np.sum(v * v)
    if square == 0:
        raise ValueError("v must not be zero")
    u = v / square
    return (f(x + h * u) - f(x - h * u)) / (2 * h)


@wrong(
    "directional_derivative", "You returned 0 for the zero vector: it has no direction, so say so."
)
def answers_for_zero(f, x, v, h=1e-5):
    length = np.linalg.norm(v)
    if length == 0:
        return 0.0
    u = v / length
    return (f(x + h * u) - f(x - h * u)) / (2 * h)


@wrong("directional_derivative", "You divided by a length of 0 without asking: that gives nan.")
def divides_by_zero(f, x, v, h=1e-5):
    u = v / np.linalg.norm(v)
    return (f(x + h * u) - f(x - h * u)) / (2 * h)


@wrong(
    "directional_derivative",
    "You refuse lengths below 1e-8, as np.isclose(length, 0) does: only length 0 has no direction.",
)
def refuses_short_directions(f, x, v, h=1e-5):
    length = np.linalg.norm(v)
    if length < 1e-8:
        raise ValueError("v must not be zero")
    u = v / length
    return (f(x + h * u) - f(x - h * u)) / (2 * h)


@wrong(
    "directional_derivative",
    "You refuse lengths below 1e-8, as np.isclose(length, 0) does: only length 0 has no direction.",
)
def asks_isclose(f, x, v, h=1e-5):
    length = np.linalg.norm(v)
    if np.isclose(length, 0.0):
        raise ValueError("v must not be zero")
    u = v / length
    return (f(x + h * u) - f(x - h * u)) / (2 * h)


@wrong(
    "directional_derivative",
    "You treat a length below the rounding of 1.0 as zero: rounding is relative, and a vector of "
    "1e-30 has a direction like any other.",
)
def refuses_below_epsilon(f, x, v, h=1e-5):
    length = np.linalg.norm(v)
    if length < np.finfo(float).eps:
        raise ValueError("v must not be zero")
    u = v / length
    return (f(x + h * u) - f(x - h * u)) / (2 * h)


@wrong(
    "directional_derivative",
    "You added a small number to the length, which shrinks the slope along a short v.",
)
def adds_epsilon_to_the_length(f, x, v, h=1e-5):
    if not np.any(v):
        raise ValueError("v must not be zero")
    u = v / (np.linalg.norm(v) + 1e-8)
    return (f(x + h * u) - f(x - h * u)) / (2 * h)


@wrong(
    "directional_derivative",
    "You took the sum of the entries for the length: entries of different sign cancel, so that "
    "(1, -1) looks like zero.",
)
def refuses_what_sums_to_zero(f, x, v, h=1e-5):
    if np.sum(v) == 0:
        raise ValueError("v must not be zero")
    u = v / np.linalg.norm(v)
    return (f(x + h * u) - f(x - h * u)) / (2 * h)


@wrong(
    "directional_derivative",
    "You stepped to one side only: call f on both sides, h along the direction and h against it.",
)
def directional_forward_only(f, x, v, h=1e-5):
    length = np.linalg.norm(v)
    if length == 0:
        raise ValueError("v must not be zero")
    return (f(x + h * v / length) - f(x)) / h


@wrong(
    "directional_derivative",
    "Your result does not depend on h as a central difference does: take h above and h below.",
)
def directional_ignores_h(f, x, v, h=1e-5):
    length = np.linalg.norm(v)
    if length == 0:
        raise ValueError("v must not be zero")
    return (f(x + 1e-5 * v / length) - f(x - 1e-5 * v / length)) / 2e-5


@wrong("directional_derivative", "You lost the sign: downhill is a negative slope.")
def takes_the_magnitude(f, x, v, h=1e-5):
    length = np.linalg.norm(v)
    if length == 0:
        raise ValueError("v must not be zero")
    return abs(f(x + h * v / length) - f(x - h * v / length)) / (2 * h)


@wrong("directional_derivative", "You normalised v in place, so the caller's vector has changed.")
def normalises_v_in_place(f, x, v, h=1e-5):
    length = np.linalg.norm(v)
    if length == 0:
        raise ValueError("v must not be zero")
    v /= length
    return (f(x + h * v) - f(x - h * v)) / (2 * h)


@wrong(
    "directional_derivative",
    "Your default step is so small that rounding drowns the difference: 1e-5 balances the two.",
)
def directional_takes_a_tiny_default(f, x, v, h=1e-9):
    length = np.linalg.norm(v)
    if length == 0:
        raise ValueError("v must not be zero")
    return (f(x + h * v / length) - f(x - h * v / length)) / (2 * h)


# gradient_error


@right("gradient_error", "a loop over entries with Python floats")
def loops_over_entries(f, grad_f, x, h=1e-5):
    analytic, worst = np.asarray(grad_f(x)), 0.0
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        a, n = float(analytic[index]), float(f(x + step) - f(x - step)) / (2 * h)
        worst = max(worst, abs(a - n) / max(abs(a), abs(n), 1e-8))
    return worst


@right("gradient_error", "its own differences, compared all at once")
def compares_all_at_once(f, grad_f, x, h=1e-5):
    steps = h * np.eye(x.size).reshape(-1, *x.shape)
    numeric = np.array([(f(x + e) - f(x - e)) / (2 * h) for e in steps])
    both = np.stack([np.ravel(grad_f(x)), numeric])
    size = np.abs(both).max(axis=0).clip(min=1e-8)
    return np.ptp(both, axis=0).__truediv__(size).max()


@wrong(
    "gradient_error",
    "You divided by the sum of the magnitudes: the larger of the two is asked for.",
)
def divides_by_both(f, grad_f, x, h=1e-5):
    a, n = grad_f(x), _gradient(f, x, h)
    return np.max(np.abs(a - n) / np.maximum(np.abs(a) + np.abs(n), 1e-8))


@wrong(
    "gradient_error",
    "You divided by the numeric gradient alone: the formula takes the larger magnitude of the two.",
)
def divides_by_the_numeric(f, grad_f, x, h=1e-5):
    a, n = grad_f(x), _gradient(f, x, h)
    return np.max(np.abs(a - n) / np.maximum(np.abs(n), 1e-8))


@wrong(
    "gradient_error",
    "You compared the lengths of whole vectors: a small entry that is wrong drowns among large "
    "ones. Divide entry by entry.",
)
def compares_lengths(f, grad_f, x, h=1e-5):
    a, n = grad_f(x), _gradient(f, x, h)
    return np.linalg.norm(a - n) / max(np.linalg.norm(a), np.linalg.norm(n), 1e-8)


@wrong(
    "gradient_error",
    "You divided the largest difference by the largest entry: each entry has a size of its own.",
)
def divides_maxima(f, grad_f, x, h=1e-5):
    a, n = grad_f(x), _gradient(f, x, h)
    return np.max(np.abs(a - n)) / max(np.max(np.abs(a)), np.max(np.abs(n)), 1e-8)


@wrong(
    "gradient_error", "You averaged over the entries: one bad entry must not hide behind others."
)
def averages_the_entries(f, grad_f, x, h=1e-5):
    a, n = grad_f(x), _gradient(f, x, h)
    return np.mean(np.abs(a - n) / np.maximum(np.maximum(np.abs(a), np.abs(n)), 1e-8))


@wrong(
    "gradient_error",
    "You divided 0 by 0 where a weight does not matter at all: the divisor is at least 1e-8.",
)
def has_no_floor(f, grad_f, x, h=1e-5):
    a, n = grad_f(x), _gradient(f, x, h)
    with np.errstate(all="ignore"):
        return np.max(np.abs(a - n) / np.maximum(np.abs(a), np.abs(n)))


@wrong(
    "gradient_error",
    "You added 1e-8 to the divisor: it is the least that the divisor may be, not an addition.",
)
def adds_the_floor(f, grad_f, x, h=1e-5):
    a, n = grad_f(x), _gradient(f, x, h)
    return np.max(np.abs(a - n) / (np.maximum(np.abs(a), np.abs(n)) + 1e-8))


@wrong("gradient_error", "You left entries out whose gradient is 0: there too a and n may differ.")
def skips_zeros(f, grad_f, x, h=1e-5):
    a, n = grad_f(x), _gradient(f, x, h)
    there = np.abs(n) > 0
    if not there.any():
        return 0.0
    a, n = a[there], n[there]
    return np.max(np.abs(a - n) / np.maximum(np.maximum(np.abs(a), np.abs(n)), 1e-8))


@wrong("gradient_error", "You kept the sign of the difference: too small is as wrong as too large.")
def keeps_the_sign(f, grad_f, x, h=1e-5):
    a, n = grad_f(x), _gradient(f, x, h)
    return np.max((a - n) / np.maximum(np.maximum(np.abs(a), np.abs(n)), 1e-8))


@wrong("gradient_error", "You forgot magnitudes in the divisor: entries may be negative.")
def divides_by_signed(f, grad_f, x, h=1e-5):
    a, n = grad_f(x), _gradient(f, x, h)
    return np.max(np.abs(a - n) / np.maximum(np.maximum(a, n), 1e-8))


@wrong("gradient_error", "You returned the difference as it is: divide by the size of the entry.")
def is_absolute(f, grad_f, x, h=1e-5):
    return np.max(np.abs(grad_f(x) - _gradient(f, x, h)))


@wrong(
    "gradient_error",
    "You compared with a one-sided difference: its own error looks like an error of the gradient.",
)
def compares_with_one_side(f, grad_f, x, h=1e-5):
    a = grad_f(x)
    n = np.array([(f(x + e) - f(x)) / h for e in h * np.eye(x.size)])
    return np.max(np.abs(a - n) / np.maximum(np.maximum(np.abs(a), np.abs(n)), 1e-8))


@wrong("gradient_error", "You did not pass h on: the differences take the step that is given.")
def does_not_pass_h_on(f, grad_f, x, h=1e-5):
    a, n = grad_f(x), _gradient(f, x)
    return np.max(np.abs(a - n) / np.maximum(np.maximum(np.abs(a), np.abs(n)), 1e-8))


@wrong(
    "gradient_error",
    "You moved x itself and went back by adding and subtracting. Rounding leaves it a little off.",
)
def error_restores_by_adding(f, grad_f, x, h=1e-5):
    worst = 0.0
    for i, a in enumerate(grad_f(x)):
        x[i] += h
        above = f(x)
        x[i] -= 2 * h
        n = (above - f(x)) / (2 * h)
        x[i] += h
        worst = max(worst, abs(a - n) / max(abs(a), abs(n), 1e-8))
    return worst


@wrong(
    "gradient",
    "You moved entries of x.ravel(), which is a copy where x is a view such as a transpose.",
)
def moves_a_ravelled_copy(f, x, h=1e-5):
    x = np.asarray(x)
    flat, slopes = x.ravel(), np.zeros(x.size)
    for k in range(flat.size):
        old = flat[k]
        flat[k] = old + h
        above = f(x)
        flat[k] = old - h
        below = f(x)
        flat[k] = old
        slopes[k] = (float(above) - float(below)) / (2 * h)
    return slopes.reshape(x.shape)
