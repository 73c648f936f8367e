"""`grader simulate`: a class whose true verdicts are known, and which the grader reproduces."""

from __future__ import annotations

import csv
import math
import types
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from grader.authoring.merging import (
    FORBIDDEN,
    LOOP,
    REFERENCE,
    STUB,
    Materials,
    MergedModule,
    merge,
    origin_of,
)
from grader.authoring.restyle import NAMINGS, STYLES, Style, restyled
from grader.authoring.simulate import (
    FULL,
    LOGITS_PER_STEP,
    MIDDLE_DIFFICULTY,
    OPEN,
    TODO,
    VERDICTS,
    Simulation,
    chance_of_solving,
)
from grader.cli import main
from grader.commands.shared import BAD_CALL, OK
from grader.course import Course, execute
from grader.results import read_result, result_path

COURSE = Course()
pytestmark = pytest.mark.timeout(900)  # thirty learners, some of whom loop for ever


def rows(out: Path) -> list[dict[str, str]]:
    """Return the table of true verdicts."""
    with (out / "truth.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def make(out: Path, *options: str) -> int:
    """Run the command."""
    return main(["simulate", "--out", str(out), *options])


class TestTruth:
    """The real grading run, on learners in modules and in notebooks."""

    @pytest.mark.parametrize(
        ("week", "learners", "kind"), [("week2", "6", ()), ("week1", "30", ("--notebooks",))]
    )
    def test_grading_reproduces_every_true_verdict(self, tmp_path, week, learners, kind):
        out, grades = tmp_path / "class", tmp_path / "grades"
        assert make(out, "--learners", learners, "--seed", "1", "--week", week, *kind) == OK
        assert main(["run", str(out / "submitted"), "--out", str(grades), "--jobs", "1"]) == OK
        false = []
        for row in rows(out):
            result = read_result(result_path(grades, row["learner"], row["week"]))
            got = next(e for e in result.exercises if e.exercise == row["exercise"])
            if got.status not in VERDICTS[row["verdict"]]:
                false.append((row, got.status, got.why))
        assert false == []

    def test_every_exercise_of_a_submission_has_one(self, tmp_path):
        assert make(tmp_path / "class", "--learners", "20", "--week", "week1") == OK
        found = defaultdict(list)
        for row in rows(tmp_path / "class"):
            assert row["verdict"] in VERDICTS
            found[row["learner"], row["week"]].append(row["exercise"])
        folders = (tmp_path / "class" / "submitted").glob("*/*")
        assert set(found) == {(path.parent.name, path.name) for path in folders}
        for (_, week), exercises in found.items():
            assert exercises == [e.name for e in COURSE.catalogue.week(week).graded]


class TestSeed:
    @pytest.mark.parametrize("kind", [(), ("--notebooks",)])
    def test_the_same_seed_makes_the_same_bytes(self, tmp_path, kind):
        options = ("--learners", "4", "--week", "week3", *kind)
        for name, seed in (("first", "3"), ("again", "3"), ("other", "4")):
            assert make(tmp_path / name, *options, "--seed", seed) == OK
        first = contents(tmp_path / "first")
        assert first == contents(tmp_path / "again")
        assert first != contents(tmp_path / "other")


class TestBadInput:
    @pytest.mark.parametrize(
        ("options", "says"),
        [
            (("--learners", "0"), "--learners 0: give a whole number, 1 or more"),
            (("--week", "week9"), "--week week9: no such week"),
        ],
    )
    def test_one_sentence_and_status_2(self, tmp_path, capsys, options, says):
        assert make(tmp_path / "class", *options) == BAD_CALL
        error = capsys.readouterr().err
        assert says in error
        assert error.count("\n") == 1
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_that_exists_stays_as_it_is(self, tmp_path, capsys):
        (tmp_path / "mine.txt").write_text("mine")
        assert make(tmp_path) == BAD_CALL
        assert capsys.readouterr().err == f"grader: --out {tmp_path}: exists; give a new folder\n"
        assert contents(tmp_path) == {"mine.txt": b"mine"}


class TestModel:
    def test_the_log_odds_are_ability_less_difficulty(self):
        for ability, difficulty in [(0.0, 3), (1.5, 1), (-0.5, 5)]:
            chance = chance_of_solving(ability, difficulty)
            expected = ability - LOGITS_PER_STEP * (difficulty - MIDDLE_DIFFICULTY)
            assert math.log(chance / (1 - chance)) == pytest.approx(expected)

    def test_hard_exercises_are_solved_less_often(self):
        week = COURSE.catalogue.week("week3")
        simulation = Simulation(COURSE, [week], seed=1)
        difficulty = {e.name: e.difficulty for e in week.exercises}
        solved = defaultdict(list)
        for index in range(300):
            plan = simulation.plan(index, week)
            for name, truth in simulation.truths(plan) if plan else ():
                if name in difficulty and truth.verdict not in (TODO, OPEN):
                    solved[difficulty[name]].append(truth.verdict == FULL)
        shares = [np.mean(solved[d]) for d in sorted(solved)]
        assert len(shares) >= 3
        assert shares == sorted(shares, reverse=True)


@pytest.fixture(scope="module")
def softmaxes() -> Materials:
    """Return the material of a module in which references call each other."""
    return Materials(COURSE, COURSE.module("week3", "softmax"))


class TestMerge:
    """Solutions that stand in one module do not disturb each other."""

    @pytest.mark.parametrize("style", STYLES)
    def test_a_reference_does_not_call_the_learners_wrong_solution(self, softmaxes, style):
        wrong = next(
            v for v in softmaxes.variants.values() if v.exercise == "log_softmax" and not v.is_right
        )
        module = run(softmaxes, {"log_softmax": origin_of(wrong)}, style)
        reference = COURSE.reference(softmaxes.module)
        logits, labels = np.array([[1.0, 3.0, 2.0], [0.0, -1.0, 4.0]]), np.array([1, 0])
        expected = reference.cross_entropy_from_logits(logits, labels)
        assert module.cross_entropy_from_logits(logits, labels) == pytest.approx(expected)

    def test_a_reference_calls_the_learners_solution_if_it_is_the_reference(self, softmaxes):
        merged = merge_one(softmaxes, {}, STYLES[0])
        assert "plain_log_softmax" not in text_of(merged)
        assert text_of(merged).count("def log_softmax(") == 1

    def test_what_is_not_solved_stands_there(self, softmaxes):
        module = run(softmaxes, {"log_softmax": STUB}, STYLES[1])
        with pytest.raises(NotImplementedError, match="log_softmax is yours"):
            module.log_softmax(np.zeros(3))

    def test_helpers_of_one_name_are_kept_apart(self):
        """Week 4's modules share a notebook, and several variants files have a `_softmax`."""
        week = COURSE.catalogue.week("week4")
        materials = {module.name: Materials(COURSE, module) for module in week.modules}
        rights = {
            name: {
                object_name: next(
                    origin_of(v)
                    for v in each.variants.values()
                    if v.is_right and v.exercise == each.exercises_of(object_name)[0].name
                )
                for object_name in each.objects
            }
            for name, each in materials.items()
        }
        text = "\n\n".join(map(text_of, merge(materials, rights, STYLES[1]).values()))
        names = [line.split("(")[0] for line in text.split("\n") if line.startswith("def ")]
        assert len(names) == len(set(names))
        execute(text, "merged", "merged")

    def test_a_class_may_derive_from_the_reference(self):
        materials = Materials(COURSE, COURSE.module("week2", "autograd"))
        wrong = materials.variants["value_arithmetic/SubtractsTheWrongWayRound"]
        module = run(materials, {"Value": origin_of(wrong)}, STYLES[5])
        two_less = 2.0 - module.Value(5.0)
        assert two_less.data == 3.0
        assert type(two_less) is module.Value
        assert (module.Value(5.0) + 1.0).data == 6.0

    def test_loops_and_short_cuts_stand_in_the_solution(self):
        materials = Materials(COURSE, COURSE.module("week1", "vectors"))
        text = text_of(merge_one(materials, {"dot": FORBIDDEN, "norm": LOOP}, STYLES[3]))
        assert "return np.dot(" in text
        assert "while True:" in text


def merge_one(materials: Materials, changed: dict[str, str], style: Style) -> MergedModule:
    """Merge one module: references, but for what is changed."""
    name = materials.module.name
    origins = {each: changed.get(each, REFERENCE) for each in materials.objects}
    return merge({name: materials}, {name: origins}, style)[name]


def text_of(merged: MergedModule) -> str:
    """Return a merged module's text."""
    return "\n\n".join([merged.docstring, *merged.imports, *(c.text for c in merged.chunks)])


def run(materials: Materials, changed: dict[str, str], style: Style) -> types.ModuleType:
    """Execute a merged module."""
    return execute(text_of(merge_one(materials, changed, style)), "merged", "merged")


class TestRestyled:
    TEXT = '''def f(x: float, n=2) -> float:
    """Return something."""
    total = [n for n in range(n)]
    y = helper(x, x=total)
    def inner(y):
        nonlocal total
        total = y
        return lambda x: x + n
    if (last := y.total) > 0:
        return {total: last for total in total}
    return inner(y)(total)'''

    def test_names_are_renamed_by_scope(self):
        style = Style(has_docstrings=False, has_hints=False, naming=NAMINGS[1])
        got = restyled(self.TEXT, (("helper", "helper_2"), ("x", "z")), "g", None, style)
        assert (
            got
            == """def g(x, n=2):
    my_total = [n for n in range(n)]
    my_y = helper_2(x, x=my_total)

    def inner(y):
        nonlocal my_total
        my_total = y
        return lambda x: x + n
    if (my_last := my_y.total) > 0:
        return {total: my_last for total in my_total}
    return inner(my_y)(my_total)"""
        )

    def test_a_name_that_is_taken_is_not_given_again(self):
        text = "def f(my_y):\n    y = 1\n    return y + my_y"
        assert restyled(text, (), "f", None, Style(naming=NAMINGS[1])) == text
