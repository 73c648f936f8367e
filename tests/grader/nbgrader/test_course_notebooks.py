"""The notebooks of the course: what stands in them, and that nbgrader and a kernel take them."""

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import nbformat
import pytest

from exercises.cells import exercise_of_test_cell, question_cell
from exercises.cells import test_cell as name_of_test_cell
from exercises.layout import class_of_exercise
from grader.authoring.notebooks import (
    CODE_STUB,
    KATAS,
    katas_of,
    notebook_text,
    released,
    source_notebook,
    write_course,
)
from grader.authoring.release import release
from grader.authoring.stubs import stub_texts
from grader.cli import main
from grader.course import Course
from grader.errors import InputError, SuiteError
from tests.grader.nbgrader.course import PYTHONPATH
from tests.grader.toy import make_course

COURSE = Course()
WEEKS = COURSE.catalogue.weeks
BUILT_WITH_NBGRADER = "week2"  # it has a class and a bonus
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
LINK = re.compile(r"\]\((?!https?://)([^)]*)\)")
# Runs notebooks from top to bottom, as they lie in their folders, and tells what each cell gave.
KERNEL = """
import json, sys
from pathlib import Path
import nbformat
from nbclient import NotebookClient

for path in map(Path, sys.argv[1:]):
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=120, resources=resources, allow_errors=True).execute()
    print(json.dumps({cell.id: cell.outputs for cell in notebook.cells if "outputs" in cell}))
"""


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a process that finds nothing but this course and this Python."""
    return {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": PYTHONPATH,
        "HOME": str(folder),
        "IPYTHONDIR": str(folder / "ipython"),
        **{f"JUPYTER_{kind}_DIR": str(folder / kind) for kind in ("DATA", "CONFIG", "RUNTIME")},
        "JUPYTER_PLATFORM_DIRS": "1",
    }


@pytest.fixture(scope="module")
def sources():
    """Build the notebooks of all weeks, with the solutions."""
    return {week.name: source_notebook(week, COURSE) for week in WEEKS}


@pytest.fixture(scope="module")
def releases(sources):
    """Make the released form of all weeks."""
    return {
        name: released(nbformat.reads(notebook_text(notebook).decode(), as_version=4))
        for name, notebook in sources.items()
    }


class TestContent:
    def test_built_again_it_is_the_same(self, sources):
        for week in WEEKS:
            again = notebook_text(source_notebook(week, Course()))
            assert again == notebook_text(sources[week.name])
            assert katas_of(week, Course()) == katas_of(week, COURSE)

    def test_names_are_valid_and_unique(self, sources):
        for notebook in sources.values():
            nbformat.validate(notebook)
            names = [cell.id for cell in notebook.cells]
            assert all(CELL_ID.fullmatch(name) for name in names)
            assert len(set(names)) == len(names)
            marked = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
            assert [cell.metadata.nbgrader.grade_id for cell in marked] == [c.id for c in marked]

    @pytest.mark.parametrize("week", WEEKS, ids=lambda week: week.name)
    def test_every_exercise_has_its_cells(self, sources, week):
        cells = {cell.id: cell for cell in sources[week.name].cells}
        for exercise in week.exercises:
            marks = cells[name_of_test_cell(exercise)].metadata.nbgrader
            assert cells[name_of_test_cell(exercise)].source == f'score("{exercise.name}")'
            assert cells[f"check-{exercise.name}"].source == f'check("{exercise.name}")'
            assert marks.grade
            assert marks.locked
            assert marks.points == (0 if exercise.is_stretch else exercise.points)
            statement = cells[f"statement-{exercise.name}"]
            assert statement.metadata.nbgrader.locked
            assert f"{exercise.points:g} point" in statement.source
            answer = cells[f"answer-{exercise.object_name}"]
            assert answer.metadata.nbgrader.solution
            assert not answer.metadata.nbgrader.grade
            assert re.search(rf"^(def|class) {exercise.object_name}\b", answer.source, re.M)
        graded = [c for c in cells.values() if c.metadata.get("nbgrader", {}).get("grade")]
        names = [exercise_of_test_cell(week, cell.id) for cell in graded]
        assert [each for each in names if each] == list(week.exercises)
        by_hand = [cell for cell in graded if cell.metadata.nbgrader.solution]
        assert [cell.id for cell in by_hand] == [question_cell(each) for each in week.questions]
        points = sum(cell.metadata.nbgrader.points for cell in graded)
        assert points == week.points_of_code + week.points_by_hand

    def test_there_are_the_eight_questions(self):
        questions = [question for week in WEEKS for question in week.questions]
        assert len(questions) == 8
        assert all(week.questions for week in WEEKS)

    def test_a_question_follows_the_exercises_of_its_lesson(self, sources):
        for week in WEEKS:
            names = [cell.id for cell in sources[week.name].cells]
            for question in week.questions:
                module = week.module(question.module)
                assert module is not None
                last = names.index(name_of_test_cell(module.exercises[-1]))
                assert 0 < names.index(question_cell(question)) - last <= 2 * len(week.questions)

    @pytest.mark.parametrize("week", WEEKS, ids=lambda week: week.name)
    def test_the_lesson_is_whole(self, sources, week):
        text = "\n".join(c.source for c in sources[week.name].cells if c.cell_type == "markdown")
        lesson = (COURSE.root / week.name / "README.md").read_text(encoding="utf-8")
        for heading in re.findall(r"^#+ .*$", lesson, re.M):
            assert heading in text.splitlines()
        for formula in re.findall(r"^\$\$\n(.*?)\n\$\$$", lesson, re.M | re.S):
            assert formula in text
        pictures = re.findall(r"!\[.*?\]\(pictures/(\w+)\.svg\)", lesson)
        names = [cell.id for cell in sources[week.name].cells]
        assert [name for name in names if name.startswith("picture-")] == [
            f"picture-{picture}" for picture in pictures
        ]

    def test_it_travels_alone(self, sources):
        for notebook in sources.values():
            for cell in notebook.cells:
                assert "](pictures/" not in cell.source
                assert not LINK.findall(cell.source), cell.source
                if cell.id.startswith("picture-"):
                    assert 'src="data:image/svg+xml;base64,' in cell.source
                if cell.id.startswith("lesson-"):
                    assert not re.search(r"pytest week|kata (hint|list)", cell.source)

    def test_outside_exercises_only_what_is_given(self, sources):
        cells = {cell.id: cell.source for cell in sources["week1"].cells}
        assert cells["given-attention"].startswith("def softmax(")
        assert "T positions" in cells["notes-attention"]
        assert "given-vectors" not in cells

    @pytest.mark.parametrize("week", WEEKS, ids=lambda week: week.name)
    def test_nothing_is_given_away(self, releases, week):
        stubs = stub_texts(COURSE)
        own = [stubs[f"{week.name}/{module.name}.py"] for module in week.modules]
        given = {line.strip() for text in own for line in text.splitlines()}
        # The first line of a docstring that goes on in the stub.
        given |= {f'{line}"""' for line in given if line.startswith('"""')}
        for cell in releases[week.name].cells:
            assert "BEGIN SOLUTION" not in cell.source
            assert not re.search(r"\bclass Test|\blearner\.", cell.source)
            if cell.id.startswith(("answer-", "given-")):
                strange = {line.strip() for line in cell.source.splitlines()} - given
                assert strange <= set(CODE_STUB)
            if cell.cell_type == "code":
                assert cell.outputs == []

    def test_the_archive_holds_what_learners_may_see(self, tmp_path):
        release(tmp_path / "copy", COURSE)
        for week in WEEKS:
            with zipfile.ZipFile(io.BytesIO(katas_of(week, COURSE))) as archive:
                for name in archive.namelist():
                    assert (tmp_path / "copy" / name).read_bytes() == archive.read(name)
                tests = "\n".join(
                    archive.read(f"{week.name}/test_{module.name}.py").decode()
                    for module in week.modules
                )
            for exercise in week.exercises:
                name = class_of_exercise(exercise)
                assert re.search(rf"^class {name}\b", tests, re.M | re.I)


class TestWriting:
    def test_the_same_again_and_a_change_of_somebody(self, tmp_path, capsys):
        assert main(["notebooks", "--out", str(tmp_path), "--week", "week1"]) == 0
        files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        assert {path.relative_to(tmp_path).as_posix() for path in files} == {
            "nbgrader_config.py",
            "source/week1/week1.ipynb",
            f"source/week1/{KATAS}",
        }
        times = {path: path.stat().st_mtime_ns for path in files}
        assert main(["notebooks", "--out", str(tmp_path), "--week", "week1"]) == 0
        assert {path: path.stat().st_mtime_ns for path in files} == times
        config = tmp_path / "nbgrader_config.py"
        config.write_text("c.Mine = 1\n")
        capsys.readouterr()
        assert main(["notebooks", "--out", str(tmp_path)]) == 2
        told = capsys.readouterr().err
        assert f"{config}: there already, with other content, so nothing was written" in told
        assert config.read_text() == "c.Mine = 1\n"
        assert not (tmp_path / "source" / "week2").exists()

    def test_a_folder_in_the_way(self, tmp_path):
        (tmp_path / "source" / "week1" / "week1.ipynb").mkdir(parents=True)
        with pytest.raises(InputError, match=r"week1\.ipynb: there already"):
            write_course(tmp_path, ["week1"], COURSE)

    def test_an_unknown_week(self, tmp_path):
        with pytest.raises(InputError, match="--week week9: no such week; there are week1, week2"):
            write_course(tmp_path, ["week9"], COURSE)

    def test_a_place_that_takes_nothing(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(InputError, match="cannot be written"):
            write_course(tmp_path / "file", ["week1"], COURSE)

    def test_a_course_without_lesson(self, tmp_path):
        toy = make_course(tmp_path)
        with pytest.raises(SuiteError, match=r"README\.md: cannot be read"):
            source_notebook(toy.catalogue.weeks[0], toy)
        lesson = tmp_path / "week1" / "README.md"
        lesson.write_text("# Toys\n\nRun.\n")
        with pytest.raises(SuiteError, match="has no section '## Toys'"):
            source_notebook(toy.catalogue.weeks[0], toy)
        lesson.write_text("# Week\n\n## Toys\n\n![a](pictures/none.svg)\n")
        with pytest.raises(SuiteError, match=r"shows pictures/none\.svg, which is not there"):
            source_notebook(toy.catalogue.weeks[0], toy)

    def test_in_the_learner_copy(self, tmp_path, releases, monkeypatch):
        # Takes several seconds, and has its own tests.
        monkeypatch.setattr("grader.authoring.release.mistakes_file", lambda *_: "")
        assert main(["release", "--out", str(tmp_path / "copy"), "--notebooks"]) == 0
        for name, notebook in releases.items():
            path = tmp_path / "copy" / name / f"{name}.ipynb"
            assert path.read_bytes() == notebook_text(notebook)
        assert main(["release", "--out", str(tmp_path / "plain.zip")]) == 0
        with zipfile.ZipFile(tmp_path / "plain.zip") as archive:
            assert not [name for name in archive.namelist() if name.endswith(".ipynb")]

    def test_not_for_gradescope(self, tmp_path, capsys):
        out = str(tmp_path / "autograder.zip")
        call = ["release", "--out", out, "--gradescope", "--week", "week1", "--notebooks"]
        assert main(call) == 2
        assert "--notebooks: is for the learner copy" in capsys.readouterr().err


@pytest.fixture(scope="module")
def ran(tmp_path_factory, sources, releases):
    """Run the notebooks of all weeks, unsolved and solved; return what each cell gave."""
    home = tmp_path_factory.mktemp("kernels")
    paths = []
    for week in WEEKS:
        for form, notebooks in (("released", releases), ("solved", sources)):
            path = home / form / week.name / f"{week.name}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_bytes(notebook_text(notebooks[week.name]))
            (path.parent / KATAS).write_bytes(katas_of(week, COURSE))
            paths.append(path)
    ended = subprocess.run(
        [sys.executable, "-c", KERNEL, *map(str, paths)],
        capture_output=True,
        text=True,
        env=environment(home),
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    outputs = map(json.loads, ended.stdout.splitlines())
    return {week.name: (next(outputs), next(outputs)) for week in WEEKS}


class TestInAKernel:
    @pytest.mark.parametrize("week", WEEKS, ids=lambda week: week.name)
    def test_from_top_to_bottom(self, ran, week):
        unsolved, solved = ran[week.name]
        for outputs, sign, state in ((unsolved, "·", "to do"), (solved, "✓", "done")):
            kinds = Counter(output["output_type"] for cell in outputs.values() for output in cell)
            assert kinds["error"] == 0
            for exercise in week.exercises:
                (shown,) = outputs[f"check-{exercise.name}"]
                text = shown["data"]["text/plain"]  # perhaps: to do: needs another one
                assert re.match(rf"{sign} {exercise.name}: {state}[,:]", text)
                assert f"<b>{exercise.name}</b>: {state}" in shown["data"]["text/html"]
                earned = exercise.points if outputs is solved else 0
                (value,) = outputs[name_of_test_cell(exercise)]
                if exercise.is_stretch:
                    text = f"bonus: {earned:g} of {exercise.points:g} points\n"
                    assert (value["name"], value["text"]) == ("stdout", text)
                else:
                    assert value["output_type"] == "execute_result"
                    assert float(value["data"]["text/plain"]) == earned

    def test_what_is_missing_is_said(self, tmp_path, releases):
        setup = releases["week1"].cells[1]
        assert setup.id == "setup"
        elsewhere = {**environment(tmp_path), "PYTHONPATH": ""}
        hides_kata = "import sys\nsys.meta_path[:] = [f for f in sys.meta_path if 'editable' not in"
        hides_kata += " str(getattr(f, '__module__', f)).lower()]\n"
        hides_kata += "import importlib.util\nfound = importlib.util.find_spec\n"
        hides_kata += "importlib.util.find_spec = lambda n: None if n == MISSING else found(n)\n"
        for missing, says in (
            (
                "kata",
                f"katas.zip is missing. It came with this notebook and holds the checks: put "
                f"it beside the notebook, into {tmp_path}, and run this cell again.",
            ),
            ("pytest", "pytest is not installed here. Put `%pip install pytest` into a new cell"),
        ):
            ended = subprocess.run(
                [sys.executable, "-c", f"MISSING = {missing!r}\n{hides_kata}{setup.source}"],
                capture_output=True,
                text=True,
                env=elsewhere,
                cwd=tmp_path,
                check=False,
            )
            assert ended.returncode == 1
            assert says in ended.stderr


def nbgrader(folder: Path, *words: str) -> str:
    """Run a command of nbgrader in a course folder; return what it says."""
    ended = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        env=environment(folder.parent),
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Make a course folder, and let nbgrader make its release."""
    folder = tmp_path_factory.mktemp("with_nbgrader") / "course"
    write_course(folder, [BUILT_WITH_NBGRADER], COURSE)
    nbgrader(folder, "generate_assignment", BUILT_WITH_NBGRADER)
    return folder


class TestWithNbgrader:
    def test_its_release_is_ours(self, folder, releases):
        path = folder / "release" / BUILT_WITH_NBGRADER / f"{BUILT_WITH_NBGRADER}.ipynb"
        theirs = nbformat.read(path, as_version=4)
        for cell in theirs.cells:
            for name in ("checksum", "cell_type"):  # which nbgrader adds
                cell.metadata.get("nbgrader", {}).pop(name, None)
        assert theirs == releases[BUILT_WITH_NBGRADER]
        assert (path.parent / KATAS).is_file()

    def test_it_accepts_the_source(self, folder):
        said = nbgrader(folder, "validate", f"source/{BUILT_WITH_NBGRADER}/week2.ipynb")
        assert "Success! Your notebook passes all the tests." in said

    def test_it_tells_what_is_unsolved(self, folder):
        week = COURSE.catalogue.week(BUILT_WITH_NBGRADER)
        said = nbgrader(folder, "validate", f"release/{BUILT_WITH_NBGRADER}/week2.ipynb")
        to_do = [exercise for exercise in week.exercises if not exercise.is_stretch]
        n_failed = len(to_do) + len(week.questions)
        assert f"VALIDATION FAILED ON {n_failed} CELL(S)!" in said
        assert all(f'score("{exercise.name}")' in said for exercise in to_do)
