"""Show how a long run goes: a bar in a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar
from rich.text import Text

from grader.printing import printable

T = TypeVar("T")
# What is in work, and since when, as `time.monotonic` tells it.
InWork = Callable[[], list[tuple[str, float]]]
LINES = 20
WIDTH = 24
LONG_S = 20.0


class Rate(ProgressColumn):
    """Submissions per second."""

    def render(self, task: Task) -> Text:
        """Return the text of the column."""
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


class Long(ProgressColumn):
    """What has been in work for longest, if that is long."""

    max_refresh = 0.5

    def __init__(self, in_work: InWork) -> None:
        super().__init__()
        self._in_work = in_work

    def render(self, task: Task) -> Text:
        """Return the text of the column."""
        now = time.monotonic()
        long = sorted((since, name) for name, since in self._in_work() if now - since >= LONG_S)
        if not long:
            return Text()
        since, name = long[0]
        others = f" and {len(long) - 1} more" if len(long) > 1 else ""
        return Text(f"{printable(name, WIDTH)} for {now - since:.0f} s{others}", no_wrap=True)


class Progress:
    """Wraps a sequence and tells on the error stream how far it is, and what is done."""

    def __init__(self, console: Console, done: str = "graded") -> None:
        self.console = console
        self.done = done

    def say(self, text: str) -> None:
        """Tell what happens meanwhile."""
        self.console.print(Text("\n".join(map(printable, text.splitlines()))), soft_wrap=True)

    def over(
        self,
        items: Iterable[T],
        total: int,
        name: Callable[[T], str],
        in_work: InWork = lambda: [],
    ) -> Generator[T, None, None]:
        """Yield the items, of which there will be `total`, as they come.

        A terminal also shows what has been in work for long.
        """
        if not self.console.is_terminal:
            yield from self._lines(items, total, name)
            return
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            Rate(),
            TimeRemainingColumn(),
            Long(in_work),
        )
        with Bar(*columns, console=self.console, transient=True) as bar:
            task = bar.add_task("", total=total)
            for item in items:
                bar.update(task, description=printable(name(item), WIDTH))
                yield item
                bar.advance(task)

    def _lines(self, items: Iterable[T], total: int, name: Callable[[T], str]) -> Iterator[T]:
        """Write a line for each item, or, for a large class, about twenty in all."""
        step = max(1, total // LINES)
        for number, item in enumerate(items, start=1):
            yield item
            if number % step == 0 or number == total:
                text = f"{self.done} {number}/{total}: {printable(name(item))}"
                self.console.print(Text(text), soft_wrap=True)
