import numpy as np

from kata.comparisons import assert_close, no_floating_point_warnings, unpack


class TestBradleyTerryLoss:
    def test_equal_rewards(self, learner):
        """With equal rewards each answer is as likely to be preferred: that costs ln 2."""
        assert_close(learner.bradley_terry_loss(np.array([1.5]), np.array([1.5])), np.log(2.0))

    def test_three_to_one(self, learner):
        """A difference of ln 3 makes it 3 to 1: right costs -ln(3/4), wrong -ln(1/4)."""
        more, less = np.array([2.0 + np.log(3.0)]), np.array([2.0])
        assert_close(learner.bradley_terry_loss(more, less), -np.log(0.75))
        assert_close(learner.bradley_terry_loss(less, more), -np.log(0.25))

    def test_is_stable(self, learner):
        """A difference of -10,000 costs 10,000 and one of 10,000 nothing: on average 5,000."""
        with no_floating_point_warnings():
            loss = learner.bradley_terry_loss(np.array([0.0, 1e4]), np.array([1e4, 0.0]))
        assert_close(loss, 5000.0)


class TestKlPenalizedReward:
    def test_one_answer(self, learner):
        """The log-ratios 1 and 2 of two tokens sum to 3: with beta 0.5 that costs 1.5."""
        logp, logp_ref = np.array([[-1.0, -1.0]]), np.array([[-2.0, -3.0]])
        got = learner.kl_penalized_reward(np.array([5.0]), logp, logp_ref, 0.5)
        assert_close(got, [3.5])

    def test_three_answers(self, learner):
        """Each answer pays for its own tokens; one that became less likely is paid extra."""
        logp = np.array([[-1.0, -1.0], [-1.0, -1.0], [-5.0, -1.0]])
        logp_ref = np.array([[-1.0, -1.0], [-2.0, -1.0], [-1.0, -1.0]])
        got = learner.kl_penalized_reward(np.array([1.0, 1.0, 1.0]), logp, logp_ref, 0.1)
        assert_close(got, [1.0, 0.9, 1.4])

    def test_no_leash(self, learner):
        """With beta 0 the reward stays as it is."""
        logp, logp_ref = np.array([[-1.0], [-9.0]]), np.array([[-2.0], [-3.0]])
        got = learner.kl_penalized_reward(np.array([7.0, -8.0]), logp, logp_ref, 0.0)
        assert_close(got, [7.0, -8.0])


class TestKlEstimates:
    def test_by_hand(self, learner):
        """A token twice as likely as before has k1 = ln 2 and k3 = 1/2 - 1 + ln 2."""
        result = learner.kl_estimates(np.log([[0.5]]), np.log([[0.25]]))
        k1, k3 = unpack(result, "k1, k3")
        assert_close(k1, np.log(2.0), what="k1")
        assert_close(k3, np.log(2.0) - 0.5, what="k3")

    def test_one_up_one_down(self, learner):
        """One token doubled and one halved: the k1 cancel, the k3 do not and average to 1/4."""
        result = learner.kl_estimates(np.log([[0.5, 0.25]]), np.log([[0.25, 0.5]]))
        k1, k3 = unpack(result, "k1, k3")
        assert_close(k1, 0.0, what="k1")
        assert_close(k3, 0.25, what="k3")

    def test_hardly_different_models(self, learner):
        """For a tiny k1, k3 is k1²/2 to many digits: try 2⁻²³, about 1.2e-7."""
        k = 2.0**-23
        _, k3 = unpack(learner.kl_estimates(np.array([[-1.0]]), np.array([[-1.0 - k]])), "k1, k3")
        assert_close(k3, k**2 / 2, rtol=1e-6, atol=0.0, what="k3")

    def test_very_different_models(self, learner):
        """A k1 of 50 or of -50 counts as it is: k3 is nearly 49, or e⁵⁰ - 51."""
        for k, expected in ((50.0, np.exp(-50.0) + 49.0), (-50.0, np.exp(50.0) - 51.0)):
            result = learner.kl_estimates(np.array([[-60.0]]), np.array([[-60.0 - k]]))
            k1, k3 = unpack(result, "k1, k3")
            assert_close(k1, k, what="k1")
            assert_close(k3, expected, what="k3")


class TestGrpoAdvantages:
    def test_two_answers(self, learner):
        """Rewards of 1 and 3 have mean 2 and deviation 1: the advantages are -1 and 1."""
        assert_close(learner.grpo_advantages(np.array([1.0, 3.0])), [-1.0, 1.0], atol=1e-7)

    def test_each_question_for_itself(self, learner):
        """Of four answers one was right; to another question three: 1 and -1 over the root of 3."""
        got = learner.grpo_advantages(np.array([[0.0, 0.0, 1.0, 0.0], [1.0, 1.0, 0.0, 1.0]]))
        right, wrong = np.sqrt(3.0), 1 / np.sqrt(3.0)
        truth = [[-wrong, -wrong, right, -wrong], [wrong, wrong, -right, wrong]]
        assert_close(got, truth, atol=1e-7)

    def test_equal_rewards(self, learner):
        """Equal rewards give zeros, exactly, even where their mean is not exact."""
        got = learner.grpo_advantages(np.array([0.1, 0.1, 0.1]))
        assert_close(got, [0.0, 0.0, 0.0], atol=0.0)


class TestPpoClipLoss:
    def test_inside_the_borders(self, learner):
        """A ratio of 1.1 and an advantage of 2 make 2.2, as a loss -2.2."""
        logp = np.log(np.array([[0.55]]))
        got = learner.ppo_clip_loss(logp, np.log(np.array([[0.5]])), np.array([[2.0]]))
        assert_close(got, -2.2)

    def test_a_good_token(self, learner):
        """With the advantage 1 a ratio of 1.5 counts as 1.2, but a ratio of 0.5 as it is."""
        old, good = np.log(np.array([[0.4]])), np.array([[1.0]])
        assert_close(learner.ppo_clip_loss(np.log(np.array([[0.6]])), old, good), -1.2)
        assert_close(learner.ppo_clip_loss(np.log(np.array([[0.2]])), old, good), -0.5)

    def test_a_bad_token(self, learner):
        """With the advantage -1 a ratio of 0.5 counts as 0.8, but a ratio of 1.5 as it is."""
        old, bad = np.log(np.array([[0.4]])), np.array([[-1.0]])
        assert_close(learner.ppo_clip_loss(np.log(np.array([[0.2]])), old, bad), 0.8)
        assert_close(learner.ppo_clip_loss(np.log(np.array([[0.6]])), old, bad), 1.5)

    def test_all_four(self, learner):
        """The four together, -1.2, -0.5, 0.8 and 1.5, are 0.15 on average."""
        logp, logp_old = np.log([[0.6, 0.2], [0.2, 0.6]]), np.log([[0.4, 0.4], [0.4, 0.4]])
        got = learner.ppo_clip_loss(logp, logp_old, np.array([[1.0, 1.0], [-1.0, -1.0]]))
        assert_close(got, 0.15)


class TestDpoLoss:
    def test_undecided(self, learner):
        """A policy that equals its reference has margin 0: the loss is the log of 2."""
        chosen, rejected = np.array([-5.0]), np.array([-8.0])
        assert_close(learner.dpo_loss(chosen, rejected, chosen, rejected, 0.3), np.log(2.0))

    def test_prefers_the_chosen(self, learner):
        """With a margin of 2 and beta = ln 3 / 2 the odds are 3 to 1: the loss is -ln(3/4)."""
        got = learner.dpo_loss(
            np.array([-4.0]), np.array([-9.0]), np.array([-5.0]), np.array([-8.0]), np.log(3.0) / 2
        )
        assert_close(got, -np.log(0.75))

    def test_prefers_the_rejected(self, learner):
        """The same margin the wrong way round costs -ln(1/4)."""
        got = learner.dpo_loss(
            np.array([-5.0]), np.array([-8.0]), np.array([-4.0]), np.array([-9.0]), np.log(3.0) / 2
        )
        assert_close(got, -np.log(0.25))

    def test_is_stable(self, learner):
        """A margin of -10,000 costs 10,000 and one of 10,000 nothing: on average 5,000."""
        chosen, rejected = np.array([-10_000.0, 0.0]), np.array([0.0, -10_000.0])
        with no_floating_point_warnings():
            loss = learner.dpo_loss(chosen, rejected, np.zeros(2), np.zeros(2), 1.0)
        assert_close(loss, 5000.0)
