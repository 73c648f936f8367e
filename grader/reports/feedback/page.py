"""Feedback as a page that runs nothing, loads nothing and shows all text as text."""

from __future__ import annotations

from grader.reports.feedback.content import Feedback
from grader.reports.templates import rendered


def as_html(feedback: Feedback) -> str:
    """Return a page."""
    return rendered("feedback/page.html", page=feedback)
