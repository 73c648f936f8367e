"""A learner's text by exercises: each with the helpers of one's own that it needs.

Definitions are found by their lines, as everywhere: no learner's code is parsed here.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.reports.excerpt import DOCSTRING, statement_starts

REST = ""  # the name of what belongs to no exercise
DEFINED = re.compile(r"(?:async\s+def|def|class)\s+(\w+)|(\w+)[ \t]*(?::[^=\n]*)?=(?!=)")
WORD = re.compile(r"\w+")
IMPORT = re.compile(r"(?:import|from)\s")
BETWEEN = "\n\n\n"


@dataclass(frozen=True)
class _Block:
    """A definition at the top level, or another statement there."""

    name: str
    text: str


def pieces_of(text: str, objects: Sequence[str]) -> dict[str, str]:
    """Return the code of each of these objects that is in a text, and of what is left.

    Imports and docstrings are left out.
    """
    blocks = _blocks(text)
    helpers: dict[str, list[_Block]] = {}
    for block in blocks:
        if block.name and block.name not in objects:
            helpers.setdefault(block.name, []).append(block)
    pieces = {}
    for name in objects:
        own = [block for block in blocks if block.name == name]
        if own:
            needed = _needed(own, helpers)
            pieces[name] = BETWEEN.join(block.text for block in (*needed, *own))
    rest = [*(b for each in helpers.values() for b in each), *(b for b in blocks if not b.name)]
    if rest:
        pieces[REST] = BETWEEN.join(block.text for block in rest)
    return pieces


def _needed(blocks: Iterable[_Block], helpers: dict[str, list[_Block]]) -> list[_Block]:
    """Take the helpers that these blocks name, and those that they name, out of all of them."""
    found: list[_Block] = []
    new = list(blocks)
    while new:
        named = dict.fromkeys(WORD.findall(new.pop().text))
        taken = [block for name in named for block in helpers.pop(name, ())]
        found += taken
        new += taken
    return found


def _blocks(text: str) -> list[_Block]:
    blocks = []
    decorators = None
    for start, end in itertools.pairwise([*statement_starts(text), len(text)]):
        if text[start] == "@":
            decorators = start if decorators is None else decorators
            continue
        if not IMPORT.match(text, start):
            found = DEFINED.match(text, start)
            whole = text[start if decorators is None else decorators : end].rstrip()
            name = (found[1] or found[2]) if found else ""
            blocks.append(_Block(name, DOCSTRING.sub(r"\1", whole, count=1)))
        decorators = None
    return blocks
