"""The time of day, to be written down: nothing is decided by it, since somebody may set it."""

from __future__ import annotations

from datetime import UTC, datetime


def time_of_day() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)
