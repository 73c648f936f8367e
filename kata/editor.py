"""`kata open`: where an exercise stands, or an editor at that line."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from exercises.catalogue import Exercise
from kata.errors import UsageError
from kata.names import exercise_named
from kata.progress import Progress
from kata.project import Project

# How each editor is told a line; others are given the file alone.
BY_COLON = ("hx", "helix", "subl", "sublime_text", "zed")
BY_GOTO = ("code", "code-insiders", "codium", "cursor", "windsurf")
BY_PLUS = ("emacs", "emacsclient", "gedit", "kak", "micro", "nano", "nvim", "vi", "vim", "gvim")
BY_OPTION = ("charm", "idea", "pycharm", "kate", "xed")
VS_CODE = "code"


def open_exercise(project: Project, name: str | None, *, in_editor: bool) -> int:
    """Print the place of an exercise, the next where none is named; or open it in an editor."""
    exercise = the_exercise(project, name)
    if not in_editor:
        print(project.place(exercise))
        return 0
    return start_editor(project, exercise)


def the_exercise(project: Project, name: str | None) -> Exercise:
    """Return the exercise of a name, or the next one where there is none.

    Raises
    ------
    UsageError
        If nothing has that name, or all is done.
    """
    if name is not None:
        return exercise_named(project.catalogue, name)
    following = Progress.load(project).next_exercise()
    if following is None:
        raise UsageError("all is done: name an exercise; see them all: kata list")
    return following


def start_editor(project: Project, exercise: Exercise) -> int:
    """Open an exercise in the learner's editor, and return its exit status.

    Raises
    ------
    UsageError
        If there is no editor, or it can't be started.
    """
    command = editor_command(project.learners_file(exercise), project.line_of(exercise) or 1)
    try:
        return 1 if subprocess.run(command, cwd=project.root).returncode else 0
    except OSError as error:
        raise UsageError(f"{command[0]} cannot be started: {error.strerror}") from error


def editor_command(path: Path, line: int) -> list[str]:
    """Return what to run: `$VISUAL`, `$EDITOR`, or Visual Studio Code where it is installed.

    Raises
    ------
    UsageError
        If there is none of them.
    """
    words = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    editor = shlex.split(words) if os.name != "nt" else [words.strip('" ')]
    if not any(editor):
        found = shutil.which(VS_CODE)  # a .cmd on Windows, which needs its full name
        if found is None:
            raise UsageError(
                f"no editor found: set VISUAL to yours; it is {path.parent.name}/{path.name}:{line}"
            )
        editor = [found]
    name = Path(editor[0]).stem.lower()
    if name in BY_GOTO:
        return [*editor, "-g", f"{path}:{line}"]
    if name in BY_PLUS:
        return [*editor, f"+{line}", str(path)]
    if name in BY_COLON:
        return [*editor, f"{path}:{line}"]
    if name in BY_OPTION:
        return [*editor, "--line", str(line), str(path)]
    return [*editor, str(path)]
