"""Train the noise predictor behind `kata show ddpm`: `make models`.

It sees a noisy handwritten digit, the time step and which digit is meant, and says what noise was
added. The network is small: three linear layers, with x·σ(x) between them.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from grader.course import ROOT, Course
from grader.files import write_atomically
from kata.shows.digits import load_digits
from kata.shows.models import features
from training.layers import Parameters, chain, linear, silu

MODEL = ROOT / "kata" / "shows" / "models" / "ddpm.npz"
HELD_OUT_EVERY = 10  # each tenth digit is kept for judging the model


@dataclass(frozen=True)
class Settings:
    """The noise, the size of the network, and how it is trained."""

    T: int = 100
    beta_start: float = 1e-3  # ten times as much a step as DDPM's, in a tenth of its steps
    beta_end: float = 0.2
    hidden: int = 256
    batch_size: int = 256
    steps: int = 20000
    warmup_steps: int = 200
    learning_rate: float = 2e-3
    kept_average: float = 0.999  # the weights shipped are a running mean: it draws cleaner
    seed: int = 0


def read_digits() -> tuple[np.ndarray, np.ndarray]:
    """Return pictures (n, 64), black -1 to ink 1, and the digits that are meant (n,)."""
    pixels, labels = load_digits()
    return (pixels / 8 - 1).astype(np.float32), labels


def is_held_out(x0: np.ndarray) -> np.ndarray:
    """Say of each picture whether it is kept for judging the model."""
    return np.arange(1, len(x0) + 1) % HELD_OUT_EVERY == 0


def new_parameters(n_features: int, n_pixels: int, settings: Settings) -> Parameters:
    """Return random weights, spread so that every layer keeps the size of its numbers."""
    rng = np.random.default_rng(settings.seed)
    sizes = (n_features, settings.hidden, settings.hidden, n_pixels)
    parameters = {}
    for i in (1, 2, 3):
        n_in, n_out = sizes[i - 1], sizes[i]
        parameters[f"W{i}"] = rng.normal(scale=n_in**-0.5, size=(n_out, n_in))
        parameters[f"b{i}"] = np.zeros(n_out)
    return {name: value.astype(np.float32) for name, value in parameters.items()}


def loss_and_gradients(
    parameters: Parameters, inputs: np.ndarray, noise: np.ndarray
) -> tuple[float, Callable[[], Parameters]]:
    """Return the mean squared error, and a function that gives the gradients."""
    gradients: Parameters = {}
    first, second, third = (linear(parameters, gradients, f"W{i}", f"b{i}") for i in (1, 2, 3))
    predicted, back = chain(first, silu, second, silu, third)(inputs)

    def backward() -> Parameters:
        back(2 * (predicted - noise) / noise.size)
        return {name: gradients[name] for name in parameters}

    return float(np.mean((predicted - noise) ** 2, dtype=np.float64)), backward


def noisy(
    x0: np.ndarray, labels: np.ndarray, alpha_bars: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return what the network sees of some digits at random times, and the noise in them."""
    t = rng.integers(len(alpha_bars), size=len(x0))
    noise = rng.standard_normal(x0.shape, dtype=np.float32)
    kept = alpha_bars[t, None]
    return features(np.sqrt(kept) * x0 + np.sqrt(1 - kept) * noise, t, labels), noise


def train(settings: Settings, betas: np.ndarray) -> tuple[Parameters, float]:
    """Return trained weights and their held-out loss, saying how it goes."""
    course = Course()
    optimizers = course.reference(course.module("week2", "optimizers"))
    alpha_bars = np.cumprod(1 - betas).astype(np.float32)
    rng = np.random.default_rng(settings.seed + 1)
    x0, labels = read_digits()
    judged = is_held_out(x0)
    judged_by = noisy(
        np.repeat(x0[judged], 20, axis=0),
        np.repeat(labels[judged], 20),
        alpha_bars,
        np.random.default_rng(settings.seed),
    )
    x0, labels = x0[~judged], labels[~judged]

    parameters = new_parameters(judged_by[0].shape[1], x0.shape[1], settings)
    average = {name: value.copy() for name, value in parameters.items()}
    optimizer = optimizers.Adam(list(parameters.values()))
    start, recent = time.process_time(), []
    for step in range(settings.steps):
        optimizer.lr = optimizers.cosine_schedule(
            step, settings.steps, settings.learning_rate, warmup_steps=settings.warmup_steps
        )
        batch = rng.integers(len(x0), size=settings.batch_size)
        loss, backward = loss_and_gradients(
            parameters, *noisy(x0[batch], labels[batch], alpha_bars, rng)
        )
        recent.append(loss)
        optimizer.step(list(backward().values()))
        for name, value in parameters.items():
            average[name] += (1 - settings.kept_average) * (value - average[name])
        if (step + 1) % 1000 == 0 or step + 1 == settings.steps:
            held_out_loss, _ = loss_and_gradients(average, *judged_by)
            print(
                f"step {step + 1:>6}   loss {np.mean(recent):.4f}   held out {held_out_loss:.4f}"
                f"   {time.process_time() - start:.0f} s",
                flush=True,
            )
            recent.clear()
    return average, held_out_loss


def main() -> None:
    """Train, and write the file."""
    settings = Settings()
    betas = np.linspace(settings.beta_start, settings.beta_end, settings.T)
    parameters, loss = train(settings, betas)
    x0, labels = read_digits()
    x0_held_out, labels_held_out = x0[is_held_out(x0)], labels[is_held_out(x0)]
    first = [np.flatnonzero(labels_held_out == digit)[0] for digit in range(10)]
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        betas=betas,
        alpha_bars=np.cumprod(1 - betas),
        held_out_loss=loss,
        examples=x0_held_out[first].astype(np.float16),
        means=np.array([x0[labels == digit].mean(axis=0) for digit in range(10)], dtype=np.float16),
        **{name: value.astype(np.float16) for name, value in parameters.items()},
    )
    write_atomically(MODEL, buffer.getvalue())
    n = sum(value.size for value in parameters.values())
    print(f"{MODEL.relative_to(ROOT)}: {n:,} parameters, {len(buffer.getvalue()):,} bytes")
    print(f"held-out loss {loss:.4f}: the mean squared error of the predicted noise")


if __name__ == "__main__":
    main()
