"""References in a learner copy, sealed: nobody reads one by accident.

It is a seal and no secret. Whoever wants to can open it, for the key is in this file; but a text
editor, a search through the folder and an editor's completion show nothing.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import zlib

from exercises.layout import CATALOGUE_FOLDER

SEALED = f"{CATALOGUE_FOLDER}/solutions.sealed"


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
