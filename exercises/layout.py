"""Where each file of an exercise lies, and which exercise a test class belongs to.

The four rooms of a module carry one name, so nothing here is a table: `week1/vectors.py`,
`week1/test_vectors.py`, `solutions/week1/vectors.py`, `tests/week1/test_vectors.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from exercises.catalogue import WEEK_FILE, Catalogue, Exercise, Module, load_catalogue
from exercises.quizzes import Quiz, definition_file

CATALOGUE_FOLDER = "exercises"
# What learners read beside the lessons; the lessons lead there.
LEARNERS_PAGES = ("docs/coverage.md", "docs/errata.md", "docs/symbols.md", "docs/torch.md")
TEST_PREFIX, VARIANTS_PREFIX = "test_", "variants_"


@dataclass(frozen=True)
class Layout:
    """One copy of a course: its catalogue, and the week folders beside it.

    A learner copy lacks the folders `solutions` and `tests`.
    """

    root: Path

    @property
    def catalogue_folder(self) -> Path:
        """Where the files `weekN.toml` are."""
        return self.root / CATALOGUE_FOLDER

    def load_catalogue(self) -> Catalogue:
        """Read the catalogue."""
        return load_catalogue(self.catalogue_folder)

    def learners_file(self, module: Module) -> Path:
        """Return the file that learners fill."""
        return self.root / module.week / f"{module.name}.py"

    def visible_tests(self, module: Module) -> Path:
        """Return the file of the tests that learners run."""
        return self.root / module.week / f"{TEST_PREFIX}{module.name}.py"

    def data_file(self, name: str) -> Path:
        """Return a file from the `data` folder of whichever week has it.

        Raises
        ------
        FileNotFoundError
            If none has.
        """
        for path in sorted(self.root.glob(f"week*/data/{name}")):
            return path
        raise FileNotFoundError(f"{self.root}: no week has data/{name}")

    def reference(self, module: Module) -> Path:
        """Return the file of the reference solutions."""
        return self.root / "solutions" / module.week / f"{module.name}.py"

    def hidden_tests(self, module: Module) -> Path:
        """Return the file of the tests that only the grader runs."""
        return self.root / "tests" / module.week / f"{TEST_PREFIX}{module.name}.py"

    def variants(self, module: Module) -> Path:
        """Return the file of right and wrong variants."""
        return self.root / "tests" / module.week / f"{VARIANTS_PREFIX}{module.name}.py"

    def answers(self, quiz: Quiz) -> Path:
        """Return the file in which learners answer a quiz."""
        return self.root / quiz.week / quiz.file_name

    def quiz_definition(self, week: str, name: str) -> Path:
        """Return the file of what learners may know of a quiz."""
        return definition_file(self.catalogue_folder, week, name)

    def quiz_source(self, week: str, name: str) -> Path:
        """Return the file from which a quiz is made, with its right answers."""
        return self.root / "solutions" / week / f"{name}.toml"

    def is_week_folder(self, folder: Path) -> bool:
        """Say whether a folder of this copy is named as a week is."""
        return folder.parent == self.root and bool(WEEK_FILE.fullmatch(f"{folder.name}.toml"))


def find_root(start: Path) -> Path | None:
    """Return the nearest folder, from `start` upwards, that holds a catalogue of exercises."""
    for folder in (start, *start.parents):
        files = (folder / CATALOGUE_FOLDER).glob("week*")
        if any(WEEK_FILE.fullmatch(path.name) for path in files):
            return folder
    return None


def module_of_test(catalogue: Catalogue, path: Path) -> Module | None:
    """Return the module that a test file checks, by its folder and name, or None."""
    week = catalogue.week(path.parent.name)
    if week is None or not path.name.startswith(TEST_PREFIX):
        return None
    return week.module(path.stem.removeprefix(TEST_PREFIX))


def exercise_of_class(module: Module, class_name: str) -> Exercise | None:
    """Return the exercise of a test class: `TestCosineSimilarity` checks `cosine_similarity`."""
    wanted = class_name.removeprefix("Test").replace("_", "").lower()
    for exercise in module.exercises:
        if exercise.name.replace("_", "").lower() == wanted:
            return exercise
    return None


def class_of_exercise(exercise: Exercise) -> str:
    """Return the name of an exercise's test class."""
    return "Test" + exercise.name.title().replace("_", "")
