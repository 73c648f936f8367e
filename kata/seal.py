"""Texts in a learner copy that nobody should read by accident, sealed.

References are sealed under a name. That is a seal and no secret. Whoever wants to can open it, for
the key is in this file; but a text editor, a search through the folder and an editor's completion
show nothing.

Other texts are each locked by a key that only those have who did something: who made a mistake, or
chose an answer. Nothing but the key opens them, so all depends on how hard the key is to guess.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import zlib
from collections.abc import Mapping

from exercises.layout import CATALOGUE_FOLDER

SEALED = f"{CATALOGUE_FOLDER}/solutions.sealed"
MARK_LENGTH = 16


def seal(name: str, text: str) -> str:
    """Return a text as nobody reads it, under the name of what it is."""
    return base64.b85encode(_crossed(name, zlib.compress(text.encode("utf-8"), 9))).decode("ascii")


def unseal(name: str, sealed: str) -> str:
    """Return the text again.

    Raises
    ------
    ValueError
        If it was not sealed under that name, or is damaged.
    """
    try:
        return zlib.decompress(_crossed(name, base64.b85decode(sealed))).decode("utf-8")
    except zlib.error as error:
        raise ValueError(f"the seal of {name} is damaged") from error


def _crossed(name: str, content: bytes) -> bytes:
    key = hashlib.sha256(name.encode("utf-8")).digest()
    return bytes(a ^ b for a, b in zip(content, itertools.cycle(key), strict=False))


def locked(texts: Mapping[bytes, str]) -> str:
    """Return texts, each locked by its key: a line for each, whose order tells nothing."""
    return "".join(sorted(f"{_mark(key)} {_lock(key, texts[key])}\n" for key in texts))


def opened_by(key: bytes, text: str) -> str | None:
    """Return what a key opens of texts that were locked, None if there is nothing."""
    _, found, rest = f"\n{text}".partition(f"\n{_mark(key)} ")
    if not found:
        return None
    return _padded(key, base64.b85decode(rest.partition("\n")[0])).decode("utf-8")


def _mark(key: bytes) -> str:
    return hashlib.sha256(b"mark" + key).hexdigest()[:MARK_LENGTH]


def _lock(key: bytes, text: str) -> str:
    return base64.b85encode(_padded(key, text.encode("utf-8"))).decode("ascii")


def _padded(key: bytes, content: bytes) -> bytes:
    pad = hashlib.shake_256(b"seal" + key).digest(len(content))
    return bytes(a ^ b for a, b in zip(content, pad, strict=True))
