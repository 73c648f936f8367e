"""A text as words that names, layout and comments do not change, and its fingerprints.

Pygments reads the text, whatever it is, without understanding it; nothing is parsed or executed.

A fingerprint is the hash of `LENGTH` words in a row, as in S. Schleimer, D. Wilkerson and A. Aiken,
Winnowing: Local Algorithms for Document Fingerprinting, 2003. All of them are kept, since a course
is small. A name of the learner's own counts as how many words ago it stood there before, as in
B. Baker, Parameterized Duplication in Strings, 1997: what is called otherwise throughout is the
same, and what uses its variables in another way is not.
"""

from __future__ import annotations

import builtins
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Punctuation, String, Text

LENGTH = 12
MAX_WORDS = 5000  # of one exercise; an honest one has a few hundred
MAX_NUMBER_LENGTH = 40
LEXER = PythonLexer()
# Names that nobody can change.
KNOWN = frozenset(dir(builtins)) | {"np", "numpy", "math", "self"}
KNOWN_ATTRIBUTES = frozenset(
    name
    for thing in (np, np.linalg, np.random, np.random.Generator, np.ndarray, str, list, dict, set)
    for name in dir(thing)
)
OPENING, CLOSING = ("(", "[", "{"), (")", "]", "}")
BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no word's bits are lost
OWN_NAME = np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True)
class Words:
    """The words of a text.

    Attributes
    ----------
    codes : ndarray of uint64
        What each is; 0 for a name of the learner's own.
    distances : ndarray of int64
        How many words before, the same name stood last; 0 if nowhere, or for another word.
    places : ndarray of shape (n, 2)
        Where each begins and ends in the text.
    starts : ndarray of bool
        Which begin a definition at the top level, across which no fingerprint reaches.
    is_cut : bool
        Whether the text has more than `MAX_WORDS`.
    """

    codes: np.ndarray
    distances: np.ndarray
    places: np.ndarray
    starts: np.ndarray
    is_cut: bool

    def fingerprints(self) -> tuple[np.ndarray, np.ndarray]:
        """Return all fingerprints, and the number of the word at which each begins."""
        n = max(0, len(self.codes) - LENGTH + 1)
        found = np.zeros(n, dtype=np.uint64)
        is_in_one = np.ones(n, dtype=bool)
        for j in range(LENGTH):
            code = self.codes[j : j + n]
            distance = self.distances[j : j + n]
            # Where the name stood before the fingerprint begins, this is its first time.
            own = OWN_NAME + np.where(distance <= j, distance, 0).astype(np.uint64)
            found = found * BASE + np.where(code == 0, own, code)
            found ^= found >> np.uint64(29)
            if j > 0:
                is_in_one &= ~self.starts[j : j + n]
        return found[is_in_one], np.flatnonzero(is_in_one)


@lru_cache(maxsize=1 << 12)  # what was not begun is the same for all
def words_of(text: str, fixed: frozenset[str]) -> Words:
    """Take a text apart.

    Parameters
    ----------
    text : str
        Code, or what should be.
    fixed : frozenset of str
        Names that the course gives: of exercises, helpers, attributes.
    """
    codes: list[int] = []
    distances: list[int] = []
    places: list[tuple[int, int]] = []
    starts: list[bool] = []
    last: dict[str, int] = {}
    is_cut = False
    for start, end, word, is_own in _told_apart(text, fixed):
        if len(codes) == MAX_WORDS:
            is_cut = True
            break
        number = len(codes)
        codes.append(0 if is_own else _code(word))
        distances.append(number - last.get(word, number) if is_own else 0)
        places.append((start, end))
        starts.append(word in ("def", "class") and (start == 0 or text[start - 1] == "\n"))
        if is_own:
            last[word] = number
    return Words(
        np.array(codes, dtype=np.uint64),
        np.array(distances, dtype=np.int64),
        np.array(places, dtype=np.int64).reshape(-1, 2),
        np.array(starts, dtype=bool),
        is_cut,
    )


@lru_cache(maxsize=1 << 14)
def _code(word: str) -> int:
    digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") | 1  # 0 stands for names


def _told_apart(text: str, fixed: frozenset[str]) -> Iterator[tuple[int, int, str, bool]]:
    """Yield begin and end of each word, what it is, and whether it is a name of the learner's."""
    tokens = _without_heads(_tokens(text))
    previous, depth = "", 0
    held = next(tokens, None)
    while held is not None:
        start, kind, word = held
        held = next(tokens, None)
        following = held[2] if held else ""
        end = start + len(word)
        is_attribute = previous == "."
        previous = word
        if kind in Punctuation:
            depth += (word in OPENING) - (word in CLOSING)
        if kind in Name:
            if is_attribute:
                is_own = word not in KNOWN_ATTRIBUTES and word not in fixed
                yield start - 1, end, f".{word}", is_own
            else:
                # Of `axis=0` the name belongs to who wrote the function.
                is_argument = depth > 0 and following == "="
                is_own = word not in KNOWN and word not in fixed and not is_argument
                yield start, end, word, is_own
        elif word == "." and held is not None and held[1] in Name:
            continue  # one word with the attribute
        elif kind in String:
            yield start, end, "a text", False
        elif kind in Number:
            yield start, end, _number(word), False
        elif word == ";" or (word == "," and following in CLOSING):
            continue
        else:
            yield start, end, word, False


def _tokens(text: str) -> Iterator[tuple[int, object, str]]:
    """Yield what counts; the parts of a string are one token, and documentation is none."""
    is_in_string = False
    for start, kind, word in LEXER.get_tokens_unprocessed(text):
        if kind in Text or kind in Comment or kind is String.Doc:
            continue
        if kind in String:
            if not is_in_string:
                yield start, kind, word
            is_in_string = True
            continue
        is_in_string = False
        yield start, kind, word


def _without_heads(tokens: Iterator[tuple[int, object, str]]) -> Iterator[tuple[int, object, str]]:
    """Leave out the heads of functions, which are given, and may have hints of types or not."""
    for start, kind, word in tokens:
        yield start, kind, word
        if kind not in Keyword or word != "def":
            continue
        depth = 0
        for _, kind, word in tokens:
            if kind in Punctuation and word in OPENING:
                depth += 1
            elif kind in Punctuation and word in CLOSING:
                depth -= 1
            elif depth <= 0 and word == ":":
                break


def _number(word: str) -> str:
    """Return a number in one way of writing it."""
    try:
        return repr(float(word[:MAX_NUMBER_LENGTH].replace("_", "")))
    except ValueError:  # hexadecimal, imaginary
        return word
