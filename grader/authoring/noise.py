"""See whether tolerances have room: right code is right however its last bits are rounded.

Another processor, BLAS or numpy rounds another way, and so does each other way to write a formula.
Every reference and right variant is rewritten twice over and graded by the hidden tests:

- *noise*: each result of an operator or of a function that rounds is multiplied by 1 + k 2⁻⁵³ with
  k from -2 to 2, which depends on the value, its place in the array, the place in the source and
  the noise's seed. So a call with the same inputs gives the same again, as on a real machine, while
  two equal rows need not. What was computed exactly is left alone: whole numbers and fractions of
  few binary digits, zeros, infinities, nan, and what is no float64.
- *order*: sums, means and products are added up from the last entry to the first.

A test that right code then fails is too strict, unless exactness is its point. Such tests stand in
`tests/exact_by_right.toml`, each with its reason.
"""

from __future__ import annotations

import ast
import copy
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.console import Console

from exercises import Exercise, Module
from grader.authoring.processes import map_in_processes
from grader.course import Course
from grader.errors import SandboxError, SuiteError
from grader.judging.bench import ModuleBench, source_of_module
from grader.judging.reasons import why_failed
from grader.judging.suite import Suite, collect
from grader.progress import Progress
from grader.sandbox.sandbox import Sandbox
from grader.sandbox.source import Source

EXACT = "tests/exact_by_right.toml"
SEEDS = 5
ANY = "*"
Key = tuple[str, str, str]  # exercise, test, variant
REFERENCE = "reference"

# Of these the results are rounded; of reshape, sort, maximum, where or round they are exact.
ROUNDING = """
add subtract multiply divide true_divide power float_power square sqrt cbrt hypot reciprocal
exp exp2 expm1 log log2 log10 log1p logaddexp logaddexp2 sin cos tan arcsin arccos arctan
arctan2 sinh cosh tanh arcsinh arccosh arctanh erf erfc gamma lgamma sinc pow fsum dist
sum mean average var std prod cumsum cumprod nansum nanmean trapezoid outer
dot matmul inner vdot tensordot einsum kron convolve correlate cov corrcoef interp polyval
norm inv pinv solve lstsq det slogdet eig eigh eigvals eigvalsh svd svdvals qr cholesky
multi_dot matrix_power cond linspace geomspace logspace
"""
HELPERS = """
import numpy as _numpy

def _noisy(value, place):
    if isinstance(value, tuple):
        parts = [_noisy(part, place + 7919 * i) for i, part in enumerate(value)]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    if isinstance(value, _numpy.ndarray):
        return _noisy_array(value, place) if value.dtype == _numpy.float64 else value
    if not isinstance(value, float):
        return value
    plain = float(value)  # which does not warn
    if plain - plain != 0 or (abs(plain) < 2.0**32 and plain * 1024 % 1 == 0):
        return value
    k = hash((plain, place, {seed})) % 5 - 2
    return type(value)(plain + plain * (k * 2.0**-53))

def _noisy_array(x, place):
    with _numpy.errstate(all="ignore"):
        mixed = _numpy.frombuffer(x.tobytes(), dtype=_numpy.uint64).reshape(x.shape)
        where = _numpy.arange(x.size, dtype=_numpy.uint64).reshape(x.shape)
        mixed = mixed ^ (where * _numpy.uint64(0x9E3779B97F4A7C15))
        mixed = mixed ^ _numpy.uint64((place * 1000003 + {seed}) * 0xD1B54A32D192ED03 % 2**64)
        for factor in (0xBF58476D1CE4E5B9, 0x94D049BB133111EB):
            mixed = (mixed ^ (mixed >> _numpy.uint64(29))) * _numpy.uint64(factor)
        k = (mixed >> _numpy.uint64(32)) % _numpy.uint64(5) * 1.0 - 2.0
        noisy = _numpy.array(x + x * (k * 2.0**-53))
        is_exact = (abs(x) < 2.0**32) & (x * 1024 % 1 == 0) | (noisy - noisy != 0)
    noisy[is_exact] = x[is_exact]
    return noisy

def _noisy_here(value, place):
    if isinstance(value, _numpy.ndarray) and value.dtype == _numpy.float64:
        value[...] = _noisy_array(value, place)
        return value
    return _noisy(value, place)

def _backwards(x, axis):
    if not isinstance(x, _numpy.ndarray):
        return x
    axes = range(x.ndim) if axis is None else [axis] if isinstance(axis, int) else axis
    index = [slice(None)] * x.ndim
    for a in axes:
        index[a] = slice(None, None, -1)
    return x[tuple(index)].copy()  # else numpy undoes it

def _factors(A, B):
    if isinstance(A, _numpy.ndarray) and isinstance(B, _numpy.ndarray) and A.ndim and B.ndim:
        return _backwards(A, -1), _backwards(B, max(-2, -B.ndim))
    return A, B

def _product(A, B):
    A, B = _factors(A, B)
    return A @ B
"""


@dataclass(frozen=True)
class Failure:
    """A hidden test that right code failed once it rounded another way."""

    week: str
    exercise: str
    variant: str
    test: str
    why: str
    under: tuple[str, ...]

    @property
    def keys(self) -> Iterator[Key]:
        """What an entry of the list of exact tests may name it by."""
        yield self.exercise, self.test, self.variant
        yield self.exercise, self.test, ANY

    def __str__(self) -> str:
        under = ", ".join(self.under)
        return f"{self.week} {self.exercise} {self.variant}: {self.test} ({self.why}) under {under}"


@dataclass
class Report:
    """What became of right code under noise."""

    graded: int = 0
    failures: list[Failure] = field(default_factory=list)
    explained: dict[str, str] = field(default_factory=dict)
    stale: list[str] = field(default_factory=list)


def run_noise(
    names: Sequence[str], progress: Progress, course: Course | None = None, *, jobs: int = 1
) -> Report:
    """Grade the right code of all exercises, or of those named, with results changed a little.

    Raises
    ------
    SuiteError
        If a name is unknown, or the list of exact tests can't be read.
    """
    course = course or Course()
    modules = course.modules_with(names)
    reasons = _reasons(course)
    tasks = [(course.root, module, tuple(names)) for module in modules]
    found = map_in_processes(_grade_module, tasks, jobs)
    report = _gather(progress.over(found, len(tasks), _place), reasons)
    if names:
        report.stale.clear()
    return report


def _reasons(course: Course) -> dict[Key, str]:
    path = course.root / EXACT
    if not path.exists():
        return {}
    try:
        entries = tomllib.loads(course.read(path)).get("test", [])
        return {(e["exercise"], e["test"], e["variant"]): e["reason"] for e in entries}
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise SuiteError(
            f"{path}: each [[test]] needs exercise, test, variant, reason ({error})"
        ) from error


Found = tuple[str, int, list[Failure]]


def _place(found: Found) -> str:
    return found[0]


def _gather(found: Iterable[Found], reasons: dict[Key, str]) -> Report:
    report, used = Report(), set()
    for _, graded, failures in found:
        report.graded += graded
        for failure in failures:
            key = next((key for key in failure.keys if key in reasons), None)
            if key is None:
                report.failures.append(failure)
            else:
                used.add(key)
                report.explained[str(failure)] = reasons[key]
    report.stale = [" ".join(key) for key in reasons if key not in used]
    return report


def _grade_module(task: tuple[Path, Module, tuple[str, ...]]) -> Found:
    root, module, names = task
    course = Course(root)
    suite = collect(course, [module])
    for exercise, tests in suite.tests.items():  # the helpers work too, and must not count
        suite.tests[exercise] = [replace(test, max_steps=None) for test in tests]
    reference = course.read(course.layout.reference(module))
    cases = [(e.name, REFERENCE, reference) for e in module.exercises]
    cases += [(v.exercise, v.name, v.source) for v in course.variants(module) if v.is_right]
    failures, graded = [], 0
    exercises = {exercise.name: exercise for exercise in module.exercises}
    with Sandbox() as sandbox:
        sandbox.prove()
        for name, variant, source in cases:
            if not names or name in names:
                failures += _failures(suite, sandbox, exercises[name], variant, source)
                graded += 1
    return f"{module.week}/{module.name}", graded, failures


def _failures(
    suite: Suite, sandbox: Sandbox, exercise: Exercise, variant: str, source: str
) -> list[Failure]:
    """Return the tests that one right solution fails under some noise."""
    rewritten = {f"noise {seed}": with_noise(source, seed) for seed in range(SEEDS)}
    rewritten["order"] = in_other_order(source)
    under: dict[str, list[str]] = {}
    why: dict[str, str] = {}
    module = suite.course.catalogue.module_of(exercise)
    for how, text in rewritten.items():
        learners = source_of_module(suite.course, module, text, {})
        try:
            failed = _failed(suite, sandbox, exercise, learners)
        except SandboxError:  # such as a zygote that was killed: once more, as for a learner
            sandbox.restart()
            failed = _failed(suite, sandbox, exercise, learners)
        for test, sentence in failed.items():
            under.setdefault(test, []).append(how)
            why.setdefault(test, sentence)
    return [
        Failure(module.week, exercise.name, variant, test, why[test], tuple(hows))
        for test, hows in under.items()
    ]


def _failed(suite: Suite, sandbox: Sandbox, exercise: Exercise, source: Source) -> dict[str, str]:
    """Return the tests that a module fails, and why."""
    bench = ModuleBench(sandbox, source)
    try:
        if bench.problem is not None:
            return {"import": bench.problem.why}
        runs = suite.run(exercise, bench, seed=0)
    finally:
        bench.close()
    failed = [run for run in runs if run.error is not None]
    for run in failed:
        if isinstance(run.error, SandboxError):
            raise run.error
    return {run.test.name: why_failed(run.error) for run in failed if run.error is not None}


# ---------------------------------------------------------------------------------------------
# Rewriting
# ---------------------------------------------------------------------------------------------


def with_noise(source: str, seed: int) -> str:
    """Return a module whose float64 results differ in their last bits."""
    return _rewritten(source, _Noise(), HELPERS.replace("{seed}", str(seed)))


def in_other_order(source: str) -> str:
    """Return a module whose sums and products are added up from the last entry to the first."""
    return _rewritten(source, _Order(), HELPERS.replace("{seed}", "0"))


def _rewritten(source: str, rewriter: ast.NodeTransformer, helpers: str) -> str:
    tree = ast.parse(source)
    tree = rewriter.visit(tree)
    first = next(i for i, node in enumerate(tree.body) if not _stands_first(node))
    tree.body[first:first] = ast.parse(helpers).body
    return ast.unparse(ast.fix_missing_locations(tree))


def _stands_first(node: ast.stmt) -> bool:
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text or (isinstance(node, ast.ImportFrom) and node.module == "__future__")


def _call(helper: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(helper, ast.Load()), list(arguments), [])


def _called(node: ast.Call) -> str:
    """Return what is called, without the module or object that it belongs to."""
    function = node.func
    if isinstance(function, ast.Attribute) and function.attr in ("reduce", "accumulate"):
        function = function.value  # np.add.reduce
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _runs_code(node: ast.AST) -> bool:
    return any(isinstance(part, ast.Call | ast.NamedExpr | ast.Await) for part in ast.walk(node))


class _Noise(ast.NodeTransformer):
    """Sends results through `_noisy`, each with the number of its place."""

    def __init__(self) -> None:
        self.places = 0

    def _next(self) -> ast.Constant:
        self.places += 1
        return ast.Constant(self.places)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        return _call("_noisy", self._inside(node), self._next())

    def visit_Call(self, node: ast.Call) -> ast.expr:
        inner = self._inside(node)
        # What is also written somewhere else must stay the same array.
        if _called(node) in ROUNDING.split() and all(k.arg != "out" for k in node.keywords):
            return _call("_noisy", inner, self._next())
        return inner

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt | list[ast.stmt]:
        self.generic_visit(node)
        if _runs_code(node.target):  # it would run twice
            return node
        target = copy.deepcopy(node.target)
        value = copy.deepcopy(node.target)
        value.ctx = ast.Load()
        here = _call("_noisy_here", value, self._next())
        return [node, ast.Assign([target], here)]

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        return node  # words

    def _inside(self, node: ast.expr) -> ast.expr:
        self.generic_visit(node)
        return node


class _Order(ast.NodeTransformer):
    """Turns the entries around that a sum, a mean or a product adds up."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.op, ast.MatMult):
            return node
        return _call("_product", node.left, node.right)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Attribute):
            return node
        of_numpy = isinstance(node.func.value, ast.Name) and node.func.value.id == "np"
        keywords = {keyword.arg: keyword.value for keyword in node.keywords}
        if node.func.attr in ("dot", "matmul") and len(node.args) == 2 and of_numpy:
            if not keywords:
                node.args = [ast.Starred(_call("_factors", *node.args), ast.Load())]
        elif node.func.attr in ("sum", "mean") and not {"where", "out"} & set(keywords):
            rest = node.args[1:] if of_numpy else node.args
            axis = keywords.get("axis", rest[0] if rest else ast.Constant(None))
            if not _runs_code(axis):
                if of_numpy and node.args:
                    node.args[0] = _call("_backwards", node.args[0], axis)
                elif not of_numpy:
                    node.func.value = _call("_backwards", node.func.value, axis)
        return node


def print_report(console: Console, report: Report) -> None:
    """Print counts, then each failure."""
    console.print(
        f"{report.graded} right solutions, each under {SEEDS} noises and in another order: "
        f"{len(report.failures)} failures, {len(report.explained)} where exactness is the point",
        highlight=False,
    )
    for text, reason in report.explained.items():
        console.print(f"= {text}\n    {reason}", markup=False, highlight=False, style="dim")
    for failure in report.failures:
        console.print(f"✗ {failure}", markup=False, highlight=False, style="red")
    for entry in report.stale:
        console.print(f"? nothing fails this any more: {entry}", markup=False, highlight=False)
