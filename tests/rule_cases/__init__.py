"""The cases of the from-scratch rules: evasions, and honest code that must not be accused.

Each case is a file of a learner whose exercise is called `f`. Its head in `evasions.txt` or
`honest.txt` says

    #: name | rules | who sees it: tree, guards, both, or nobody: why

and for honest code just name and rules. `tests/kata/test_rules.py` holds the syntax tree against
that, `tests/grader/test_guards.py` the guards.
"""

from dataclasses import dataclass
from pathlib import Path

# As in the catalogue; the norm's rules have its synonyms, too.
RULES = {
    "PRODUCT": ("@", "np.dot", "np.vdot", "np.inner", "np.matmul", "np.einsum", "np.tensordot"),
    "TRANSPOSE": (".T", "np.transpose", "np.swapaxes", "np.moveaxis", "np.einsum"),
    "LINALG": ("np.linalg",),
    "NORM": ("np.linalg", "np.linalg.norm"),
    "QR": ("np.linalg.qr", "np.linalg.svd"),
    "EIGEN": ("np.linalg.eig*", "np.linalg.svd"),
    "COV": ("np.cov",),
    "EINSUM": ("np.einsum",),
    "NONE": (),
}


@dataclass(frozen=True)
class Case:
    """One file of a learner, and who is to see that it breaks its rules."""

    name: str
    rules: tuple[str, ...]
    source: str
    seen_by: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.name


def _read(file: str) -> list[Case]:
    text = (Path(__file__).parent / file).read_text(encoding="utf-8")
    return [_case(part) for part in text.split("#: ")[1:]]


def _case(part: str) -> Case:
    head, _, source = part.partition("\n")
    name, rules, *rest = head.split(" | ")
    who = rest[0].partition(":")[0] if rest else "nobody"
    seen_by = {"both": ("tree", "guards"), "nobody": ()}.get(who, (who,))
    return Case(name, RULES[rules], f"import numpy as np\n{source}", frozenset(seen_by))


EVASIONS = _read("evasions.txt")
HONEST = _read("honest.txt")
