"""Read one notebook, as a program of its own: a notebook comes in, the text of its code goes out.

Stand-alone, and of the standard library only what is quickly imported. None of the code is executed
here, but a text can bring down or hold up whoever parses it; so it is parsed in a process that has
limits and holds nothing.

The text must be readable as it stands (what is a stub, what breaks a rule) and must run as a kernel
runs a notebook: from top to bottom, where an error costs little. So the cells are joined line by
line, and beside the text it is told which statements may raise, so that they are run one by one. A
plain function can't. Where an exercise's name is given a value by something else than a definition,
a line `name: object` in front tells those who look at definitions alone.
"""

import ast
import json
import math
import re
import resource
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple, TypeVar

CPU_S = 30
MEMORY_BYTES = 1 << 30
CHUNK_BYTES = 1 << 20
MAX_CELLS = 20_000
MAX_VALUE_BYTES = 32 << 20  # of one cell's text, escapes and pictures in it included
MAX_DROPPED_LINES = 200  # in one cell, before it is given up
MAX_NOTES = 20
MAX_SHOWN = 80
MAX_SCALAR = 400
FORMAT = 4
NO_JSON = "is not JSON, as notebooks are: was it edited by hand?"
CUT_OFF = "ends in the middle: save the notebook again and hand in that"

SPACE = re.compile(rb"[ \t\r\n]*+")
SCALAR = re.compile(rb"[-+.\w]*+")
IN_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.S)
BETWEEN_BRACKETS = re.compile(rb'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+', re.S)
LINE_BREAK = re.compile(r"\r\n|\r|\n")
DEFINITION = re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.M)
# What IPython takes for its own: `%magic`, `!shell`, `?help`, `help?`, `files = !ls`.
NOT_PYTHON = re.compile(r"\s*(?:[%!?]|[\w., \[\]]+=\s*[%!]|[%\w.*]+\?{1,2}\s*;?\s*(?:#.*)?$)")
OWN_MODULE = re.compile(r"week[1-9]\b")
RUNS_PYTHON = ("%%time", "%%capture", "%%prun")  # cell magics whose cell defines what it defines
CHECKS = {"check", "score"}  # ours: they try an exercise, and change nothing
SAFE_IMPORTS = {"numpy", "numpy.linalg"}
SAFE_BASES = {"object", "Exception", "ValueError"}
SAFE_DECORATORS = {"staticmethod", "classmethod", "property"}
_Function = ast.FunctionDef | ast.AsyncFunctionDef
T = TypeVar("T")


class BadNotebook(Exception):
    """Why a file is no notebook that can be read, for the learner."""


def main() -> None:
    """Read a notebook from standard input, and write what it holds as JSON."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    max_code, modules = json.loads(sys.argv[1])
    try:
        cells = code_cells(sys.stdin.buffer)
        if sum(map(len, cells)) > max_code:
            raise BadNotebook(f"holds more than {max_code // 1024} KiB of code")
        answer = assemble(cells, modules)
    except BadNotebook as error:
        answer = {"problem": str(error)}
    except (RecursionError, MemoryError):
        answer = {"problem": "is nested too deeply, or too large, to be read"}
    print(json.dumps(answer))


# ---------------------------------------------------------------------------------------------
# The file: the code of its cells, and nothing of outputs, pictures and metadata
# ---------------------------------------------------------------------------------------------


class Scanner:
    """Goes through JSON of any size, and keeps in memory only what is asked for."""

    def __init__(self, stream: BinaryIO, max_kept: float = math.inf) -> None:
        self.stream = stream
        self.left = max_kept
        self.buffer = b""
        self.at = 0

    def more(self) -> bool:
        """Read on; what lies behind is forgotten."""
        chunk = self.stream.read(CHUNK_BYTES)
        self.buffer, self.at = self.buffer[self.at :] + chunk, 0
        return bool(chunk)

    def peek(self) -> bytes:
        """Return the next character that is no space."""
        while True:
            self._match(SPACE)
            if self.at < len(self.buffer):
                return self.buffer[self.at : self.at + 1]
            if not self.more():
                raise BadNotebook(CUT_OFF)

    def take(self, expected: bytes) -> bytes:
        """Return the next character, which must be one of these."""
        found = self.peek()
        if found not in expected:
            raise BadNotebook(NO_JSON)
        self.at += 1
        return found

    def members(self) -> Iterator[str]:
        """Yield the names of an object's members; the caller reads each value."""
        self.take(b"{")
        if self.peek() == b"}":
            self.take(b"}")
            return
        while True:
            if self.peek() != b'"':
                raise BadNotebook(NO_JSON)
            name = self.value()
            self.take(b":")
            yield name
            if self.take(b",}") == b"}":
                return

    def items(self) -> Iterator[None]:
        """Stop at each item of an array; the caller reads it."""
        self.take(b"[")
        if self.peek() == b"]":
            self.take(b"]")
            return
        while True:
            yield
            if self.take(b",]") == b"]":
                return

    def value(self) -> Any:
        """Read one value."""
        kept: list[bytes] = []
        self._pass_by(kept)
        text = b"".join(kept)
        self.left -= len(text)
        if self.left < 0:
            raise BadNotebook("holds too much text and pictures to be shown")
        try:
            return json.loads(text)
        except ValueError as error:
            raise BadNotebook(NO_JSON) from error

    def skip(self) -> None:
        """Go past one value."""
        self._pass_by(None)

    def _pass_by(self, kept: list[bytes] | None) -> None:
        depth = size = 0
        while True:
            first = self.peek()
            if first == b'"':
                pieces = self._string(is_kept=kept is not None)
            elif first in b"{[" or (depth and first in b"}],:"):
                self.at += 1
                depth += (first in b"{[") - (first in b"}]")
                pieces = [first]
            else:
                pieces = [self._scalar()]
            if kept is not None:
                kept += pieces
                size += sum(map(len, pieces))
                _bound(size)
            elif depth:  # all in one go, up to the next bracket
                between = BETWEEN_BRACKETS.match(self.buffer, self.at)
                self.at = between.end() if between else self.at
            if not depth:
                return

    def _string(self, *, is_kept: bool) -> list[bytes]:
        pieces, size = [b'"'], 0
        self.at += 1
        while True:
            piece = self._match(IN_STRING)
            if is_kept:
                pieces.append(piece)
                size += len(piece)
                _bound(size)
            if self.buffer[self.at : self.at + 1] == b'"':
                self.at += 1
                return [*pieces, b'"']
            if not self.more():
                raise BadNotebook(CUT_OFF)

    def _scalar(self) -> bytes:
        text = self._match(SCALAR)
        while self.at == len(self.buffer) and len(text) < MAX_SCALAR and self.more():
            text += self._match(SCALAR)
        if not 0 < len(text) < MAX_SCALAR:
            raise BadNotebook(NO_JSON)
        return text

    def _match(self, pattern: re.Pattern[bytes]) -> bytes:
        found = pattern.match(self.buffer, self.at)
        assert found is not None  # these patterns match nothing as well
        self.at = found.end()
        return found.group()


def _bound(size: int) -> None:
    if size > MAX_VALUE_BYTES:
        raise BadNotebook(f"has a cell with more than {MAX_VALUE_BYTES >> 20} MiB of text")


def code_cells(stream: BinaryIO) -> list[str]:
    """Return the texts of a notebook's code cells, from top to bottom.

    Raises
    ------
    BadNotebook
        If it is none, or of another format than 4.
    """
    return read_cells(
        Scanner(stream),
        ("cell_type", "source"),
        lambda cell: source_of(cell) if cell.get("cell_type") == "code" else None,
    )


def read_cells(
    scanner: Scanner, wanted: Sequence[str], take: Callable[[dict[str, Any]], T | None]
) -> list[T]:
    """Return what is taken of each cell, by its wanted members, from top to bottom.

    Raises
    ------
    BadNotebook
        If it is no notebook, or of another format than 4.
    """
    cells: list[T] | None = None
    version: Any = None
    if scanner.peek() != b"{":
        raise BadNotebook(NO_JSON)
    for name in scanner.members():
        if name == "cells" and scanner.peek() == b"[":
            cells = _cells(scanner, wanted, take)
        elif name == "nbformat":
            version = scanner.value()
        else:
            scanner.skip()
    if type(version) is not int:
        raise BadNotebook("is JSON, but no notebook")
    if version != FORMAT:
        age = "old" if version < FORMAT else "new"
        raise BadNotebook(
            f"is in the {age} notebook format {version}; open it in Jupyter, save it, and hand in "
            f"that: format {FORMAT} is read"
        )
    if cells is None:
        raise BadNotebook("is a notebook without cells")
    return cells


def source_of(cell: dict[str, Any]) -> str | None:
    """Return a cell's text, or None if it has none."""
    source = cell.get("source")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return LINE_BREAK.sub("\n", source) if isinstance(source, str) else None


def _cells(
    scanner: Scanner, wanted: Sequence[str], take: Callable[[dict[str, Any]], T | None]
) -> list[T]:
    found = []
    for index, _ in enumerate(scanner.items()):
        if index == MAX_CELLS:
            raise BadNotebook(f"has more than {MAX_CELLS} cells")
        if scanner.peek() != b"{":
            scanner.skip()
            continue
        cell = {}
        for name in scanner.members():
            if name in wanted:
                cell[name] = scanner.value()
            else:
                scanner.skip()
        taken = take(cell)
        if taken is not None:
            found.append(taken)
    return found


# ---------------------------------------------------------------------------------------------
# One cell
# ---------------------------------------------------------------------------------------------


class Group(NamedTuple):
    """Statements of a cell that share lines: nearly always one.

    Attributes
    ----------
    lines : tuple of (int, str)
        Numbers in the cell, and texts.
    is_safe : bool
        Whether none of the statements can raise.
    bound, defined : frozenset of str
        Names that may be given a value, and those of functions and classes at the top level.
    written : frozenset of str
        Names in texts, which `exec` or `setattr` may give a value.
    """

    lines: tuple[tuple[int, str], ...]
    is_safe: bool
    bound: frozenset[str]
    defined: frozenset[str]
    written: frozenset[str]


class Cell:
    """A cell that Python can read, or why it can't."""

    def __init__(self, number: int, text: str) -> None:
        self.number = number
        self.text = text
        self.groups: list[Group] = []
        self.problem = ""
        self.line = 0
        self.notes: list[str] = []

    @property
    def bound(self) -> set[str]:
        """The names that the cell may give a value."""
        return {name for group in self.groups for name in group.bound | group.written}


def read_cell(number: int, text: str) -> Cell:
    """Take a cell apart; what only a notebook understands is dropped with a note."""
    cell = Cell(number, text)
    lines = text.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        if not lines[first].startswith(RUNS_PYTHON):
            cell.notes.append(f"code cell {number} left out: {lines[first][:MAX_SHOWN]}")
            return cell
        cell.notes.append(f"code cell {number}, line {first + 1} left out: {lines[first]}")
        lines[first] = ""
    tree = _parse(cell, lines)
    if tree is not None:
        cell.groups = list(_groups(tree, lines))
    return cell


def _parse(cell: Cell, lines: list[str]) -> ast.Module | None:
    """Return the tree of a cell; lines that are not Python but IPython become `pass`."""
    for _ in range(MAX_DROPPED_LINES):
        text = "\n".join(lines) + "\n"
        try:
            text.encode()
            tree = ast.parse(text)
            compile(tree, "cell", "exec", dont_inherit=True)  # `return` outside a function too
            return tree
        except SyntaxError as error:
            line, problem = error.lineno or 1, error.msg
        except (ValueError, RecursionError, MemoryError) as error:  # NUL, half a character, depth
            line, problem = 1, f"it cannot be read ({type(error).__name__})"
        if problem == "unexpected indent" and not any(map(_is_at_the_margin, lines)):
            indent = min(len(found) - len(found.lstrip()) for found in lines if found.strip())
            lines[:] = [found[indent:] for found in lines]
        elif line <= len(lines) and NOT_PYTHON.match(lines[line - 1]):
            _drop(cell, lines, line - 1)
        else:
            break
    cell.problem, cell.line = problem, line
    return None


def _is_at_the_margin(line: str) -> bool:
    return bool(line.strip()) and not line[0].isspace()


def _drop(cell: Cell, lines: list[str], index: int) -> None:
    line = lines[index]
    cell.notes.append(
        f"code cell {cell.number}, line {index + 1} left out: {line.strip()[:MAX_SHOWN]}"
    )
    while lines[index].endswith("\\") and index + 1 < len(lines):
        lines[index] = ""
        index += 1
    lines[index] = line[: len(line) - len(line.lstrip())] + "pass"


def _groups(tree: ast.Module, lines: Sequence[str]) -> Iterator[Group]:
    groups: list[list[ast.stmt]] = []
    last = 0
    for statement in tree.body:
        if groups and _first_line(statement) <= last:
            groups[-1].append(statement)
        else:
            groups.append([statement])
        last = statement.end_lineno or statement.lineno
    for statements in groups:
        if all(_is_check(each) or _is_future(each) for each in statements):
            continue
        numbers = range(_first_line(statements[0]), (statements[-1].end_lineno or 0) + 1)
        yield Group(
            lines=tuple((number, lines[number - 1]) for number in numbers),
            is_safe=all(map(_is_safe, statements)),
            bound=frozenset(name for each in statements for name in _bound_by(each)),
            defined=frozenset(getattr(each, "name", "") for each in statements),
            written=frozenset(_written_in(statements)),
        )


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def _is_check(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and isinstance(statement.value.func, ast.Name)
        and statement.value.func.id in CHECKS
    )


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _bound_by(statement: ast.stmt) -> Iterator[str]:
    """Yield the names of the notebook that a statement may give a value, local ones left out."""
    nodes: list[ast.AST] = [statement]
    while nodes:
        node = nodes.pop()
        if isinstance(node, _Function | ast.ClassDef):
            yield node.name
            for inner in ast.walk(node):
                yield from inner.names if isinstance(inner, ast.Global) else ()
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield node.asname or node.name
        if not _is_of_the_notebook(node):
            nodes += ast.iter_child_nodes(node)


def _is_of_the_notebook(node: ast.AST) -> bool:
    """Say whether something is imported from a module of the week, which the notebook itself is."""
    return isinstance(node, ast.ImportFrom) and bool(
        node.level or OWN_MODULE.match(node.module or "")
    )


def _written_in(statements: Sequence[ast.stmt]) -> Iterator[str]:
    for node in (node for statement in statements for node in ast.walk(statement)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
            yield from [text] if text.isidentifier() else DEFINITION.findall(text)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_safe(statement: ast.stmt, *, in_class: bool = False) -> bool:
    """Say whether a statement can't raise, where annotations are not evaluated."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            defaults = [*statement.args.defaults, *statement.args.kw_defaults]
            return all(map(_is_constant, defaults)) and all(
                in_class and isinstance(decorator, ast.Name) and decorator.id in SAFE_DECORATORS
                for decorator in statement.decorator_list
            )
        case ast.ClassDef(decorator_list=[], keywords=[]):
            return all(
                isinstance(base, ast.Name) and base.id in SAFE_BASES for base in statement.bases
            ) and all(_is_safe(inner, in_class=True) for inner in statement.body)
        case ast.Assign():
            return _is_constant(statement.value) and all(
                isinstance(target, ast.Name) for target in statement.targets
            )
        case ast.AnnAssign():
            return isinstance(statement.target, ast.Name) and _is_constant(statement.value)
        case ast.Import():
            return all(alias.name in SAFE_IMPORTS for alias in statement.names)
    return isinstance(statement, ast.Pass) or _is_text(statement)


def _is_constant(node: ast.expr | None) -> bool:
    match node:
        case None | ast.Constant():
            return True
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)):
            return isinstance(value, int | float)
        case ast.Tuple() | ast.List():
            return all(map(_is_constant, node.elts))
    return False


# ---------------------------------------------------------------------------------------------
# The text
# ---------------------------------------------------------------------------------------------


def assemble(texts: Sequence[str], modules: dict[str, list[str]]) -> dict[str, Any]:
    """Return the text of the notebook, what becomes of each module, and notes.

    Parameters
    ----------
    texts : sequence of str
        The code cells.
    modules : dict
        Of the week: what each module's exercises are called in code.

    Returns
    -------
    dict
        `text`, the same for all modules; of its lines `places`, and `risky`, as in `Cells`;
        `modules`, which has "" for a module that the text serves, a sentence for one that stands
        in cells that are not Python, and nothing for one of which the notebook has no trace;
        `notes`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an odd escape in a text is not our business
        cells = [read_cell(number, text) for number, text in enumerate(texts, start=1)]
    objects = {name for names in modules.values() for name in names}
    bound = {name for cell in cells for name in cell.bound}
    broken = {
        name: cell
        for cell in cells
        if cell.problem
        for name in DEFINITION.findall(cell.text)
        if name in objects - bound
    }
    text = Text()
    for cell in cells:
        text.add_cell(cell, objects)
    for name, cell in broken.items():
        text.add(cell.number, cell.line, f"def {name}(*args, **kwargs):")
        text.add(cell.number, cell.line, f"    raise SyntaxError({_why(cell)!r})")
    states = {}
    for module, names in modules.items():
        lost = [broken[name] for name in names if name in broken]
        if not bound.isdisjoint(names):
            states[module] = ""
        elif lost:
            states[module] = _why(lost[0])
    notes = [note for cell in cells for note in cell.notes]
    notes += [_why(cell) for cell in cells if cell.problem]
    return {
        "text": "\n".join(text.lines) + "\n",
        "places": text.places,
        "risky": text.risky,
        "modules": states,
        "notes": notes[:MAX_NOTES],
    }


def _why(cell: Cell) -> str:
    return f"code cell {cell.number}, line {cell.line} is not Python: {cell.problem}"


class Text:
    """The joined lines, and where each of them is from."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.places: list[tuple[int, int]] = []
        self.risky: list[tuple[int, int]] = []

    def add(self, cell: int, number: int, line: str) -> None:
        """Add a line, with the numbers of its cell and of its line there."""
        self.lines.append(line)
        self.places.append((cell, number))

    def add_cell(self, cell: Cell, objects: set[str]) -> None:
        """Add what a cell holds; `objects` are the names of the exercises."""
        for group in cell.groups:
            if not group.is_safe:
                for name in sorted((group.bound & objects) - group.defined):
                    self.add(cell.number, group.lines[0][0], f"{name}: object")
                self.risky.append((len(self.lines) + 1, len(self.lines) + len(group.lines)))
            for number, line in group.lines:
                self.add(cell.number, number, line)
