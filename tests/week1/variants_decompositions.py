"""Right and wrong variants of week 1's decompositions."""

import math

import numpy as np

from grader.variants import right, wrong

# ------------------------------------------------------------------------------ power_iteration


@right("power_iteration", "plain Python lists, scaled by the largest entry")
def multiplies_lists(A, steps=1000):
    rows = [[float(entry) for entry in row] for row in A]
    n = len(rows)
    v = [math.sin(1.7 * i + 0.3) for i in range(n)]
    for _ in range(steps):
        w = [sum(a * x for a, x in zip(row, v)) for row in rows]
        pivot = max(w, key=abs)
        v = [x / pivot for x in w]
    w = [sum(a * x for a, x in zip(row, v)) for row in rows]
    value = sum(x * y for x, y in zip(v, w)) / sum(x * x for x in v)
    length = math.sqrt(sum(x * x for x in v))
    return value, [x / length for x in v]


@right("power_iteration", "squares the matrix again and again, then takes its largest column")
def squares_the_matrix(A, steps=1000):
    P = A / np.linalg.norm(A)
    for _ in range(max(1, math.ceil(math.log2(steps)))):
        P = P @ P
        P = P / np.linalg.norm(P)
    v = P[:, np.argmax(np.linalg.norm(P, axis=0))]
    v = v / np.linalg.norm(v)
    return v @ (A @ v), v


@right("power_iteration", "stops when the vector no longer moves; signed length for the eigenvalue")
def stops_when_the_vector_rests(A, steps=1000):
    v = np.random.default_rng(7).uniform(-1, 1, size=A.shape[0])
    v /= np.sqrt(np.sum(v**2))
    value = 0.0
    for _ in range(steps):
        w = A.dot(v)
        value = np.sqrt(np.sum(w**2)) * np.sign(w @ v)
        new = w / value
        moved = np.max(np.abs(new - v))
        v = new
        if moved < 1e-12:
            break
    return value, v


@right("power_iteration", "starts from every basis vector and keeps the best Rayleigh quotient")
def starts_from_everywhere(A, steps=1000):
    V = np.eye(len(A))
    for _ in range(steps):
        V = A @ V
        lengths = np.linalg.norm(V, axis=0)
        V = V / np.where(lengths == 0, 1, lengths)
    quotients = np.einsum("ij,ik,kj->j", V, A, V)
    best = np.argmax(np.abs(quotients))
    return quotients[best], V[:, best]


@wrong(
    "power_iteration",
    "You start from the vector of ones: it never finds an eigenvector whose entries sum to 0. "
    "Start from random numbers.",
)
def starts_from_ones(A, steps=1000):
    v = np.ones(len(A)) / np.sqrt(len(A))
    for _ in range(steps):
        v = A @ v
        v = v / np.linalg.norm(v)
    return v @ A @ v, v


@wrong(
    "power_iteration",
    "You start from the first basis vector: it never finds an eigenvector that it is orthogonal "
    "to. Start from random numbers.",
)
def starts_from_first_basis_vector(A, steps=1000):
    v = np.zeros(len(A))
    v[0] = 1.0
    for _ in range(steps):
        v = A @ v
        v = v / np.linalg.norm(v)
    return v @ A @ v, v


@wrong(
    "power_iteration",
    "You took the length of A v for the eigenvalue: a length has no sign, so a negative "
    "eigenvalue comes out positive. Use the Rayleigh quotient, v times A v.",
)
def loses_the_sign(A, steps=1000):
    v = np.random.default_rng(0).normal(size=len(A))
    for _ in range(steps):
        w = A @ v
        v = w / np.linalg.norm(w)
    return np.linalg.norm(A @ v), v


@wrong(
    "power_iteration",
    "You stop when the eigenvalue no longer changes: the eigenvector converges half as fast, and "
    "is not there yet.",
)
def stops_on_the_eigenvalue(A, steps=1000):
    v = np.random.default_rng(0).normal(size=len(A))
    v /= np.linalg.norm(v)
    value = v @ A @ v
    for _ in range(steps):
        v = A @ v
        v /= np.linalg.norm(v)
        new = v @ A @ v
        if abs(new - value) < 1e-10:
            break
        value = new
    return v @ A @ v, v


@wrong(
    "power_iteration",
    "You do not take as many steps as you are asked for: eigenvalues that are close need them.",
)
def ignores_steps(A, steps=1000):
    v = np.random.default_rng(0).normal(size=len(A))
    for _ in range(1000):
        v = A @ v
        v = v / np.linalg.norm(v)
    return v @ A @ v, v


@wrong(
    "power_iteration",
    "You take too few steps: a second eigenvalue of 0.95 times the first needs more.",
)
def takes_a_tenth_of_the_steps(A, steps=100):
    v = np.random.default_rng(0).normal(size=len(A))
    for _ in range(steps):
        v = A @ v
        v = v / np.linalg.norm(v)
    return v @ A @ v, v


@wrong(
    "power_iteration",
    "You do not scale the vector in each step: it grows beyond the largest float, or dies out.",
)
def never_normalises(A, steps=1000):
    v = np.random.default_rng(0).normal(size=len(A))
    with np.errstate(all="ignore"):
        for _ in range(steps):
            v = A @ v
        v = v / np.linalg.norm(v)
        return v @ A @ v, v


@wrong(
    "power_iteration",
    "You scale by the largest entry and return that vector: it should have length 1.",
)
def returns_largest_entry_one(A, steps=1000):
    v = np.random.default_rng(0).normal(size=len(A))
    for _ in range(steps):
        v = A @ v
        v = v / v[np.argmax(np.abs(v))]
    return (v @ A @ v) / (v @ v), v


@wrong(
    "power_iteration",
    "You found the largest eigenvalue, not the one of largest magnitude: the shift by a multiple "
    "of the identity makes all of them positive.",
)
def finds_the_largest_instead(A, steps=1000):
    shift = np.linalg.norm(A)
    shifted = A + shift * np.eye(len(A))
    v = np.random.default_rng(0).normal(size=len(A))
    for _ in range(5 * steps):
        v = shifted @ v
        v = v / np.linalg.norm(v)
    return v @ A @ v, v


@wrong(
    "power_iteration",
    "You take the eigenvalue from the first entries of A v and v: they may be 0. Use the whole "
    "vector, as the Rayleigh quotient does.",
)
def compares_first_entries(A, steps=1000):
    v = np.random.default_rng(0).normal(size=len(A))
    for _ in range(steps):
        v = A @ v
        v = v / np.linalg.norm(v)
    with np.errstate(all="ignore"):
        return (A @ v)[0] / v[0], v


# ----------------------------------------------------------------------------------- covariance


@right("covariance", "a sum of outer products, row by row")
def sums_outer_products(X):
    if X.shape[0] < 2:
        raise ValueError("X needs two rows")
    mean = X.sum(axis=0) / X.shape[0]
    return sum(np.outer(row - mean, row - mean) for row in X) / (X.shape[0] - 1)


@right("covariance", "plain Python loops over pairs of columns")
def loops_over_pairs(X):
    n, d = X.shape
    if n <= 1:
        raise ValueError("one sample does not vary")
    columns = [[X[i, j] for i in range(n)] for j in range(d)]
    centred = [[x - sum(column) / n for x in column] for column in columns]
    return [[sum(a * b for a, b in zip(p, q)) / (n - 1) for q in centred] for p in centred]


@right("covariance", "the mean of products minus the product of means, by einsum")
def mean_of_products(X):
    n = X.shape[0]
    if n < 2:
        raise ValueError(f"X has {n} rows")
    mean = X.mean(0)
    return (np.einsum("ni,nj->ij", X, X) / n - np.outer(mean, mean)) * n / (n - 1)


@right("covariance", "half the mean squared difference of pairs of samples")
def from_pairs_of_samples(X):
    n = len(X)
    if n < 2:
        raise ValueError("X needs at least two samples")
    differences = (X[:, None, :] - X[None, :, :]).reshape(n * n, -1)
    return differences.T @ differences / (2 * n * (n - 1))


@wrong("covariance", "You divided by n: numpy and scikit-learn divide by n - 1.")
def divides_by_n(X):
    if len(X) < 2:
        raise ValueError("too few rows")
    C = X - X.mean(axis=0)
    return C.T @ C / len(X)


@wrong("covariance", "You did not subtract the mean of each column before multiplying.")
def does_not_centre(X):
    if len(X) < 2:
        raise ValueError("too few rows")
    return X.T @ X / (len(X) - 1)


@wrong("covariance", "You subtracted one mean of all entries: each column has its own mean.")
def centres_on_one_mean(X):
    if len(X) < 2:
        raise ValueError("too few rows")
    C = X - X.mean()
    return C.T @ C / (len(X) - 1)


@wrong("covariance", "You centred the rows: samples are in rows, so the mean is over axis 0.")
def centres_rows(X):
    if len(X) < 2:
        raise ValueError("too few rows")
    C = X - X.mean(axis=1, keepdims=True)
    return C.T @ C / (len(X) - 1)


@wrong(
    "covariance", "You treat the rows as the features: samples are in rows, features in columns."
)
def takes_rows_for_features(X):
    if len(X) < 2:
        raise ValueError("too few rows")
    C = X - X.mean(axis=1, keepdims=True)
    return C @ C.T / (X.shape[1] - 1)


@wrong("covariance", "You divided by the standard deviations too: that is the correlation.")
def returns_the_correlation(X):
    if len(X) < 2:
        raise ValueError("too few rows")
    C = (X - X.mean(axis=0)) / X.std(axis=0, ddof=1)
    return C.T @ C / (len(X) - 1)


@wrong("covariance", "The caller's data has changed: put what is centred into a new array.")
def centres_in_place(X):
    if len(X) < 2:
        raise ValueError("too few rows")
    X -= X.mean(axis=0)
    return X.T @ X / (len(X) - 1)


@wrong("covariance", "You do not refuse a single sample: it gives 0 / 0.")
def accepts_one_sample(X):
    C = X - X.mean(axis=0)
    with np.errstate(all="ignore"):
        return C.T @ C / np.float64(len(X) - 1)


@wrong("covariance", "You refuse data with one column: it is the number of rows that must be 2.")
def checks_the_columns(X):
    if min(X.shape) < 2:
        raise ValueError("too few")
    C = X - X.mean(axis=0)
    return C.T @ C / (len(X) - 1)


# ------------------------------------------------------------------------------------------ pca


def check_components(X, n_components):
    if n_components < 1 or n_components > min(X.shape):
        raise ValueError("n_components is out of range")


@right("pca", "eigenvectors of the covariance matrix")
def eigenvectors_of_the_covariance(X, n_components):
    check_components(X, n_components)
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(X.T)))
    order = np.argsort(values)[::-1][:n_components]
    return vectors[:, order].T, values[order]


@right("pca", "eigenvectors of the matrix of inner products of samples")
def eigenvectors_of_the_gram_matrix(X, n_components):
    check_components(X, n_components)
    C = X - X.mean(axis=0)
    values, vectors = np.linalg.eigh(C @ C.T)
    values, vectors = values[::-1][:n_components], vectors[:, ::-1][:, :n_components]
    Q, _ = np.linalg.qr(C.T @ vectors)  # orthonormal even where nothing varies
    return Q.T, values / (len(X) - 1)


@right("pca", "power iteration, with each direction taken out of the covariance once found")
def iterates_and_deflates(X, n_components):
    check_components(X, n_components)
    C = X - X.mean(axis=0)
    S = C.T @ C / (len(X) - 1)
    components, variances = [], []
    for k in range(n_components):
        v = np.random.default_rng(k).normal(size=len(S))
        for _ in range(300):
            v = S @ v
            v = v / np.linalg.norm(v)
        for found in components * 2:
            v = v - (v @ found) * found
        v = v / np.linalg.norm(v)
        variances.append(v @ S @ v)
        components.append(v)
        S = S - variances[-1] * np.outer(v, v)
    return components, variances


@right("pca", "general eigenvalues of the covariance, sorted")
def general_eigenvectors(X, n_components):
    check_components(X, n_components)
    C = X - np.mean(X, axis=0)
    values, vectors = np.linalg.eig(C.T @ C / (X.shape[0] - 1))
    order = np.argsort(-values.real)[:n_components]
    return vectors.T[order], values[order]


@wrong("pca", "np.cov of one feature is a single number: make a matrix of it before eigh.")
def trusts_the_shape_of_cov(X, n_components):
    check_components(X, n_components)
    values, vectors = np.linalg.eigh(np.cov(X.T))
    return vectors.T[::-1][:n_components], values[::-1][:n_components]


@wrong(
    "pca",
    "You took the eigenvectors of the small matrix X Xᵀ back to the features. With as many "
    "components as samples nothing varies along the last one, and rounding was scaled to length 1.",
)
def scales_noise_to_length_one(X, n_components):
    check_components(X, n_components)
    C = X - X.mean(axis=0)
    if len(C) >= C.shape[1]:
        values, vectors = np.linalg.eigh(C.T @ C)
        components = vectors.T[::-1]
    else:
        values, vectors = np.linalg.eigh(C @ C.T)
        components = vectors.T[::-1] @ C
        components = components / np.linalg.norm(components, axis=1, keepdims=True)
    return components[:n_components], values[::-1][:n_components] / (len(X) - 1)


@wrong("pca", "You did not centre the data: the first direction then just points at the mean.")
def pca_without_centring(X, n_components):
    check_components(X, n_components)
    _, s, Vt = np.linalg.svd(X, full_matrices=False)
    return Vt[:n_components], s[:n_components] ** 2 / (len(X) - 1)


@wrong("pca", "You divided by n: explained variance has n - 1, as in scikit-learn.")
def pca_divides_by_n(X, n_components):
    check_components(X, n_components)
    _, s, Vt = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    return Vt[:n_components], s[:n_components] ** 2 / len(X)


@wrong("pca", "You forgot to square the singular values: a variance is s² / (n - 1).")
def pca_forgets_the_square(X, n_components):
    check_components(X, n_components)
    _, s, Vt = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    return Vt[:n_components], s[:n_components] / (len(X) - 1)


@wrong("pca", "You took rows of eigh's matrix: its eigenvectors are the columns.")
def takes_rows_of_eigh(X, n_components):
    check_components(X, n_components)
    values, vectors = np.linalg.eigh(np.cov(X.T))
    order = np.argsort(values)[::-1][:n_components]
    return vectors[order], values[order]


@wrong("pca", "You return the components as columns: each component is a row.")
def returns_columns(X, n_components):
    check_components(X, n_components)
    values, vectors = np.linalg.eigh(np.cov(X.T))
    order = np.argsort(values)[::-1][:n_components]
    return vectors[:, order], values[order]


@wrong("pca", "You kept the directions of smallest variance: eigh sorts ascending.")
def keeps_the_smallest(X, n_components):
    check_components(X, n_components)
    values, vectors = np.linalg.eigh(np.cov(X.T))
    return vectors[:, :n_components].T, values[:n_components]


@wrong("pca", "Your directions are in ascending order: the largest variance comes first.")
def keeps_ascending_order(X, n_components):
    check_components(X, n_components)
    values, vectors = np.linalg.eigh(np.cov(X.T))
    return vectors[:, -n_components:].T, values[-n_components:]


@wrong("pca", "You divided each column by its spread: PCA centres only, as in scikit-learn.")
def pca_standardises(X, n_components):
    check_components(X, n_components)
    C = (X - X.mean(axis=0)) / X.std(axis=0)
    _, s, Vt = np.linalg.svd(C, full_matrices=False)
    return Vt[:n_components], s[:n_components] ** 2 / (len(X) - 1)


@wrong("pca", "You return shares of the variance: the variance itself is asked for.")
def returns_shares(X, n_components):
    check_components(X, n_components)
    _, s, Vt = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    return Vt[:n_components], (s**2 / np.sum(s**2))[:n_components]


@wrong("pca", "The caller's data has changed: put what is centred into a new array.")
def pca_centres_in_place(X, n_components):
    check_components(X, n_components)
    X -= X.mean(axis=0)
    _, s, Vt = np.linalg.svd(X, full_matrices=False)
    return Vt[:n_components], s[:n_components] ** 2 / (len(X) - 1)


@wrong("pca", "You do not refuse a number of components that the data does not have.")
def pca_of_any_number(X, n_components):
    _, s, Vt = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    return Vt[:n_components], s[:n_components] ** 2 / (len(X) - 1)


@wrong("pca", "The number of samples limits the components too: min(n, d), not d.")
def checks_features_only(X, n_components):
    if not 1 <= n_components <= X.shape[1]:
        raise ValueError("n_components is out of range")
    values, vectors = np.linalg.eigh(np.cov(X.T))
    return vectors[:, ::-1][:, :n_components].T, values[::-1][:n_components]


@wrong("pca", "You refuse the largest allowed n_components: min(n, d) itself is fine.")
def refuses_the_limit(X, n_components):
    if not 1 <= n_components < min(X.shape):
        raise ValueError("n_components is out of range")
    _, s, Vt = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    return Vt[:n_components], s[:n_components] ** 2 / (len(X) - 1)


@wrong("pca", "You accept 0 components, or a negative number of them: one is the least.")
def checks_the_upper_limit_only(X, n_components):
    if n_components > min(X.shape):
        raise ValueError("n_components is out of range")
    _, s, Vt = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    return Vt[:n_components], s[:n_components] ** 2 / (len(X) - 1)


# --------------------------------------------------------------------- explained_variance_ratio


@right("explained_variance_ratio", "sorted eigenvalues of the covariance, min(n, d) of them")
def ratio_from_covariance(X):
    values = np.sort(np.linalg.eigvalsh(np.atleast_2d(np.cov(X.T))))[::-1]
    return values[: min(X.shape)] / values.sum()


@right("explained_variance_ratio", "eigenvalues over the trace of the covariance")
def ratio_over_the_trace(X):
    n, d = X.shape
    C = X - X.mean(axis=0)
    small = C @ C.T if n < d else C.T @ C
    values, _ = np.linalg.eigh(small)
    return list(values[::-1] / np.trace(small))


@right("explained_variance_ratio", "general eigenvalues of the covariance")
def ratio_from_general_eigenvalues(X):
    C = X - X.mean(axis=0)
    values = np.linalg.eig(C.T @ C)[0]
    values = values[np.argsort(values.real)[::-1]][: min(X.shape)]
    return values / values.sum()


@wrong(
    "explained_variance_ratio",
    "np.cov of one feature is a single number: make a matrix of it before eigvalsh.",
)
def ratio_trusts_the_shape_of_cov(X):
    values = np.linalg.eigvalsh(np.cov(X.T))[::-1][: min(X.shape)]
    return values / values.sum()


@wrong(
    "explained_variance_ratio", "You did not square the singular values: they are not variances."
)
def ratio_of_singular_values(X):
    s = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)
    return s / s.sum()


@wrong("explained_variance_ratio", "You did not centre the data: the mean explains no variance.")
def ratio_without_centring(X):
    s = np.linalg.svd(X, compute_uv=False)
    return s**2 / np.sum(s**2)


@wrong(
    "explained_variance_ratio",
    "You return d shares: with fewer samples than features there are only n of them.",
)
def ratio_for_every_feature(X):
    values = np.linalg.eigvalsh(np.cov(X.T))[::-1]
    return values / values.sum()


@wrong(
    "explained_variance_ratio",
    "You return the shares of the columns: those of the principal directions are asked for.",
)
def ratio_of_columns(X):
    variances = np.sort(X.var(axis=0))[::-1][: min(X.shape)]
    return variances / variances.sum()


@wrong("explained_variance_ratio", "You return the running sum: the single shares are asked for.")
def ratio_accumulated(X):
    s = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)
    return np.cumsum(s**2) / np.sum(s**2)


@wrong("explained_variance_ratio", "Your shares ascend: the largest comes first.")
def ratio_ascending(X):
    s = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)
    return np.sort(s**2) / np.sum(s**2)


@wrong("explained_variance_ratio", "You centred the rows: samples are in rows, so use axis 0.")
def ratio_centres_rows(X):
    s = np.linalg.svd(X - X.mean(axis=1, keepdims=True), compute_uv=False)
    return s**2 / np.sum(s**2)


@wrong("explained_variance_ratio", "You divided by the largest variance, not by their sum.")
def ratio_to_the_largest(X):
    s = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)
    return s**2 / s[0] ** 2


@wrong("explained_variance_ratio", "You divided each column by its spread: PCA centres only.")
def ratio_standardises(X):
    s = np.linalg.svd((X - X.mean(axis=0)) / X.std(axis=0), compute_uv=False)
    return s**2 / np.sum(s**2)


@wrong(
    "explained_variance_ratio",
    "The caller's data has changed: put what is centred into a new array.",
)
def ratio_centres_in_place(X):
    X -= X.mean(axis=0)
    s = np.linalg.svd(X, compute_uv=False)
    return s**2 / np.sum(s**2)


# -------------------------------------------------------------------------------- pca_transform


@right("pca_transform", "one dot product per entry")
def transforms_entry_by_entry(X, mean, components):
    return [[sum((x - mean) * row) for row in components] for x in X]


@right("pca_transform", "projects first, and takes off the mean's own coordinates")
def transforms_the_mean_too(X, mean, components):
    return X @ components.T - components @ mean


@right("pca_transform", "einsum")
def transforms_by_einsum(X, mean, components):
    return np.einsum("nd,kd->nk", X - mean[None, :], components)


@wrong("pca_transform", "You forgot the mean: coordinates are measured from it.")
def transforms_without_mean(X, mean, components):
    return X @ components.T


@wrong("pca_transform", "You took the mean of these samples: the given one is the training data's.")
def transforms_with_own_mean(X, mean, components):
    return (X - X.mean(axis=0)) @ components.T


@wrong("pca_transform", "You added the mean: going in, it is subtracted.")
def transforms_plus_mean(X, mean, components):
    return (X + mean) @ components.T


@wrong("pca_transform", "You took columns of the components: each component is a row.")
def transforms_with_columns(X, mean, components):
    k, d = components.shape
    return (X - mean) @ (components if k == d else components.T)


@wrong("pca_transform", "An array of the caller's has changed: put what is centred into a new one.")
def transforms_in_place(X, mean, components):
    X -= mean
    return X @ components.T


@wrong(
    "pca_transform", "You dropped axes of length 1: one sample or component still makes a matrix."
)
def transforms_and_squeezes(X, mean, components):
    return np.squeeze((X - mean) @ components.T)


@wrong("pca_transform", "You subtracted the mean from columns: it belongs to every row.")
def transforms_mean_by_column(X, mean, components):
    if X.shape[0] == X.shape[1]:
        return (X - mean[:, None]) @ components.T
    return (X - mean) @ components.T


# ------------------------------------------------------------------------------ pca_reconstruct


@right("pca_reconstruct", "a sum of components, sample by sample")
def rebuilds_row_by_row(Z, mean, components):
    rows = []
    for z in Z:
        row = mean.copy()
        for coordinate, component in zip(z, components):
            row = row + coordinate * component
        rows.append(row)
    return rows


@right("pca_reconstruct", "a product of transposes")
def rebuilds_by_transposes(Z, mean, components):
    return (components.T @ Z.T + mean[:, None]).T


@right("pca_reconstruct", "outer products of coordinates and components")
def rebuilds_by_outer_products(Z, mean, components):
    result = np.tile(mean, (len(Z), 1))
    for k in range(len(components)):
        result += np.outer(Z[:, k], components[k])
    return result


@wrong("pca_reconstruct", "You forgot to add the mean back.")
def rebuilds_without_mean(Z, mean, components):
    return Z @ components


@wrong("pca_reconstruct", "You subtracted the mean: on the way back it is added.")
def rebuilds_minus_mean(Z, mean, components):
    return Z @ components - mean


@wrong("pca_reconstruct", "You transposed the components: going back, Z (n, k) meets (k, d).")
def rebuilds_with_transposed(Z, mean, components):
    k, d = components.shape
    return Z @ (components.T if k == d else components) + mean


@wrong("pca_reconstruct", "You added the mean to the components: it is added once per sample.")
def rebuilds_mean_per_component(Z, mean, components):
    return Z @ (components + mean)


@wrong("pca_reconstruct", "You dropped axes of length 1: one sample still makes a matrix.")
def rebuilds_and_squeezes(Z, mean, components):
    return np.squeeze(Z @ components + mean)


@wrong("pca_reconstruct", "You add to the mean itself: take a copy of it for each sample.")
def rebuilds_on_the_mean_itself(Z, mean, components):
    rows = []
    for z in Z:
        row = mean
        for coordinate, component in zip(z, components):
            row += coordinate * component
        rows.append(row)
    return np.array(rows)


# ------------------------------------------------------------------------------------- low_rank


def check_rank(W, rank):
    if rank < 0 or rank > min(W.shape):
        raise ValueError("rank is out of range")


@right("low_rank", "a sum of layers")
def sums_layers(W, rank):
    check_rank(W, rank)
    U, s, Vt = np.linalg.svd(W)
    total = np.zeros(W.shape)
    for i in range(rank):
        total += s[i] * np.outer(U[:, i], Vt[i])
    return total


@right("low_rank", "projects the rows on the leading eigenvectors of WᵀW")
def projects_on_eigenvectors(W, rank):
    check_rank(W, rank)
    _, vectors = np.linalg.eigh(W.T @ W)
    V = vectors[:, W.shape[1] - rank :]
    return W @ V @ V.T


@right("low_rank", "sets the other singular values to zero")
def zeroes_the_rest(W, rank):
    check_rank(W, rank)
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    s[rank:] = 0
    return U @ np.diag(s) @ Vt


@right("low_rank", "singular values as roots of the eigenvalues of WᵀW")
def roots_of_eigenvalues(W, rank):
    check_rank(W, rank)
    values, vectors = np.linalg.eigh(W.T @ W)
    order = np.argsort(values)[::-1][:rank]
    V, s = vectors[:, order], np.sqrt(values[order])
    return (W @ V / s * s) @ V.T


@wrong("low_rank", "You kept one layer too many.")
def keeps_one_more(W, rank):
    check_rank(W, rank)
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    return (U[:, : rank + 1] * s[: rank + 1]) @ Vt[: rank + 1]


@wrong("low_rank", "You kept the smallest singular values: the largest carry the most.")
def keeps_smallest_layers(W, rank):
    check_rank(W, rank)
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    k = len(s)
    return (U[:, k - rank :] * s[k - rank :]) @ Vt[k - rank :]


@wrong("low_rank", "You left the singular values out: each layer is weighted by its own.")
def forgets_the_weights(W, rank):
    check_rank(W, rank)
    U, _, Vt = np.linalg.svd(W, full_matrices=False)
    return U[:, :rank] @ Vt[:rank]


@wrong("low_rank", "A rank of 0 is allowed: the result is all zeros.")
def refuses_rank_zero(W, rank):
    if not 1 <= rank <= min(W.shape):
        raise ValueError("rank is out of range")
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    return (U[:, :rank] * s[:rank]) @ Vt[:rank]


@wrong("low_rank", "Slicing with -0 keeps everything: rank 0 should be all zeros.")
def slices_from_the_end(W, rank):
    check_rank(W, rank)
    values, vectors = np.linalg.eigh(W.T @ W)
    V = vectors[:, -rank:]
    return W @ V @ V.T


@wrong("low_rank", "The full rank is allowed: it gives the matrix itself.")
def refuses_full_rank(W, rank):
    if not 0 <= rank < min(W.shape):
        raise ValueError("rank is out of range")
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    return (U[:, :rank] * s[:rank]) @ Vt[:rank]


@wrong("low_rank", "You compare the rank with the number of rows: the smaller side is the limit.")
def compares_with_rows(W, rank):
    if not 0 <= rank <= W.shape[0]:
        raise ValueError("rank is out of range")
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    return (U[:, :rank] * s[:rank]) @ Vt[:rank]


@wrong(
    "low_rank", "You compare the rank with the number of columns: the smaller side is the limit."
)
def compares_with_columns(W, rank):
    if not 0 <= rank <= W.shape[1]:
        raise ValueError("rank is out of range")
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    return (U[:, :rank] * s[:rank]) @ Vt[:rank]


@wrong("low_rank", "You do not refuse a rank that the matrix does not have: slicing hides it.")
def keeps_layers_of_any_rank(W, rank):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    return (U[:, :rank] * s[:rank]) @ Vt[:rank]


@wrong("low_rank", "A negative rank slices from the end instead of being refused.")
def accepts_a_negative_rank(W, rank):
    if rank > min(W.shape):
        raise ValueError("rank is out of range")
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    return (U[:, :rank] * s[:rank]) @ Vt[:rank]


@wrong("low_rank", "You centred the columns first: that is PCA. Here nothing is centred.")
def centres_first(W, rank):
    check_rank(W, rank)
    mean = W.mean(axis=0)
    U, s, Vt = np.linalg.svd(W - mean, full_matrices=False)
    return (U[:, :rank] * s[:rank]) @ Vt[:rank] + (mean if rank else 0)


@wrong("low_rank", "You transposed V once more: numpy's svd returns Vᵀ already.")
def transposes_once_more(W, rank):
    check_rank(W, rank)
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    if W.shape[0] != W.shape[1]:
        return (U[:, :rank] * s[:rank]) @ Vt[:rank]
    return (U[:, :rank] * s[:rank]) @ Vt.T[:rank]


# ------------------------------------------------------------------------------- low_rank_error


@right("low_rank_error", "norms of the two vectors of singular values")
def ratio_of_norms(W, rank):
    check_rank(W, rank)
    s = np.linalg.svd(W)[1]
    if not s.any():
        return 0
    return np.linalg.norm(s[rank:]) / np.linalg.norm(s)


@right("low_rank_error", "eigenvalues of W Wᵀ for the squares")
def error_from_eigenvalues(W, rank):
    check_rank(W, rank)
    squares = np.linalg.eigvalsh(W @ W.T if W.shape[0] < W.shape[1] else W.T @ W)
    total = squares.sum()
    return np.asarray(np.sqrt(squares[: len(squares) - rank].sum() / total) if total > 0 else 0.0)


@wrong(
    "low_rank_error",
    "You took the root of 1 minus the kept share, which rounding carries below 0 at full rank: "
    "that is nan. Add up what is left out instead.",
)
def takes_the_root_of_less_than_zero(W, rank):
    check_rank(W, rank)
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    kept = np.linalg.norm((U[:, :rank] * s[:rank]) @ Vt[:rank])
    total = np.linalg.norm(W)
    with np.errstate(invalid="ignore"):
        return np.sqrt(1 - (kept / total) ** 2) if total > 0 else 0.0


@wrong(
    "low_rank_error",
    "You subtracted the kept share from 1: where little is missed, rounding is all that is left. "
    "Add up what is left out instead.",
)
def one_minus_the_kept_share(W, rank):
    check_rank(W, rank)
    s = np.linalg.svd(W, compute_uv=False)
    total = np.sum(s**2)
    return np.sqrt(max(0.0, 1.0 - np.sum(s[:rank] ** 2) / total)) if total > 0 else 0.0


@wrong("low_rank_error", "You forgot the root: that is the squared error.")
def forgets_the_root(W, rank):
    check_rank(W, rank)
    s = np.linalg.svd(W, compute_uv=False)
    return np.sum(s[rank:] ** 2) / np.sum(s**2) if s[0] > 0 else 0.0


@wrong("low_rank_error", "You did not square the singular values before adding them.")
def adds_unsquared(W, rank):
    check_rank(W, rank)
    s = np.linalg.svd(W, compute_uv=False)
    return np.sum(s[rank:]) / np.sum(s) if s[0] > 0 else 0.0


@wrong("low_rank_error", "You return the error itself: its share of the norm of W is asked for.")
def returns_absolute_error(W, rank):
    check_rank(W, rank)
    s = np.linalg.svd(W, compute_uv=False)
    return np.sqrt(np.sum(s[rank:] ** 2))


@wrong("low_rank_error", "You return what is kept: what is missed is asked for.")
def returns_the_kept_share(W, rank):
    check_rank(W, rank)
    s = np.linalg.svd(W, compute_uv=False)
    return np.sqrt(np.sum(s[:rank] ** 2) / np.sum(s**2)) if s[0] > 0 else 0.0


@wrong("low_rank_error", "You took the largest singular value left out: that is the spectral norm.")
def uses_the_spectral_norm(W, rank):
    check_rank(W, rank)
    s = np.append(np.linalg.svd(W, compute_uv=False), 0.0)
    return s[rank] / s[0] if s[0] > 0 else 0.0


@wrong("low_rank_error", "A zero matrix gives 0 / 0: its error is 0.")
def divides_zero_by_zero(W, rank):
    check_rank(W, rank)
    s = np.linalg.svd(W, compute_uv=False)
    with np.errstate(all="ignore"):
        return np.sqrt(np.sum(s[rank:] ** 2) / np.sum(s**2))


@wrong("low_rank_error", "You count from rank + 1: indices start at 0, so s[rank] is left out too.")
def counts_from_one(W, rank):
    check_rank(W, rank)
    s = np.linalg.svd(W, compute_uv=False)
    return np.sqrt(np.sum(s[rank + 1 :] ** 2) / np.sum(s**2)) if s[0] > 0 else 0.0


@wrong(
    "low_rank_error", "You do not refuse a rank that the matrix does not have: slicing hides it."
)
def error_of_any_rank(W, rank):
    s = np.linalg.svd(W, compute_uv=False)
    return np.sqrt(np.sum(s[rank:] ** 2) / np.sum(s**2)) if s[0] > 0 else 0.0


@wrong("low_rank_error", "You refuse the full rank: it is allowed, and its error is 0.")
def error_refuses_full_rank(W, rank):
    if not 0 <= rank < min(W.shape):
        raise ValueError("rank is out of range")
    s = np.linalg.svd(W, compute_uv=False)
    return np.sqrt(np.sum(s[rank:] ** 2) / np.sum(s**2)) if s[0] > 0 else 0.0


@wrong("low_rank_error", "You compare the rank with the larger side: the smaller one is the limit.")
def error_compares_with_larger_side(W, rank):
    if not 0 <= rank <= max(W.shape):
        raise ValueError("rank is out of range")
    s = np.linalg.svd(W, compute_uv=False)
    return np.sqrt(np.sum(s[rank:] ** 2) / np.sum(s**2)) if s[0] > 0 else 0.0


# ----------------------------------------------------------------------------- condition_number


@right("condition_number", "largest over smallest, of whatever order")
def compares_extremes(A):
    s = np.linalg.svd(A)[1]
    return float("inf") if s.min() <= 1e-15 * s.max() else s.max() / s.min()


@right(
    "condition_number", "the largest eigenvalues of a symmetric matrix with A beside its transpose"
)
def embeds_in_a_symmetric_matrix(A):
    m, n = A.shape
    both = np.block([[np.zeros((m, m)), A], [A.T, np.zeros((n, n))]])
    s = np.linalg.eigvalsh(both)[::-1][: min(m, n)]
    if s[-1] < 1e-15 * s[0] or s[0] == 0:
        return math.inf
    return s[0] / s[-1]


@right("condition_number", "turns pairs of columns until all are at right angles (Jacobi)")
def turns_columns_to_right_angles(A):
    A = np.array(A if A.shape[0] >= A.shape[1] else A.T, dtype=float)
    size = np.abs(A).max()
    if size == 0:
        return np.inf
    A /= size
    for _ in range(60):
        for i in range(A.shape[1]):
            for j in range(i):
                a, b, c = A[:, i] @ A[:, i], A[:, j] @ A[:, j], A[:, i] @ A[:, j]
                if abs(c) <= 1e-17 * math.sqrt(a * b) or c == 0:
                    continue
                angle = 0.5 * math.atan2(2 * c, a - b)
                x, y = A[:, i].copy(), A[:, j].copy()
                A[:, i] = math.cos(angle) * x + math.sin(angle) * y
                A[:, j] = math.cos(angle) * y - math.sin(angle) * x
    lengths = [math.hypot(*column) for column in A.T]
    return np.inf if min(lengths) < 1e-15 * max(lengths) else max(lengths) / min(lengths)


@wrong(
    "condition_number", "You took eigenvalues: how much a matrix stretches, singular values say."
)
def compares_eigenvalues(A):
    if A.shape[0] != A.shape[1]:
        A = A.T @ A if A.shape[0] > A.shape[1] else A @ A.T
    sizes = np.abs(np.linalg.eigvals(A))
    return np.inf if sizes.min() <= 1e-15 * sizes.max() else sizes.max() / sizes.min()


@wrong("condition_number", "You took the eigenvalues of AᵀA without a root: that is its square.")
def forgets_the_root(A):
    s = np.linalg.svd(A, compute_uv=False)
    return np.inf if s[-1] <= 1e-15 * s[0] else (s[0] / s[-1]) ** 2


@wrong(
    "condition_number",
    "You took the roots of the eigenvalues of AᵀA: half of the digits are lost that way.",
)
def takes_roots_of_eigenvalues(A):
    G = A.T @ A if A.shape[0] >= A.shape[1] else A @ A.T
    s = np.sqrt(np.maximum(np.linalg.eigvalsh(G), 0.0))
    return np.inf if s[0] <= 1e-15 * s[-1] else s[-1] / s[0]


@wrong("condition_number", "You turned it round: the largest singular value stands above.")
def turns_it_round(A):
    s = np.linalg.svd(A, compute_uv=False)
    return s[-1] / s[0] if s[-1] > 1e-15 * s[0] else 0.0


@wrong("condition_number", "You leave a tiny singular value as it is: rounding makes such of a 0.")
def trusts_tiny_singular_values(A):
    s = np.linalg.svd(A, compute_uv=False)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.inf if s[-1] == 0 else s[0] / s[-1]


@wrong(
    "condition_number", "You compared with a fixed number: small is what is small by comparison."
)
def compares_with_a_fixed_number(A):
    s = np.linalg.svd(A, compute_uv=False)
    return np.inf if s[-1] < 1e-15 else s[0] / s[-1]


@wrong(
    "condition_number", "You call it infinite too early: above 1e-15 of the largest it is finite."
)
def gives_up_too_early(A):
    s = np.linalg.svd(A, compute_uv=False)
    return np.inf if s[-1] <= 1e-10 * s[0] else s[0] / s[-1]


@wrong("condition_number", "You asked the determinant: that of a small matrix is small anyway.")
def asks_the_determinant(A):
    if A.shape[0] == A.shape[1] and abs(np.linalg.det(A)) < 1e-15:
        return np.inf
    s = np.linalg.svd(A, compute_uv=False)
    return np.inf if s[-1] <= 1e-15 * s[0] else s[0] / s[-1]


@wrong("condition_number", "You dropped the small singular values: then what is lost never shows.")
def drops_what_is_lost(A):
    s = np.linalg.svd(A, compute_uv=False)
    s = s[s > 1e-15 * s[0]]
    return s[0] / s[-1] if len(s) else np.inf


@wrong("condition_number", "You divided 0 by 0: a matrix of zeros has inf, as one without inverse.")
def divides_zero_by_zero(A):
    s = np.linalg.svd(A, compute_uv=False)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.inf if s[-1] < 1e-15 * s[0] else s[0] / s[-1]


@wrong("condition_number", "You refused what has no inverse: its condition number is inf.")
def refuses_singular_matrices(A):
    s = np.linalg.svd(A, compute_uv=False)
    if s[-1] <= 1e-15 * s[0]:
        raise ValueError("A is singular")
    return s[0] / s[-1]


@wrong("condition_number", "You took the Frobenius norm: largest over smallest is asked for.")
def takes_frobenius_norms(A):
    s = np.linalg.svd(A, compute_uv=False)
    if s[-1] <= 1e-15 * s[0]:
        return np.inf
    return np.sqrt(np.sum(s**2)) * np.sqrt(np.sum(1 / s**2))


@wrong("condition_number", "You inverted A, which only a square and regular matrix allows.")
def inverts_the_matrix(A):
    return np.linalg.norm(A, 2) * np.linalg.norm(np.linalg.inv(A), 2)


# --------------------------------------------------------------------------------- lora_forward


@right("lora_forward", "scales the input first")
def scales_the_input(x, W, A, B, alpha):
    scaled = x * (alpha / len(A))
    return np.matmul(x, W.T) + np.matmul(np.matmul(scaled, A.T), B.T)


@right("lora_forward", "einsum, one factor after the other")
def lora_by_einsum(x, W, A, B, alpha):
    low = np.einsum("...i,ri->...r", x, A)
    up = np.einsum("...r,or->...o", low, B)
    return np.einsum("...i,oi->...o", x, W) + alpha * up / B.shape[1]


@right("lora_forward", "vector by vector, in plain Python")
def lora_vector_by_vector(x, W, A, B, alpha):
    r = A.shape[0]
    results = []
    for vector in x.reshape(-1, x.shape[-1]):
        low = [sum(a * v for a, v in zip(row, vector)) for row in A]
        up = [sum(b * z for b, z in zip(row, low)) for row in B]
        frozen = [sum(w * v for w, v in zip(row, vector)) for row in W]
        results.append([f + alpha / r * u for f, u in zip(frozen, up)])
    return np.array(results).reshape(*x.shape[:-1], W.shape[0])


@right("lora_forward", "scales the smaller factor")
def scales_a_factor(x, W, A, B, alpha):
    return x.dot(W.T) + x.dot((alpha / A.shape[0] * A).T).dot(B.T)


@wrong(
    "lora_forward",
    "You form B A, which is as large as W and may overflow: go through the r numbers instead.",
)
def forms_the_product(x, W, A, B, alpha):
    with np.errstate(all="ignore"):
        return x @ W.T + alpha / len(A) * (x @ (B @ A).T)


@wrong(
    "lora_forward",
    "You form B A, which is as large as W and may overflow: go through the r numbers instead.",
)
def merges_the_weight(x, W, A, B, alpha):
    return x @ (W + alpha / len(A) * (B @ A)).T


@wrong("lora_forward", "You forgot to divide alpha by the rank r.")
def forgets_the_rank(x, W, A, B, alpha):
    return x @ W.T + alpha * (x @ A.T @ B.T)


@wrong("lora_forward", "You divided alpha by the width of the input: r is the number of rows of A.")
def divides_by_the_width(x, W, A, B, alpha):
    return x @ W.T + alpha / A.shape[1] * (x @ A.T @ B.T)


@wrong("lora_forward", "You divided alpha by the number of outputs: r is the columns of B.")
def divides_by_the_outputs(x, W, A, B, alpha):
    return x @ W.T + alpha / B.shape[0] * (x @ A.T @ B.T)


@wrong("lora_forward", "You divided alpha by the root of r, as rsLoRA does: here it is r.")
def divides_by_the_root(x, W, A, B, alpha):
    return x @ W.T + alpha / np.sqrt(len(A)) * (x @ A.T @ B.T)


@wrong("lora_forward", "You scaled the frozen part too: alpha/r belongs to the change only.")
def scales_everything(x, W, A, B, alpha):
    return alpha / len(A) * (x @ W.T + x @ A.T @ B.T)


@wrong("lora_forward", "You divided with //: alpha over r is not rounded.")
def rounds_the_scale(x, W, A, B, alpha):
    return x @ W.T + alpha // len(A) * (x @ A.T @ B.T)


@wrong("lora_forward", "You use W without transposing it: W is (out, in), as in PyTorch.")
def forgets_the_transpose(x, W, A, B, alpha):
    square = W.shape[0] == W.shape[1]
    return x @ (W if square else W.T) + alpha / len(A) * (x @ A.T @ B.T)


@wrong("lora_forward", "You swapped the factors: A comes first, then B.")
def swaps_the_factors(x, W, A, B, alpha):
    if A.shape == B.shape:
        A, B = B, A
    return x @ W.T + alpha / len(A) * (x @ A.T @ B.T)


@wrong("lora_forward", "You left the frozen layer out: the change is added to x Wᵀ.")
def leaves_the_layer_out(x, W, A, B, alpha):
    return alpha / len(A) * (x @ A.T @ B.T)


@wrong("lora_forward", "You handle a batch of vectors only: x may have any number of batch axes.")
def transposes_the_input(x, W, A, B, alpha):
    return (W @ x.T + alpha / len(A) * (B @ (A @ x.T))).T


@wrong(
    "lora_forward",
    "An array of the caller's has changed: the frozen weight, above all, stays as it is.",
)
def merges_in_place(x, W, A, B, alpha):
    y = x @ W.T + alpha / len(A) * (x @ A.T @ B.T)
    with np.errstate(all="ignore"):
        W += alpha / len(A) * (B @ A)
    return y


# ------------------------------------------------------------------------- lora_parameter_count


@right("lora_parameter_count", "rank times the sum of both sides, as a float")
def rank_times_sides(d_out, d_in, rank):
    return float(rank * (d_out + d_in))


@right("lora_parameter_count", "builds the shapes and multiplies them out")
def multiplies_shapes(d_out, d_in, rank):
    return sum(math.prod(shape) for shape in [(rank, d_in), (d_out, rank)])


@right("lora_parameter_count", "a numpy integer")
def counts_with_numpy(d_out, d_in, rank):
    return np.int64(rank) * np.sum(np.array([d_out, d_in], dtype=np.int64))


@wrong("lora_parameter_count", "You counted the frozen weight, which is not trained.")
def counts_the_frozen_weight(d_out, d_in, rank):
    return d_out * d_in


@wrong("lora_parameter_count", "You added the frozen weight: it is not trained.")
def adds_the_frozen_weight(d_out, d_in, rank):
    return d_out * d_in + rank * (d_out + d_in)


@wrong("lora_parameter_count", "You counted the square case only: the sides may differ.")
def counts_one_side_twice(d_out, d_in, rank):
    return 2 * rank * d_in


@wrong("lora_parameter_count", "You counted singular values as well: LoRA has two factors only.")
def counts_singular_values(d_out, d_in, rank):
    return rank * (d_out + d_in + 1)


@wrong("lora_parameter_count", "You return the share of W: the number of parameters is asked for.")
def returns_the_share(d_out, d_in, rank):
    return rank * (d_out + d_in) / (d_out * d_in)


@wrong("lora_parameter_count", "You added a bias per output: LoRA's factors have none.")
def adds_a_bias(d_out, d_in, rank):
    return rank * (d_out + d_in) + d_out


@wrong("lora_parameter_count", "You multiplied the sides: two thin factors add up instead.")
def multiplies_the_sides(d_out, d_in, rank):
    return rank * d_out * d_in


@wrong(
    "lora_parameter_count", "You took off the r² overlap: every entry of both factors is trained."
)
def takes_off_the_overlap(d_out, d_in, rank):
    return rank * (d_out + d_in - rank)


@wrong("low_rank", "You sorted eigenvalues with their signs: the largest magnitudes count.")
def keeps_the_largest_eigenvalues(W, rank):
    if not 0 <= rank <= min(W.shape):
        raise ValueError("rank is out of range")
    if W.shape[0] == W.shape[1] and np.allclose(W, W.T):
        values, vectors = np.linalg.eigh(W)
        kept = np.argsort(values)[::-1][:rank]
        return (vectors[:, kept] * values[kept]) @ vectors[:, kept].T
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    return (U[:, :rank] * s[:rank]) @ Vt[:rank]


# -------------------------------------------------------------------------------- quantize_int8


@right("quantize_int8", "row by row in plain Python, whose round takes halves to even as well")
def quantizes_row_by_row(W):
    rows, scales = [], []
    for row in W.tolist():
        largest = max(abs(w) for w in row)
        scale = largest / 127 if largest > 0 else 1.0
        rows.append([round(w / scale) for w in row])
        scales.append(scale)
    return np.array(rows, dtype=np.int8), np.array(scales)


@right("quantize_int8", "the largest and the least of each row, np.rint and a clip")
def clips_to_the_range(W):
    scale = np.maximum(W.max(axis=1), -W.min(axis=1)) / 127.0
    scale[scale == 0] = 1
    return np.clip(np.rint((W.T / scale).T), -127, 127).astype("int8"), scale


@right("quantize_int8", "multiplies by 127 over the largest")
def multiplies_by_the_inverse(W):
    largest = np.abs(W).max(axis=1, keepdims=True)
    factor = np.divide(127, largest, out=np.zeros_like(largest), where=largest > 0)
    scale = np.where(largest > 0, largest / 127, 1.0)
    return np.around(W * factor).astype(np.int8), scale.ravel()


@wrong("quantize_int8", "You took one scale for the whole matrix: each row has its own.")
def takes_one_scale_for_all(W):
    largest = np.abs(W).max()
    scale = np.full(len(W), largest / 127 if largest > 0 else 1.0)
    return np.round(W / scale[:, None]).astype(np.int8), scale


@wrong("quantize_int8", "You took a scale per column: each row has its own.")
def takes_a_scale_per_column(W):
    largest = np.abs(W).max(axis=0)
    scale = np.where(largest == 0, 1.0, largest / 127)
    return np.round(W / scale).astype(np.int8), scale


@wrong("quantize_int8", "You cut decimals off: astype does not round.")
def cuts_decimals_off(W):
    largest = np.abs(W).max(axis=1)
    scale = np.where(largest == 0, 1.0, largest / 127)
    return (W / scale[:, None]).astype(np.int8), scale


@wrong("quantize_int8", "You rounded down: the nearest integer is asked for.")
def rounds_down(W):
    largest = np.abs(W).max(axis=1)
    scale = np.where(largest == 0, 1.0, largest / 127)
    return np.floor(W / scale[:, None]).astype(np.int8), scale


@wrong("quantize_int8", "You rounded up: the nearest integer is asked for.")
def rounds_up(W):
    largest = np.abs(W).max(axis=1)
    scale = np.where(largest == 0, 1.0, largest / 127)
    return np.ceil(W / scale[:, None]).astype(np.int8), scale


@wrong("quantize_int8", "You rounded halves up: here they go to the even neighbour.")
def rounds_halves_up(W):
    largest = np.abs(W).max(axis=1)
    scale = np.where(largest == 0, 1.0, largest / 127)
    return np.floor(W / scale[:, None] + 0.5).astype(np.int8), scale


@wrong("quantize_int8", "You rounded halves away from 0: here they go to the even neighbour.")
def rounds_halves_away(W):
    largest = np.abs(W).max(axis=1)
    scale = np.where(largest == 0, 1.0, largest / 127)
    steps = W / scale[:, None]
    return (np.sign(steps) * np.floor(np.abs(steps) + 0.5)).astype(np.int8), scale


@wrong("quantize_int8", "You divided by 128: the largest magnitude becomes 127.")
def divides_by_128(W):
    largest = np.abs(W).max(axis=1)
    scale = np.where(largest == 0, 1.0, largest / 128)
    return np.clip(np.round(W / scale[:, None]), -128, 127).astype(np.int8), scale


@wrong("quantize_int8", "You divided by 255, as for numbers without a sign: int8 ends at 127.")
def spreads_over_255(W):
    width = W.max(axis=1) - W.min(axis=1)
    scale = np.where(width == 0, 1.0, width / 255)
    return np.clip(np.round(W / scale[:, None]), -128, 127).astype(np.int8), scale


@wrong(
    "quantize_int8",
    "You took the largest weight without its sign: -5 is larger in magnitude than 3.",
)
def forgets_magnitudes(W):
    largest = W.max(axis=1)
    scale = np.where(largest == 0, 1.0, largest / 127)
    return np.clip(np.round(W / scale[:, None]), -127, 127).astype(np.int8), scale


@wrong(
    "quantize_int8",
    "You left a row of zeros the scale 0, by which nothing can be divided: it is 1.",
)
def divides_zeros_by_zero(W):
    scale = np.abs(W).max(axis=1) / 127
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.round(W / scale[:, None])).astype(np.int8), scale


@wrong("quantize_int8", "You gave a row of zeros the scale 1/127: it is 1.")
def puts_one_for_the_largest(W):
    largest = np.abs(W).max(axis=1)
    scale = np.where(largest == 0, 1.0, largest) / 127
    return np.round(W / scale[:, None]).astype(np.int8), scale


@wrong("quantize_int8", "The numbers of q take more than one byte each: the dtype is int8.")
def keeps_floats(W):
    largest = np.abs(W).max(axis=1)
    scale = np.where(largest == 0, 1.0, largest / 127)
    return np.round(W / scale[:, None]), scale


@wrong("quantize_int8", "The numbers of q take more than one byte each: the dtype is int8.")
def takes_long_integers(W):
    largest = np.abs(W).max(axis=1)
    scale = np.where(largest == 0, 1.0, largest / 127)
    return np.round(W / scale[:, None]).astype(np.int64), scale


@wrong("quantize_int8", "You kept the scale as a column: its shape is (out,).")
def keeps_the_column(W):
    largest = np.abs(W).max(axis=1, keepdims=True)
    scale = np.where(largest == 0, 1.0, largest / 127)
    return np.round(W / scale).astype(np.int8), scale


@wrong("quantize_int8", "You return the inverse of the scale: scale is the size of a step.")
def returns_the_inverse_scale(W):
    largest = np.abs(W).max(axis=1)
    factor = np.where(largest == 0, 1.0, 127 / np.where(largest == 0, 1.0, largest))
    return np.round(W * factor[:, None]).astype(np.int8), factor


@wrong("quantize_int8", "You added a small number to the scale: tiny rows are lost that way.")
def adds_an_epsilon_to_the_scale(W):
    largest = np.abs(W).max(axis=1)
    scale = np.where(largest == 0, 1.0, largest / 127 + 1e-8)
    return np.round(W / scale[:, None]).astype(np.int8), scale


@wrong("quantize_int8", "You return q alone: the scales are needed to come back.")
def returns_q_alone(W):
    largest = np.abs(W).max(axis=1)
    scale = np.where(largest == 0, 1.0, largest / 127)
    return np.round(W / scale[:, None]).astype(np.int8)


@wrong("quantize_int8", "The weights that you were given have changed: compute in a new array.")
def divides_in_place(W):
    largest = np.abs(W).max(axis=1)
    scale = np.where(largest == 0, 1.0, largest / 127)
    W /= scale[:, None]
    return np.round(W).astype(np.int8), scale


# ----------------------------------------------------------------------------------- dequantize


@right("dequantize", "a diagonal matrix of scales")
def multiplies_by_a_diagonal(q, scale):
    return np.diag(scale) @ q.astype(float)


@right("dequantize", "entry by entry")
def goes_entry_by_entry(q, scale):
    return [[int(n) * s for n in row] for row, s in zip(q, scale)]


@right("dequantize", "turns rows to columns and back")
def turns_and_turns_back(q, scale):
    return (q.T * scale).T


@wrong("dequantize", "You multiplied columns by the scales: each row has its own.")
def scales_columns(q, scale):
    return q * scale


@wrong("dequantize", "You divided by the scale: quantizing divides, coming back multiplies.")
def divides_again(q, scale):
    return q / scale[:, None]


@wrong(
    "dequantize", "Your result went through int8, which holds no fractions and nothing above 127."
)
def stays_in_int8(q, scale):
    return (q * scale[:, None]).astype(np.int8)


@wrong("dequantize", "You turned the scales to integers first: most of them are less than 1.")
def cuts_the_scales(q, scale):
    return q * scale[:, None].astype(np.int64)


@wrong("dequantize", "Your numbers went through float32, which keeps seven digits: float64 is due.")
def comes_back_in_single_precision(q, scale):
    return q.astype(np.float32) * scale[:, None].astype(np.float32)


@wrong("dequantize", "You took one scale for all rows: each has its own.")
def takes_the_first_scale(q, scale):
    return q * scale[0]


@wrong("dequantize", "You return whole numbers without their scales.")
def forgets_the_scales(q, scale):
    return q.astype(float)


@wrong("dequantize", "You rounded the result: small weights lose their digits.")
def rounds_what_comes_back(q, scale):
    return np.round(q * scale[:, None], 6)


@wrong("dequantize", "You divide by 127 once more: the scale has that in it already.")
def divides_by_127_again(q, scale):
    return q * scale[:, None] / 127
