"""Every number that a quiz takes for right, or for a known mistake, computed once more."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from exercises.quizzes import NUMERIC, parts_of
from grader.authoring.quizzes import keys_of
from grader.course import Course
from grader.quizzes import Key, sources

COURSE = Course()
KEYS = {
    (week, key.asked.name): key
    for week, name in sources(COURSE)
    for key in keys_of(COURSE, week, name)
    if key.asked.kind in NUMERIC
}


def reference(week: int, name: str):
    return COURSE.reference(COURSE.module(f"week{week}", name))


def random_cosine(d: int) -> float:
    cosine_similarity = reference(1, "vectors").cosine_similarity
    pairs = np.random.default_rng(0).normal(size=(20_000, 2, d))
    return math.sqrt(np.mean([cosine_similarity(a, b) ** 2 for a, b in pairs]))


def size_of_scores() -> float:
    q, k = np.random.default_rng(0).normal(size=(2, 100_000, 64))
    return float(np.std(np.sum(q * k, axis=1)))


def scaled_determinant(change: Callable[[np.ndarray], np.ndarray]) -> float:
    A = np.array([[2.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 1.6]])
    A[2] *= 5 / reference(1, "matrices").determinant(A)
    return reference(1, "matrices").determinant(change(A))


def rank_one_error() -> float:
    rng = np.random.default_rng(0)
    U, V = (np.linalg.qr(rng.normal(size=(4, 3)))[0] for _ in range(2))
    A = U @ np.diag([5.0, 4.0, 3.0]) @ V.T
    low_rank = reference(1, "decompositions").low_rank
    return float(np.linalg.norm(A - low_rank(A, 1)))


def error_of_slope(h: float, *, is_central: bool) -> float:
    behind = h if is_central else 0.0
    return (math.sin(1 + h) - math.sin(1 - behind)) / (h + behind) - math.cos(1)


def smallest_slope() -> float:
    angles = np.linspace(0, 2 * np.pi, 100_001)
    return float(np.min(3 * np.cos(angles) - 4 * np.sin(angles)))


def ten_sigmoids() -> float:
    y = reference(2, "chain_rule").sigmoid(np.linspace(-5, 5, 10_001))
    return float(np.max(reference(2, "chain_rule").sigmoid_backward(np.ones_like(y), y))) ** 10


def gradient_at_the_logit() -> float:
    logits = np.log([[0.7, 0.2, 0.1]])
    _, gradient = reference(2, "chain_rule").softmax_cross_entropy(logits, np.array([1]))
    return float(gradient[0, 1])


def picked_twice(*, adds: bool) -> float:
    grad, places = np.zeros(3), [0, 0, 1]
    if adds:
        np.add.at(grad, places, 1.0)
    else:
        grad[places] += 1.0
    return float(grad[0])


def diverges(lr: float) -> bool:
    w = np.ones(2)
    for _ in range(20_000):
        w = w - lr * np.array([1.0, 50.0]) * w
        if np.abs(w).max() > 1e6:
            return True
    return False


def largest_learning_rate() -> float:
    lr = reference(2, "optimizers").max_stable_learning_rate(np.diag([1.0, 50.0]))
    assert diverges(1.01 * lr)
    assert not diverges(0.99 * lr)
    return float(lr)


def velocity() -> float:
    w, v = np.zeros(1), np.zeros(1)
    for _ in range(100):
        w, v = reference(2, "optimizers").momentum_step(w, np.ones(1), v, lr=0.1)
    return float(v[0])


def first_step_of_adam() -> float:
    w = np.zeros(1)
    reference(2, "optimizers").Adam([w], lr=0.001).step([np.full(1, 1000.0)])
    return float(abs(w[0]))


def positive_test() -> float:
    prior, likelihood = np.array([0.01, 0.99]), np.array([0.99, 0.05])
    return float(reference(3, "probability").bayes(prior, likelihood)[0])


def shell() -> float:
    noise = np.random.default_rng(0).normal(size=(2000, 1000))
    return float(np.mean(np.linalg.norm(noise, axis=1)))


def monte_carlo_error() -> float:
    values = np.random.default_rng(0).normal(size=1_000_000)
    monte_carlo = reference(3, "distributions").monte_carlo
    return float(monte_carlo(values[:10_000])[1] / monte_carlo(values)[1])


def abar(*betas: float) -> float:
    return float(reference(3, "diffusion").alpha_bars(np.array(betas))[-1])


def all_steps() -> float:
    diffusion = reference(3, "diffusion")
    return float(diffusion.alpha_bars(diffusion.linear_beta_schedule(1000))[-1])


def untrained_loss() -> float:
    loss = reference(4, "nanogpt").next_token_loss
    return float(loss(np.zeros((8, 65)), np.arange(8)))


def size_of_a_block() -> float:
    d = 768
    shapes = [(3 * d, d), (d, d), (4 * d, d), (d, 4 * d)]
    return sum(math.prod(shape) for shape in shapes) / d**2


P, Q = np.array([0.5, 0.5]), np.array([0.9, 0.1])
STEPS = (1e-3, 5e-4)
# The right answer, then the known mistakes in the source's order.
NUMBERS: dict[str, Callable[[], list[float]]] = {
    "how_many_sums": lambda: [(np.zeros((5, 1)) + np.zeros(4)).size, 5, 5 + 4],
    "random_directions": lambda: [random_cosine(1000), 0, random_cosine(2)],
    "scaled_determinant": lambda: [
        scaled_determinant(lambda A: 2 * A),
        scaled_determinant(lambda A: np.array([2, 1, 1])[:, None] * A),
        (2 + 2 + 2) * 5,
    ],
    "size_of_scores": lambda: [size_of_scores(), size_of_scores() ** 2, 1],
    "variance_kept": lambda: [9 / 10, (36 + 9) / (36 + 9 + 1), 2 / 3],
    "rank_one_error": lambda: [rank_one_error(), 4 + 3, rank_one_error() ** 2, 4],
    "lora_share": lambda: [
        100 * reference(1, "decompositions").lora_parameter_count(4096, 4096, 8) / 4096**2,
        100 * 4096 * 8 / 4096**2,
        2 * 4096 * 8 / 4096**2,
    ],
    "half_the_step": lambda: [
        *(
            error_of_slope(STEPS[0], is_central=each) / error_of_slope(STEPS[1], is_central=each)
            for each in (True, False)
        ),
        2**3,
    ],
    "steepest_descent": lambda: [smallest_slope(), -4, -3 - 4, -smallest_slope()],
    "ten_sigmoids": lambda: [ten_sigmoids(), 0.5**10, 1, 10 / 4],
    "gradient_at_the_logit": lambda: [
        gradient_at_the_logit(),
        -gradient_at_the_logit(),
        0.2,
        -1 / 0.2,
    ],
    "bias_of_a_batch": lambda: [
        reference(2, "autograd").unbroadcast(np.ones((32, 4)), (4,))[0],
        1,
        32 * 4,
    ],
    "picked_twice": lambda: [picked_twice(adds=True), picked_twice(adds=False), 3],
    "gradient_of_a_mean": lambda: [1 / np.zeros((4, 5)).size, 1, 1 / 5, 1 / 4],
    "steps_of_a_run": lambda: [
        3 * len(reference(2, "optimizers").minibatches(np.arange(1000), 32)),
        3 * (1000 // 32),
        math.ceil(3 * 1000 / 32),
    ],
    "largest_learning_rate": lambda: [largest_learning_rate(), 1 / 50, 2 / 1],
    "velocity": lambda: [velocity(), 1, velocity() - 1],
    "first_step_of_adam": lambda: [
        first_step_of_adam(),
        0.001 * 1000,
        0.001 * 0.1 * 1000 / math.sqrt(0.001 * 1000**2),
    ],
    "positive_test": lambda: [positive_test(), 0.99, 1 - 0.05, 0.01 * 0.99],
    "monte_carlo_error": lambda: [monte_carlo_error(), 100, 1],
    "shell": lambda: [shell(), 0, 1, 1000],
    "knows_nothing": lambda: [math.log(50257), math.log2(50257), 50257],
    "two_steps_of_noise": lambda: [1 - abar(0.1, 0.2), 0.1 + 0.2, 0.1 * 0.2, abar(0.1, 0.2)],
    "picture_that_is_left": lambda: [math.sqrt(all_steps()), all_steps(), math.sqrt(0.98)],
    "one_way": lambda: [
        *(float(reference(4, "information").kl_divergence(*pair)) for pair in ((P, Q), (Q, P))),
        float(reference(4, "information").kl_divergence(P, Q, base=math.e)),
        float(reference(4, "information").cross_entropy(P, Q)),
    ],
    "eight_ways": lambda: [
        reference(4, "information").perplexity(np.full(4, -3 * math.log(2))),
        math.exp(3),
        3**2,
    ],
    "shifted_by_one": lambda: [
        float(reference(4, "vae").gaussian_kl(np.ones(1), np.zeros(1)).sum()),
        1,
        0,
        0.5 / math.log(2),
    ],
    "first_loss_of_dpo": lambda: [
        float(reference(4, "rlhf").dpo_loss(*(np.full(1, -7.0),) * 4, beta=0.1)),
        0,
        1 / (1 + math.exp(0)),
        1,
    ],
    "smoothed": lambda: [(0 + 1) / (3 + 5), 0, (0 + 1) / (3 + 1), (0 + 1) / 3],
    "untrained_loss": lambda: [untrained_loss(), untrained_loss() / math.log(2), 65, 0],
    "size_of_a_block": lambda: [size_of_a_block(), 3 + 1, 4 + 4, 3 + 4 + 4],
    "answer_of_zero": lambda: [
        float(np.mean(np.random.default_rng(0).normal(size=1_000_000) ** 2)),
        0,
        0.5,
    ],
}


def test_every_number_is_here():
    assert {name for _, name in KEYS} == set(NUMBERS)


@pytest.mark.parametrize("key", KEYS.values(), ids=lambda key: key.asked.name)
def test_numbers(key: Key):
    """What is computed lies near the middle of its cell, so the tolerance is on both sides."""
    right, *mistakes = map(float, NUMBERS[key.asked.name]())
    place = float((Fraction(right) - key.asked.start) / key.asked.step)
    assert abs(place - (int(key.right[0]) + 0.5)) < 0.3
    table = tomllib.loads(COURSE.layout.quiz_source(key.asked.week, "quiz").read_text("utf-8"))
    listed = [each["because"] for each in table[key.asked.name]["mistakes"]]
    told = [key.said[parts_of(key.asked, mistake)[0]].why for mistake in mistakes]
    assert told == listed
