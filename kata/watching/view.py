"""What `kata watch` shows: as much as fits the terminal, drawn over what was there."""

from __future__ import annotations

import io
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from exercises.catalogue import Exercise
from exercises.verdict import STATUSES
from kata.console import WIDEST, Writer, has_colour
from kata.hints import hint_lines
from kata.milestones import farewell, milestone
from kata.outcomes import Standing
from kata.progress import Progress
from kata.project import Project
from kata.screen import Screen
from kata.summary import points_text, write_problems

if TYPE_CHECKING:
    from kata.watching.watch import Watch

CLEAR, HOME, REST_OF_LINE, REST_OF_SCREEN = "\x1b[2J", "\x1b[H", "\x1b[K", "\x1b[J"
BAR_CELLS = 20
FOOTER = "n next  p previous  h hint  l list  r rerun  o open  ? all keys  q quit"
QUIET = ("passed", "selected", "skipped")


class _Untitled(Screen):
    """A screen without room for titles."""

    def title(self, text: str) -> None:
        """Leave it out."""


class _Buffer(io.StringIO):
    """A text that has to do with the signs which the terminal knows."""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The terminal's."""
        return sys.stdout.encoding


class View:
    """The terminal as `kata watch` uses it.

    Plain, it writes below what is there, and only what is final: for screen readers, and for
    terminals that know lines only.
    """

    def __init__(self, project: Project, *, is_plain: bool) -> None:
        self._project = project
        self._is_plain = is_plain
        self._shown: Sequence[str] = ()
        self._is_new = True
        self._size: tuple[int, int] = shutil.get_terminal_size()

    def show(self, watch: Watch) -> None:
        """Draw what there is to see."""
        if self._is_plain and watch.is_running:
            return
        if self.is_outgrown():
            self.renew()
        self._size = width, height = shutil.get_terminal_size()
        lines = self._lines(watch, min(width, WIDEST), height)
        if lines == self._shown:
            return
        self._shown = lines
        if self._is_plain:
            sys.stdout.write("\n".join(["", *lines, ""]))
        else:
            self._draw(lines)
        sys.stdout.flush()

    def is_outgrown(self) -> bool:
        """Say whether the terminal has another size than it had: not all systems signal that."""
        return not self._is_plain and self._size != shutil.get_terminal_size()

    def renew(self) -> None:
        """Draw all of it next time: something else was on the terminal."""
        self._is_new, self._shown = True, ()

    def _draw(self, lines: Sequence[str]) -> None:
        """Write all in one go, over what was there: nothing flickers."""
        start = CLEAR + HOME if self._is_new else HOME
        self._is_new = False
        body = f"{REST_OF_LINE}\n".join(lines)
        sys.stdout.write(f"{start}{body}{REST_OF_LINE}{REST_OF_SCREEN}")

    def leave(self) -> None:
        """Leave the cursor below what is shown."""
        with suppress(OSError):  # the terminal is gone, and that is why we leave
            sys.stdout.write("\n")
            sys.stdout.flush()

    @contextmanager
    def left(self) -> Iterator[None]:
        """Give the terminal to something else for a while."""
        if not self._is_plain:
            sys.stdout.write(CLEAR + HOME)
            sys.stdout.flush()
        yield
        self.renew()

    def cheer(self, progress: Progress, done: Exercise) -> str:
        """Return the line that says so of a solved exercise, and what is reached by it."""
        n_points = points_text(progress.points(done))
        line = f"✓ {done.name} is done: {n_points} {'point' if n_points == '1' else 'points'}."
        week = self._project.catalogue.week(done.week)
        assert week is not None
        return " ".join([line, *milestone(progress, week)])

    def _lines(self, watch: Watch, width: int, height: int) -> list[str]:
        """Return the lines of the whole screen: head, message, body, foot."""
        text = _Buffer()
        writer = Writer(text, has_colour=not self._is_plain and has_colour(sys.stdout), width=width)
        screen = _Untitled(writer)
        self._head(screen, watch)
        if watch.message:
            for line in textwrap.wrap(watch.message, width - 1):
                screen.line(line, green=watch.message.startswith("✓"), bold=True)
        head = text.getvalue().splitlines()
        text.truncate(0)
        text.seek(0)
        self._body(screen, watch)
        body = text.getvalue().strip("\n").splitlines()
        text.truncate(0)
        text.seek(0)
        if self._is_plain:
            return [*head, *body]
        screen.clipped(FOOTER, dim=True)
        foot = text.getvalue().splitlines()
        room = max(3, height - len(head) - len(foot) - 2)
        if len(body) > room:
            more = f"... more, in a taller window, or: pytest {watch.at.week} -k {watch.at.name}"
            body = [*body[: room - 1], more[:width]]
        return [*head, "", *body, "", *foot]

    def _head(self, screen: Screen, watch: Watch) -> None:
        total = watch.progress.total(watch.exercises)
        share = total.n_done / total.n_exercises if total.n_exercises else 1.0
        bar = "█" * int(share * BAR_CELLS + 1e-9)
        weeks = sorted({exercise.week for exercise in watch.exercises})
        screen.clipped(
            f"{weeks[0]} {bar:░<{BAR_CELLS}} {total.n_done} of {total.n_exercises} done, "
            f"{points_text(total.points)}/{total.max_score:g} points"
        )

    def _body(self, screen: Screen, watch: Watch) -> None:
        if watch.page == "help":
            from kata.watching.watch import KEYS

            for key, (what, _) in KEYS.items():
                screen.line(f"  {key}  {what}")
            screen.line("  q  quit")
        elif watch.page == "list":
            self._list(screen, watch)
        elif watch.page == "hint":
            lines = hint_lines(self._project, watch.at, watch.hint, min(screen.width, 78))
            if watch.hint < len(watch.at.hints):
                lines[-1] = "Still stuck? h again."
            for line in lines:
                screen.line(line)
        elif watch.page == "reset":
            screen.line(f"Reset {watch.at.name} to what was given?", bold=True)
            screen.line(
                "Your file as it is now is kept beside it. y resets, any other key does not."
            )
        else:
            self._exercise(screen, watch)

    def _exercise(self, screen: Screen, watch: Watch) -> None:
        exercise, standing = watch.at, watch.standing
        following = watch.progress.next_exercise(watch.exercises)
        if following is None and watch.progress.is_done(exercise) and not watch.is_running:
            self._all_done(screen, watch)
            return
        stars = "*" * exercise.difficulty
        bonus = ", a bonus" if exercise.is_stretch else ""
        screen.paragraph(f"{exercise.name}: {exercise.title} {stars}{bonus}", bold=True)
        screen.line(self._project.place(exercise))
        screen.line()
        if watch.is_slow or (watch.is_running and standing is None):
            screen.line("running its tests ...")
        elif watch.broke_off:
            screen.paragraph(f"✗ {watch.broke_off}", rest="  ", red=True)
        elif standing is None:
            screen.line("not run yet: r runs its tests")
        else:
            self._verdict(screen, watch, standing)
        for other in watch.others_wrong[:3]:
            screen.clipped(f"✗ {other.name} was done, and is wrong now", red=True)

    def _verdict(self, screen: Screen, watch: Watch, standing: Standing) -> None:
        exercise, status = watch.at, STATUSES[standing.status]
        if standing.status == "passed":
            screen.line(f"{status.sign} done: all {standing.n_tests} tests pass", green=True)
        elif standing.status == "todo":
            needs = f": it needs {standing.needs}" if standing.needs else ""
            screen.line(f"{status.sign} to do{needs}", yellow=True)
            screen.paragraph(standing.outcomes[0].says, first="  first  ", rest="         ")
        else:
            screen.line(f"{standing.n_passed} of {standing.n_tests} tests pass")
            done = [each for each in watch.exercises if watch.progress.is_done(each)]
            write_problems(screen, {exercise: standing}, self._project, done)

    def _all_done(self, screen: Screen, watch: Watch) -> None:
        catalogue = self._project.catalogue
        if watch.progress.next_exercise(catalogue.exercises) is None:
            lines = farewell(watch.progress)
        else:
            week = catalogue.week(watch.at.week)
            assert week is not None
            lines = milestone(watch.progress, week) or ["All of these are done."]
            lines += ["", "n goes on; p goes back."]
        for line in lines:
            screen.paragraph(line, green=True)

    def _list(self, screen: Screen, watch: Watch) -> None:
        """Write the exercises in as many columns as fit."""
        cells = []
        for exercise in watch.exercises:
            sign = STATUSES[watch.progress.record(exercise).status].sign
            cells.append(f"{'>' if exercise is watch.at else ' '}{sign} {exercise.name}")
        widest = max(map(len, cells)) + 1
        n_columns = max(1, screen.width // widest)
        n_rows = -(-len(cells) // n_columns)
        for row in range(n_rows):
            screen.clipped("".join(f"{cell:<{widest}}" for cell in cells[row::n_rows]).rstrip())
