"""A definition out of a learner's module, found by its lines: no learner's code is parsed here.

A parser may be brought down by what it parses. `report.js` looks for definitions in the same way.
"""

from __future__ import annotations

import re
from functools import lru_cache

STRING = (
    r'"""(?:\\[\s\S]|(?!""")[^\\])*(?:"""|\Z)'
    r"|'''(?:\\[\s\S]|(?!''')[^\\])*(?:'''|\Z)"
    r'|"(?:\\[\s\S]|[^"\\\n])*"?'
    r"|'(?:\\[\s\S]|[^'\\\n])*'?"
)
TOKEN = re.compile(rf"{STRING}|#[^\n]*|[(\[{{]|[)\]}}]|^[^\s#)\]}}\"']", re.M)
# Brackets in brackets in brackets: a head of several lines that has more keeps its docstring.
BRACKETS = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
DOCSTRING = re.compile(
    rf"""((?:^|\n)(?:async\s+def|def|class)\s+\w+\s*(?:{BRACKETS})?"""
    r"""[^:\n]*:[ \t]*(?:\#[^\n]*)?\n)"""
    r"""\s+[rR]?(?:\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?''')[ \t]*(?:\n|\Z)"""
)


def definition_in(text: str, name: str) -> str:
    """Return the last top-level definition of a name, without its docstring, or nothing."""
    starts = statement_starts(text)
    ends = [*starts[1:], len(text)]
    is_it = re.compile(rf"(?:async\s+def|def|class)\s+{re.escape(name)}\b")
    for index in reversed(range(len(starts))):
        if is_it.match(text, starts[index]):
            first = index
            while first > 0 and text[starts[first - 1]] == "@":
                first -= 1
            return DOCSTRING.sub(r"\1", text[starts[first] : ends[index]].rstrip(), count=1)
    return ""


@lru_cache(maxsize=8)  # asked for each exercise of a module
def statement_starts(text: str) -> tuple[int, ...]:
    """Return where the top-level statements of a module begin."""
    starts = []
    depth = 0
    for match in TOKEN.finditer(text):
        token, at = match[0], match.start()
        if len(token) == 1 and depth == 0 and (at == 0 or text[at - 1] == "\n"):
            starts.append(at)
        if token in "([{":
            depth += 1
        elif token in ")]}":
            depth = max(0, depth - 1)
    return tuple(starts)
