"""Feedback as Markdown, in which everything that is not ours is plain text or a block of code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from grader.reports.feedback.content import Begun, Feedback, Step, Verdict

SPECIAL = re.compile(r"([\\`*_\[\]!|~@#$])")
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# What begins a list or a rule where a line begins, and what some readers take for a link.
BEGINS_A_BLOCK = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))")
WWW = re.compile(r"(?i)\bwww\.")
BACKTICKS = re.compile(r"`+")


def as_markdown(feedback: Feedback) -> str:
    """Return a page."""
    return "\n".join(_lines(feedback)).rstrip("\n") + "\n"


@lru_cache(maxsize=4096)  # most sentences are told to many learners
def escaped(text: str) -> str:
    """Return one line of text as Markdown that shows it and does nothing else."""
    text = SPECIAL.sub(r"\\\1", text)
    for character, entity in ENTITIES.items():
        text = text.replace(character, entity)
    text = text.replace("://", r":\//")
    text = WWW.sub(lambda found: found[0][:-1] + r"\.", text)
    found = BEGINS_A_BLOCK.match(text)
    if found is None:
        return text
    if found[2].isdigit():  # the point behind a number is what makes it an item
        return f"{found[1]}{found[2]}\\{text[found.end() :]}"
    return f"{found[1]}\\{text[found.end(1) :]}"


def code_span(text: str) -> str:
    """Return text between more backticks than it holds in a row."""
    marks = "`" * (_longest_run(text) + 1)
    room = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{marks}{room}{text}{room}{marks}"


def code_block(code: str) -> list[str]:
    """Return the lines of a block of Python, in fences longer than any row of backticks in it."""
    fence = "`" * max(3, _longest_run(code) + 1)
    return [f"{fence}python", *code.split("\n"), fence]


def _longest_run(text: str) -> int:
    return max(map(len, BACKTICKS.findall(text)), default=0)


def _lines(feedback: Feedback) -> Iterator[str]:
    yield from (f"# {escaped(feedback.week)}: {escaped(feedback.title)}", "")
    yield from (f"Feedback for {escaped(feedback.learner)}", "")
    yield from (f"**{feedback.score}**", "")
    for fact in feedback.facts:
        yield from (escaped(fact), "")
    yield from ("## What to do next", "")
    for number, step in enumerate(feedback.steps, 1):
        yield f"{number}. {_step(step)}"
    yield ""
    for broken in feedback.broken:
        yield from (f"## {code_span(broken.file)}: unreadable", "", escaped(broken.why), "")
        yield from (f"It holds {', '.join(map(code_span, broken.names))}.", "")
    for begun in feedback.begun:
        yield from _begun(begun)
    yield from _list("Done", feedback.done)
    yield from _list("To do", feedback.todo)


def _step(step: Step) -> str:
    commands = ", ".join(map(code_span, step.commands))
    return escaped(step.text) + (f" In a terminal: {commands}" if commands else "")


def _begun(begun: Begun) -> Iterator[str]:
    yield from (f"## {escaped(begun.title)}: {code_span(begun.name)}", "")
    yield from (f"**{begun.status.word}, {begun.points}**{_bonus(begun)}", "")
    if begun.decision:
        yield from (escaped(begun.decision), "")
    if begun.misconception:
        yield from (f"**What went wrong:** {escaped(begun.misconception)}", "")
    elif not begun.requirements:
        yield from (escaped(begun.why), "")
    if begun.tests:
        more = " Not these:" if begun.requirements else ""
        yield from (begun.tests + more, "")
    for each in begun.requirements:
        cases = f" ({each.n_cases} cases)" if each.n_cases > 1 else ""
        yield f"- {escaped(each.says)}{cases}"
        yield from (f"  - {escaped(why)}" for why in each.whys)
    if begun.requirements:
        yield ""
    if begun.code:
        yield from ("Your code, without its docstring:", "", *code_block(begun.code), "")
    if begun.hint:
        more = code_span(begun.hint_command)
        yield from (f"**A hint:** {escaped(begun.hint)} More: {more}", "")
    if begun.section:
        command = code_span(begun.lesson_command)
        yield from (f"**Read again:** “{escaped(begun.section)}” in the lesson, {command}", "")


def _list(title: str, verdicts: Sequence[Verdict]) -> Iterator[str]:
    if not verdicts:
        return
    yield from (f"## {title}", "")
    for each in verdicts:
        decision = f" {escaped(each.decision)}" if each.decision else ""
        name = f"{escaped(each.title)}, {code_span(each.name)}"
        yield f"- {name}: {each.points}{_bonus(each)}.{decision}"
    yield ""


def _bonus(verdict: Verdict) -> str:
    return " (a bonus)" if verdict.is_bonus else ""
