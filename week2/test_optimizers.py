import numpy as np
import pytest

from kata.comparisons import assert_close, assert_same, no_floating_point_warnings, unpack

# The 23 space shuttle flights before the Challenger's last: the temperature at the launch in °F,
# and whether a rubber ring was damaged (S. Dalal, E. Fowlkes, B. Hoadley, 1989).
DAMAGED = [53, 57, 58, 63, 70, 70, 75]
INTACT = [66, 67, 67, 67, 68, 69, 70, 70, 72, 73, 75, 76, 76, 78, 79, 81]


class TestGradientDescent:
    def test_into_the_valley(self, learner):
        """On (w - 3)² a rate of 0.25 halves the distance to 3 in each step."""
        path = learner.gradient_descent(lambda w: 2 * (w - 3), w0=10.0, lr=0.25, steps=3)
        assert_close(path, [10.0, 6.5, 4.75, 3.875])

    def test_too_large_a_rate(self, learner):
        """On the same valley a rate of 1 swings for ever, and 1.1 climbs out of it."""
        path = learner.gradient_descent(lambda w: 2 * (w - 3), w0=10.0, lr=1.0, steps=4)
        assert_close(path, [10.0, -4.0, 10.0, -4.0, 10.0])
        path = learner.gradient_descent(lambda w: 2 * (w - 3), w0=10.0, lr=1.1, steps=3)
        assert_close(path, [10.0, -5.4, 13.08, -9.096])

    def test_small_rates(self, learner):
        """A rate of 0.1 is at 3.0807 after 20 steps, one of 0.01 has only come to 7.6733."""
        path = learner.gradient_descent(lambda w: 2 * (w - 3), w0=10.0, lr=0.1, steps=20)
        assert_close(path, 3 + 7 * 0.8 ** np.arange(21))
        path = learner.gradient_descent(lambda w: 2 * (w - 3), w0=10.0, lr=0.01, steps=20)
        assert_close(path, 3 + 7 * 0.98 ** np.arange(21))

    def test_two_parameters(self, learner):
        """For two parameters each row of the path is a point, and the start is not changed."""
        w0 = np.array([1.0, -2.0])
        path = learner.gradient_descent(lambda w: np.array([2.0, 4.0]) * w, w0, lr=0.25, steps=2)
        assert_close(path, [[1.0, -2.0], [0.5, 0.0], [0.25, 0.0]])
        assert_close(w0, [1.0, -2.0], what="w0 afterwards")

    def test_takes_every_step(self, learner):
        """At the bottom, or a billionth away from it, the path still has steps + 1 points."""
        path = learner.gradient_descent(lambda w: 2 * w, w0=0.0, lr=0.25, steps=2)
        assert_close(path, [0.0, 0.0, 0.0])
        path = learner.gradient_descent(lambda w: 2 * w, w0=4e-9, lr=0.25, steps=2)
        assert_close(path, [4e-9, 2e-9, 1e-9], atol=0.0)

    def test_far_away(self, learner):
        """A path that flees is returned as it is: a rate of 50 multiplies by -99."""
        path = learner.gradient_descent(lambda w: 2 * w, w0=10.0, lr=50.0, steps=3)
        assert_close(path, [10.0, -990.0, 98010.0, -9702990.0])

    def test_all_move_at_once(self, learner):
        """On u·v from (1, 2) both move from the same point, whatever shape they come in."""
        w0 = np.array([[1.0], [2.0]])
        path = learner.gradient_descent(lambda w: w[::-1], w0, lr=0.5, steps=1)
        assert_close(path, [[[1.0], [2.0]], [[0.0], [1.5]]])


class TestMaxStableLearningRate:
    def test_the_steepest_direction(self, learner):
        """Curvatures 4 and 0.5: the steeper one sets the bound, 2/4."""
        assert_close(learner.max_stable_learning_rate(np.array([[4.0, 0.0], [0.0, 0.5]])), 0.5)

    def test_off_the_axes(self, learner):
        """[[2, 1], [1, 2]] has eigenvalues 1 and 3: the bound is 2/3."""
        assert_close(
            learner.max_stable_learning_rate(np.array([[2.0, 1.0], [1.0, 2.0]])), 2 / 3, rtol=1e-8
        )

    def test_three_directions(self, learner):
        """The bound is 2 by the largest eigenvalue, 2 + √2, and not by a row's sum, 4."""
        H = np.array([[2.0, 1.0, 0.0], [1.0, 2.0, 1.0], [0.0, 1.0, 2.0]])
        assert_close(learner.max_stable_learning_rate(H), 2 / (2 + np.sqrt(2)), rtol=1e-8)

    def test_only_proportions_count(self, learner):
        """1e-20 times as steep a valley allows 1e20 times the rate, and a narrow one is fine."""
        H = np.array([[1.0, 0.9], [0.0, 1.0]])
        assert_close(learner.max_stable_learning_rate(1e-20 * np.eye(2)), 2e20, rtol=1e-8)
        assert_close(learner.max_stable_learning_rate(np.diag([1.0, 1e-6])), 2.0, rtol=1e-8)
        with pytest.raises(ValueError):
            learner.max_stable_learning_rate(1e-20 * H)

    def test_refuses_a_hill(self, learner):
        """Downhill both ways is no valley: -1 and -2 are a ValueError, 1 and 2 are not."""
        assert_close(learner.max_stable_learning_rate(np.diag([1.0, 2.0])), 1.0, rtol=1e-8)
        with pytest.raises(ValueError):
            learner.max_stable_learning_rate(np.diag([-1.0, -2.0]))

    def test_refuses_what_is_not_a_valley(self, learner):
        """A saddle, a flat direction and an asymmetric matrix are a ValueError each."""
        assert_close(learner.max_stable_learning_rate(np.array([[1.0, 0.0], [0.0, 1.0]])), 2.0)
        for H in ([[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.0], [0.0, 0.0]], [[1.0, 0.9], [0.0, 1.0]]):
            with pytest.raises(ValueError):
                learner.max_stable_learning_rate(np.array(H))


class TestNewtonStep:
    def test_one_step_to_the_bottom(self, learner):
        """On 2·(a - 3)² + b²/4 one step from (10, 2) is at the bottom, (3, 0)."""
        w, g = np.array([10.0, 2.0]), np.array([28.0, 1.0])
        H = np.array([[4.0, 0.0], [0.0, 0.5]])
        assert_close(learner.newton_step(w, g, H), [3.0, 0.0])
        assert_close(w, [10.0, 2.0], what="w afterwards")

    def test_knobs_that_depend_on_each_other(self, learner):
        """With H = ((2, 1), (1, 2)) and g = (3, 0) the step is (-2, 1): H times (2, -1) is g."""
        w, g = np.array([1.0, 1.0]), np.array([3.0, 0.0])
        assert_close(learner.newton_step(w, g, np.array([[2.0, 1.0], [1.0, 2.0]])), [-1.0, 2.0])

    def test_refuses_a_singular_matrix(self, learner):
        """Without curvature along b it is a ValueError; with very little it is not."""
        w, g = np.array([1.0, 1.0]), np.array([2.0, 3e-9])
        almost_flat = np.array([[2.0, 0.0], [0.0, 1e-9]])
        assert_close(learner.newton_step(w, g, almost_flat), [0.0, -2.0])
        with pytest.raises(ValueError):
            learner.newton_step(w, g, np.array([[2.0, 0.0], [0.0, 0.0]]))


class TestMomentumStep:
    def test_first_step(self, learner):
        """From rest the first step is one of plain gradient descent."""
        w, g, v = np.array([1.0, 2.0]), np.array([4.0, -8.0]), np.zeros(2)
        w, v = unpack(learner.momentum_step(w, g, v, lr=0.25), "w, v")
        assert_close(w, [0.0, 4.0], what="w")
        assert_close(v, [4.0, -8.0], what="v")

    def test_keeps_rolling(self, learner):
        """Without slope, velocity 8 and beta 0.5 leave velocity 4; w moves by lr times that."""
        w, g, v = np.array([1.0]), np.array([0.0]), np.array([8.0])
        new_w, new_v = unpack(learner.momentum_step(w, g, v, lr=0.125, beta=0.5), "w, v")
        assert_close(new_v, [4.0], what="v")
        assert_close(new_w, [0.5], what="w")
        assert_close([w[0], v[0]], [1.0, 8.0], what="what the inputs hold afterwards")

    def test_any_shape_and_default(self, learner):
        """A column stays a column, and without beta 0.9 of the velocity is kept."""
        w, g, v = np.array([[1.0], [2.0]]), np.array([[1.0], [1.0]]), np.array([[10.0], [0.0]])
        w, v = unpack(learner.momentum_step(w, g, v, lr=0.5), "w, v")
        assert_close(v, [[10.0], [1.0]], what="v")
        assert_close(w, [[-4.0], [1.5]], what="w")


class TestRmspropStep:
    def test_divides_by_the_root(self, learner):
        """With beta 0.625, s = 1 and g = 3: the new s is 0.625 + 0.375·9 = 4, and its root 2."""
        w, g, s = np.array([1.0]), np.array([3.0]), np.array([1.0])
        result = learner.rmsprop_step(w, g, s, lr=0.25, beta=0.625, eps=0.0)
        new_w, new_s = unpack(result, "w, s")
        assert_close(new_s, [4.0], what="s")
        assert_close(new_w, [1.0 - 0.25 * 3 / 2], what="w")
        assert_close([w[0], s[0]], [1.0, 1.0], what="what the inputs hold afterwards")

    def test_all_sizes_move_alike(self, learner):
        """A gradient a million times larger moves its parameter about as far."""
        w, g = np.zeros(2), np.array([0.01, 1e4])
        w, _ = unpack(learner.rmsprop_step(w, g, np.zeros(2), lr=0.1), "w, s")
        assert_close(w, [-0.1 / np.sqrt(0.1)] * 2, rtol=1e-5, what="w")

    def test_eps_stands_beside_the_root(self, learner):
        """With s = 4 and eps = 1 a gradient of 0.5 is divided by 2 + 1, not by √5."""
        w, g, s = np.array([0.0]), np.array([0.5]), np.array([4.0])
        w, _ = unpack(learner.rmsprop_step(w, g, s, lr=1.0, beta=1.0, eps=1.0), "w, s")
        assert_close(w, [-0.5 / 3], what="w")


class TestAdam:
    def test_first_step(self, learner):
        """The first step is about lr against the sign of each gradient, in the same arrays."""
        w, b = np.array([1.0, 2.0]), np.array([[3.0]])
        optimizer = learner.Adam([w, b], lr=0.5)
        optimizer.step([np.array([10.0, -0.1]), np.array([[4.0]])])
        assert_close(w, [0.5, 2.5], rtol=1e-6, what="the first array")
        assert_close(b, [[2.5]], rtol=1e-6, what="the second array")

    def test_second_step(self, learner):
        """A gradient of 1 and then of 0: both means are corrected for their start at 0."""
        w = np.array([0.0])
        optimizer = learner.Adam([w], lr=1.0, beta1=0.5, beta2=0.75, eps=0.0)
        optimizer.step([np.array([1.0])])
        assert_close(w, [-1.0], what="w after one step")
        optimizer.step([np.array([0.0])])
        m_hat = 0.25 / (1 - 0.5**2)
        v_hat = 0.1875 / (1 - 0.75**2)
        assert_close(w, [-1.0 - m_hat / np.sqrt(v_hat)], what="w after two steps")

    def test_eps_stands_beside_the_root(self, learner):
        """With eps = 1 a first gradient of 3 is divided by 3 + 1, after the correction."""
        w = np.array([0.0])
        learner.Adam([w], lr=1.0, eps=1.0).step([np.array([3.0])])
        assert_close(w, [-0.75], what="w")

    def test_default_settings(self, learner):
        """Two steps with the settings that Adam is known for: 1e-3, 0.9, 0.999 and 1e-8."""
        w = np.array([0.0])
        optimizer = learner.Adam([w])
        optimizer.step([np.array([1e-8])])
        assert_close(w, [-0.5e-3], what="w after one step")
        optimizer.step([np.array([0.0])])
        m_hat, v_hat = 0.09e-8 / 0.19, 0.000999e-16 / 0.001999
        assert_close(
            w, [-0.5e-3 - 1e-3 * m_hat / (np.sqrt(v_hat) + 1e-8)], what="w after two steps"
        )

    def test_two_optimizers(self, learner):
        """Each has its own means, a parameter may have no axes, and gradients stay as they are."""
        u, v, g = np.array(1.0), np.array(1.0), np.array(8.0)
        first, second = learner.Adam([u], lr=0.5, eps=0.0), learner.Adam([v], lr=0.5, eps=0.0)
        first.step([g])
        second.step([-g])
        assert_close([u, v], [0.5, 1.5], what="the pair of parameters")
        assert_close(g, 8.0, what="the gradient afterwards")

    def test_finds_the_bottom(self, learner):
        """In a valley 100 times steeper one way than the other, both ways lead to the bottom."""
        w = np.array([1.0, 1.0])
        optimizer = learner.Adam([w], lr=0.1)
        for _ in range(500):
            optimizer.step([np.array([1.0, 100.0]) * w])
        assert_close(w, [0.0, 0.0], atol=1e-3, what="w")


class TestAdamwStep:
    def test_first_step(self, learner):
        """Weights 10 and -10 both go 0.5 towards 0, and 0.5 against their gradient."""
        w, g, zeros = np.array([10.0, -10.0]), np.array([2.0, 2.0]), np.zeros(2)
        result = learner.adamw_step(w, g, zeros, zeros, t=1, lr=0.5, weight_decay=0.1, eps=0.0)
        new_w, m, v = unpack(result, "w, m, v")
        assert_close(m, [0.2, 0.2], what="m")
        assert_close(v, [0.004, 0.004], what="v")
        assert_close(new_w, [9.0, -10.0], what="w")

    def test_the_gradient_does_not_matter_for_the_decay(self, learner):
        """Where the gradient has always been 0, w shrinks by lr·weight_decay: from 8 to 7.2."""
        w, zero = np.array([8.0]), np.zeros(1)
        result = learner.adamw_step(w, zero, zero, zero, t=1, lr=0.5, weight_decay=0.2)
        new_w, m, v = unpack(result, "w, m, v")
        assert_close([m, v], [[0.0], [0.0]], what="m and v")
        assert_close(new_w, [7.2], what="w")

    def test_second_step(self, learner):
        """With betas of 1/2, m = 1 and v = 4, step 2 divides by 3/4 to correct the bias."""
        w, g, m, v = np.array([[2.0], [4.0], [3.0], [6.0]])
        settings = {"beta1": 0.5, "beta2": 0.5, "eps": 0.0, "weight_decay": 0.25}
        result = learner.adamw_step(w, g, m, v, 2, 0.1, **settings)
        new_w, new_m, new_v = unpack(result, "w, m, v")
        assert_close(new_m, [3.5], what="m")
        assert_close(new_v, [11.0], what="v")
        step = 0.1 * (3.5 / 0.75) / np.sqrt(11 / 0.75)
        assert_close(new_w, [2.0 - 0.05 - step], what="w")
        assert_close([w, g, m, v], [[2.0], [4.0], [3.0], [6.0]], what="what came in, afterwards")

    def test_defaults(self, learner):
        """By default betas are 0.9 and 0.999, the decay is 0.01, and eps is 1e-8."""
        w, g, zero = np.array([1.0]), np.array([1e-8]), np.zeros(1)
        result = learner.adamw_step(w, g, zero, zero, t=1, lr=0.5)
        new_w, m, v = unpack(result, "w, m, v")
        assert_close(m, [1e-9], atol=0.0, what="m")
        assert_close(v, [1e-19], atol=0.0, what="v")
        assert_close(new_w, [1.0 - 0.005 - 0.25], what="w")  # eps is as large as g


class TestCosineSchedule:
    def test_half_a_cosine(self, learner):
        """Over 4 steps from 1 to 0: it starts at 1, is 1/2 in the middle, ends at 0."""
        rates = [learner.cosine_schedule(t, 4, lr_max=1.0) for t in range(5)]
        quarter = (1 + np.sqrt(0.5)) / 2
        assert_close(rates, [1.0, quarter, 0.5, 1 - quarter, 0.0])

    def test_warm_up(self, learner):
        """A warm-up of 4 steps to 0.8 starts with a quarter of it, not with 0."""
        rates = [learner.cosine_schedule(t, 100, lr_max=0.8, warmup_steps=4) for t in range(5)]
        assert_close(rates, [0.2, 0.4, 0.6, 0.8, 0.8])

    def test_stays_at_the_least_rate(self, learner):
        """It goes down to lr_min and stays there."""
        rates = [learner.cosine_schedule(t, 10, lr_max=0.5, lr_min=0.1) for t in (5, 10, 11, 20)]
        assert_close(rates, [0.3, 0.1, 0.1, 0.1])

    def test_warm_up_and_down(self, learner):
        """After 4 steps of warm-up from below lr_min, it is half-way at 7 of 10 and ends at 10."""
        rates = [
            learner.cosine_schedule(t, 10, lr_max=1.0, lr_min=0.5, warmup_steps=4)
            for t in (0, 1, 3, 4, 7, 10)
        ]
        assert_close(rates, [0.25, 0.5, 1.0, 1.0, 0.75, 0.5])


class TestClipByGlobalNorm:
    def test_one_factor_for_all(self, learner):
        """(3, 0) and ((4)) have joint norm 5: for a bound of 1 all is divided by 5."""
        clipped = learner.clip_by_global_norm([np.array([3.0, 0.0]), np.array([[4.0]])], 1.0)
        first, second = unpack(clipped, "first, second", kind=list)
        assert_close(first, [0.6, 0.0], rtol=1e-5, what="the first array")
        assert_close(second, [[0.8]], rtol=1e-5, what="the second array")

    def test_short_gradients_stay(self, learner):
        """What is within the bound stays as it is, and zeros stay zeros."""
        grads = [np.array([0.3]), np.array([0.4])]
        clipped = learner.clip_by_global_norm(grads, 1.0)
        first, second = unpack(clipped, "first, second", kind=list)
        assert_close([first, second], [[0.3], [0.4]])
        (zeros,) = unpack(learner.clip_by_global_norm([np.zeros(3)], 1.0), "first", kind=list)
        assert_close(zeros, [0.0, 0.0, 0.0])

    def test_to_the_bound(self, learner):
        """(12, 16) has length 20: for a bound of 10 it is halved; 1e-12 is short, but not 0."""
        (clipped,) = unpack(learner.clip_by_global_norm([np.array([12.0, 16.0])], 10.0), "first")
        assert_close(clipped, [6.0, 8.0], rtol=1e-5)
        (short,) = unpack(learner.clip_by_global_norm([np.array([1e-12])], 10.0), "first")
        assert_close(short, [1e-12], atol=0.0)


class TestMinibatches:
    def test_the_last_may_be_short(self, learner):
        """Five samples in batches of two: two, two and one, in the given order."""
        order = np.array([3, 0, 4, 1, 2], dtype=np.int64)
        batches = unpack(
            learner.minibatches(order, batch_size=2), "first, second, third", kind=list
        )
        for batch, expected in zip(batches, ([3, 0], [4, 1], [2]), strict=True):
            assert_same(batch, expected, what="a batch")

    def test_one_large_batch(self, learner):
        """A batch size of 100 for three samples gives one batch of three."""
        order = np.array([2, 0, 1], dtype=np.int64)
        (batch,) = unpack(learner.minibatches(order, batch_size=100), "first", kind=list)
        assert_same(batch, [2, 0, 1], what="the batch")

    def test_refuses_an_empty_batch(self, learner):
        """Batches of 0 or -1 samples are a ValueError; batches of 1 are not."""
        order = np.array([1, 0], dtype=np.int64)
        batches = learner.minibatches(order, batch_size=1)
        first, second = unpack(batches, "first, second", kind=list)
        assert_same([first[0], second[0]], [1, 0])
        for batch_size in (0, -1):
            with pytest.raises(ValueError):
                learner.minibatches(order, batch_size=batch_size)


class TestDropout:
    def test_drops_and_scales(self, learner):
        """With p = 1/4, an entry whose u is below 1/4 becomes 0; the others are times 4/3."""
        x, u = np.array([3.0, 6.0, -9.0, 12.0]), np.array([0.9, 0.1, 0.3, 0.7])
        assert_close(learner.dropout(x, u, p=0.25), [4.0, 0.0, -12.0, 16.0])
        assert_close(x, [3.0, 6.0, -9.0, 12.0], what="x afterwards")

    def test_at_the_border(self, learner):
        """An entry whose u is exactly p stays."""
        x, u = np.array([[1.0], [1.0]]), np.array([[0.5], [0.25]])
        assert_close(learner.dropout(x, u, p=0.5), [[2.0], [0.0]])

    def test_which_p(self, learner):
        """With p = 0 nothing happens; 1, which leaves nothing, and -0.1 are a ValueError."""
        x, u = np.array([1.0, 2.0]), np.array([0.0, 0.5])
        assert_close(learner.dropout(x, u, p=0.0), [1.0, 2.0])
        for p in (1.0, -0.1):
            with pytest.raises(ValueError):
                learner.dropout(x, u, p)


class TestFitLogisticRegression:
    def test_one_step(self, learner):
        """From zeros all probabilities are 1/2, so the first step is lr·mean((y - 1/2)·x)."""
        X, y = np.array([[1.0], [2.0], [4.0], [6.0]]), np.array([0, 0, 1, 0], dtype=np.int64)
        w, b = unpack(learner.fit_logistic_regression(X, y, lr=2.0, steps=1), "w, b")
        assert_close(w, [2.0 * (-0.5 - 1.0 + 2.0 - 3.0) / 4], what="w")
        assert_close(b, 2.0 * (-0.5) / 2, what="b")

    def test_challenger(self, learner):
        """Cold rubber breaks: the fit to 23 shuttle flights warns of a launch at 31 °F."""
        X = np.array([DAMAGED + INTACT], dtype=float).T
        y = np.array([1] * len(DAMAGED) + [0] * len(INTACT), dtype=np.int64)
        # Around 70 °F and in steps of 10: gradient descent likes inputs of size 1.
        w, b = unpack(learner.fit_logistic_regression((X - 70) / 10, y, lr=1.0, steps=400), "w, b")
        assert_close(w, [-2.3216], rtol=1e-4, what="w")
        risk = 1 / (1 + np.exp(-(w[0] * (31 - 70) / 10 + b)))
        assert_close(risk, 0.9996, rtol=1e-4, what="the risk at 31 °F")

    def test_far_from_the_border(self, learner):
        """Inputs in the thousands give no overflow."""
        X, y = np.array([[-4000.0], [1000.0]]), np.array([0, 1], dtype=np.int64)
        with no_floating_point_warnings():
            result = learner.fit_logistic_regression(X, y, lr=1.0, steps=5)
        w, b = unpack(result, "w, b")
        assert_close(w, [1250.0], what="w")
        assert_close(b, 0.0, what="b")
