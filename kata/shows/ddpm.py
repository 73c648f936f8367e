"""`kata show ddpm`: the learner's sampler turns noise into a handwritten digit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kata.comparisons import describe
from kata.project import Project
from kata.shows.models import N_DIGITS, SIDE, NoisePredictor, load_noise_predictor
from kata.shows.performance import perform
from kata.shows.plain import shaded, side_by_side
from kata.shows.work import FaultError, ToDoError, Work, a_description

NEEDED = ("denoise_step", "denoising_loss", "sample")
SHAPE = (SIDE, SIDE)
STEPS_LEFT = (100, 60, 40, 25, 15, 8, 3, 0)  # where the pictures are taken
STEPS_DONE = (0, 10, 30, 100)  # the same on the way into the noise
IN_A_ROW = 4
# Of 10,000 digits drawn by right functions, the correlation with the mean picture of their digit
# was 0.25 to 0.976, and the largest number 4.5. Without new noise nearly all are above 0.98.
LEAST_LIKENESS, MOST_LIKENESS = 0.2, 0.98
LARGEST_NUMBER = 6.0
LOSS_TOLERANCE = 0.25  # relative: the loss is that of some pictures and some noise


def show_ddpm(project: Project, digit: int | None, seed: int) -> int:
    """Draw how the learner's sampler turns noise into a digit."""
    model = load_noise_predictor()
    rng = np.random.default_rng(seed)
    drawn = int(rng.integers(N_DIGITS))
    wanted = drawn if digit is None else digit
    return perform(project, "ddpm", NEEDED, lambda work: _show(work, model, wanted, rng))


def _show(work: Work, model: NoisePredictor, digit: int, rng: np.random.Generator) -> list[str]:
    T = len(model.betas)
    print(f"A network that has seen noise in {SIDE} x {SIDE} pictures of handwritten digits,")
    print(f"asked for {_a(digit)} by your functions in {work.file}.")
    print()
    x_T, noises = rng.standard_normal(SHAPE), rng.standard_normal((T, *SHAPE))
    for array in (x_T, noises):
        array.flags.writeable = False
    watcher = Watcher(model, digit)
    picture = work.call("sample", watcher, x_T, model.betas, noises)
    is_picture = isinstance(picture, np.ndarray) and picture.dtype.kind == "f"
    if not is_picture or picture.shape != SHAPE:
        raise work.fault(
            "sample", f"gave {a_description(picture)}, not a picture of shape {SHAPE}."
        )
    if not watcher.seen:
        raise work.fault("sample", "never asked the network what noise it sees.")
    _show_way_in(work, model, digit, rng)
    print("Out of the noise, by your sample and denoise_step:")
    print()
    _print_pictures(
        [
            (f"{left} steps to go", watcher.seen[min(T - left, len(watcher.seen) - 1)])
            if left
            else ("the result", picture)
            for left in STEPS_LEFT
        ]
    )
    _print_likeness(picture, model)
    notes = _odd_calls(watcher, T, work.test_command) or _odd_picture(
        picture, digit, model, work.test_command
    )
    return notes + _show_loss(work, model, rng)


class Watcher:
    """The network as `sample` sees it: it keeps every picture that it is asked about."""

    def __init__(self, model: NoisePredictor, digit: int) -> None:
        self._model = model
        self._digit = digit
        self.seen: list[np.ndarray] = []
        self.times: list[int] = []

    def __call__(self, x: Any, t: Any) -> np.ndarray:
        """Return the noise in one picture."""
        x = _checked(x, SHAPE)
        t = _checked_times(t, (), len(self._model.betas))
        self.seen.append(x.copy())
        self.times.append(int(t))
        flat = x.reshape(1, -1)
        return self._model.predict(flat, t.reshape(1), np.array([self._digit])).reshape(SHAPE)


def _checked(x: Any, shape: tuple[int, ...]) -> np.ndarray:
    pictures: np.ndarray = np.asarray(x, dtype=np.float64)
    if pictures.shape != shape:
        raise ValueError(f"model(x, t): x has shape {pictures.shape}, and should have {shape}")
    if not np.all(np.isfinite(pictures)):
        raise ValueError("model(x, t): x holds nan or inf")
    return pictures


def _checked_times(t: Any, shape: tuple[int, ...], T: int) -> np.ndarray:
    times: np.ndarray = np.asarray(t)
    if times.shape != shape or times.dtype.kind not in "iu":
        should = "one integer" if shape == () else f"{shape[0]} integers"
        raise ValueError(f"model(x, t): t should be {should}, got {describe(t)}")
    if times.min() < 0 or times.max() >= T:
        wrong = times.min() if times.min() < 0 else times.max()
        raise ValueError(f"model(x, t): t goes from 0 to {T - 1}, got {wrong}")
    return times


def _show_way_in(work: Work, model: NoisePredictor, digit: int, rng: np.random.Generator) -> None:
    """Draw the opposite way by week 3's `add_noise`, if the learner has written it already."""
    module = work.project.catalogue.module_named("diffusion")
    if module is None:
        return
    way_in = Work(work.project, module)
    noise = rng.standard_normal((1, *SHAPE))
    real = model.examples[digit]
    pictures = [("a real one", real)]
    try:
        for done in STEPS_DONE[1:]:
            noisy = way_in.call(
                "add_noise", real[None], np.array([done - 1]), model.alpha_bars, noise
            )
            pictures.append((f"{done} steps", _checked(noisy, (1, *SHAPE))[0]))
    except ToDoError:
        print(f"(Solve add_noise in {way_in.file} to see the way into the noise as well.)")
        print()
        return
    except (FaultError, ValueError, TypeError):  # week 4 is shown all the same
        print("The way into the noise is left out: your add_noise does not work yet.")
        print(f"Test: {way_in.test_command} -k add_noise")
        print()
        return
    print("Into the noise, by your add_noise of week 3:")
    print()
    _print_pictures(pictures)


def _print_pictures(pictures: Sequence[tuple[str, np.ndarray]]) -> None:
    panels = [(caption, shaded(picture)) for caption, picture in pictures]
    print(side_by_side(panels, IN_A_ROW))
    print()


def _likeness(picture: np.ndarray, model: NoisePredictor) -> np.ndarray:
    """Return how like each digit's mean picture this one is: 1 is the same, 0 is unlike."""
    centred = picture - picture.mean()
    size = np.linalg.norm(centred)
    means = model.means - model.means.mean(axis=(1, 2), keepdims=True)
    products = np.sum(means * (centred / size if size else centred), axis=(1, 2))
    return np.asarray(products / np.linalg.norm(means, axis=(1, 2)))


def _print_likeness(picture: np.ndarray, model: NoisePredictor) -> None:
    likeness = _likeness(picture, model)
    best = int(np.argmax(likeness))
    print(f"Of the mean pictures of all real digits it is most like the {best},")
    print(f"with a correlation of {likeness[best]:.2f}.")
    print()


def _odd_calls(watcher: Watcher, T: int, test_command: str) -> list[str]:
    if watcher.times == list(range(T - 1, -1, -1)):
        return []
    first, last, n = watcher.times[0], watcher.times[-1], len(watcher.times)
    return [
        f"Your sample asked the network {n} times, first at t = {first} and last at t = {last}.\n"
        f"It should ask once for each step from t = {T - 1} down to 0.\n"
        f"Test: {test_command} -k sample"
    ]


def _odd_picture(
    picture: np.ndarray, digit: int, model: NoisePredictor, test_command: str
) -> list[str]:
    largest, likeness = float(np.abs(picture).max()), _likeness(picture, model)[digit]
    if largest > LARGEST_NUMBER:
        what = f"The result has numbers up to {largest:.3g}, where -1 is empty and 1 is ink."
    elif likeness < LEAST_LIKENESS:
        what = f"The result hardly looks like {_a(digit)}."
    elif likeness > MOST_LIKENESS:
        what = f"The result is nearly the mean of all real {digit}s. Is the new noise too small?"
    else:
        return []
    return [f"{what}\nSo something is not right yet.\nTest: {test_command}"]


def _a(digit: int) -> str:
    return f"an {digit}" if digit == 8 else f"a {digit}"


def _show_loss(work: Work, model: NoisePredictor, rng: np.random.Generator) -> list[str]:
    """Print the loss on real digits, and return what is odd about it."""
    T = len(model.betas)
    n = T * N_DIGITS
    digits, t = np.repeat(np.arange(N_DIGITS), T), np.tile(np.arange(T), N_DIGITS)
    noise = rng.standard_normal((n, *SHAPE))

    def network(xt: Any, t: Any) -> np.ndarray:
        xt, t = _checked(xt, (n, *SHAPE)), _checked_times(t, (n,), T)
        return model.predict(xt.reshape(n, -1), t, digits).reshape(xt.shape)

    try:
        loss = work.call_for_number(
            "denoising_loss", network, model.examples[digits], t, model.alpha_bars, noise
        )
    except (ToDoError, FaultError) as trouble:
        return [str(trouble)]
    print("How well does it see the noise in ten real digits that it has never seen?")
    print(f"  your denoising_loss   {loss:.3f}, the mean squared error over all steps")
    print("  seeing no noise       1.000, the variance of the noise")
    print()
    expected = model.held_out_loss
    if abs(loss - expected) <= LOSS_TOLERANCE * expected:
        return []
    return [
        f"Your denoising_loss is {loss:.3f}, and this network has about {expected:.3f}.\n"
        f"So something is not right yet.\nTest: {work.test_command} -k denoising_loss"
    ]
