"""Pages that run nothing and load nothing, filled and escaped by jinja2."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from grader.reports.policy import content_security_policy

PACKAGE = "grader.reports"


def rendered(template: str, style: str | None = None, **values: Any) -> str:
    """Return a page: a template filled, with a style and the policy that allows it alone."""
    style = style or sheet("page.css")
    page = environment().get_template(template)
    return page.render(style=style, policy=content_security_policy(style), **values) + "\n"


@cache
def sheet(name: str, package: str = PACKAGE) -> str:
    """Return a style sheet of a package."""
    return (files(package) / name).read_text(encoding="utf-8")


@cache
def environment() -> Environment:
    """Return what fills templates, of reports and of similarity."""
    return Environment(
        loader=ChoiceLoader([PackageLoader(each, ".") for each in (PACKAGE, "grader.similarity")]),
        autoescape=True,
        undefined=StrictUndefined,
    )
