"""Serve one learner, or the references, to a plain `pytest tests` session."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from exercises import Exercise, Module
from grader.course import Course
from grader.errors import InputError
from grader.intake.folders import FolderSource
from grader.judging.bench import LearnerProxy, ModuleBench, source_of_module
from grader.sandbox import Sandbox


@contextlib.contextmanager
def single_learner(
    course: Course, folder: str | None
) -> Iterator[Callable[[Exercise], LearnerProxy]]:
    """Yield a function that gives the proxy for an exercise.

    Parameters
    ----------
    course : Course
        Where references are.
    folder : str, optional
        A learner's folder, or the folder of one week. Without it the references are served.
    """
    texts = _Texts(course, Path(folder) if folder else None)
    benches: dict[tuple[str, str], ModuleBench] = {}
    with Sandbox() as sandbox:
        sandbox.prove()

        def learner(exercise: Exercise) -> LearnerProxy:
            module = course.module(exercise.week, exercise.module)
            key = (module.week, module.name)
            if key not in benches:
                source = source_of_module(course, module, *texts.of(module))
                benches[key] = ModuleBench(sandbox, source)
            bench = benches[key]
            bench.records.clear()
            if bench.problem is not None:
                raise InputError(bench.problem.why)
            check = bench.check.objects[exercise.object_name]
            if check.violation:
                raise InputError(check.violation)
            return LearnerProxy(bench, exercise)

        try:
            yield learner
        finally:
            for bench in benches.values():
                bench.close()


class _Texts:
    """The text of each module that is served."""

    def __init__(self, course: Course, folder: Path | None) -> None:
        self.course = course
        self.folder = folder
        if folder is not None and not folder.is_dir():
            raise InputError(f"--submission {folder}: no such folder; give a learner's folder")
        if folder is not None and course.catalogue.week(folder.name):
            self.folder = folder.parent

    def of(self, module: Module) -> tuple[str, dict[str, str]]:
        """Return a module's text and those of its siblings."""
        if self.folder is None:
            return self.course.read(self.course.reference_path(module)), {}
        week = self.course.catalogue.week(module.week)
        assert week is not None
        submission = FolderSource(self.folder.resolve()).read(self.folder.name, week)
        file = submission.files.get(module.name) if submission else None
        if submission is None or file is None or file.text is None:
            why = file.problem if file else "it was not handed in"
            raise InputError(f"{self.folder}/{module.week}/{module.name}.py: {why}")
        return file.text, {n: f.text for n, f in submission.files.items() if f.text is not None}
