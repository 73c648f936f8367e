import numpy as np
import pytest

from kata.comparisons import (
    Mismatch,
    assert_close,
    assert_keeps_inputs,
    assert_orthonormal_rows,
    assert_same,
    assert_same_up_to_sign,
    assert_within,
    no_floating_point_warnings,
    unpack,
)

# Data and matrices are built from known, well separated spectra: the truth is known without any
# implementation, and every sensible algorithm, even one that squares the matrix, can reach it.


def orthonormal_rows(rng, k, d):
    """Return k random orthonormal rows of length d."""
    return np.linalg.qr(rng.normal(size=(d, k)))[0].T


def symmetric_with(rng, eigenvalues):
    """Return a random symmetric matrix with these eigenvalues, and the first one's eigenvector."""
    vectors = orthonormal_rows(rng, len(eigenvalues), len(eigenvalues))
    A = vectors.T @ np.diag(eigenvalues) @ vectors
    return (A + A.T) / 2, vectors[0]


def matrix_with(rng, shape, singular_values):
    """Return a random matrix with these singular values, and its layers σ u vᵀ."""
    k = len(singular_values)
    U, V = orthonormal_rows(rng, k, shape[0]), orthonormal_rows(rng, k, shape[1])
    layers = np.array([s * np.outer(u, v) for s, u, v in zip(singular_values, U, V, strict=True)])
    return layers.sum(axis=0), layers


def data_with(rng, n, d, variances, offset=3.0):
    """Return data (n, d) with these principal variances (divisor n - 1), and the directions."""
    k = len(variances)
    ones_first = np.column_stack([np.ones(n), rng.normal(size=(n, k))])
    centred_scores = np.linalg.qr(ones_first)[0][:, 1:]  # (n, k) orthonormal, each of mean 0
    components = orthonormal_rows(rng, k, d)
    scores = centred_scores * np.sqrt((n - 1) * np.asarray(variances))
    return scores @ components + offset * rng.normal(size=d), components


def without_zero_imaginary_part(values):
    """Return real numbers for complex ones whose imaginary part is rounding.

    `np.linalg.eig` makes such of a covariance matrix that has many zero eigenvalues, and from
    numpy 2.5 on of every matrix.
    """
    if not (isinstance(values, np.ndarray) and np.iscomplexobj(values)):
        return values
    is_rounding = np.abs(values.imag) <= 1e-10 * np.max(np.abs(values), initial=0.0)
    return values.real if np.all(is_rounding) else values


def _errors_of_nothing_and_of_all(module, matrices):
    return [[module.low_rank_error(W, rank) for rank in (0, 3)] for W in matrices]


def parts_of_pca(result):
    """Return components and variances."""
    return tuple(map(without_zero_imaginary_part, unpack(result, "components, variance")))


def shares_of(learner, X):
    """Return shares of the variance."""
    return without_zero_imaginary_part(learner.explained_variance_ratio(X))


class TestPowerIteration:
    def test_finds_the_dominant_pair(self, learner, rng):
        """It finds the dominant eigenvalue of a random symmetric matrix, and its eigenvector."""
        A, truth = symmetric_with(rng, [3.0, -2.25, 1.0, 0.5, -0.25])
        value, vector = unpack(learner.power_iteration(A), "value, vector")
        assert_close(value, 3.0, rtol=1e-8, what="the eigenvalue")
        assert_same_up_to_sign(vector, truth, atol=1e-6, what="the eigenvector")

    def test_a_negative_dominant_eigenvalue_stays_negative(self, learner, rng):
        """Largest means largest in magnitude, and a negative eigenvalue comes out negative."""
        A, truth = symmetric_with(rng, [-4.0, 3.75, 2.0, 1.0])
        value, vector = unpack(learner.power_iteration(A), "value, vector")
        assert_close(value, -4.0, rtol=1e-8, what="the eigenvalue")
        assert_same_up_to_sign(vector, truth, atol=1e-6, what="the eigenvector")

    def test_a_close_second_eigenvalue(self, learner, rng):
        """The default steps are enough even if the second eigenvalue is 0.95 times the first."""
        A, truth = symmetric_with(rng, [2.0, 1.9, 1.0, -0.5, 0.25, 0.1])
        value, vector = unpack(learner.power_iteration(A), "value, vector")
        assert_close(value, 2.0, rtol=1e-8, what="the eigenvalue")
        assert_same_up_to_sign(vector, truth, atol=1e-6, what="the eigenvector")

    def test_finds_an_answer_orthogonal_to_the_ones(self, learner):
        """It finds an eigenvector whose entries sum to 0: think of where you start."""
        # Every product with c (1, 1, x) is exact, so that rounding does not rescue a bad start.
        A = np.array([[4.0, -2.0, 0.0], [-2.0, 4.0, 0.0], [0.0, 0.0, 1.0]])
        value, vector = unpack(learner.power_iteration(A), "value, vector")
        assert_close(value, 6.0, rtol=1e-8, what="the eigenvalue")
        truth = np.array([1.0, -1.0, 0.0]) / np.sqrt(2)
        assert_same_up_to_sign(vector, truth, atol=1e-6, what="the eigenvector")

    def test_finds_an_answer_of_equal_signs(self, learner):
        """It finds an eigenvector whose entries are equal, whatever the start is."""
        # Every product with c (1, -1, x) is exact, so that rounding does not rescue a bad start.
        A = np.array([[4.0, 2.0, 0.0], [2.0, 4.0, 0.0], [0.0, 0.0, 1.0]])
        value, vector = unpack(learner.power_iteration(A), "value, vector")
        assert_close(value, 6.0, rtol=1e-8, what="the eigenvalue")
        truth = np.array([1.0, 1.0, 0.0]) / np.sqrt(2)
        assert_same_up_to_sign(vector, truth, atol=1e-6, what="the eigenvector")

    def test_finds_an_answer_in_some_entries_only(self, learner):
        """It finds an eigenvector that is 0 in some entries, wherever they are."""
        A = np.array(
            [[1.0, 0.5, 0.0, 0.0], [0.5, 1.0, 0.0, 0.0], [0.0, 0.0, 4.0, 1.0], [0.0, 0.0, 1.0, 2.0]]
        )
        value, vector = unpack(learner.power_iteration(A), "value, vector")
        assert_close(value, 3 + np.sqrt(2), rtol=1e-8, what="the eigenvalue")
        truth = np.array([0.0, 0.0, 1 + np.sqrt(2), 1.0])
        truth /= np.linalg.norm(truth)
        assert_same_up_to_sign(vector, truth, atol=1e-6, what="the eigenvector")

    def test_a_small_matrix_and_a_large_one(self, learner, rng):
        """The unit of A does not matter, the vector has length 1, and A is kept."""
        A, truth = symmetric_with(rng, [-2.0, 1.9, 1.2, 0.3])
        for scale in (1e-3, 1e3):
            result = assert_keeps_inputs(learner.power_iteration, scale * A)
            value, vector = unpack(result, "value, vector")
            assert_close(value, -2.0 * scale, rtol=1e-8, atol=0.0, what="the eigenvalue")
            assert_same_up_to_sign(vector, truth, atol=1e-6, what="the eigenvector")
            assert_orthonormal_rows([vector], atol=1e-8, what="the eigenvector")

    def test_more_steps_separate_closer_eigenvalues(self, learner, rng):
        """More steps, if asked for, separate eigenvalues that are closer still."""
        # 1000 steps leave a seventh of the second part, so that no lucky start makes up for it.
        A, truth = symmetric_with(rng, [1.0, 0.998, 0.5])
        value, vector = unpack(learner.power_iteration(A, steps=12000), "value, vector")
        assert_close(value, 1.0, rtol=1e-8, what="the eigenvalue")
        assert_same_up_to_sign(vector, truth, atol=3e-5, what="the eigenvector")


class TestCovariance:
    def test_agrees_with_numpy(self, learner, rng):
        """It agrees with numpy's covariance on correlated data, and keeps its input."""
        X = rng.normal(size=(12, 4)) @ rng.normal(size=(4, 4)) + rng.normal(size=4)
        result = assert_keeps_inputs(learner.covariance, X)
        assert_close(result, np.cov(X.T), atol=1e-10)

    def test_two_samples(self, learner, rng):
        """Two samples are enough, and there the divisor shows most."""
        X = rng.normal(size=(2, 3))
        difference = X[0] - X[1]
        assert_close(learner.covariance(X), np.outer(difference, difference) / 2, atol=1e-10)

    def test_every_column_has_its_own_mean(self, learner, rng):
        """Moving each column by a different amount changes nothing."""
        X = rng.normal(size=(9, 3))
        moved = X + np.array([20.0, -50.0, 1.0])
        assert_close(learner.covariance(moved), np.cov(X.T), atol=1e-9)

    def test_square_data(self, learner, rng):
        """Samples are in rows and features in columns, even where there are as many of each."""
        X = rng.normal(size=(5, 5)) * np.array([1.0, 2.0, 3.0, 4.0, 5.0]) + rng.normal(size=5)
        assert_close(learner.covariance(X), np.cov(X.T), atol=1e-10)

    def test_more_features_than_samples(self, learner, rng):
        """Data with more features than samples has a covariance matrix too."""
        X = rng.normal(size=(3, 7)) + 1.0
        assert_close(learner.covariance(X), np.cov(X.T), atol=1e-10)

    def test_one_feature(self, learner, rng):
        """For one feature the result is a matrix with one entry."""
        X = rng.normal(size=(6, 1)) + 2.0
        assert_close(learner.covariance(X), [[np.var(X, ddof=1)]], atol=1e-10)

    def test_mixing_features(self, learner, rng):
        """Where features are mixed by a matrix M, the covariance C becomes M C Mᵀ."""
        X, M = rng.normal(size=(20, 3)), rng.normal(size=(4, 3))
        C = np.cov(X.T)
        assert_close(learner.covariance(X @ M.T), M @ C @ M.T, atol=1e-9)

    def test_refuses_one_sample(self, learner, rng):
        """One sample does not vary: an error; two samples are fine."""
        X = rng.normal(size=(2, 4))
        assert_close(learner.covariance(X), np.cov(X.T), atol=1e-10)
        with pytest.raises(ValueError):
            learner.covariance(X[:1])


class TestPca:
    def test_finds_directions_and_variances(self, learner, rng):
        """It finds the directions of largest variance, in rows, and the variance along each."""
        # Variances that no float32 comes as near to.
        X, truth = data_with(rng, 25, 6, [9.2, 4.1, 1.3, 0.5, 0.2], offset=0.0)
        components, variance = parts_of_pca(learner.pca(X, 3))
        assert_same_up_to_sign(components, truth[:3], atol=1e-6, what="components")
        assert_close(variance, [9.2, 4.1, 1.3], rtol=1e-8, what="explained variance")

    def test_data_far_from_the_origin(self, learner, rng):
        """Where the data lies changes neither directions nor variances."""
        X, truth = data_with(rng, 15, 4, [4.0, 1.5, 0.5], offset=0.0)
        far = X + 30.0 * (truth[2] + rng.normal(size=4))
        components, variance = parts_of_pca(learner.pca(far, 2))
        assert_same_up_to_sign(components, truth[:2], atol=1e-6, what="components")
        assert_close(variance, [4.0, 1.5], rtol=1e-7, what="explained variance")

    def test_all_components_of_tall_data(self, learner, rng):
        """All components are orthonormal and share out the whole variance; X is kept."""
        X, truth = data_with(rng, 10, 4, [8.0, 3.0, 1.0, 0.4])
        result = assert_keeps_inputs(learner.pca, X, 4)
        components, variance = parts_of_pca(result)
        assert_orthonormal_rows(components, atol=1e-6, what="components")
        assert_same_up_to_sign(components, truth, atol=1e-6, what="components")
        assert_close(variance, [8.0, 3.0, 1.0, 0.4], rtol=1e-7, what="explained variance")

    def test_few_samples_show_the_divisor(self, learner, rng):
        """The variance has n - 1 in the denominator, as in scikit-learn."""
        X, truth = data_with(rng, 3, 2, [5.0, 2.0])
        components, variance = parts_of_pca(learner.pca(X, 2))
        assert_close(variance, [5.0, 2.0], rtol=1e-7, what="explained variance")
        assert_same_up_to_sign(components, truth, atol=1e-6, what="components")

    def test_more_features_than_samples(self, learner, rng):
        """It works where there are more features than samples, as with pictures."""
        X, truth = data_with(rng, 6, 16, [7.0, 3.0, 1.2, 0.5, 0.2])
        components, variance = parts_of_pca(learner.pca(X, 3))
        assert_same_up_to_sign(components, truth[:3], atol=1e-6, what="components")
        assert_close(variance, [7.0, 3.0, 1.2], rtol=1e-7, what="explained variance")

    def test_one_component(self, learner, rng):
        """One component is a matrix with one row, and one variance in an array."""
        X, truth = data_with(rng, 12, 3, [3.0, 1.0, 0.3])
        components, variance = parts_of_pca(learner.pca(X, 1))
        assert_same_up_to_sign(components, truth[:1], atol=1e-6, what="components")
        assert_close(variance, [3.0], rtol=1e-7, what="explained variance")

    def test_columns_in_different_units(self, learner, rng):
        """Columns are centred and not rescaled: a column in a small unit counts for more."""
        X, _ = data_with(rng, 14, 3, [6.0, 2.0, 0.5])
        X = X * np.array([1.0, 10.0, 0.1])
        eigenvalues, eigenvectors = np.linalg.eigh(np.cov(X.T))
        components, variance = parts_of_pca(learner.pca(X, 1))
        assert_close(variance, eigenvalues[-1:], rtol=1e-7, what="explained variance")
        assert_same_up_to_sign(components, eigenvectors.T[-1:], atol=1e-6, what="components")

    def test_one_feature(self, learner, rng):
        """Of one feature the only direction is 1 or -1, and it has all the variance."""
        X = rng.normal(size=(7, 1)) + 2.0
        components, variance = parts_of_pca(learner.pca(X, 1))
        assert_same_up_to_sign(components, [[1.0]], atol=1e-9, what="components")
        assert_close(variance, [np.var(X, ddof=1)], rtol=1e-7, what="explained variance")

    def test_all_components_of_wide_data(self, learner, rng):
        """As many components as samples are orthonormal too, although nothing varies along one."""
        X, truth = data_with(rng, 4, 4, [6.0, 2.0, 0.7])
        # Constant columns: so all ways to decompose a covariance find real eigenvectors.
        X = np.hstack([X, np.full((4, 2), 3.0)])
        components, _ = parts_of_pca(learner.pca(X, 4))
        assert_orthonormal_rows(components, atol=1e-6, what="components")
        truth = np.hstack([truth, np.zeros((3, 2))])
        assert_same_up_to_sign(np.asarray(components)[:3], truth, atol=1e-6, what="components")

    def test_refuses_a_number_that_tall_data_has_not(self, learner, rng):
        """Fewer than one component, or more than features, is an error; as many is not."""
        X, truth = data_with(rng, 8, 3, [6.0, 2.0, 0.7])
        components, variance = parts_of_pca(learner.pca(X, 3))
        assert_close(variance, [6.0, 2.0, 0.7], rtol=1e-7, what="explained variance")
        assert_same_up_to_sign(components, truth, atol=1e-6, what="components")
        for n_components in (4, 8, -1, 0):
            with pytest.raises(ValueError):
                learner.pca(X, n_components)

    def test_refuses_more_components_than_samples(self, learner, rng):
        """With more features than samples, the number of samples is the limit, itself allowed."""
        X, _ = data_with(rng, 4, 9, [6.0, 2.0, 0.7])
        _, variance = parts_of_pca(learner.pca(X, 4))
        # Centred samples span one direction less: nothing varies along the last one.
        assert_close(variance, [6.0, 2.0, 0.7, 0.0], rtol=1e-7, atol=1e-9, what="variance")
        for n_components in (5, 9, 0):
            with pytest.raises(ValueError):
                learner.pca(X, n_components)


class TestExplainedVarianceRatio:
    def test_shares_of_tall_data(self, learner, rng):
        """Each share is the variance along a principal direction, over their sum."""
        X, _ = data_with(rng, 20, 4, [5.0, 3.0, 1.5, 0.5], offset=0.0)
        assert_close(shares_of(learner, X), [0.5, 0.3, 0.15, 0.05], atol=1e-8)

    def test_the_mean_explains_nothing(self, learner, rng):
        """Moving the data changes no share, and X is kept."""
        X, _ = data_with(rng, 9, 3, [6.0, 3.0, 1.0], offset=20.0)
        ratio = without_zero_imaginary_part(
            assert_keeps_inputs(learner.explained_variance_ratio, X)
        )
        assert_close(ratio, [0.6, 0.3, 0.1], atol=1e-8)

    def test_more_features_than_samples(self, learner, rng):
        """With more features than samples there are as many shares as samples."""
        X, _ = data_with(rng, 5, 11, [8.0, 4.0, 3.0, 1.0])
        ratio = shares_of(learner, X)
        # Centred samples span one direction less than there are samples.
        assert_close(ratio, [0.5, 0.25, 0.1875, 0.0625, 0.0], atol=1e-8)

    def test_as_many_features_as_samples(self, learner, rng):
        """Samples are in rows and features in columns, even where there are as many of each."""
        X, _ = data_with(rng, 4, 4, [7.0, 2.0, 1.0])
        ratio = shares_of(learner, X)
        assert_close(ratio, [0.7, 0.2, 0.1, 0.0], atol=1e-8)

    def test_one_feature(self, learner, rng):
        """One feature explains everything: its share is 1, in an array."""
        X = rng.normal(size=(7, 1)) + 2.0
        assert_close(shares_of(learner, X), [1.0], atol=1e-8)

    def test_the_unit_of_the_data_cancels(self, learner, rng):
        """Measuring in another unit changes no share, and they still sum to 1."""
        X, _ = data_with(rng, 10, 3, [2.0, 1.0, 0.2])
        for unit in (1e-3, 1e3):
            assert_close(
                shares_of(learner, unit * X),
                np.array([2.0, 1.0, 0.2]) / 3.2,
                atol=1e-8,
            )

    def test_columns_in_different_units(self, learner, rng):
        """Columns are centred and not rescaled: a column in a small unit explains more."""
        X, _ = data_with(rng, 12, 3, [4.0, 2.0, 1.0])
        X = X * np.array([1.0, 5.0, 0.5])
        eigenvalues = np.linalg.eigvalsh(np.cov(X.T))[::-1]
        assert_close(shares_of(learner, X), eigenvalues / eigenvalues.sum(), atol=1e-8)


class TestPcaTransform:
    def test_coordinates_of_new_data(self, learner, rng):
        """New samples are measured from the given mean, along the given directions."""
        X, mean = rng.normal(size=(7, 5)) + 2.0, rng.normal(size=5)
        components = orthonormal_rows(rng, 3, 5)
        truth = [[row @ (x - mean) for row in components] for x in X]
        assert_close(learner.pca_transform(X, mean, components), truth)

    def test_the_coordinates_that_made_the_data(self, learner, rng):
        """Data made from coordinates gives these coordinates back; inputs are kept."""
        Z, mean = rng.normal(size=(6, 2)), 4.0 * rng.normal(size=9)
        components = orthonormal_rows(rng, 2, 9)
        result = assert_keeps_inputs(learner.pca_transform, Z @ components + mean, mean, components)
        assert_close(result, Z, atol=1e-10)

    def test_all_components(self, learner, rng):
        """Components are rows, even where there are as many as features."""
        X, mean = rng.normal(size=(4, 3)), rng.normal(size=3)
        components = orthonormal_rows(rng, 3, 3)
        truth = [[row @ (x - mean) for row in components] for x in X]
        assert_close(learner.pca_transform(X, mean, components), truth)

    def test_one_sample_and_one_component(self, learner, rng):
        """One sample along one component is still a matrix, with one entry."""
        X, mean = rng.normal(size=(1, 4)), rng.normal(size=4)
        components = orthonormal_rows(rng, 1, 4)
        assert_close(learner.pca_transform(X, mean, components), [[components[0] @ (X[0] - mean)]])

    def test_as_many_samples_as_features(self, learner, rng):
        """The mean is subtracted from every row, even where X is square."""
        X, mean = rng.normal(size=(5, 5)), 3.0 * rng.normal(size=5)
        components = orthonormal_rows(rng, 2, 5)
        truth = [[row @ (x - mean) for row in components] for x in X]
        assert_close(learner.pca_transform(X, mean, components), truth)


class TestPcaReconstruct:
    def test_sums_components_on_the_mean(self, learner, rng):
        """A sample is the mean plus each component times its coordinate; inputs are kept."""
        Z, mean = rng.normal(size=(6, 3)), rng.normal(size=5) + 1.0
        components = orthonormal_rows(rng, 3, 5)
        truth = [mean + sum(z * row for z, row in zip(c, components, strict=True)) for c in Z]
        assert_close(assert_keeps_inputs(learner.pca_reconstruct, Z, mean, components), truth)

    def test_all_components_lose_nothing(self, learner, rng):
        """With all components, the original samples come back."""
        X, mean = rng.normal(size=(7, 4)), rng.normal(size=4)
        components = orthonormal_rows(rng, 4, 4)
        Z = np.array([[row @ (x - mean) for row in components] for x in X])
        assert_close(learner.pca_reconstruct(Z, mean, components), X)

    def test_few_components_give_the_nearest_samples(self, learner, rng):
        """With few components, what is lost is at right angles to them."""
        X, mean = rng.normal(size=(5, 8)), 2.0 * rng.normal(size=8)
        components = orthonormal_rows(rng, 2, 8)
        Z = np.array([[row @ (x - mean) for row in components] for x in X])
        rebuilt = learner.pca_reconstruct(Z, mean, components)
        projector = sum(np.outer(row, row) for row in components)
        assert_close(rebuilt, [mean + projector @ (x - mean) for x in X])

    def test_coordinates_of_zero_are_the_mean(self, learner, rng):
        """Coordinates of zero give the mean, once per sample."""
        mean = rng.normal(size=6)
        result = learner.pca_reconstruct(np.zeros((3, 2)), mean, orthonormal_rows(rng, 2, 6))
        assert_close(result, [mean, mean, mean])

    def test_one_sample_and_one_component(self, learner, rng):
        """One sample from one coordinate is still a matrix, with one row."""
        mean, components = rng.normal(size=4), orthonormal_rows(rng, 1, 4)
        assert_close(
            learner.pca_reconstruct(np.array([[2.5]]), mean, components),
            [mean + 2.5 * components[0]],
        )


class TestLowRank:
    def test_keeps_the_largest_layers(self, learner, rng):
        """It keeps the layers with the largest singular values, and no others."""
        W, layers = matrix_with(rng, (5, 5), [10.0, 6.0, 3.0, 1.5, 0.5])
        for rank in (1, 2, 4):
            assert_close(learner.low_rank(W, rank), layers[:rank].sum(axis=0), rtol=1e-8, atol=1e-7)

    def test_a_wide_matrix(self, learner, rng):
        """A wide matrix keeps its shape; W is not changed."""
        W, layers = matrix_with(rng, (3, 8), [5.0, 2.0, 0.8])
        result = assert_keeps_inputs(learner.low_rank, W, 2)
        assert_close(result, layers[:2].sum(axis=0), rtol=1e-8, atol=1e-7)

    def test_a_tall_matrix(self, learner, rng):
        """A tall matrix keeps its shape; W is not changed."""
        W, layers = matrix_with(rng, (9, 4), [7.0, 4.0, 2.0, 0.9])
        result = assert_keeps_inputs(learner.low_rank, W, 3)
        assert_close(result, layers[:3].sum(axis=0), rtol=1e-8, atol=1e-7)

    def test_rank_zero_is_all_zeros(self, learner, rng):
        """Rank 0 is a matrix of zeros of the same shape; rank 1 is not."""
        W, layers = matrix_with(rng, (3, 5), [4.0, 2.0, 1.0])
        assert_close(learner.low_rank(W, 0), np.zeros((3, 5)), what="rank 0")
        assert_close(learner.low_rank(W, 1), layers[0], rtol=1e-8, atol=1e-7, what="rank 1")

    def test_full_rank_is_the_matrix(self, learner, rng):
        """With the full rank the matrix itself comes back; with one less it does not."""
        for shape in ((4, 6), (6, 4), (4, 4)):
            W, layers = matrix_with(rng, shape, [6.0, 3.0, 1.5, 0.7])
            assert_close(learner.low_rank(W, 4), W, rtol=1e-8, atol=1e-7)
            assert_close(learner.low_rank(W, 3), W - layers[3], rtol=1e-8, atol=1e-7)

    def test_a_common_offset_is_a_layer_too(self, learner, rng):
        """Nothing is centred: a large mean is a part of the matrix like any other."""
        W = 5.0 + rng.normal(size=(6, 5)) * 0.5
        U, s, Vt = np.linalg.svd(W)
        truth = s[0] * np.outer(U[:, 0], Vt[0])
        assert_close(learner.low_rank(W, 1), truth, rtol=1e-8, atol=1e-7)

    def test_a_symmetric_matrix(self, learner, rng):
        """Of a symmetric matrix the largest magnitudes are kept, whatever their signs are."""
        W, direction = symmetric_with(rng, [-4.0, 2.5, 1.0, -0.5])
        truth = -4.0 * np.outer(direction, direction)
        assert_close(learner.low_rank(W, 1), truth, atol=1e-6)

    def test_a_single_row_or_column(self, learner, rng):
        """A matrix with one row or one column keeps its shape."""
        for shape in ((1, 4), (5, 1), (1, 1)):
            W = rng.uniform(1.0, 2.0, size=shape)
            assert_close(learner.low_rank(W, 1), W, atol=1e-8)
            assert_close(learner.low_rank(W, 0), np.zeros(shape))

    def test_refuses_a_rank_that_a_wide_matrix_has_not(self, learner, rng):
        """A negative rank, or one above the number of rows of a wide matrix, is an error."""
        W, layers = matrix_with(rng, (3, 6), [5.0, 2.0, 1.0])
        assert_close(learner.low_rank(W, 2), layers[:2].sum(axis=0), rtol=1e-8, atol=1e-7)
        for rank in (4, 6, -1):
            with pytest.raises(ValueError):
                learner.low_rank(W, rank)

    def test_refuses_a_rank_that_a_tall_matrix_has_not(self, learner, rng):
        """A negative rank, or one above the number of columns of a tall matrix, is an error."""
        W, layers = matrix_with(rng, (7, 3), [5.0, 2.0, 1.0])
        assert_close(learner.low_rank(W, 3), layers.sum(axis=0), rtol=1e-8, atol=1e-7)
        for rank in (4, 7, -2):
            with pytest.raises(ValueError):
                learner.low_rank(W, rank)


class TestLowRankError:
    def test_what_the_left_out_singular_values_weigh(self, learner, rng):
        """It is the length of the singular values left out, over the length of all."""
        s = np.array([8.0, 4.0, 3.0, 1.0])
        W, _ = matrix_with(rng, (4, 4), s)
        for rank in (1, 2, 3):
            truth = np.sqrt(np.sum(s[rank:] ** 2) / np.sum(s**2))
            assert_close(learner.low_rank_error(W, rank), truth, rtol=1e-8)

    def test_it_is_the_distance_to_the_best_approximation(self, learner, rng):
        """It agrees with the distance to the best approximation; W is kept."""
        for shape in ((3, 7), (8, 3)):
            W, layers = matrix_with(rng, shape, [4.0, 2.5, 1.0])
            truth = np.linalg.norm(W - layers[:2].sum(axis=0)) / np.linalg.norm(W)
            result = assert_keeps_inputs(learner.low_rank_error, W, 2)
            assert_close(result, truth, rtol=1e-8)

    def test_from_all_to_nothing(self, learner, rng):
        """Rank 0 misses everything, the full rank nothing but rounding."""
        for shape in ((4, 6), (5, 4)):
            W, _ = matrix_with(rng, shape, [5.0, 3.0, 2.0, 1.0])
            assert_close(learner.low_rank_error(W, 0), 1.0, rtol=1e-8, what="rank 0")
            exact = rng.permutation(np.eye(*shape)) * 2.0
            error = learner.low_rank_error(exact, 4)
            assert_close(error, 0.0, atol=1e-6, what="the full rank")

    def test_full_rank_of_many_matrices(self, learner, rng):
        """The full rank never misses more than rounding, and rounding never makes it nan."""
        W = rng.normal(size=(100, 4, 3))
        errors = learner.run(_errors_of_nothing_and_of_all, W)
        assert_close(errors, np.tile([1.0, 0.0], (100, 1)), atol=1e-6)
        V, _ = matrix_with(rng, (4, 3), [12.0, 4.0, 3.0])
        assert_close(learner.low_rank_error(V, 1), 5.0 / 13.0, rtol=1e-8)

    def test_a_small_error_keeps_its_digits(self, learner):
        """Where little is missed the result is small, but neither 0 nor rounding."""
        # Of rows with one entry each, the entries are the singular values: 5e-9 of a length of 5.
        W = np.array([[0.0, 0.0, 3.0], [0.0, 0.0, 0.0], [-4.0, 0.0, 0.0], [0.0, 5e-9, 0.0]])
        for matrix in (W, W.T.copy()):
            error = learner.low_rank_error(matrix, 2)
            assert_close(error, 1e-9, rtol=0.0, atol=1e-12)

    def test_a_zero_matrix_has_no_error(self, learner, rng):
        """Of a zero matrix nothing is missed; of another one something is."""
        for rank in (0, 1, 2):
            assert_close(learner.low_rank_error(np.zeros((2, 3)), rank), 0.0, what="zeros")
        W, _ = matrix_with(rng, (2, 3), [4.0, 3.0])
        assert_close(learner.low_rank_error(W, 1), 0.6, rtol=1e-8)
        for rank in (-1, 3):  # out of range is out of range, for zeros too
            with pytest.raises(ValueError):
                learner.low_rank_error(np.zeros((2, 3)), rank)

    def test_zeros_among_the_singular_values(self, learner, rng):
        """A matrix that is not zero has an error, even where some singular values are 0."""
        size = rng.uniform(1.0, 2.0)
        for shape, sides in (((3, 4), [3.0, 0.0, 4.0]), ((2, 2), [0.0, 5.0]), ((3, 1), [2.0])):
            W = np.zeros(shape)
            np.fill_diagonal(W, size * np.array(sides))
            largest, total = max(sides), np.sum(np.square(sides))
            assert_close(learner.low_rank_error(W, 0), 1.0, rtol=1e-8)
            truth = np.sqrt(1.0 - largest**2 / total)
            assert_close(learner.low_rank_error(W, 1), truth, rtol=1e-8, atol=1e-6)

    def test_the_unit_of_the_matrix_cancels(self, learner, rng):
        """It is a share: scaling the matrix changes nothing."""
        W, _ = matrix_with(rng, (5, 3), [12.0, 4.0, 3.0])
        for unit in (1e-3, 1e3):
            assert_close(learner.low_rank_error(unit * W, 1), 5 / 13, rtol=1e-8)

    def test_refuses_a_rank_that_the_matrix_has_not(self, learner, rng):
        """A rank below 0 or above the smaller side is an error; those between are not."""
        for shape in ((2, 5), (6, 2)):
            W = rng.permutation(np.eye(*shape)) * np.resize([4.0, 3.0], shape[1])
            assert_close(learner.low_rank_error(W, 1), 0.6, rtol=1e-8)
            assert_close(learner.low_rank_error(W, 2), 0.0, atol=1e-6)
            for rank in (max(shape), 3, -1):
                with pytest.raises(ValueError):
                    learner.low_rank_error(W, rank)


class TestConditionNumber:
    def test_largest_over_smallest(self, learner, rng):
        """It is the largest singular value over the smallest, for matrices of any shape."""
        for shape, s in (
            ((3, 3), [6.0, 3.0, 2.0]),
            ((4, 2), [5.0, 0.5]),
            ((2, 5), [8.0, 1.0]),
            ((6, 6), [9.0, 8.0, 7.0, 6.0, 5.0, 0.3]),
        ):
            W, _ = matrix_with(rng, shape, s)
            assert_close(learner.condition_number(W), s[0] / s[-1], rtol=1e-8)

    def test_singular_values_are_no_eigenvalues(self, learner, rng):
        """Neither eigenvalues nor entries of the diagonal decide."""
        size = rng.uniform(2.0, 4.0)
        A = np.array([[1.0, size], [0.0, 1.0]])
        largest = (size + np.sqrt(size**2 + 4.0)) / 2.0  # and the other is its inverse
        assert_close(learner.condition_number(A), largest**2, rtol=1e-8)
        turn, _ = matrix_with(rng, (4, 4), [1.0] * 4)  # its eigenvalues are not even real
        assert_close(learner.condition_number(turn * size), 1.0, rtol=1e-8)

    def test_one_row_or_column(self, learner, rng):
        """A single row or column has one singular value, so its condition number is 1."""
        row = rng.uniform(1.0, 2.0, size=(1, 4))
        for A in (row, row.T.copy(), row[:, :1]):
            assert_close(learner.condition_number(A), 1.0, rtol=1e-8)

    def test_the_unit_cancels(self, learner, rng):
        """Scaling the matrix changes nothing, however small or large its entries are."""
        W, _ = matrix_with(rng, (4, 3), [12.0, 4.0, 3.0])
        for unit in (1e-20, 1e-6, -1.0, 1e20):
            assert_close(learner.condition_number(unit * W), 4.0, rtol=1e-8)

    def test_large_condition_numbers(self, learner, rng):
        """It keeps its digits where the condition number is large, but short of rounding."""
        for ratio in (1e5, 4e14):
            for order in ([0, 1, 2], [2, 0, 1]):
                A = rng.uniform(1.0, 2.0) * np.diag([-ratio, 30.0, 1.0])[order]
                assert_close(learner.condition_number(A), ratio, rtol=1e-6)
        W, _ = matrix_with(rng, (5, 3), [1.0, 1e-3, 1e-9])
        assert_close(learner.condition_number(W), 1e9, rtol=1e-3)

    def test_is_infinite_where_a_direction_is_lost(self, learner, rng):
        """It is inf where a singular value is exactly 0: zeros in a row or column, or all over."""
        W, _ = matrix_with(rng, (3, 3), [3.0, 2.0, 1.0])
        assert_close(learner.condition_number(W), 3.0, rtol=1e-8)
        # With one entry in a row and a column at most, every algorithm finds the 0 exactly.
        unit = rng.uniform(1.0, 2.0)
        lost = np.diag([3.0 * unit, 0.0, -2.0 * unit])[[1, 2, 0]]
        for A in (
            lost,
            lost[:, 1:],
            lost[:2],
            np.diag([0.0, unit]),
            np.zeros((2, 2)),
            np.zeros((2, 3)),
        ):
            assert_close(learner.condition_number(A), np.inf)

    def test_is_infinite_below_rounding(self, learner, rng):
        """It is inf where the smallest is below 1e-15 of the largest, judged by the ratio alone."""
        unit = rng.uniform(1.0, 2.0)
        for ratio in (1e-16, 1e-18, 1e-40):
            for size in (1.0, 1e-9, 1e15):
                A = size * unit * np.diag([ratio, 1.0, -0.5])
                assert_close(learner.condition_number(A), np.inf)
        for size in (1e-30, 1e-3, 1e9):
            A = size * unit * np.diag([0.5, 1e-4, -1.0])
            assert_close(learner.condition_number(A), 1e4, rtol=1e-8)

    def test_keeps_inputs(self, learner, rng):
        """The matrix is the same afterwards."""
        W, _ = matrix_with(rng, (4, 3), [12.0, 4.0, 3.0])
        assert_close(assert_keeps_inputs(learner.condition_number, W), 4.0, rtol=1e-8)


class TestLoraForward:
    def test_is_the_merged_layer(self, learner, rng):
        """It gives what a layer with the weight W + (alpha/r) B A gives; inputs are kept."""
        x, W = rng.normal(size=(4, 5)), rng.normal(size=(3, 5))
        A, B = rng.normal(size=(2, 5)), rng.normal(size=(3, 2))
        truth = x @ (W + 3.0 / 2 * (B @ A)).T
        assert_close(assert_keeps_inputs(learner.lora_forward, x, W, A, B, 3.0), truth)

    def test_alpha_is_divided_by_the_rank(self, learner, rng):
        """The change is scaled by alpha over r, whatever r is and even if alpha is whole."""
        W = rng.normal(size=(5, 6))
        x = rng.normal(size=(2, 6))
        for r, alpha in ((1, 2), (3, 2), (4, 0.5), (8, 10)):
            A, B = rng.normal(size=(r, 6)), rng.normal(size=(5, r))
            truth = x @ (W + alpha / r * (B @ A)).T
            assert_close(learner.lora_forward(x, W, A, B, alpha), truth, what=f"r = {r}")

    def test_square_factors(self, learner, rng):
        """A comes first and B second, and both are transposed, even where all are square."""
        x, W, A, B = rng.normal(size=(4, 3, 3))
        truth = x @ W.T + 2.0 / 3 * (x @ A.T @ B.T)
        assert_close(learner.lora_forward(x, W, A, B, alpha=2.0), truth)

    def test_before_training_nothing_has_changed(self, learner, rng):
        """With B zero, as before training, the frozen layer speaks alone."""
        x, W, A = rng.normal(size=(3, 4)), rng.normal(size=(6, 4)), rng.normal(size=(2, 4))
        assert_close(learner.lora_forward(x, W, A, np.zeros((6, 2)), 16.0), x @ W.T)

    def test_no_batch_axis(self, learner, rng):
        """One input vector gives one output vector."""
        x, W = rng.normal(size=4), rng.normal(size=(5, 4))
        A, B = rng.normal(size=(3, 4)), rng.normal(size=(5, 3))
        assert_close(learner.lora_forward(x, W, A, B, 6.0), (W + 2.0 * (B @ A)) @ x)

    def test_axes_of_length_one(self, learner, rng):
        """Axes of length 1 stay, of the batch and of the output."""
        for batch, d_in, d_out in (((1,), 3, 2), ((2, 1), 3, 1), ((1, 1), 1, 1)):
            x, W = rng.normal(size=(*batch, d_in)), rng.normal(size=(d_out, d_in))
            A, B = rng.normal(size=(1, d_in)), rng.normal(size=(d_out, 1))
            truth = x @ (W + 2.0 * (B @ A)).T
            assert_close(learner.lora_forward(x, W, A, B, 2.0), truth, atol=1e-10)

    def test_several_batch_axes(self, learner, rng):
        """Any number of batch axes is kept, as in a batch of sequences of heads."""
        W, A, B = rng.normal(size=(4, 3)), rng.normal(size=(2, 3)), rng.normal(size=(4, 2))
        merged = W + 2.5 * (B @ A)
        for batch in ((2, 5), (3, 2, 4)):
            x = rng.normal(size=(*batch, 3))
            truth = np.array([merged @ row for row in x.reshape(-1, 3)]).reshape(*batch, 4)
            assert_close(learner.lora_forward(x, W, A, B, 5.0), truth)

    def test_never_forms_the_large_product(self, learner, rng):
        """Huge factors are harmless for tiny inputs: the product of the factors is not formed."""
        x, W = rng.uniform(1, 2, size=(2, 4)), rng.normal(size=(3, 4))
        A, B = rng.uniform(1, 2, size=(2, 4)), rng.uniform(1, 2, size=(3, 2))
        truth = 2.0 * (x @ A.T @ B.T) * 1e100  # W's own part is 1e-300 and does not show
        with no_floating_point_warnings():
            result = learner.lora_forward(1e-300 * x, W, 1e200 * A, 1e200 * B, 4.0)
        assert_close(result, truth)


class TestLoraParameterCount:
    def test_entries_of_both_factors(self, learner, rng):
        """It counts the entries of A (r, d_in) and of B (d_out, r)."""
        for d_out, d_in, r in ((7, 5, 2), (3, 10, 1), (64, 48, 8)):
            A, B = np.zeros((r, d_in)), np.zeros((d_out, r))
            count = learner.lora_parameter_count(d_out, d_in, r)
            assert_close(count, float(A.size + B.size), rtol=0.0, atol=0.0)

    def test_a_square_weight(self, learner):
        """A square weight has two factors of the same size."""
        for d, r in ((4, 3), (1024, 8)):
            count = learner.lora_parameter_count(d, d, r)
            assert_close(count, 2.0 * d * r, rtol=0.0, atol=0.0)

    def test_grows_with_the_rank(self, learner):
        """Three times the rank takes three times the parameters."""
        for r in (1, 2, 6):
            count = learner.lora_parameter_count(30, 20, r)
            assert_close(count, 50.0 * r, rtol=0.0, atol=0.0)

    def test_only_the_sides_of_the_weight_matter(self, learner):
        """A weight and its transpose need the same number; so do others of the same two sides."""
        for d_out, d_in in ((300, 100), (100, 300), (250, 150)):
            count = learner.lora_parameter_count(d_out, d_in, 4)
            assert_close(count, 1600.0, rtol=0.0, atol=0.0)

    def test_large_models(self, learner):
        """It is exact for the layers of large models too."""
        count = learner.lora_parameter_count(49152, 12288, 64)
        assert_close(count, 3932160.0, rtol=0.0, atol=0.0)
        # A float32 has no odd numbers beyond 2**24.
        count = learner.lora_parameter_count(50257, 12288, 301)
        assert_close(count, 18826045.0, rtol=0.0, atol=0.0)


def steps_and_weights(rng, shape, scale):
    """Return whole numbers from -126 to 127, and weights that are rounded to them.

    Each row holds 127. Its other weights are 0.1 to 0.4 steps beside a whole number, on the side
    of 0 but for the last, so that no way of computing rounds them otherwise, and to cut decimals
    off, to round down or to round up is wrong in each row, whatever is drawn.
    """
    columns = np.arange(shape[1])
    signs = (-1) ** (columns[-1] - columns)  # the last is positive
    q = rng.integers(1, 127, size=shape, dtype=np.int64) * signs
    inwards = np.where(columns == columns[-1], -1.0, 1.0) * np.sign(q)
    W = q - inwards * rng.uniform(0.1, 0.4, size=shape)
    rows, place = np.arange(shape[0]), rng.choice(columns[signs < 0], size=shape[0])
    q[rows, place] = W[rows, place] = 127
    return q, W * np.asarray(scale)[:, np.newaxis]


def assert_quantized(result, q, scale):
    """Compare both parts of a result with the truth, and see that whole numbers take one byte."""
    got_q, got_scale = unpack(result, "q, scale")
    assert_same(got_q, q, what="q")
    if np.asarray(got_q).dtype != np.int8:
        raise Mismatch("the dtype of q is not int8")
    assert_close(got_scale, scale, atol=0.0, what="scale")


class TestQuantizeInt8:
    def test_rounds_to_steps(self, learner, rng):
        """Weights over the scale of their row are rounded to the nearest integer, in int8."""
        for shape in ((2, 3), (5, 4), (3, 40)):
            scale = rng.uniform(0.01, 0.1, size=shape[0])
            q, W = steps_and_weights(rng, shape, scale)
            assert_quantized(learner.quantize_int8(W), q, scale)

    def test_square_weights(self, learner, rng):
        """In a square matrix too, each row has its scale, and not each column."""
        scale = np.array([0.01, 1.0, 30.0, 0.2])
        q, W = steps_and_weights(rng, (4, 4), scale)
        assert_quantized(learner.quantize_int8(W), q, scale)

    def test_the_largest_magnitude_counts(self, learner, rng):
        """The sign of the largest weight does not matter: it becomes 127 or -127."""
        scale = rng.uniform(0.5, 2.0, size=4)
        q = np.array([[-127, 3, 80], [127, -5, -90], [-2, -127, -1], [9, 127, 126]])
        steps = np.where(np.abs(q) == 127, q, q - 0.3 * np.sign(q))
        assert_quantized(learner.quantize_int8(steps * scale[:, np.newaxis]), q, scale)

    def test_halves_go_to_even(self, learner):
        """Halves are rounded to the even neighbour, on both sides of 0."""
        halves = np.arange(-126.5, 127.0)
        for unit in (1.0, 0.25, 1024.0):  # with these every step of the computation is exact
            W = unit * np.array([[*halves, 127.0], [*halves[::-1], -127.0]])
            q = np.array([[*np.rint(halves), 127.0], [*np.rint(halves)[::-1], -127.0]])
            assert_quantized(learner.quantize_int8(W), q.astype(np.int64), [unit, unit])

    def test_rows_of_any_size(self, learner, rng):
        """Tiny weights are not lost beside huge ones: each row is measured on its own."""
        scale = np.array([1e-12, 1e12, 1.0, 1e-3])
        q, W = steps_and_weights(rng, (4, 6), scale)
        assert_quantized(learner.quantize_int8(W), q, scale)

    def test_a_row_of_zeros(self, learner, rng):
        """A row of zeros stays zeros and has the scale 1; the other rows are as ever."""
        for place in (0, 1, 3):
            scale = rng.uniform(0.01, 0.1, size=3)
            q, W = steps_and_weights(rng, (3, 4), scale)
            q, W = np.insert(q, place, 0, axis=0), np.insert(W, place, 0.0, axis=0)
            assert_quantized(learner.quantize_int8(W), q, np.insert(scale, place, 1.0))
        zeros = np.zeros((2, 3), dtype=np.int64)
        assert_quantized(learner.quantize_int8(np.zeros((2, 3))), zeros, [1.0, 1.0])

    def test_one_row_or_column(self, learner, rng):
        """One row has one scale; in a single column each entry is the largest of its row."""
        q, W = steps_and_weights(rng, (1, 5), [0.3])
        assert_quantized(learner.quantize_int8(W), q, [0.3])
        column = np.array([[2.54], [-0.0254], [0.0]])
        truth = np.array([[127], [-127], [0]])
        assert_quantized(learner.quantize_int8(column), truth, [0.02, 0.0002, 1.0])

    def test_keeps_inputs(self, learner, rng):
        """The weights are the same afterwards."""
        q, W = steps_and_weights(rng, (3, 4), [0.1, 0.2, 0.3])
        result = assert_keeps_inputs(learner.quantize_int8, W)
        assert_quantized(result, q, [0.1, 0.2, 0.3])


class TestDequantize:
    def test_each_row_times_its_scale(self, learner, rng):
        """Each entry is multiplied by the scale of its row, in floats."""
        for shape in ((2, 3), (5, 2), (4, 9), (1, 3), (3, 1)):
            q = rng.integers(-127, 128, size=shape).astype(np.int8)
            scale = rng.uniform(0.01, 3.0, size=shape[0])
            truth = [[int(n) * s for n in row] for row, s in zip(q, scale, strict=True)]
            assert_close(learner.dequantize(q, scale), truth)

    def test_square_weights(self, learner, rng):
        """In a square matrix too, the scale belongs to the row."""
        q = rng.integers(-127, 128, size=(4, 4)).astype(np.int8)
        scale = np.array([0.01, 1.0, 30.0, 0.2])
        truth = [[int(n) * s for n in row] for row, s in zip(q, scale, strict=True)]
        assert_close(learner.dequantize(q, scale), truth)

    def test_within_half_a_step(self, learner, reference, rng):
        """What was quantized comes back within half a step, and a row of zeros exactly."""
        W = rng.normal(size=(5, 30)) * [[1e-6], [1.0], [0.0], [1e6], [0.02]]
        q, scale = reference.quantize_int8(W)
        got = learner.dequantize(q, scale)
        assert_close(got, np.array(q, dtype=float) * scale[:, np.newaxis], atol=0.0)
        steps_off = (np.asarray(got) - W) / scale[:, np.newaxis]
        assert_within(steps_off, -0.5 - 1e-9, 0.5 + 1e-9, what="the error in steps")

    def test_any_scale(self, learner, rng):
        """Scales may be tiny or huge, and larger than what int8 can hold."""
        scale = np.array([1e-12, 1000.0, 1e12])
        q = np.array([[127, -127], [100, -3], [1, -1]], dtype=np.int8)
        truth = [[int(n) * s for n in row] for row, s in zip(q, scale, strict=True)]
        assert_close(learner.dequantize(q, scale), truth, atol=0.0)

    def test_keeps_inputs(self, learner, rng):
        """Quantized weights and scales are the same afterwards."""
        q, scale = np.array([[127, -6], [5, -127]], dtype=np.int8), np.array([0.5, 4.0])
        result = assert_keeps_inputs(learner.dequantize, q, scale)
        assert_close(result, [[63.5, -3.0], [20.0, -508.0]])
