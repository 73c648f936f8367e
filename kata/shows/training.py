"""`kata show training`: the learner's network learns to read digits, step by step."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kata.project import Project
from kata.shows.digits import N_PIXELS, load_digits
from kata.shows.performance import perform
from kata.shows.plain import indented, plane, shaded, side_by_side, written
from kata.shows.work import Work, a_description

NEEDED = ("accuracy", "train_mlp")
N_CLASSES, N_HIDDEN, SIDE = 10, 32, 8
HELD_OUT = 5  # every fifth digit is not learnt from
BATCH_SIZE, N_EPOCHS, WARMUP_STEPS = 32, 5, 20
# Adam steps as far as its rate says. Plain steps are as long as the gradient as well: the same
# rate is too small for them, and this one, tried out among 0.001 ... 2, is not.
RATE, PLAIN_RATE = 0.02, 1.0
GUESSING = float(np.log(N_CLASSES))
ENOUGH = 0.9
FAR, NEAR = 0.2, 0.05  # between shares, for words about them
IN_A_ROW, MOST_PICTURES = 4, 8
COLUMNS, EVERY_S = 40, 0.05
Params = dict[str, np.ndarray]


@dataclass(frozen=True)
class Run:
    """One training: with what, the loss of each step, and how many held-out digits it reads."""

    letter: str
    name: str
    losses: np.ndarray
    params: Params
    share: float


class PlainSteps:
    """Gradient descent in the place of the module's Adam: w - lr·g, in place."""

    def __init__(self, params: Sequence[np.ndarray], lr: float = 0.1) -> None:
        self.params, self.lr = list(params), lr

    def step(self, grads: Sequence[np.ndarray]) -> None:
        """Change every parameter in place."""
        for parameter, gradient in zip(self.params, grads, strict=True):
            parameter -= self.lr * gradient


class Digits:
    """The shipped digits, those to learn from and those held out."""

    def __init__(self) -> None:
        pixels, labels = load_digits()
        is_held_out = np.arange(len(labels)) % HELD_OUT == 0
        self.X, self.y = pixels[~is_held_out] / 16, labels[~is_held_out]
        self.X_held_out, self.y_held_out = pixels[is_held_out] / 16, labels[is_held_out]


def show_training(project: Project, seed: int) -> int:
    """Train the learner's network, with Adam and with plain steps, and show what it misreads."""
    return perform(project, "training", NEEDED, lambda work: _show(work, Digits(), seed))


def _show(work: Work, digits: Digits, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    start = {
        "W1": rng.normal(size=(N_HIDDEN, N_PIXELS)) * np.sqrt(2 / N_PIXELS),
        "b1": np.zeros(N_HIDDEN),
        "W2": rng.normal(size=(N_CLASSES, N_HIDDEN)) * np.sqrt(2 / N_HIDDEN),
        "b2": np.zeros(N_CLASSES),
    }
    orders = [rng.permutation(len(digits.y)) for _ in range(N_EPOCHS)]
    for array in (*start.values(), *orders, digits.X, digits.y):
        array.flags.writeable = False
    print(f"A network of {N_PIXELS} pixels, {N_HIDDEN} hidden units and {N_CLASSES} digits learns")
    print(f"{len(digits.y):,} pictures, {N_EPOCHS} times each, by your functions in {work.file}.")
    print()

    def trained(letter: str, name: str, rate: float) -> Run:
        return _trained(work, digits, start, orders, (letter, name, rate))

    runs = [trained("A", f"Adam, rate {RATE:g}", RATE)]
    with work.replaced("GivenAdam", lambda given: PlainSteps) as is_there:
        if is_there:
            runs.append(trained("s", f"SGD, rate {RATE:g}", RATE))
            runs.append(trained("S", f"SGD, rate {PLAIN_RATE:g}", PLAIN_RATE))
    print()
    _print_curves(runs)
    _print_shares(runs, len(digits.y_held_out))
    _print_misread(runs[0].params, digits)
    return _odd(work, runs, start)


def _trained(
    work: Work,
    digits: Digits,
    start: Params,
    orders: Sequence[np.ndarray],
    what: tuple[str, str, float],
) -> Run:
    letter, name, rate = what
    n_steps = len(orders) * -(-len(digits.y) // BATCH_SIZE)
    curve = LiveCurve(name, n_steps)
    with work.replaced("loss_and_gradients", curve.listening):
        result = work.call(
            "train_mlp", start, digits.X, digits.y, orders, BATCH_SIZE, rate, WARMUP_STEPS
        )
    params, losses = work.pair("train_mlp", result)
    losses = work.array("train_mlp", (n_steps,), losses)
    curve.ends(losses)
    params = _network(work, params, start)
    share = work.call_for_number("accuracy", params, digits.X_held_out, digits.y_held_out)
    return Run(letter, name, losses, params, share)


def _network(work: Work, params: Any, start: Params) -> Params:
    if not isinstance(params, dict) or set(params) != set(start):
        raise work.fault(
            "train_mlp", f"gave {a_description(params)}, not a network with the keys of the first."
        )
    return {
        name: work.array("train_mlp", value.shape, params[name]) for name, value in start.items()
    }


class LiveCurve:
    """One line that shows the loss as the training goes on, from left to right."""

    LEVELS, PLAIN = "▁▂▃▄▅▆▇█", "_.:-=+*#"

    def __init__(self, name: str, n_steps: int) -> None:
        self._name = name
        self._n_steps = n_steps
        self._losses: list[float] = []
        self._is_live = sys.stdout.isatty()
        self._shown = 0.0

    def listening(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that gives the same, and whose losses are heard."""

        def heard(*args: Any, **kwargs: Any) -> Any:
            result = function(*args, **kwargs)
            if self._is_live and isinstance(result, tuple) and isinstance(result[0], float):
                self._losses.append(float(result[0]))
                if time.monotonic() - self._shown > EVERY_S:
                    self._print(self._losses, end="\r")
                    self._shown = time.monotonic()
            return result

        return heard

    def ends(self, losses: np.ndarray) -> None:
        """Show the whole curve."""
        self._print(losses.tolist(), end="\n")

    def _print(self, losses: Sequence[float], end: str) -> None:
        letters = written(self.LEVELS, self.PLAIN)
        n_columns = min(COLUMNS, -(-COLUMNS * len(losses) // self._n_steps))
        pieces = np.array_split(np.array(losses), n_columns)
        height = np.clip([piece.mean() / GUESSING for piece in pieces], 0, 1)
        line = "".join(letters[round(level * (len(letters) - 1))] for level in height.tolist())
        print(f"  {self._name:<16} {line:<{COLUMNS}} {losses[-1]:7.3f}", end=end, flush=True)


def _print_curves(runs: Sequence[Run]) -> None:
    """Draw the losses of all runs in one frame, each point the mean of some steps."""
    marks = []
    for run in reversed(runs):
        pieces = np.array_split(run.losses, COLUMNS)
        x = [float(i) for i in range(len(pieces))]
        marks.append((run.letter, np.array(x), np.clip([p.mean() for p in pieces], 0, GUESSING)))
    n_steps = len(runs[0].losses)
    print(f"The loss, from {GUESSING:.1f} (guessing, ln 10) down to 0, in {n_steps} steps:")
    print(indented(plane(marks, (0, COLUMNS - 1), (0, GUESSING), (64, 14))))
    print()


def _print_shares(runs: Sequence[Run], n_held_out: int) -> None:
    print(f"Of {n_held_out} digits that it has never seen it reads, by your accuracy:")
    for run in runs:
        print(f"  {run.letter}  {run.name:<16} {run.share:6.1%}")
    print()
    shares = [run.share for run in runs]
    if len(runs) > 1 and shares[1] + FAR < shares[0] < shares[2] + NEAR:
        print("A step of Adam is about as long as its rate, one of SGD as its rate times the")
        print("gradient. So at Adam's rate SGD hardly moves; at one of its own it keeps up.")
        print()


def _print_misread(params: Params, digits: Digits) -> None:
    hidden = np.maximum(digits.X_held_out @ params["W1"].T + params["b1"], 0.0)
    read = np.argmax(hidden @ params["W2"].T + params["b2"], axis=1)
    wrong = np.flatnonzero(read != digits.y_held_out)
    if not len(wrong):
        print("It reads every one of them.")
        return
    print(f"What Adam's network misreads ({min(len(wrong), MOST_PICTURES)} of {len(wrong)}):")
    print()
    panels = [
        (
            f"{digits.y_held_out[index]}, read as {read[index]}",
            shaded(digits.X_held_out[index].reshape(SIDE, SIDE), 0.0, 1.0),
        )
        for index in wrong[:MOST_PICTURES]
    ]
    print(side_by_side(panels, IN_A_ROW))
    print()


def _odd(work: Work, runs: Sequence[Run], start: Params) -> list[str]:
    """Return what is odd about the training."""
    adam = runs[0]
    if adam.share < ENOUGH:
        what = f"With Adam it reads only {adam.share:.1%}, where {ENOUGH:.0%} are easily reached."
    elif len(runs) > 1 and np.array_equal(adam.losses, runs[1].losses):
        what = "Your train_mlp does not use the GivenAdam of its module."
    else:
        return []
    return [f"{what}\nSo something is not right yet.\nTest: {work.test_command}"]
