import numpy as np

from kata.comparisons import Mismatch, assert_close, assert_same, unpack
from kata.shows.digits import load_digits


def small_network():
    """Return a network of 2 inputs, 2 hidden units and 2 classes that hands its input through."""
    return {"W1": np.eye(2), "b1": np.zeros(2), "W2": np.eye(2), "b2": np.zeros(2)}


class TestAccuracy:
    def test_three_of_four(self, learner):
        """Four rows, whose larger entry is the answer; the third one is wrong: 3/4."""
        X = np.array([[3.0, 1.0], [1.0, 3.0], [2.0, 5.0], [6.0, 4.0]])
        assert_close(learner.accuracy(small_network(), X, np.array([0, 1, 0, 0])), 0.75)

    def test_ties(self, learner):
        """Where both logits are equal the answer is class 0."""
        X = np.array([[2.0, 2.0], [2.0, 2.0], [0.0, 0.0], [0.0, 1.0]])
        assert_close(learner.accuracy(small_network(), X, np.array([0, 1, 0, 1])), 0.75)


class TestTrainMlp:
    def test_one_step(self, learner):
        """Logits (0, 0) have a loss of ln 2, and Adam's first step moves each bias b2 by lr_max."""
        X, y, order = np.zeros((1, 2)), np.array([1]), np.array([0])
        result = learner.train_mlp(small_network(), X, y, [order], batch_size=1, lr_max=0.25)
        params, losses = unpack(result, "params, losses")
        assert_close(losses, [np.log(2.0)], what="losses")
        assert_close(params["b2"], [-0.25, 0.25], rtol=1e-6, what="b2")
        assert_close(params["W2"], np.eye(2), what="W2")

    def test_one_loss_per_batch(self, learner):
        """Three epochs of five examples in batches of two are nine steps; the start is kept."""
        start, X = small_network(), np.array([[1.0, 0], [0, 1], [2, 1], [1, 3], [4, 1]])
        orders = [np.array([4, 0, 3, 1, 2]), np.array([0, 1, 2, 3, 4]), np.array([2, 4, 1, 3, 0])]
        result = learner.train_mlp(start, X, np.array([0, 1, 0, 1, 0]), orders, 2, lr_max=0.1)
        params, losses = unpack(result, "params, losses")
        assert_same(np.shape(losses), (9,), what="the shape of losses")
        first = np.log(1 + np.exp([-3.0, -1.0])).mean()  # of examples 4 and 0, at the start
        assert_close(losses[0], first, what="the first loss")
        assert_same(sorted(params), ["W1", "W2", "b1", "b2"], what="the list of keys")
        for name, value in small_network().items():
            assert_same(start[name], value, what=f"{name} of the start, afterwards")

    def test_warm_up_and_cosine(self, learner):
        """In four steps, two of them warm-up, b2 moves by 1/2, 1, 1 and 1/2 times lr_max."""
        X, y, orders = np.zeros((1, 2)), np.array([1]), [np.array([0])] * 4
        result = learner.train_mlp(small_network(), X, y, orders, 1, lr_max=1e-6, warmup_steps=2)
        params, _ = unpack(result, "params, losses")
        # So small a rate leaves the gradient nearly as it was: each step of Adam is lr long.
        assert_close(params["b2"], [-3e-6, 3e-6], rtol=1e-4, atol=0.0, what="b2")

    def test_clips(self, learner):
        """A bound of 1e-8 makes gradients as small as Adam's eps, and steps about half as long."""
        X, y, order = np.zeros((1, 2)), np.array([1]), np.array([0])
        result = learner.train_mlp(
            small_network(), X, y, [order], 1, lr_max=0.25, max_norm=np.sqrt(2) * 1e-8
        )
        params, _ = unpack(result, "params, losses")
        assert_close(params["b2"], [-0.125, 0.125], rtol=1e-6, what="b2")

    def test_reads_digits(self, learner):
        """Trained on 1,437 handwritten digits, it reads nine of ten others rightly, or more."""
        pixels, labels = load_digits()
        pixels, is_held_out = pixels / 16, np.arange(len(labels)) % 5 == 0
        X, y = pixels[~is_held_out], labels[~is_held_out]
        rng = np.random.default_rng(0)
        orders = [rng.permutation(len(y)) for _ in range(5)]
        start = learner.random_params(64, 32, 10)
        result = learner.train_mlp(start, X, y, orders, 32, lr_max=0.02, warmup_steps=20)
        trained, _ = unpack(result, "params, losses")
        hidden = np.maximum(pixels[is_held_out] @ trained["W1"].T + trained["b1"], 0)
        answers = np.argmax(hidden @ trained["W2"].T + trained["b2"], axis=1)
        share = np.mean(answers == labels[is_held_out])
        if share < 0.9:
            raise Mismatch(f"only {share:.0%} of the held-out digits are read rightly")
