"""The loop of `kata watch`: what was saved, what was typed, what the tests say."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

from exercises.catalogue import Exercise, Module, Week
from exercises.layout import TEST_PREFIX
from exercises.verdict import STATUSES
from kata.console import is_clever_terminal
from kata.errors import UsageError
from kata.names import find_meant
from kata.outcomes import Standing
from kata.progress import Progress
from kata.project import Project
from kata.shows import MODULES
from kata.watching.concerns import changed_names, concerned
from kata.watching.files import Files
from kata.watching.keyboard import QUIT, Keyboard, open_keyboard, suspended
from kata.watching.runner import LIMIT_S, Ended, Heard, Runner
from kata.watching.view import View

TICK_S = 0.2
EMPTY_S = 0.3  # an editor that empties a file first fills it within this
FIRST_LOOK_S = 30.0
SLOW_S = 0.4  # the verdict before stays until then: what comes and goes at once only flickers


def watch(project: Project, name: str | None, *, polls: bool, is_plain: bool) -> int:
    """Run on each save what it concerns, until the learner quits.

    Raises
    ------
    UsageError
        If there is no terminal, or nothing to watch.
    """
    progress = Progress.load(project)
    week, exercises, at = _scope(progress, name)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(f"watch needs a terminal; here, after each save: pytest {week.name}")
    if not (project.root / week.name).is_dir():
        raise UsageError(f"there is no folder {week.name} here: go to where your katas are")
    events: queue.SimpleQueue[object] = queue.SimpleQueue()
    view = View(project, is_plain=is_plain or not is_clever_terminal())
    folders = [project.root / each.name for each in project.catalogue.weeks]
    files = Files([each for each in folders if each.is_dir()], events.put, polls=polls)
    keyboard = open_keyboard(events.put)
    with Signals(events, keyboard), files, keyboard:
        runner = Runner(project, events.put)
        try:
            Watch(project, view, runner, keyboard, exercises, at).run(events)
        except KeyboardInterrupt:
            pass  # Ctrl-C is a way to quit
        finally:
            runner.close()
            view.leave()
    return 0


def _scope(progress: Progress, name: str | None) -> tuple[Week, Sequence[Exercise], Exercise]:
    """Return the week, the exercises to go through, and where to begin."""
    catalogue = progress.project.catalogue
    if name is None:
        exercises: Sequence[Exercise] = progress.week.exercises
        at = progress.next_exercise(exercises) or exercises[0]
    else:
        meant = find_meant(catalogue, name)
        exercises = meant.exercises
        at = progress.next_exercise(exercises) or exercises[0]
        if not meant.modules:
            at = exercises[0]
            exercises = next(week for week in catalogue.weeks if week.name == at.week).exercises
    week = next(week for week in catalogue.weeks if week.name == at.week)
    return week, exercises, at


class Watch:
    """What is shown, and what each event changes about it."""

    def __init__(
        self,
        project: Project,
        view: View,
        runner: Runner,
        keyboard: Keyboard,
        exercises: Sequence[Exercise],
        at: Exercise,
    ) -> None:
        self._project = project
        self._view = view
        self._runner = runner
        self._keyboard = keyboard
        self._exercises = exercises
        self._at = at
        self._standings: dict[Exercise, Standing] = {}
        self._broke_off: dict[Exercise, str] = {}
        self._progress = Progress.load(project)
        self._sources = {path: _text(path) for path in self._files()}
        self._running: Sequence[Exercise] = ()
        self._since = 0.0
        self._is_first_look = False
        self._waits_for: tuple[float, set[Path]] | None = None
        self._message = ""
        self._page = "exercise"
        self._hint = 0

    def run(self, events: queue.SimpleQueue[object]) -> None:
        """Look at everything once, then follow events until one says to quit."""
        self._look_at_all()
        self._show()
        while True:
            try:
                event = events.get(timeout=TICK_S)
            except queue.Empty:
                event = None
            if event == QUIT or not self._handle(event):
                return
            ended = self._runner.overdue()
            if ended is not None:
                self._take(ended)
            if event is None and (self.is_slow or self._view.is_outgrown()):
                self._show()
            if self._waits_for is not None and time.monotonic() >= self._waits_for[0]:
                paths, self._waits_for = self._waits_for[1], None
                self._saved(paths, is_final=True)

    def _handle(self, event: object) -> bool:
        """Take in one event; return whether to go on."""
        if isinstance(event, str) and len(event) == 1:
            return self._typed(event)
        if isinstance(event, set):
            self._saved(event, is_final=False)
        elif event == CONTINUED:
            self._view.renew()
            self._show()
        elif isinstance(event, str):
            self._message = event
            self._show()
        elif isinstance(event, Heard):
            ended = self._runner.heard(event)
            if ended is not None:
                self._take(ended)
        return True

    # Saving

    def _files(self) -> list[Path]:
        folders = [self._project.root / week.name for week in self._project.catalogue.weeks]
        return [path for folder in folders for path in sorted(folder.glob("*.py"))]

    def _saved(self, paths: set[Path], *, is_final: bool) -> None:
        """Run what the changed files concern; wait a moment for one that is empty or gone."""
        texts = {path: _text(path) for path in paths}
        if not is_final and not all(texts.values()):
            self._waits_for = (time.monotonic() + EMPTY_S, paths)
            return
        self._waits_for = None
        found: list[Exercise] = []
        for path, text in texts.items():
            before = self._sources.get(path, "")
            if text != before:
                found += [each for each in self._concerned(path, before, text) if each not in found]
                self._sources[path] = text
        if any(path.name.startswith(TEST_PREFIX) for path in paths):
            self._runner.refresh()
        if not found:
            return
        if self._at not in found:
            self._go_to(found[0])
        self._message, self._page = "", "exercise"
        if self._is_first_look and self.is_running:
            self._look_at_all()  # that look was not finished
        else:
            self._start(found)
        self._show()

    def _concerned(self, path: Path, before: str, text: str) -> Sequence[Exercise]:
        """Return the exercises that a change concerns; those that it changed come first."""
        module = self._module(path)
        if module is None or path.name.startswith(TEST_PREFIX):
            exercises = module.exercises if module else (self._at,)
            return [each for each in exercises if each in self._exercises]
        names = changed_names(before, text)
        mine = [each for each in module.exercises if each in self._exercises]
        if names is None:
            return mine
        changed = [each for each in mine if each.object_name in names]
        reached = concerned(mine, text, names)
        # A function that is no exercise, not used as yet, may still be meant for the one at hand.
        at_hand = [self._at] if self._at in mine and not changed + reached else []
        return [*changed, *(each for each in reached if each not in changed), *at_hand]

    def _module(self, path: Path) -> Module | None:
        week = self._project.catalogue.week(path.parent.name)
        return week.module(path.stem.removeprefix(TEST_PREFIX)) if week else None

    # Running

    def _start(self, exercises: Sequence[Exercise], limit_s: float = LIMIT_S) -> None:
        self._running, self._since = exercises, time.monotonic()
        self._is_first_look = False
        self._runner.run(exercises, limit_s)

    def _look_at_all(self) -> None:
        """Run everything that is gone through: the file of progress may know less."""
        self._start(self._exercises, FIRST_LOOK_S)
        self._is_first_look = True

    def _take(self, ended: Ended) -> None:
        """Take in a run that is over."""
        if ended.standings is None and ended.why != "broken" and len(self._running) > 1:
            self._start([self._at])  # whose fault it was cannot be told from many
            return
        self._broke_off.pop(self._at, None)
        if ended.standings is None:
            self._broke_off[self._at] = _why_broken_off(ended)
            if ended.why in STATUSES:
                self._note_broken_off(ended.why)
        elif self._at in self._running and self._at not in ended.standings:
            self._standings.pop(self._at, None)
            self._message = (
                f"The tests of {self._at.name} did not run: "
                f"pytest {self._at.week}/{TEST_PREFIX}{self._at.module}.py says why."
            )
        else:
            self._standings |= ended.standings
        before, self._progress = self._progress, Progress.load(self._project)
        was_done, self._running = before.is_done(self._at), ()
        if self._progress.is_done(self._at) and (self._is_first_look or not was_done):
            self._go_on()
        self._show()

    def _note_broken_off(self, status: str) -> None:
        with self._project.updating_state() as state:
            record = state.of(self._at)
            record.status, record.passed = status, 0

    def _go_on(self) -> None:
        """Say that the exercise at hand is done, and open the next."""
        done = self._at
        index = self._exercises.index(done)
        following = self._progress.next_exercise(
            [*self._exercises[index:], *self._exercises[:index]]
        )
        if not self._is_first_look:
            self._message = self._view.cheer(self._progress, done)
        if following is not None:
            self._go_to(following)
            if following not in self._standings:
                self._start([following])

    def _go_to(self, exercise: Exercise) -> None:
        self._at, self._hint, self._page = exercise, 0, "exercise"

    # Typing

    def _typed(self, key: str) -> bool:
        """Do what a key says; return whether to go on."""
        if self._page == "reset":
            self._page = "exercise"
            self._message = self._reset() if key in "yY" else "Nothing was reset."
        elif key in KEYS:
            self._message = ""
            KEYS[key][1](self)
        else:
            self._message = "? shows all keys." if key.isprintable() else self._message
        self._show()
        return True

    def _next(self) -> None:
        self._move(1)

    def _previous(self) -> None:
        self._move(-1)

    def _move(self, step: int) -> None:
        index = self._exercises.index(self._at) + step
        if index >= len(self._exercises):
            self._next_week()
        elif index < 0:
            self._message = "This is the first."
        else:
            self._go_to(self._exercises[index])
            if self._at not in self._standings:
                self._start([self._at])

    def _next_week(self) -> None:
        weeks = self._project.catalogue.weeks
        names = [week.name for week in weeks]
        index = names.index(self._at.week) + 1
        if index == len(weeks):
            self._message = "This is the last."
            return
        self._exercises = weeks[index].exercises
        self._go_to(self._progress.next_exercise(self._exercises) or self._exercises[0])
        self._look_at_all()

    def _show_hint(self) -> None:
        self._hint = min(self._hint + 1, len(self._at.hints))
        self._page = "hint"
        with self._project.updating_state() as state:
            record = state.of(self._at)
            record.hints = max(record.hints, self._hint)

    def _list(self) -> None:
        self._page = "list" if self._page != "list" else "exercise"

    def _help(self) -> None:
        self._page = "help" if self._page != "help" else "exercise"

    def _rerun(self) -> None:
        self._page = "exercise"
        self._sources = {path: _text(path) for path in self._files()}
        self._start([self._at])

    def _ask_reset(self) -> None:
        self._page = "reset"

    def _reset(self) -> str:
        from kata.reset import reset_exercise

        try:
            says = reset_exercise(self._project, self._at)
        except UsageError as error:
            return str(error)
        self._rerun()
        return says

    def _open(self) -> None:
        from kata.editor import start_editor

        with suspended(self._keyboard), self._view.left():
            try:
                start_editor(self._project, self._at)
            except UsageError as error:
                self._message = str(error)

    def _show_at_work(self) -> None:
        shown = _shown(self._at)
        if not shown:
            self._message = f"There is nothing to show of {self._at.name}."
            return
        command = [sys.executable, "-m", "kata", "show", *shown]
        with suspended(self._keyboard), self._view.left():
            subprocess.run(command, cwd=self._project.root)
            with suppress(EOFError):
                input("\nEnter goes back to kata watch. ")

    def _show(self) -> None:
        self._view.show(self)

    # What the view reads

    @property
    def at(self) -> Exercise:
        """The exercise at hand."""
        return self._at

    @property
    def exercises(self) -> Sequence[Exercise]:
        """All that are gone through."""
        return self._exercises

    @property
    def progress(self) -> Progress:
        """What is done."""
        return self._progress

    @property
    def standing(self) -> Standing | None:
        """What became of the exercise at hand, as far as is known."""
        return self._standings.get(self._at)

    @property
    def broke_off(self) -> str:
        """Why the last run of the exercise at hand did not come to its end, or nothing."""
        return self._broke_off.get(self._at, "")

    @property
    def others_wrong(self) -> Sequence[Exercise]:
        """What was done, and is wrong by the last run."""
        return [
            each
            for each, standing in self._standings.items()
            if each is not self._at
            and standing.status not in ("passed", "todo")
            and self._progress.record(each).solved
        ]

    @property
    def is_running(self) -> bool:
        """Say whether tests are being run."""
        return bool(self._running)

    @property
    def is_slow(self) -> bool:
        """Say whether they take so long that the learner may wonder."""
        return self.is_running and time.monotonic() > self._since + SLOW_S

    @property
    def message(self) -> str:
        """One line for the learner."""
        return self._message

    @property
    def page(self) -> str:
        """What is shown: `exercise`, `hint`, `list`, `help` or `reset`."""
        return self._page

    @property
    def hint(self) -> int:
        """The number of the hint that is shown."""
        return self._hint


KEYS = {
    "n": ("the next exercise", Watch._next),
    "p": ("the previous one", Watch._previous),
    "h": ("a hint; again: a bigger one", Watch._show_hint),
    "s": ("show your function at work, as a picture", Watch._show_at_work),
    "r": ("run its tests again", Watch._rerun),
    "l": ("list the exercises", Watch._list),
    "x": ("reset it to what was given", Watch._ask_reset),
    "o": ("open it in your editor", Watch._open),
    "?": ("all keys", Watch._help),
}
CONTINUED = "continued"


def _shown(exercise: Exercise) -> Sequence[str]:
    """Return what stands after `kata show` for an exercise: its picture, else its module."""
    from kata.shows.pictures import picture_of  # with numpy, which the first screen does without

    picture = picture_of(exercise)
    if picture is not None:
        return [f"{exercise.week}/{picture.name}", "--window"]
    return [exercise.module] if exercise.module in MODULES else []


def _text(path: Path) -> str:
    """Return what a file says; nothing where it is gone."""
    try:
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return ""


def _why_broken_off(ended: Ended) -> str:
    """Return in a sentence why a run of one exercise did not come to its end."""
    if ended.why == "timeout":
        return (
            f"It did not come back within {LIMIT_S:g} s, and was stopped: is there a loop that "
            "never ends, or a call that waits for something?"
        )
    if ended.why == "broken":
        return "No visible test can be run: `pytest` says why. Then r tries again."
    return (
        f"Python itself ended {ended.detail} while its tests ran: does your code end the process, "
        "or need more memory than there is?"
    )


class Signals:
    """Handlers that put the terminal back before the process ends or pauses."""

    def __init__(self, events: queue.SimpleQueue[object], keyboard: Keyboard) -> None:
        self._events = events
        self._keyboard = keyboard
        self._before: dict[int, object] = {}

    def __enter__(self) -> None:
        handlers = {
            "SIGTERM": self._leave,
            "SIGHUP": self._leave,
            "SIGTSTP": self._pause,
        }
        for name, handler in handlers.items():
            number = getattr(signal, name, None)
            if number is not None:
                self._before[number] = signal.signal(number, handler)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _leave(self, number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    def _pause(self, number: int, frame: FrameType | None) -> None:
        with suspended(self._keyboard):
            os.kill(os.getpid(), signal.SIGSTOP)
        self._events.put(CONTINUED)
