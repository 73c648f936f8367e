"""The small trained models behind `kata show`; `make models` in the repository makes the files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).resolve().parent
SIDE = 8  # of a digit, in pixels
N_DIGITS = 10
N_FREQUENCIES = 16  # a time step is shown to the network as that many sines and cosines


@dataclass(frozen=True)
class LanguageModel:
    """The weights of a small GPT, in the names of week 4, and what belongs to them.

    Attributes
    ----------
    params : dict
        `wte`, `wpe`, `blocks`, `lnf_gain` and `lnf_bias`.
    n_head : int
        Into how many heads a block splits its width.
    vocabulary : tuple of str
        The characters; a token is a place in this.
    passage : ndarray of int64
        A sonnet that the model was not trained on, as tokens.
    passage_loss : float
        The mean loss on it, in nats per character, read in `windows`.
    held_out_loss : float
        The same for all sonnets that the model was not trained on.
    """

    params: dict[str, Any]
    n_head: int
    vocabulary: tuple[str, ...]
    passage: np.ndarray
    passage_loss: float
    held_out_loss: float

    @property
    def context(self) -> int:
        """How many characters the model sees at most."""
        return len(self.params["wpe"])

    @property
    def n_parameters(self) -> int:
        """How many numbers were trained."""
        values = [value for name, value in self.params.items() if name != "blocks"]
        values += [value for block in self.params["blocks"] for value in block.values()]
        return sum(value.size for value in values)

    def windows(self, tokens: np.ndarray) -> list[np.ndarray]:
        """Cut a text into pieces that the model can read."""
        return windows(tokens, self.context)

    def encode(self, text: str) -> np.ndarray:
        """Return a text as tokens; a character that is not in the vocabulary is a `KeyError`."""
        number_of = {character: number for number, character in enumerate(self.vocabulary)}
        return np.array([number_of[character] for character in text], dtype=np.int64)

    def decode(self, tokens: np.ndarray) -> str:
        """Return tokens as text."""
        return "".join(self.vocabulary[token] for token in tokens)


@dataclass(frozen=True)
class NoisePredictor:
    """A network that sees a noisy digit and says what noise was added.

    Attributes
    ----------
    weights : dict
        `W1`, `b1`, `W2`, `b2`, `W3` and `b3`.
    betas, alpha_bars : ndarray of shape (T,)
        How much noise each step adds, and how much of the picture's variance is left after it.
    examples : ndarray of shape (10, 8, 8)
        A real 0, 1, … 9 that the network was not trained on; -1 is empty and 1 is ink.
    means : ndarray of shape (10, 8, 8)
        The mean picture of each digit.
    held_out_loss : float
        The mean squared error of the predicted noise, on digits that were not trained on.
    """

    weights: dict[str, np.ndarray]
    betas: np.ndarray
    alpha_bars: np.ndarray
    examples: np.ndarray
    means: np.ndarray
    held_out_loss: float

    def predict(self, x: np.ndarray, t: np.ndarray, digit: np.ndarray) -> np.ndarray:
        """Return the noise in pictures (n, 64), given their time steps and their digits (n,)."""
        h = features(x, t, digit)
        for i in (1, 2):
            h = h @ self.weights[f"W{i}"].T + self.weights[f"b{i}"]
            h = h / (1 + np.exp(-np.clip(h, -500, None)))  # SiLU: x·σ(x)
        return np.asarray(h @ self.weights["W3"].T + self.weights["b3"])


def features(x: np.ndarray, t: np.ndarray, digit: np.ndarray) -> np.ndarray:
    """Return what the noise predictor sees: pictures (n, 64), their times and their digits (n,)."""
    frequencies = 1000.0 ** -(np.arange(N_FREQUENCIES) / N_FREQUENCIES)
    angles = t[..., None] * frequencies
    rows = [x, np.sin(angles), np.cos(angles), np.eye(N_DIGITS)[digit]]
    return np.concatenate([np.asarray(row, dtype=x.dtype) for row in rows], axis=-1)


def windows(tokens: np.ndarray, context: int) -> list[np.ndarray]:
    """Cut a text into pieces of `context` tokens, so that each next character counts once.

    The last token of a piece is the first of the next; what is left at the end is dropped.
    """
    starts = range(0, len(tokens) - context + 1, context - 1)
    return [tokens[start : start + context] for start in starts]


def load_language_model() -> LanguageModel:
    """Read the small GPT."""
    arrays = _read("nanogpt.npz")
    return LanguageModel(
        vocabulary=tuple(arrays.pop("vocabulary").tolist()),
        n_head=int(arrays.pop("n_head")),
        passage=_read_only(arrays.pop("passage"), np.int64),
        passage_loss=float(arrays.pop("passage_loss")),
        held_out_loss=float(arrays.pop("held_out_loss")),
        params=_nested({name: _read_only(value) for name, value in arrays.items()}),
    )


def _nested(weights: dict[str, np.ndarray]) -> dict[str, Any]:
    """Return weights with a list of dicts in place of names such as `blocks.0.W_qkv`."""
    params: dict[str, Any] = {"blocks": []}
    for name, value in weights.items():
        if name.startswith("blocks."):
            _, number, own_name = name.split(".")
            while len(params["blocks"]) <= int(number):
                params["blocks"].append({})
            params["blocks"][int(number)][own_name] = value
        else:
            params[name] = value
    return params


def load_noise_predictor() -> NoisePredictor:
    """Read the network that denoises digits."""
    arrays = {name: _read_only(value) for name, value in _read("ddpm.npz").items()}
    return NoisePredictor(
        betas=arrays.pop("betas"),
        alpha_bars=arrays.pop("alpha_bars"),
        examples=arrays.pop("examples").reshape(N_DIGITS, SIDE, SIDE),
        means=arrays.pop("means").reshape(N_DIGITS, SIDE, SIDE),
        held_out_loss=float(arrays.pop("held_out_loss")),
        weights=arrays,
    )


def _read(name: str) -> dict[str, np.ndarray]:
    with np.load(FOLDER / name, allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


def _read_only(value: np.ndarray, dtype: type[np.generic] = np.float64) -> np.ndarray:
    """Return numbers that the learner's functions cannot change by mistake."""
    value = value.astype(dtype)
    value.flags.writeable = False
    return value
