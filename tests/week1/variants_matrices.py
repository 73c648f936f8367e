"""Right and wrong ways to write the exercises of `matrices`."""

import math

import numpy as np

from grader.variants import right, wrong


def _eliminated(A, b):
    """Return triangular A and the b that goes with it, by partial pivoting, without a check."""
    U, x = A.copy(), b.copy()
    for k in range(len(U)):
        best = k + np.argmax(np.abs(U[k:, k]))
        U[[k, best]], x[[k, best]] = U[[best, k]], x[[best, k]]
        for i in range(k + 1, len(U)):
            factor = U[i, k] / U[k, k]
            U[i] -= factor * U[k]
            x[i] -= factor * x[k]
    return U, x


def _substituted(U, x):
    """Solve a triangular system from the last unknown on, in place."""
    for k in reversed(range(len(U))):
        x[k] = (x[k] - U[k, k + 1 :] @ x[k + 1 :]) / U[k, k]
    return x


def _check_square(A):
    if A.ndim != 2 or A.shape[0] != A.shape[1]:
        raise ValueError("A must be square")


# matmul


@right("matmul", "three loops over Python floats, into lists")
def loops_three_times(A, B):
    n, k, m = A.shape[0], A.shape[1], B.shape[1]
    if k != B.shape[0]:
        raise ValueError("A and B do not match")
    product = [[0.0] * m for _ in range(n)]
    for i in range(n):
        for j in range(m):
            for l in range(k):
                product[i][j] += float(A[i, l]) * float(B[l, j])
    return product


@right("matmul", "a sum of outer products, one per inner index")
def sums_outer_products(A, B):
    if A.shape[1] != len(B):
        raise ValueError("A and B do not match")
    product = np.zeros((len(A), B.shape[1]))
    for column, row in zip(A.T, B):
        product += np.outer(column, row)
    return product


@right("matmul", "all products at once by broadcasting, then one sum")
def broadcasts_all_products(A, B):
    if A.shape[-1] != B.shape[0]:
        raise ValueError("A and B do not match")
    return np.sum(A[:, :, np.newaxis] * B, axis=1)


@right("matmul", "each row of the product is a mix of the rows of B")
def mixes_rows(A, B):
    if A.shape[1] != B.shape[0]:
        raise ValueError("A and B do not match")
    return np.array([sum(weight * row for weight, row in zip(weights, B)) for weights in A])


@wrong(
    "matmul",
    "You left the shapes to numpy's broadcasting, which stretches an inner length of 1 to match "
    "any other: compare them yourself.",
)
def trusts_broadcasting(A, B):
    return np.sum(A[:, :, np.newaxis] * B, axis=1)


@wrong("matmul", "You stopped at the shorter inner length: a mismatch is an error.")
def stops_at_the_shorter(A, B):
    return np.array([[sum(a * b for a, b in zip(row, column)) for column in B.T] for row in A])


@wrong("matmul", "You only ask whether B has too few rows: it may have too many.")
def checks_one_side_only(A, B):
    if len(B) < A.shape[1]:
        raise ValueError("B has too few rows")
    product = np.zeros((len(A), B.shape[1]))
    for l in range(A.shape[1]):
        product += np.outer(A[:, l], B[l])
    return product


@wrong("matmul", "You compare the shapes as a whole: only columns of A and rows of B must agree.")
def wants_equal_shapes(A, B):
    if A.shape != B.shape:
        raise ValueError("A and B do not match")
    return broadcast_product(A, B)


def broadcast_product(A, B):
    return np.sum(A[:, :, np.newaxis] * B, axis=1)


@wrong("matmul", "You multiplied rows by rows: A meets the columns of B.")
def multiplies_rows_by_rows(A, B):
    if A.shape[1] != B.shape[0]:
        raise ValueError("A and B do not match")
    if B.shape[0] != B.shape[1]:
        return broadcast_product(A, B)
    return np.array([[np.sum(a * b) for b in B] for a in A])


@wrong("matmul", "You multiplied entry by entry: that is `*`, the Hadamard product.")
def multiplies_entry_by_entry(A, B):
    if A.shape[1] != B.shape[0]:
        raise ValueError("A and B do not match")
    return A * B if A.shape == B.shape else broadcast_product(A, B)


@wrong("matmul", "You multiplied the factors in the other order: A B is not B A.")
def swaps_the_factors(A, B):
    if A.shape[1] != B.shape[0]:
        raise ValueError("A and B do not match")
    return broadcast_product(B, A) if A.shape == B.shape else broadcast_product(A, B)


@wrong(
    "matmul",
    "All rows of your result are one and the same, as with `[[0] * m] * n`: make a new list for "
    "each row.",
)
def repeats_one_row(A, B):
    if A.shape[1] != B.shape[0]:
        raise ValueError("A and B do not match")
    product = [[0.0] * B.shape[1]] * len(A)
    for i in range(len(A)):
        for j in range(B.shape[1]):
            product[i][j] = float(np.sum(A[i] * B[:, j]))
    return np.array(product)


@wrong("matmul", "You dropped axes of length 1: a single row, column or entry is still a matrix.")
def squeezes(A, B):
    if A.shape[1] != B.shape[0]:
        raise ValueError("A and B do not match")
    return np.squeeze(broadcast_product(A, B))


@wrong("matmul", "You rounded the result: tiny numbers vanish that way.")
def rounds_the_product(A, B):
    if A.shape[1] != B.shape[0]:
        raise ValueError("A and B do not match")
    return np.round(broadcast_product(A, B), 12)


@wrong("matmul", "A matrix of the caller's has changed: put the product into a new one.")
def stores_in_a(A, B):
    if A.shape[1] != B.shape[0]:
        raise ValueError("A and B do not match")
    product = broadcast_product(A, B)
    if product.shape != A.shape:
        return product
    A[:] = product
    return A


@wrong(
    "matmul", "You used assert: that raises AssertionError, and `python -O` drops it altogether."
)
def asserts_the_shapes(A, B):
    assert A.shape[1] == B.shape[0]
    return broadcast_product(A, B)


# transpose


@right("transpose", "entry by entry")
def copies_each_entry(A):
    result = np.zeros((A.shape[1], A.shape[0]))
    for i in range(A.shape[0]):
        for j in range(A.shape[1]):
            result[j, i] = A[i, j]
    return result


@right("transpose", "zip takes the first of each row, then the second")
def zips_the_rows(A):
    return [list(column) for column in zip(*A.tolist())]


@right("transpose", "stacks rows as columns")
def stacks_columns(A):
    return np.stack(list(A), axis=1)


@right("transpose", "reads the entries in column order, as a copy")
def flattens_by_columns(A):
    return A.flatten(order="F").reshape(A.shape[1], A.shape[0])


@right("transpose", "picks all entries by their indices")
def picks_by_index(A):
    return A[np.arange(A.shape[0])[np.newaxis, :], np.arange(A.shape[1])[:, np.newaxis]]


@wrong("transpose", "You reshaped: the shape is right, and the numbers are in the wrong places.")
def reshapes(A):
    return A.copy().reshape(A.shape[1], A.shape[0])


@wrong(
    "transpose",
    "Your result shares its memory with A, so a later change of A shows in it: copy the numbers.",
)
def returns_a_view(A):
    return np.lib.stride_tricks.as_strided(A, A.shape[::-1], A.strides[::-1])


@wrong(
    "transpose",
    "Your result shares its memory with A, so a later change of A shows in it: copy the numbers.",
)
def returns_views_of_columns(A):
    return [A[:, j] for j in range(A.shape[1])]


@wrong(
    "transpose",
    "Your result shares its memory with A where A has a single row or column: neither ravel nor "
    "reshape always copies.",
)
def ravels(A):
    return A.ravel(order="F").reshape(A.shape[1], A.shape[0])


@wrong("transpose", "The caller's matrix has changed: put the transpose into a new one.")
def swaps_in_place(A):
    n, m = A.shape
    if n != m:
        return np.stack(list(A), axis=1)
    for i in range(n):
        for j in range(i):
            A[i, j], A[j, i] = A[j, i], A[i, j]
    return A.copy()


@wrong("transpose", "You swapped every pair of entries twice, which puts them back.")
def swaps_twice(A):
    n, m = A.shape
    if n != m:
        return np.stack(list(A), axis=1)
    result = A.copy()
    for i in range(n):
        for j in range(n):
            result[i, j], result[j, i] = result[j, i], result[i, j]
    return result


@wrong("transpose", "You turned the matrix by a quarter: entries must be mirrored at the diagonal.")
def turns_by_a_quarter(A):
    return np.stack(list(A[::-1]), axis=1)


@wrong("transpose", "Your result has the shape of A: for a matrix that is not square it differs.")
def keeps_the_shape(A):
    result = A.copy()
    n = min(A.shape)
    for i in range(n):
        for j in range(n):
            result[j, i] = A[i, j]
    return result


@wrong("transpose", "You dropped an axis of length 1: a single row becomes a column, not a vector.")
def drops_an_axis(A):
    return np.squeeze(np.stack(list(A), axis=1))


@wrong("transpose", "You made the result of float32: half of the digits are lost.")
def halves_the_digits(A):
    return np.stack(list(A), axis=1).astype(np.float32)


# solve


@right("solve", "clears above and below the diagonal, on the augmented matrix")
def solves_by_gauss_jordan(A, b):
    _check_square(A)
    n = len(A)
    M = np.hstack([A, b.reshape(n, -1)])
    limit = 1e-13 * np.abs(A).max()
    for k in range(n):
        best = max(range(k, n), key=lambda i: abs(M[i, k]))
        if abs(M[best, k]) <= limit:
            raise ValueError("A is singular")
        M[k], M[best] = M[best].copy(), M[k].copy()
        M[k] = M[k] / M[k, k]
        others = np.arange(n) != k
        M[others] -= np.outer(M[others, k], M[k])
    return M[:, n:].reshape(b.shape)


@right("solve", "recursion in plain Python: one unknown less each time")
def solves_by_recursion(A, b):
    if len({len(A), *map(len, A)}) > 1:
        raise ValueError("A must be square")
    right_sides = b.reshape(len(A), -1).tolist()
    rows = [row + side for row, side in zip(A.tolist(), right_sides)]
    limit = 1e-13 * max(abs(x) for row in A.tolist() for x in row)

    def solutions(rows):
        n = len(rows)
        rows = sorted(rows, key=lambda row: -abs(row[0]))
        first = rows[0]
        if abs(first[0]) <= limit:
            raise ValueError("A is singular")
        if n == 1:
            return [[side / first[0] for side in first[1:]]]
        smaller = [
            [x - row[0] / first[0] * y for x, y in zip(row[1:], first[1:])] for row in rows[1:]
        ]
        rest = solutions(smaller)
        known = [sum(c * x[j] for c, x in zip(first[1:], rest)) for j in range(len(rest[0]))]
        return [[(s - k) / first[0] for s, k in zip(first[n:], known)], *rest]

    return np.array(solutions(rows)).reshape(b.shape)


@right("solve", "LU factors with a permutation, then two substitutions")
def solves_by_lu(A, b):
    _check_square(A)
    n, LU, order = len(A), np.array(A), np.arange(len(A))
    for k in range(n):
        best = k + int(np.abs(LU[k:, k]).argmax())
        LU[[k, best]] = LU[[best, k]]
        order[[k, best]] = order[[best, k]]
        if np.abs(LU[k, k]) <= 1e-13 * np.abs(A).max():
            raise ValueError("A is singular")
        LU[k + 1 :, k] /= LU[k, k]
        LU[k + 1 :, k + 1 :] -= np.multiply.outer(LU[k + 1 :, k], LU[k, k + 1 :])
    x = b[order]
    for k in range(n):
        x[k] = x[k] - LU[k, :k] @ x[:k]
    return _substituted(np.triu(LU), x)


@right("solve", "looks for the largest pivot in all that is left, and swaps columns too")
def solves_by_complete_pivoting(A, b):
    _check_square(A)
    n, U, x, order = len(A), A.copy(), b.copy(), list(range(len(A)))
    for k in range(n):
        i, j = np.unravel_index(np.argmax(np.abs(U[k:, k:])), (n - k, n - k))
        U[[k, k + i]], x[[k, k + i]] = U[[k + i, k]], x[[k + i, k]]
        U[:, [k, k + j]] = U[:, [k + j, k]]
        order[k], order[k + j] = order[k + j], order[k]
        if abs(U[k, k]) <= 1e-13 * np.max(np.abs(A)):
            raise ValueError("A is singular")
        factors = U[k + 1 :, k] / U[k, k]
        U[k + 1 :] -= np.outer(factors, U[k])
        x[k + 1 :] -= np.multiply.outer(factors, x[k])
    result = np.empty_like(x)
    result[order] = _substituted(U, x)
    return result


@wrong("solve", "You never swap rows: a zero or a tiny number on the diagonal ruins the result.")
def never_swaps(A, b):
    _check_square(A)
    U, x = A.copy(), b.copy()
    for k in range(len(U)):
        if abs(U[k, k]) <= 1e-13 * np.max(np.abs(A)):
            raise ValueError("A is singular")
        for i in range(k + 1, len(U)):
            factor = U[i, k] / U[k, k]
            U[i] -= factor * U[k]
            x[i] -= factor * x[k]
    return _substituted(U, x)


@wrong(
    "solve",
    "You swap only when the pivot is next to nothing. A small pivot loses digits long before: "
    "swap the largest magnitude up each time.",
)
def swaps_too_late(A, b):
    _check_square(A)
    U, x = A.copy(), b.copy()
    limit = 1e-13 * np.max(np.abs(A))
    for k in range(len(U)):
        if abs(U[k, k]) <= limit:
            best = k + np.argmax(np.abs(U[k:, k]))
            U[[k, best]], x[[k, best]] = U[[best, k]], x[[best, k]]
        if abs(U[k, k]) <= limit:
            raise ValueError("A is singular")
        for i in range(k + 1, len(U)):
            factor = U[i, k] / U[k, k]
            U[i] -= factor * U[k]
            x[i] -= factor * x[k]
    return _substituted(U, x)


@wrong("solve", "You took the largest number for the pivot, not the largest magnitude.")
def forgets_magnitudes(A, b):
    _check_square(A)
    U, x = A.copy(), b.copy()
    for k in range(len(U)):
        best = k + np.argmax(U[k:, k])
        U[[k, best]], x[[k, best]] = U[[best, k]], x[[best, k]]
        if abs(U[k, k]) <= 1e-13 * np.max(np.abs(A)):
            raise ValueError("A is singular")
        for i in range(k + 1, len(U)):
            factor = U[i, k] / U[k, k]
            U[i] -= factor * U[k]
            x[i] -= factor * x[k]
    return _substituted(U, x)


@wrong("solve", "You compared pivots with exactly 0: rounding leaves a singular matrix a tiny one.")
def refuses_only_zero(A, b):
    _check_square(A)
    U, x = _eliminated(A, b)
    if np.any(np.diag(U) == 0) or np.any(np.isnan(U)):
        raise ValueError("A is singular")
    return _substituted(U, x)


@wrong(
    "solve",
    "You compared pivots with a fixed number: what is too small depends on the size of A.",
)
def compares_with_a_fixed_number(A, b):
    _check_square(A)
    U, x = _eliminated(A, b)
    if not np.all(np.abs(np.diag(U)) > 1e-10):
        raise ValueError("A is singular")
    return _substituted(U, x)


@wrong(
    "solve",
    "You measured the size of the matrix after elimination had started: what counts is the "
    "largest magnitude of the A that you were given.",
)
def measures_what_is_left(A, b):
    _check_square(A)
    U, x = A.copy(), b.copy()
    for k in range(len(U)):
        best = k + np.argmax(np.abs(U[k:, k]))
        if abs(U[best, k]) <= 1e-13 * np.max(np.abs(U[k:, k:])):
            raise ValueError("A is singular")
        U[[k, best]], x[[k, best]] = U[[best, k]], x[[best, k]]
        for i in range(k + 1, len(U)):
            factor = U[i, k] / U[k, k]
            U[i] -= factor * U[k]
            x[i] -= factor * x[k]
    return _substituted(U, x)


@wrong("solve", "You measured the size of A and b together: a large b makes no matrix singular.")
def measures_b_too(A, b):
    _check_square(A)
    U, x = _eliminated(A, b)
    if not np.all(np.abs(np.diag(U)) > 1e-13 * max(np.abs(A).max(), np.abs(b).max())):
        raise ValueError("A is singular")
    return _substituted(U, x)


@wrong(
    "solve",
    "You did not check the last pivot: there is nothing to eliminate, but you still divide by it.",
)
def forgets_the_last_pivot(A, b):
    _check_square(A)
    U, x = _eliminated(A, b)
    if not np.all(np.abs(np.diag(U))[:-1] > 1e-13 * np.max(np.abs(A))):
        raise ValueError("A is singular")
    return _substituted(U, x)


@wrong("solve", "You swapped the rows of A only: the right-hand side belongs to the equation.")
def leaves_b_behind(A, b):
    _check_square(A)
    U, x = A.copy(), b.copy()
    for k in range(len(U)):
        best = k + np.argmax(np.abs(U[k:, k]))
        U[[k, best]] = U[[best, k]]
        if abs(U[k, k]) <= 1e-13 * np.max(np.abs(A)):
            raise ValueError("A is singular")
        for i in range(k + 1, len(U)):
            factor = U[i, k] / U[k, k]
            U[i] -= factor * U[k]
            x[i] -= factor * x[k]
    return _substituted(U, x)


@wrong(
    "solve",
    "One row overwrote the other in a swap: with `a, b = b, a` both are views. Index with a list, "
    "or copy.",
)
def swaps_views(A, b):
    _check_square(A)
    U, x = A.copy(), b.copy()
    for k in range(len(U)):
        best = k + np.argmax(np.abs(U[k:, k]))
        if best != k:
            U[k], U[best] = U[best], U[k]
            x[[k, best]] = x[[best, k]]
        if abs(U[k, k]) <= 1e-13 * np.max(np.abs(A)):
            raise ValueError("A is singular")
        for i in range(k + 1, len(U)):
            factor = U[i, k] / U[k, k]
            U[i] -= factor * U[k]
            x[i] -= factor * x[k]
    return _substituted(U, x)


@wrong("solve", "You return columns for a vector b: the result has the shape of b.")
def returns_columns(A, b):
    return solves_checked(A, b.reshape(len(A), -1) if len(A) == len(b) else b)


def solves_checked(A, b):
    _check_square(A)
    U, x = _eliminated(A, b)
    if not np.all(np.abs(np.diag(U)) > 1e-13 * np.max(np.abs(A))):
        raise ValueError("A is singular")
    return _substituted(U, x)


@wrong("solve", "You only solve for the first right-hand side: b may have several columns.")
def solves_for_one_column(A, b):
    if b.ndim == 1:
        return solves_checked(A, b)
    return solves_checked(A, b[:, 0])[:, np.newaxis]


@wrong("solve", "The caller's b has changed: copy it before you start.")
def changes_b(A, b):
    x = solves_checked(A, b)
    b[:] = x
    return b


@wrong("solve", "The caller's A has changed: copy it before you start.")
def changes_a(A, b):
    x = solves_checked(A, b)
    A[:] = _eliminated(A, b)[0]
    return x


@wrong("solve", "You solved a system that is not square by its first rows or columns: refuse it.")
def cuts_to_a_square(A, b):
    n = min(A.shape)
    return solves_checked(A[:n, :n], b[:n])


# inverse


@right("inverse", "instead of the augmented matrix, column by column of the identity")
def inverts_by_solving(A):
    _check_square(A)
    return solves_checked(A, np.eye(len(A)))


@right("inverse", "plain Python lists")
def inverts_lists(A):
    n = len(A)
    if any(len(row) != n for row in A):
        raise ValueError("A must be square")
    rows = [[float(x) for x in row] + [float(i == j) for j in range(n)] for i, row in enumerate(A)]
    limit = 1e-13 * max(abs(x) for row in rows for x in row[:n])
    for k in range(n):
        best = max(range(k, n), key=lambda i: abs(rows[i][k]))
        if abs(rows[best][k]) <= limit:
            raise ValueError("A is singular")
        rows[k], rows[best] = rows[best], rows[k]
        pivot = rows[k][k]
        rows[k] = [x / pivot for x in rows[k]]
        for i in range(n):
            if i != k:
                factor = rows[i][k]
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k])]
    return [row[n:] for row in rows]


@right("inverse", "by reflections instead of elimination")
def inverts_by_reflections(A):
    _check_square(A)
    n, R, Qt = len(A), A.copy(), np.eye(len(A))
    for k in range(n):
        u = R[k:, k].copy()
        length = math.sqrt(np.sum((u / np.abs(A).max()) ** 2)) * np.abs(A).max() if A.any() else 0.0
        if length <= 1e-13 * np.abs(A).max():
            raise ValueError("A is singular")
        u[0] += math.copysign(length, u[0])
        u /= np.abs(u).max()
        for M in (R, Qt):
            M[k:] -= np.outer(u, 2.0 * (u @ M[k:]) / (u @ u))
    return _substituted(np.triu(R), Qt)


@wrong("inverse", "You never swap rows: a zero or a tiny number on the diagonal ruins the result.")
def inverts_without_swaps(A):
    _check_square(A)
    n = len(A)
    M = np.hstack([A, np.eye(n)])
    for k in range(n):
        if abs(M[k, k]) <= 1e-13 * np.abs(A).max():
            raise ValueError("A is singular")
        M[k] /= M[k, k]
        for i in range(n):
            if i != k:
                M[i] -= M[i, k] * M[k]
    return M[:, n:]


@wrong(
    "inverse",
    "You swap only when the pivot is next to nothing. A small pivot loses digits long before: "
    "swap the largest magnitude up each time.",
)
def inverts_with_late_swaps(A):
    _check_square(A)
    n = len(A)
    M = np.hstack([A, np.eye(n)])
    limit = 1e-13 * np.abs(A).max()
    for k in range(n):
        if abs(M[k, k]) <= limit:
            best = k + np.argmax(np.abs(M[k:, k]))
            M[[k, best]] = M[[best, k]]
        if abs(M[k, k]) <= limit:
            raise ValueError("A is singular")
        M[k] /= M[k, k]
        for i in range(n):
            if i != k:
                M[i] -= M[i, k] * M[k]
    return M[:, n:]


def _gauss_jordan(A, limit, pivots_from=lambda k: k, cleared=lambda k, n: range(n)):
    n = len(A)
    M = np.hstack([A, np.eye(n)])
    for k in range(n):
        best = pivots_from(k) + np.argmax(np.abs(M[pivots_from(k) :, k]))
        if not abs(M[best, k]) > limit:
            raise ValueError("A is singular")
        M[[k, best]] = M[[best, k]]
        M[k] /= M[k, k]
        for i in cleared(k, n):
            if i != k:
                M[i] -= M[i, k] * M[k]
    return M[:, n:]


@wrong("inverse", "You looked for the pivot in rows that are done: look on and below the diagonal.")
def takes_pivots_from_above(A):
    _check_square(A)
    return _gauss_jordan(A, 1e-13 * np.abs(A).max(), pivots_from=lambda k: 0)


@wrong("inverse", "You cleared below the diagonal only: Gauss-Jordan clears above it too.")
def clears_below_only(A):
    _check_square(A)
    return _gauss_jordan(A, 1e-13 * np.abs(A).max(), cleared=lambda k, n: range(k + 1, n))


@wrong(
    "inverse", "You compared pivots with exactly 0: rounding leaves a singular matrix a tiny one."
)
def inverts_all_but_zero_pivots(A):
    _check_square(A)
    return _gauss_jordan(A, 0.0)


@wrong(
    "inverse",
    "You compared pivots with a fixed number: what is too small depends on the size of A.",
)
def inverts_with_a_fixed_limit(A):
    _check_square(A)
    return _gauss_jordan(A, 1e-12)


@wrong(
    "inverse", "You refused a small determinant: 1e-8 times the identity has one, and is regular."
)
def refuses_small_determinants(A):
    _check_square(A)
    U, _ = _eliminated(A, A)
    if not abs(np.prod(np.diag(U))) > 1e-13:
        raise ValueError("A is singular")
    return _gauss_jordan(A, 0.0)


@wrong(
    "inverse",
    "You compared pivots with a fraction of the matrix that is too large: only 1e-13 of its "
    "largest magnitude and less is singular.",
)
def refuses_too_much(A):
    _check_square(A)
    return _gauss_jordan(A, 1e-12 * np.abs(A).max())


@wrong("inverse", "You undid the row swaps at the end: the identity went through them as well.")
def undoes_the_swaps(A):
    _check_square(A)
    n, order = len(A), np.arange(len(A))
    M = np.hstack([A, np.eye(n)])
    for k in range(n):
        best = k + np.argmax(np.abs(M[k:, k]))
        if abs(M[best, k]) <= 1e-13 * np.abs(A).max():
            raise ValueError("A is singular")
        M[[k, best]], order[[k, best]] = M[[best, k]], order[[best, k]]
        M[k] /= M[k, k]
        for i in range(n):
            if i != k:
                M[i] -= M[i, k] * M[k]
    return M[order, n:]


@wrong("inverse", "You took one over each entry: the inverse undoes the matrix as a whole.")
def inverts_each_entry(A):
    _check_square(A)
    return 1.0 / A


@wrong("inverse", "You answered for a singular matrix: it has no inverse.")
def answers_for_singular(A):
    _check_square(A)
    try:
        return _gauss_jordan(A, 1e-13 * np.abs(A).max())
    except ValueError:
        return np.full(A.shape, np.inf)


@wrong("inverse", "The caller's matrix has changed: copy it before you start.")
def inverts_in_place(A):
    _check_square(A)
    result = _gauss_jordan(A, 1e-13 * np.abs(A).max())
    A[:] = np.eye(len(A))
    return result


@wrong("inverse", "You inverted the square corner of a matrix that is not square: refuse it.")
def inverts_the_corner(A):
    n = min(A.shape)
    return _gauss_jordan(A[:n, :n], 1e-13 * np.abs(A).max())


# determinant


@right("determinant", "recursion in plain Python: one row and column less each time")
def shrinks_the_matrix(A):
    rows = [[float(x) for x in row] for row in A]
    if any(len(row) != len(rows) for row in rows):
        raise ValueError("A must be square")

    def value(rows):
        if len(rows) == 1:
            return rows[0][0]
        best = max(range(len(rows)), key=lambda i: abs(rows[i][0]))
        first, others = rows[best], rows[:best] + rows[best + 1 :]
        if first[0] == 0:
            return 0.0
        smaller = [
            [x - row[0] / first[0] * y for x, y in zip(row[1:], first[1:])] for row in others
        ]
        return (-1) ** best * first[0] * value(smaller)

    return value(rows)


@right("determinant", "reflections: each of them turns the sign")
def multiplies_lengths_after_reflections(A):
    _check_square(A)
    R, result = A.copy(), 1.0
    for k in range(len(R) - 1):
        u = R[k:, k].copy()
        scale = np.abs(u).max()
        if scale == 0:
            return np.float64(0.0)
        u /= scale
        u[0] += math.copysign(math.sqrt(u @ u), u[0])
        R[k:] -= np.outer(u, 2.0 * (u @ R[k:]) / (u @ u))
        result *= -R[k, k]
    return result * R[-1, -1]


@right("determinant", "sum of logarithms of pivots, with the sign apart")
def adds_logarithms(A):
    _check_square(A)
    n, U, order = len(A), A.copy(), np.arange(len(A))
    for k in range(n):
        best = k + np.argmax(np.abs(U[k:, k]))
        if U[best, k] == 0:
            return 0.0
        U[[k, best]], order[[k, best]] = U[[best, k]], order[[best, k]]
        U[k + 1 :] -= np.outer(U[k + 1 :, k] / U[k, k], U[k])
    swapped = sum(order[i] > order[j] for i in range(n) for j in range(i + 1, n))
    pivots = np.diag(U)
    sign = (-1.0) ** swapped * np.prod(np.sign(pivots))
    return np.array(sign * np.exp(np.sum(np.log(np.abs(pivots)))))


@wrong("determinant", "You forgot that each swap of two rows changes the sign.")
def forgets_the_sign(A):
    _check_square(A)
    U, _ = _eliminated_or_zero(A)
    return np.prod(np.diag(U))


def _eliminated_or_zero(A):
    """Return triangular A, with a last row of zeros if a pivot is 0, and how many swaps it took."""
    U, swaps = A.copy(), 0
    for k in range(len(U)):
        best = k + np.argmax(np.abs(U[k:, k]))
        if U[best, k] == 0:
            return np.zeros_like(U), 0
        if best != k:
            U[[k, best]] = U[[best, k]]
            swaps += 1
        U[k + 1 :] -= np.outer(U[k + 1 :, k] / U[k, k], U[k])
    return U, swaps


@wrong("determinant", "You changed the sign in each step: only a true swap, of two rows, does so.")
def counts_steps_as_swaps(A):
    _check_square(A)
    U, _ = _eliminated_or_zero(A)
    return (-1) ** (len(A) - 1) * np.prod(np.diag(U))


@wrong("determinant", "You expanded along a row: n! steps are too many for 50 rows.")
def expands_along_a_row(A):
    _check_square(A)
    if len(A) == 1:
        return A[0, 0]
    columns = np.arange(len(A))
    return sum(
        (-1) ** j * A[0, j] * expands_along_a_row(A[1:][:, columns != j]) for j in range(len(A))
    )


@wrong(
    "determinant", "You never swap rows: a zero or a tiny number on the diagonal ruins the result."
)
def multiplies_without_swaps(A):
    _check_square(A)
    U = A.copy()
    for k in range(len(U)):
        if U[k, k] == 0:
            return 0.0
        U[k + 1 :] -= np.outer(U[k + 1 :, k] / U[k, k], U[k])
    return np.prod(np.diag(U))


@wrong(
    "determinant",
    "You swap only when the pivot is 0, and take the first row that helps. A tiny pivot loses "
    "digits: swap the largest magnitude up each time.",
)
def swaps_only_zeros(A):
    _check_square(A)
    U, result = A.copy(), 1.0
    for k in range(len(U)):
        rows = np.flatnonzero(U[k:, k])
        if len(rows) == 0:
            return 0.0
        if rows[0] > 0:
            U[[k, k + rows[0]]] = U[[k + rows[0], k]]
            result = -result
        result *= U[k, k]
        U[k + 1 :] -= np.outer(U[k + 1 :, k] / U[k, k], U[k])
    return result


@wrong("determinant", "You refuse a singular matrix: its determinant exists, and is 0.")
def refuses_singular(A):
    _check_square(A)
    U, swaps = _eliminated_or_zero(A)
    if np.any(np.abs(np.diag(U)) <= 1e-13 * np.max(np.abs(A))):
        raise ValueError("A is singular")
    return (-1) ** swaps * np.prod(np.diag(U))


@wrong("determinant", "You divided by a pivot of 0, which makes nan: if the best one is 0, stop.")
def divides_by_zero(A):
    _check_square(A)
    U, result = A.copy(), 1.0
    for k in range(len(U)):
        best = k + np.argmax(np.abs(U[k:, k]))
        if best != k:
            U[[k, best]] = U[[best, k]]
            result = -result
        with np.errstate(all="ignore"):
            U[k + 1 :] -= np.outer(U[k + 1 :, k] / U[k, k], U[k])
    return result * np.prod(np.diag(U))


@wrong(
    "determinant",
    "You treat small pivots as 0, with a fixed limit: a tiny multiple of a regular matrix has a "
    "tiny determinant, not one of 0.",
)
def takes_small_for_zero(A):
    _check_square(A)
    U, swaps = _eliminated_or_zero(A)
    if np.any(np.abs(np.diag(U)) < 1e-9):
        return 0.0
    return (-1) ** swaps * np.prod(np.diag(U))


@wrong("determinant", "You returned the magnitude: the sign says whether space is mirrored.")
def drops_the_sign(A):
    _check_square(A)
    U, _ = _eliminated_or_zero(A)
    return abs(np.prod(np.diag(U)))


@wrong("determinant", "The caller's matrix has changed: copy it before you start.")
def eliminates_in_place(A):
    _check_square(A)
    U, swaps = _eliminated_or_zero(A)
    A[:] = U
    return (-1) ** swaps * np.prod(np.diag(U))


@wrong("determinant", "You took the square corner of a matrix that is not square: refuse it.")
def takes_the_corner(A):
    n = min(A.shape)
    U, swaps = _eliminated_or_zero(A[:n, :n])
    return (-1) ** swaps * np.prod(np.diag(U))


@wrong(
    "determinant", "You used the rule of Sarrus's diagonals beyond 3 rows, where it does not hold."
)
def follows_diagonals(A):
    _check_square(A)
    n = len(A)
    if n < 3:
        return A[0, 0] if n == 1 else A[0, 0] * A[1, 1] - A[0, 1] * A[1, 0]
    down = sum(np.prod([A[i, (i + j) % n] for i in range(n)]) for j in range(n))
    up = sum(np.prod([A[i, (j - i) % n] for i in range(n)]) for j in range(n))
    return down - up


# project


@right("project", "least squares finds the coefficients")
def projects_by_least_squares(v, basis):
    return basis.T @ np.linalg.lstsq(basis.T, v, rcond=None)[0]


@right("project", "makes the basis orthonormal row by row, and adds up the shadows")
def projects_row_by_row(v, basis):
    directions, result = [], np.zeros(len(v))
    for row in basis:
        for direction in directions * 2:
            row = row - np.dot(direction, row) * direction
        directions.append(row / np.linalg.norm(row))
        result = result + np.dot(directions[-1], v) * directions[-1]
    return result


@right("project", "the projection matrix, from the pseudo-inverse")
def projects_by_a_matrix(v, basis):
    return (np.linalg.pinv(basis) @ basis) @ v


@right("project", "orthonormal columns from QR")
def projects_by_qr(v, basis):
    Q, _ = np.linalg.qr(basis.T)
    return tuple(Q @ (v @ Q))


@wrong("project", "You treat the rows as orthonormal: they may have any length and any angle.")
def takes_rows_for_orthonormal(v, basis):
    return basis.T @ (basis @ v)


@wrong(
    "project",
    "You added up the shadows on each row, which counts twice what rows at an angle share.",
)
def adds_up_shadows(v, basis):
    return sum((row @ v) / (row @ row) * row for row in basis)


@wrong("project", "You divided by the length, not by its square.")
def divides_by_the_length(v, basis):
    if len(basis) == 1:
        return (basis[0] @ v) / np.linalg.norm(basis[0]) * basis[0]
    return projection(v, basis)


def projection(v, basis):
    return np.linalg.solve(basis @ basis.T, basis @ v) @ basis


@wrong("project", "You returned the coefficients: multiply them by the basis to get a vector.")
def returns_coefficients(v, basis):
    return np.linalg.solve(basis @ basis.T, basis @ v)


@wrong("project", "You returned what is left of v: the projection is what was taken away.")
def returns_the_rest(v, basis):
    return v - projection(v, basis)


@wrong("project", "You projected on one row after the other: each step spoils the one before.")
def projects_in_turn(v, basis):
    for row in basis:
        v = (row @ v) / (row @ row) * row
    return v


@wrong(
    "project",
    "You subtracted shadows from v in turn without making the rows orthogonal: the rest is not at "
    "right angles to all of them.",
)
def subtracts_in_turn(v, basis):
    rest = v
    for row in basis:
        rest = rest - (row @ rest) / (row @ row) * row
    return v - rest


@wrong("project", "You added a small number to the diagonal: that is ridge regression.")
def adds_a_ridge(v, basis):
    return np.linalg.solve(basis @ basis.T + 1e-14 * np.eye(len(basis)), basis @ v) @ basis


@wrong("project", "You dropped what is small beside the rest: a short basis vector counts in full.")
def drops_small_directions(v, basis):
    return np.linalg.pinv(basis, rcond=1e-3) @ (basis @ v)


@wrong("project", "You treat the columns as the basis: here the basis vectors are the rows.")
def takes_columns(v, basis):
    if basis.shape[0] != basis.shape[1]:
        return basis @ np.linalg.lstsq(basis, v[: len(basis)], rcond=None)[0]
    return projection(v, basis)


@wrong("project", "An array of the caller's has changed: work on a copy.")
def normalises_in_place(v, basis):
    basis /= np.linalg.norm(basis, axis=1, keepdims=True)
    return projection(v, basis)


@wrong("project", "You scaled the result to length 1: a projection is as long as it is.")
def scales_to_length_one(v, basis):
    result = projection(v, basis)
    return result / np.linalg.norm(result)


# gram_schmidt


@right("gram_schmidt", "one projection after the other, twice, into a list")
def subtracts_one_by_one_twice(V):
    rows = []
    for v in V:
        rest = v
        for q in rows + rows:
            rest = rest - np.sum(q * rest) * q
        if np.linalg.norm(rest) > 1e-10 * np.linalg.norm(v):
            rows.append(rest / np.linalg.norm(rest))
    return np.array(rows).reshape(-1, V.shape[1])


@right("gram_schmidt", "repeats until nothing changes, in plain Python")
def repeats_until_clean(V):
    basis = []
    for row in V.tolist():
        own = math.hypot(*row)
        rest, before = row, math.inf
        while math.hypot(*rest) < 0.5 * before and math.hypot(*rest) > 1e-10 * own:
            before = math.hypot(*rest)
            for q in basis:
                c = math.fsum(x * y for x, y in zip(q, rest))
                rest = [y - c * x for x, y in zip(q, rest)]
        length = math.hypot(*rest)
        if length > 1e-10 * own:
            basis.append([x / length for x in rest])
    return basis if basis else np.empty((0, V.shape[1]))


@right("gram_schmidt", "a projector on what is still free, applied twice; other signs")
def projects_on_the_complement(V):
    d = V.shape[1]
    Q = np.empty((0, d))
    free = np.eye(d)
    for v in V:
        size = np.sqrt(v @ v)
        if size == 0:
            continue
        rest = free @ (free @ (v / size))
        length = np.sqrt(rest @ rest)
        if length >= 1e-10:
            q = rest / length
            q = q - (Q @ q) @ Q
            q /= np.sqrt(q @ q)
            free = free - np.outer(q, q)
            Q = np.concatenate([Q, [q if len(Q) == 0 else -q]])
    return Q


@right("gram_schmidt", "reflections, one for each row that adds something")
def reflects(V):
    d = V.shape[1]
    H, rows = np.eye(d), 0
    signs = []
    for v in V:
        if rows == d or not v.any():
            continue
        w = H @ (v / np.linalg.norm(v))
        length = np.linalg.norm(w[rows:])
        if length < 1e-10:
            continue
        u = w[rows:].copy()
        signs.append(-math.copysign(1.0, u[0]))
        u[0] += math.copysign(length, u[0])
        H[rows:] -= np.outer(u, 2.0 * (u @ H[rows:]) / (u @ u))
        rows += 1
    return np.array(signs)[:, np.newaxis] * H[:rows] if rows else np.zeros((0, d))


@wrong(
    "gram_schmidt",
    "You subtracted the projections once only: for nearly dependent rows rounding spoils the right "
    "angles. Repeat it on what is left.",
)
def subtracts_once(V):
    Q = np.zeros((0, V.shape[1]))
    for row in V:
        rest = row - (Q @ row) @ Q
        if np.linalg.norm(rest) > 1e-10 * np.linalg.norm(row):
            Q = np.vstack([Q, rest / np.linalg.norm(rest)])
    return Q


@wrong(
    "gram_schmidt",
    "You subtracted the projections once only: for nearly dependent rows rounding spoils the right "
    "angles. Repeat it on what is left.",
)
def subtracts_one_by_one_once(V):
    rows = []
    for v in V:
        rest = v.copy()
        for q in rows:
            rest -= (q @ rest) * q
        if np.linalg.norm(rest) > 1e-10 * np.linalg.norm(v):
            rows.append(rest / np.linalg.norm(rest))
    return np.array(rows).reshape(-1, V.shape[1])


def _orthonormalised(V, keep):
    Q = np.zeros((0, V.shape[1]))
    for row in V:
        rest = row - (Q @ row) @ Q
        rest = rest - (Q @ rest) @ Q
        if keep(np.linalg.norm(rest), np.linalg.norm(row)):
            Q = np.vstack([Q, rest / np.linalg.norm(rest)])
    return Q


@wrong(
    "gram_schmidt", "You compared what is left with a fixed number: compare with the row's length."
)
def drops_by_a_fixed_number(V):
    return _orthonormalised(V, lambda rest, own: rest > 1e-10)


@wrong(
    "gram_schmidt", "You dropped only what is exactly 0: rounding leaves dependent rows a little."
)
def drops_only_zeros(V):
    return _orthonormalised(V, lambda rest, own: rest > 0)


@wrong("gram_schmidt", "You dropped nearly dependent rows: less than 1e-10 must be left for that.")
def drops_too_much(V):
    return _orthonormalised(V, lambda rest, own: rest > 1e-8 * own)


@wrong("gram_schmidt", "You compared with the longest row: each row is judged by its own length.")
def compares_with_the_longest(V):
    longest = np.max(np.linalg.norm(V, axis=1))
    return _orthonormalised(V, lambda rest, own: rest > 1e-10 * longest)


@wrong(
    "gram_schmidt",
    "A row of zeros came through: its rest, 0, is not less than 1e-10 times 0, and then you "
    "divided by it.",
)
def keeps_zero_rows(V):
    with np.errstate(all="ignore"):
        return _orthonormalised(V, lambda rest, own: not rest < 1e-10 * own)


@wrong("gram_schmidt", "Your result has no columns when nothing is left: its shape is (0, d).")
def loses_the_columns(V):
    return np.array(list(_orthonormalised(V, lambda rest, own: rest > 1e-10 * own)))


@wrong("gram_schmidt", "You left rows of zeros for what depends on others: drop these rows.")
def leaves_zero_rows(V):
    Q = _orthonormalised(V, lambda rest, own: rest > 1e-10 * own)
    return np.vstack([Q, np.zeros((len(V) - len(Q), V.shape[1]))])


@wrong("gram_schmidt", "You flipped the first row: it points the same way as V's first row.")
def turns_the_first_row(V):
    Q = _orthonormalised(V, lambda rest, own: rest > 1e-10 * own)
    return -Q


@wrong("gram_schmidt", "You started with the last row: the first row of V comes first.")
def starts_with_the_last(V):
    return _orthonormalised(V[::-1], lambda rest, own: rest > 1e-10 * own)


@wrong("gram_schmidt", "You only made the rows orthogonal: divide each by its length.")
def forgets_to_normalise(V):
    rows = []
    for v in V:
        rest = v.copy()
        for q in rows * 2:
            rest -= (q @ rest) / (q @ q) * q
        if np.linalg.norm(rest) > 1e-10 * np.linalg.norm(v):
            rows.append(rest)
    return np.array(rows).reshape(-1, V.shape[1])


@wrong("gram_schmidt", "You only scaled the rows to length 1: they must be at right angles too.")
def only_normalises(V):
    lengths = np.linalg.norm(V, axis=1)
    return V[lengths > 0] / lengths[lengths > 0, np.newaxis]


@wrong("gram_schmidt", "You stopped at the first dependent row: later rows may add something.")
def stops_too_early(V):
    rows = []
    for v in V[np.any(V != 0, axis=1)]:
        rest = v
        for q in rows * 2:
            rest = rest - (q @ rest) * q
        if np.linalg.norm(rest) <= 1e-10 * np.linalg.norm(v):
            break
        rows.append(rest / np.linalg.norm(rest))
    return np.array(rows).reshape(-1, V.shape[1])


@wrong(
    "gram_schmidt",
    "You looked at the first d rows only: no more than d are kept, but not always the first d.",
)
def looks_at_d_rows(V):
    return _orthonormalised(V[: V.shape[1]], lambda rest, own: rest > 1e-10 * own)


@wrong("gram_schmidt", "The caller's matrix has changed: copy it before you start.")
def works_in_the_callers_matrix(V):
    Q = _orthonormalised(V, lambda rest, own: rest > 1e-10 * own)
    V[: len(Q)] = Q
    return Q


# least_squares


def _check_rows(X):
    if X.shape[0] < X.shape[1]:
        raise ValueError("too few rows")


@right("least_squares", "singular values: turned, divided, turned back")
def divides_by_singular_values(X, y):
    _check_rows(X)
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    return Vt.T @ ((U.T @ y) / s)


def _mirrored(X, y, side):
    """Clear columns by mirrors to the far side of the axis (1) or to the near one (-1)."""
    _check_rows(X)
    d = X.shape[1]
    R, z = X.astype(float), y.astype(float)
    for k in range(d):
        v = R[k:, k].copy()
        v[0] += side * math.copysign(np.linalg.norm(v), v[0])
        if not v.any():
            continue
        v /= np.linalg.norm(v)
        R[k:] -= 2 * np.outer(v, v @ R[k:])
        z[k:] -= 2 * v * (v @ z[k:])
    return _substituted(R[:d], z[:d].copy())


@right("least_squares", "Householder mirrors, each of which clears a column below the diagonal")
def mirrors_columns_away(X, y):
    return _mirrored(X, y, side=1)


@right("least_squares", "Gram-Schmidt on the columns, with y as one more of them")
def orthogonalizes_the_targets_too(X, y):
    n, d = X.shape
    if n < d:
        raise ValueError("X is too flat")
    Q, R = np.column_stack([X, y]), np.eye(d + 1)
    for k in range(d):
        R[k, k] = np.linalg.norm(Q[:, k])
        Q[:, k] /= R[k, k]
        for j in range(k + 1, d + 1):
            R[k, j] = Q[:, k] @ Q[:, j]
            Q[:, j] -= R[k, j] * Q[:, k]
    return _substituted(R[:d, :d], R[:d, d].copy())


@wrong(
    "least_squares",
    "You solved the normal equations: XᵀX squares the condition number, and half of the digits "
    "are lost where columns are nearly dependent.",
)
def solves_normal_equations(X, y):
    _check_rows(X)
    return np.linalg.solve(X.T @ X, X.T @ y)


@wrong("least_squares", "You inverted XᵀX, which squares the condition number.")
def inverts_the_gram_matrix(X, y):
    _check_rows(X)
    return np.linalg.inv(X.T @ X) @ X.T @ y


@wrong(
    "least_squares",
    "Your Householder mirrors map a column to the near side of the axis, where the difference that "
    "they are built from cancels: take the far side.",
)
def mirrors_to_the_near_side(X, y):
    return _mirrored(X, y, side=-1)


@wrong("least_squares", "You do not ask whether there are enough rows: n < d is a ValueError.")
def asks_for_no_rows(X, y):
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    return Vt.T @ ((U.T @ y) / s)


@wrong("least_squares", "You refused as many rows as columns: that many settle the weights.")
def refuses_square_data(X, y):
    if X.shape[0] <= X.shape[1]:
        raise ValueError("too few rows")
    Q, R = np.linalg.qr(X)
    return np.linalg.solve(R, Q.T @ y)


@wrong("least_squares", "You returned the fit X w: the weights w are asked for.")
def returns_the_fit(X, y):
    _check_rows(X)
    Q, _ = np.linalg.qr(X)
    return Q @ (Q.T @ y)


@wrong("least_squares", "You returned Qᵀy, the weights of the orthonormal columns: solve with R.")
def forgets_the_triangle(X, y):
    _check_rows(X)
    Q, _ = np.linalg.qr(X)
    return Q.T @ y


@wrong("least_squares", "You multiplied with R in place of solving R w = Qᵀy.")
def multiplies_with_the_triangle(X, y):
    _check_rows(X)
    Q, R = np.linalg.qr(X)
    return R @ (Q.T @ y)


@wrong("least_squares", "You added an intercept: the caller puts in a column of ones if needed.")
def adds_an_intercept(X, y):
    _check_rows(X)
    U, s, Vt = np.linalg.svd(np.column_stack([np.ones(len(X)), X]), full_matrices=False)
    kept = s > 1e-12 * s[0]
    return (Vt[kept].T @ ((U.T @ y)[kept] / s[kept]))[1:]


@wrong("least_squares", "You centred the data: the model has no intercept unless X has one.")
def centres_the_data(X, y):
    _check_rows(X)
    U, s, Vt = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    kept = s > 1e-12 * s[0] if s[0] > 0 else s > 0
    return Vt[kept].T @ ((U.T @ (y - y.mean()))[kept] / s[kept])


@wrong("least_squares", "You fitted each column alone: they share what they explain.")
def fits_columns_alone(X, y):
    _check_rows(X)
    return X.T @ y / (X**2).sum(axis=0)


@wrong("least_squares", "You solved with the first d rows only: all of them count.")
def takes_the_first_rows(X, y):
    _check_rows(X)
    d = X.shape[1]
    return np.linalg.solve(X[:d], y[:d])


@wrong("least_squares", "You took no more than 1,000 steps downhill: narrow valleys need more.")
def walks_downhill(X, y):
    _check_rows(X)
    w, rate = np.zeros(X.shape[1]), 1.0 / np.linalg.norm(X, 2) ** 2
    for _ in range(1000):
        w = w - rate * X.T @ (X @ w - y)
    return w


@wrong("least_squares", "You dropped small singular values that count: 1e-6 of the largest is one.")
def drops_small_singular_values(X, y):
    _check_rows(X)
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    kept = s > 1e-5 * s[0]
    return Vt[kept].T @ ((U.T @ y)[kept] / s[kept])


@wrong("least_squares", "You added a small penalty: that is ridge regression, with other weights.")
def adds_a_small_penalty(X, y):
    _check_rows(X)
    return np.linalg.solve(X.T @ X + 1e-8 * np.eye(X.shape[1]), X.T @ y)


@wrong("least_squares", "The targets that you were given have changed: compute in a new array.")
def fits_in_place(X, y):
    _check_rows(X)
    Q, R = np.linalg.qr(X)
    w = np.linalg.solve(R, Q.T @ y)
    y -= X @ w
    return w


# ridge


@right("ridge", "least squares with a row below for each weight, that asks it to be 0")
def appends_rows(X, y, penalty):
    if penalty <= 0:
        raise ValueError("penalty must be positive")
    d = X.shape[1]
    Q, R = np.linalg.qr(np.vstack([X, math.sqrt(penalty) * np.eye(d)]))
    return np.linalg.solve(R, Q.T @ np.append(y, np.zeros(d)))


@right("ridge", "a system of n equations in place of d")
def solves_for_the_samples(X, y, penalty):
    if not penalty > 0:
        raise ValueError("penalty must be positive")
    return X.T @ np.linalg.solve(X @ X.T + penalty * np.identity(len(X)), y)


@right("ridge", "singular values, each shrunk by its own factor")
def shrinks_singular_values(X, y, penalty):
    if penalty <= 0:
        raise ValueError(penalty)
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    return (s / (s * s + penalty) * (y @ U)) @ Vt


@wrong("ridge", "You forgot the penalty.")
def forgets_the_penalty(X, y, penalty):
    if penalty <= 0:
        raise ValueError("penalty must be positive")
    return np.linalg.pinv(X) @ y


@wrong("ridge", "You added the penalty to every entry of XᵀX: it belongs on the diagonal.")
def adds_to_every_entry(X, y, penalty):
    if penalty <= 0:
        raise ValueError("penalty must be positive")
    return np.linalg.pinv(X.T @ X + penalty) @ X.T @ y


@wrong(
    "ridge",
    "Your penalty counts n times, as if the squared errors were averaged: they are added up.",
)
def multiplies_the_penalty_by_n(X, y, penalty):
    if penalty <= 0:
        raise ValueError("penalty must be positive")
    return np.linalg.solve(X.T @ X + len(X) * penalty * np.eye(X.shape[1]), X.T @ y)


@wrong("ridge", "Your penalty counts twice: both squares have a factor 2 in the slope, it cancels.")
def doubles_the_penalty(X, y, penalty):
    if penalty <= 0:
        raise ValueError("penalty must be positive")
    return np.linalg.solve(X.T @ X + 2.0 * penalty * np.eye(X.shape[1]), X.T @ y)


@wrong("ridge", "You refused a small penalty: each one above 0 will do.")
def refuses_small_penalties(X, y, penalty):
    if penalty < 1e-6:
        raise ValueError("penalty is too small")
    return np.linalg.solve(X.T @ X + penalty * np.eye(X.shape[1]), X.T @ y)


@wrong("ridge", "You halved the penalty: both squares count in full.")
def halves_the_penalty(X, y, penalty):
    if penalty <= 0:
        raise ValueError("penalty must be positive")
    return np.linalg.solve(X.T @ X + penalty / 2 * np.eye(X.shape[1]), X.T @ y)


@wrong("ridge", "You squared the penalty: it counts as it is, and appended rows carry its root.")
def appends_rows_without_the_root(X, y, penalty):
    if penalty <= 0:
        raise ValueError("penalty must be positive")
    return np.linalg.solve(X.T @ X + penalty**2 * np.eye(X.shape[1]), X.T @ y)


@wrong("ridge", "You subtracted the penalty: it is added, which keeps the weights small.")
def subtracts_the_penalty(X, y, penalty):
    if penalty <= 0:
        raise ValueError("penalty must be positive")
    return np.linalg.pinv(X.T @ X - penalty * np.eye(X.shape[1])) @ X.T @ y


@wrong("ridge", "You left the first weight out of the penalty: all are penalised alike.")
def spares_the_first_weight(X, y, penalty):
    if penalty <= 0:
        raise ValueError("penalty must be positive")
    D = penalty * np.eye(X.shape[1])
    D[0, 0] = 0.0
    return np.linalg.pinv(X.T @ X + D) @ X.T @ y


@wrong("ridge", "You fitted an intercept at no cost: if there is one, it is a weight like others.")
def centres_before_shrinking(X, y, penalty):
    if penalty <= 0:
        raise ValueError("penalty must be positive")
    X, y = X - X.mean(axis=0), y - y.mean()
    return np.linalg.solve(X.T @ X + penalty * np.eye(X.shape[1]), X.T @ y)


@wrong("ridge", "You shrank the best fit afterwards: directions shrink by different factors.")
def shrinks_the_best_fit(X, y, penalty):
    if penalty <= 0:
        raise ValueError("penalty must be positive")
    return np.linalg.pinv(X) @ y / (1.0 + penalty)


@wrong("ridge", "You let a penalty of 0 through: it has to be positive.")
def lets_no_penalty_through(X, y, penalty):
    if penalty < 0:
        raise ValueError("penalty must not be negative")
    return np.linalg.solve(X.T @ X + penalty * np.eye(X.shape[1]), X.T @ y)


@wrong("ridge", "You check nothing: a penalty of 0 or below is a ValueError.")
def checks_no_penalty(X, y, penalty):
    return np.linalg.solve(X.T @ X + penalty * np.eye(X.shape[1]), X.T @ y)


@wrong("ridge", "You refused fewer rows than columns: the penalty makes that possible.")
def refuses_flat_data(X, y, penalty):
    if penalty <= 0 or X.shape[0] < X.shape[1]:
        raise ValueError("penalty must be positive, and X tall")
    return np.linalg.solve(X.T @ X + penalty * np.eye(X.shape[1]), X.T @ y)


@wrong("ridge", "You took the length of w for its square: the penalty is on the squared length.")
def penalises_the_length(X, y, penalty):
    if penalty <= 0:
        raise ValueError("penalty must be positive")
    w = np.linalg.pinv(X) @ y
    for _ in range(200):
        factor = penalty / (2 * max(np.linalg.norm(w), 1e-9))
        w = np.linalg.solve(X.T @ X + factor * np.eye(X.shape[1]), X.T @ y)
    return w
