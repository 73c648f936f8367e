"""Feedback as a page that runs nothing, loads nothing and shows all text as text."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from grader.reports.feedback.content import Feedback


def as_html(feedback: Feedback) -> str:
    """Return a page."""
    template, style, policy = _parts()
    return template.render(page=feedback, style=style, policy=policy) + "\n"


@cache
def _parts() -> tuple[Template, str, str]:
    """Return the template, its style, and the policy that allows this style and no request."""
    environment = Environment(
        loader=PackageLoader("grader.reports", "feedback"),
        autoescape=True,
        undefined=StrictUndefined,
    )
    style = (files("grader.reports.feedback") / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return environment.get_template("page.html"), style, policy
