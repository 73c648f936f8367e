"""The authors' commands: check, stubs, variants, release; and the catalogue that they stand on."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from rich.console import Console

from exercises import CatalogueError, load_catalogue
from exercises.layout import LEARNERS_PAGES
from exercises.verdict import last_definition
from grader.authoring.check import check_course, print_report
from grader.authoring.release import release
from grader.authoring.stubs import (
    do_without,
    make_stub,
    stale_stubs,
    stub_texts,
    write_stubs,
)
from grader.course import Course
from grader.errors import InputError, SuiteError
from grader.variants import VariantError, load_variants
from tests.grader.toy import HIDDEN, REFERENCE, VARIANTS, make_course

EXERCISES = ("double", "product", "total")
ONE_EXERCISE = "title = 'T'\n[m]\ntitle = 'M'\n[m.e]\ntitle = 'E'\n"
WHOLE = ONE_EXERCISE + "points = 1\ndifficulty = 1\nhints = ['a', 'b']\n"


class TestStubs:
    def test_a_solution_becomes_a_to_do(self):
        stub = make_stub(REFERENCE, "toys.py")
        assert 'raise NotImplementedError("double is yours to write")' in stub
        assert "return 2 * x" not in stub
        assert '"""Return twice x."""' in stub
        compile(stub, "stub", "exec")

    def test_prose_is_no_definition(self):
        text = REFERENCE.replace(
            "Return twice x.", "Return twice x.\n\n    class without twins.\n    "
        )
        assert '("double is yours to write")' in make_stub(text, "toys.py")

    @pytest.mark.parametrize(
        "text",
        ["### BEGIN SOLUTION\n", "### END SOLUTION\n", "### BEGIN SOLUTION\n### BEGIN SOLUTION\n"],
    )
    def test_markers_that_do_not_pair_up(self, text):
        with pytest.raises(SuiteError, match=r"toys\.py:"):
            make_stub(text, "toys.py")

    def test_stale_stubs_are_found_and_written(self, tmp_path):
        course = make_course(tmp_path)
        assert stale_stubs(course) == ["week1/toys.py"]
        assert write_stubs(course) == ["week1/toys.py"]
        assert stale_stubs(course) == []
        (tmp_path / "solutions/week1/toys.py").write_text(REFERENCE + "\n# more\n")
        assert stale_stubs(course) == ["week1/toys.py"]

    def test_the_committed_stubs_are_fresh(self):
        assert stale_stubs(Course()) == []

    def test_a_docstring_says_what_its_exercise_forbids(self):
        stubs = stub_texts(Course())
        exercises = [each for each in Course().catalogue.exercises if each.forbidden]
        assert len(exercises) >= 10
        for exercise in exercises:
            module = ast.parse(stubs[f"{exercise.week}/{exercise.module}.py"])
            function = last_definition(module, exercise.object_name)
            said = " ".join((ast.get_docstring(function) or "").split())
            assert said.count(do_without(exercise.forbidden)) == 1
            assert said.index("From scratch:") < said.index("Parameters ---")

    def test_rules_are_said_as_learners_would_write_the_calls(self):
        assert do_without(["np.linalg", "np.linalg.norm"]) == (
            "From scratch: do without `np.linalg`, and without what does the same job under "
            "another name, such as `math.hypot` and `math.dist`."
        )
        assert "`np.linalg.eig`, `np.linalg.eigh`, " in do_without(["np.linalg.eig*"])
        assert do_without([".T"]) == (
            "From scratch: do without `.T`, and without what does the same job under another name."
        )

    def test_a_short_docstring_gets_a_paragraph(self, tmp_path):
        course = make_course(tmp_path)
        stub = stub_texts(course)["week1/toys.py"]
        compile(stub, "stub", "exec")
        product = last_definition(ast.parse(stub), "product")
        first, _, *rest = (ast.get_docstring(product) or "").splitlines()
        assert first == "Return the inner product."
        assert " ".join(rest) == do_without(["@", "np.dot"])


class TestCheck:
    def report(self, course: Course) -> str:
        console = Console(record=True, width=200, file=io.StringIO())
        self.result = check_course(course=course)
        print_report(console, self.result, with_catches=True)
        return console.export_text()

    def test_what_is_missing_is_named(self, course):
        text = self.report(course)
        assert not self.result.is_clean
        assert "double: " not in text.partition("✗")[2]
        assert "product: 0 right and 0 wrong variants" in text

    @pytest.mark.parametrize(
        ("file", "old", "new", "problem"),
        [
            ("solutions/week1/toys.py", "return 2 * x", "return 3 * x", "double: the reference"),
            ("tests/week1/variants_toys.py", "x + x", "x + x + x", "double: too strict: right"),
            ("tests/week1/variants_toys.py", "return x * x", "return x + x", "double: too weak"),
            ("tests/week1/test_toys.py", "(learner.double(-3.0), -6.0)", "(1, 1)", "passes test_n"),
            ("week1/toys.py", "is yours to write", "is mine", "is stale"),
            ("week1/test_toys.py", "TestDouble", "TestTreble", "double: no visible tests"),
            (
                "week1/test_toys.py",
                "assert_close(l",
                "assert (l",
                "toys.py:9: visible tests compare",
            ),
            ("week1/test_toys.py", "2.0)", "pytest.approx(2.0))", "toys.py:9: visible tests com"),
        ],
    )
    def test_each_defect_is_named(self, tmp_path, file, old, new, problem):
        course = make_course(tmp_path)
        if file != "week1/toys.py":
            path = tmp_path / file
            assert old in path.read_text()
            text = path.read_text()
            if problem == "double: too weak":
                head, _, tail = text.partition("return x * x")
                text = (
                    head + "if getattr(x, 'ndim', 0) > 1: raise ValueError\n    return 2 * x" + tail
                )
                path.write_text(text)
            else:
                path.write_text(text.replace(old, new, 1))
        write_stubs(course)
        if file == "week1/toys.py":
            path = tmp_path / file
            path.write_text(path.read_text().replace(old, new, 1))
        assert problem in self.report(course)

    def test_an_outcome_that_depends_on_the_draw(self, tmp_path):
        """Nothing but many seeds shows it: with the first one all is well."""
        course = make_course(tmp_path)
        path = tmp_path / "tests/week1/variants_toys.py"
        lucky = (
            "def magnitudes(x):\n    if np.ndim(x) == 1 and x[0] < -1.5:\n        return 2 * x\n"
        )
        text = path.read_text().replace("def magnitudes(x):\n", lucky)
        path.write_text("import numpy as np\n" + text)
        write_stubs(course)
        few = check_course(["double"], seeds=[0], course=course)
        many = check_course(["double"], seeds=range(12), course=course)
        assert not any("magnitudes" in p for e in few.exercises for p in e.problems)
        [problem] = [p for e in many.exercises for p in e.problems if "magnitudes" in p]
        assert "under" in problem
        assert "seeds, such as" in problem

    def test_several_processes_say_the_same(self, course):
        one, two = (check_course(jobs=jobs, course=course) for jobs in (1, 2))
        assert one == two

    def test_unknown_exercises_are_an_error(self, course):
        with pytest.raises(SuiteError, match="no exercise named 'nothing'"):
            check_course(["nothing"], course=course)


class TestHiddenSuite:
    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            ("class TestDouble", "class TestTreble", "TestTreble is no exercise"),
            (
                "def test_negative(self, learner)",
                "def test_negative(self, learner, tmp_path)",
                "needs tmp_path of pytest; a hidden test has the fixtures learner, reference, rng",
            ),
            ("class TestTotal:", "@pytest.mark.skip\nclass TestTotal:", "needs skip of pytest"),
            (
                "class TestTotal:",
                "class TestTotal:\n    def setup_method(self):\n        pass\n",
                "needs .*setup_method.* of pytest",
            ),
            ('"""A negative number is doubled too."""', "", "has no docstring"),
            (
                "import numpy as np",
                "import numpy as np\nimport nowhere",
                "No module named 'nowhere'",
            ),
        ],
    )
    def test_defects_are_reported_before_anything_runs(self, tmp_path, old, new, says):
        course = make_course(tmp_path)
        write_stubs(course)
        (tmp_path / "tests/week1/test_toys.py").write_text(HIDDEN.replace(old, new, 1))
        with pytest.raises(SuiteError, match=says):
            check_course(course=course)

    def test_missing_hidden_tests(self, tmp_path):
        course = make_course(tmp_path)
        write_stubs(course)
        (tmp_path / "tests/week1/test_toys.py").unlink()
        with pytest.raises(SuiteError, match="no hidden tests"):
            check_course(course=course)


class TestVariants:
    def load(self, tmp_path: Path, text: str):
        path = tmp_path / "variants_toys.py"
        path.write_text(text)
        return load_variants(path, REFERENCE, dict(zip(EXERCISES, EXERCISES, strict=True)))

    def test_a_variant_is_a_whole_module(self, tmp_path):
        variants = {v.name: v for v in self.load(tmp_path, VARIANTS)}
        assert [v.is_right for v in variants.values()] == [True, True, False, False, False]
        module: dict = {}
        exec(variants["squares"].source, module)
        assert module["double"](3) == 9
        assert module["product"](2, 3) == 6

    def test_helpers_and_derived_classes(self, tmp_path):
        text = (
            "import math\nfrom grader.variants import wrong\n\ndef helper(x):\n    return x\n\n"
            "@wrong('double', 'You …')\ndef recursive(x):\n"
            "    return helper(x) if x > 9 else recursive(x + math.pi)\n"
        )
        [variant] = self.load(tmp_path, text)
        module: dict = {}
        exec(variant.source, module)
        assert module["double"](8) > 9

    @pytest.mark.parametrize(
        "mark",
        ["@wrong('nothing', 'x')", "@wrong('double')", "@wrong('double', '')", "@wrong(a, b)"],
    )
    def test_malformed_marks(self, tmp_path, mark):
        with pytest.raises(VariantError, match=r"variants_toys\.py:3: bad"):
            self.load(
                tmp_path, f"from grader.variants import wrong\n{mark}\ndef bad(x): return 1\n"
            )

    def test_a_name_twice(self, tmp_path):
        with pytest.raises(VariantError, match="two variants"):
            self.load(tmp_path, VARIANTS + VARIANTS.partition("wrong\n")[2])


class TestCatalogue:
    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "title"),
            ("title = 1", "title"),
            ("not toml", "TOML"),
            ("title = 'T'\n[m]\ntitle = 'M'\n", "no exercises"),
            ("title = 'T'\n[m]\n[m.e]\n", "needs a title"),
            (ONE_EXERCISE + "points=0", "points above 0"),
            (ONE_EXERCISE + "points=1\ndifficulty=9", "difficulty"),
            (ONE_EXERCISE + "points=1\ndifficulty=1\nhints=['a']", "two hints"),
            (ONE_EXERCISE + "point=1", "unknown keys"),
            ("title = 'T'\nquestions = 1\n", "one table per question"),
            (WHOLE + "[questions.q]\nmodule='m'\npoints=1\n", "the keys"),
            (WHOLE + "[questions.q]\nmodule='x'\npoints=1\ntext='Why?'\n", "'x' is not in"),
            (WHOLE + "[questions.q]\nmodule='m'\npoints=1\ntext=' '\n", "needs a text"),
            (WHOLE + "[questions.q]\nmodule='m'\npoints=0\ntext='Why?'\n", "points above 0"),
        ],
    )
    def test_defects_are_named(self, tmp_path, text, says):
        (tmp_path / "week1.toml").write_text(text)
        with pytest.raises(CatalogueError, match=says):
            load_catalogue(tmp_path)

    def test_questions_stand_beside_the_points(self, tmp_path):
        question = "[questions.q]\nmodule='m'\npoints=1.5\ntext=' Why? '\n"
        (tmp_path / "week1.toml").write_text(WHOLE + question)
        (week,) = load_catalogue(tmp_path).weeks
        (asked,) = week.questions_of(week.modules[0])
        assert (asked.name, asked.week, asked.text) == ("q", "week1", "Why?")
        assert (week.max_score, week.points_by_hand) == (1, 1.5)

    def test_an_empty_folder(self, tmp_path):
        with pytest.raises(CatalogueError, match=r"no weekN\.toml"):
            load_catalogue(tmp_path)

    def test_the_real_one(self):
        for exercise in load_catalogue().exercises:
            assert len(exercise.hints) >= 2


class TestRelease:
    def test_holds_what_learners_need_and_no_answer(self, tmp_path):
        out = tmp_path / "copy"
        release(out)
        weeks = [week.name for week in Course().catalogue.weeks]
        top = {
            ".devcontainer",
            ".vscode",
            "README.md",
            "LICENSE",
            "conftest.py",
            "pyproject.toml",
            "docs",
            "exercises",
            "kata",
            "lessons",
            *weeks,
        }
        assert {path.name for path in out.iterdir()} == top
        pages = {f"docs/{path.name}" for path in (out / "docs").iterdir()}
        assert pages == set(LEARNERS_PAGES)
        texts = {path: path.read_text() for path in out.rglob("*") if path.suffix in (".py", ".md")}
        course = Course()
        solutions, hidden = set(), set()
        for module in (module for week in course.catalogue.weeks for module in week.modules):
            solutions |= telling_lines(course.layout.reference(module).read_text())
            hidden |= bodies_of_tests(course.layout.hidden_tests(module).read_text())
            for variant in course.variants(module):
                told = variant.says if not variant.is_right else f"def {variant.name}("
                assert not any(told in text for text in texts.values()), variant
        for path, text in texts.items():
            assert not solutions & {line.strip() for line in text.splitlines()}, path
            if path.suffix == ".py":
                assert not hidden & bodies_of_tests(text), path
        assert not any("SOLUTION" in text for text in texts.values())
        assert "make grade" not in texts[out / "README.md"]

    def test_the_trained_models_are_in_it(self, tmp_path):
        """Learners run them; how they were trained stays here."""
        out = tmp_path / "copy"
        release(out)
        for name in ("nanogpt.npz", "ddpm.npz"):
            ours = Course().root / "kata" / "shows" / "models" / name
            assert (out / "kata" / "shows" / "models" / name).read_bytes() == ours.read_bytes()
        assert not (out / "training").exists()

    def test_the_licence_goes_with_it(self, tmp_path):
        """It asks to be included in all copies."""
        release(tmp_path / "copy")
        ours = (Course().root / "LICENSE").read_bytes()
        assert (tmp_path / "copy" / "LICENSE").read_bytes() == ours

    def test_no_link_leads_out_of_it(self, tmp_path):
        out = tmp_path / "copy"
        release(out)
        pages = list(out.rglob("*.md"))
        assert len(pages) > len(Course().catalogue.weeks)
        for page in pages:
            for target in re.findall(r"\]\(([^)\s#]+)", page.read_text(encoding="utf-8")):
                if "://" not in target:
                    path = (page.parent / target).resolve()
                    assert path.is_relative_to(out), f"{page}: {target}"
                    assert path.exists(), f"{page}: {target}"

    def test_learners_can_install_and_run_it(self, tmp_path):
        release(tmp_path / "copy.zip")
        release(tmp_path / "again" / "copy.zip")
        again = (tmp_path / "again" / "copy.zip").read_bytes()
        assert (tmp_path / "copy.zip").read_bytes() == again
        with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
            archive.extractall(tmp_path)
        copy = tmp_path / "copy"
        venv = [sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")]
        subprocess.run(venv, check=True)
        python = str(tmp_path / "venv" / "bin" / "python")
        # Our own pip, which has been installed before, installs there what is asked for there.
        pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
        install = [*pip, "--quiet", "install", "--no-compile", "-e", str(copy)]
        subprocess.run(install, check=True)
        run = subprocess.run(
            [python, "-m", "pytest", "week1"], cwd=copy, capture_output=True, text=True
        )
        assert run.returncode == 1, run.stdout + run.stderr
        assert "to do" in run.stdout
        assert "Next: column_means" in run.stdout
        assert "Traceback" not in run.stdout
        subprocess.run([python, "-m", "kata", "hint", "dot"], cwd=copy, check=True)
        for model in ("nanogpt", "ddpm"):
            show = [python, "-m", "kata", "show", model]
            shown = subprocess.run(show, cwd=copy, capture_output=True, text=True)
            assert shown.returncode == 1, shown.stdout + shown.stderr
            assert f"kata show {model} runs your own functions. Still to do" in shown.stdout

    def test_a_folder_in_use_is_not_touched(self, tmp_path):
        (tmp_path / "mine.txt").write_text("keep")
        with pytest.raises(InputError, match="not empty"):
            release(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def telling_lines(reference: str) -> set[str]:
    """Return the longer lines of the solution blocks."""
    blocks = [part.partition("### END")[0] for part in reference.split("### BEGIN SOLUTION")[1:]]
    lines = {line.strip() for block in blocks for line in block.splitlines()}
    return {line for line in lines if len(line) > 45 and not line.startswith("#")}


def bodies_of_tests(source: str) -> set[str]:
    """Return the code of each test, without names and docstrings."""
    bodies = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            bodies.add("\n".join(ast.unparse(statement) for statement in node.body[1:]))
    return bodies - {""}
