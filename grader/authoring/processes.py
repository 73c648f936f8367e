"""Work on module after module, in processes of their own: each hides its memory and bounds it."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from grader.judging.worker import enter_process

Task = TypeVar("Task")
Found = TypeVar("Found")


def map_in_processes(
    work: Callable[[Task], Found], tasks: Sequence[Task], jobs: int
) -> Iterator[Found]:
    """Yield what `work` makes of each task, in order; one job is done in this process."""
    if jobs == 1:
        yield from map(work, tasks)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, enter_process, (os.getpid(),)) as pool:
        yield from pool.map(work, tasks)
