"""What came after a deadline, by how much, and what a rule would take for it: told, never taken."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from exercises import Catalogue
from grader.errors import InputError

# As nbgrader writes it: a date, a time, and the name of a zone; or ISO 8601.
TIME = re.compile(
    r"(\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?"
    r"(?: ?[-+]\d\d:?\d\d)?)(?: ?([A-Za-z_]+(?:/[A-Za-z_]+)*))?",
    re.ASCII,
)
UTC_NAMES = ("Z", "UTC", "GMT")
DAY = timedelta(days=1)


def parse_time(text: str) -> datetime | None:
    """Return a time that a person or a program wrote, or None; without a zone it is in UTC.

    Learners may write anything into `timestamp.txt`.
    """
    found = TIME.fullmatch(text.strip())
    if found is None:
        return None
    time, zone = found.groups()
    try:
        parsed = datetime.fromisoformat(time.replace(" -", "-").replace(" +", "+"))
        if parsed.tzinfo is None:
            zone_of = UTC if zone is None or zone in UTC_NAMES else ZoneInfo(zone)
            parsed = parsed.replace(tzinfo=zone_of)
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError):  # no such day
        return None
    except (ZoneInfoNotFoundError, OSError):  # no such zone; a folder of zones
        return None


@dataclass(frozen=True)
class Late:
    """Work that came after its deadline.

    Attributes
    ----------
    points : float
        What the rule would leave of the points that it got.
    """

    by: timedelta
    points: float


@dataclass(frozen=True)
class Deadlines:
    """When weeks are due, and how many percent of its points each day begun costs late work."""

    times: Mapping[str, datetime] = field(default_factory=dict)
    percent_a_day: float = 0

    @classmethod
    def parse(cls, entries: Iterable[str], percent_a_day: float, catalogue: Catalogue) -> Deadlines:
        """Read `week1=2026-01-31T22:00Z`.

        Raises
        ------
        InputError
            If that is no week, or no time, or a percentage below 0 or above 100.
        """
        times = {}
        for entry in entries:
            week, _, text = entry.partition("=")
            time = parse_time(text)
            if catalogue.week(week) is None:
                weeks = ", ".join(each.name for each in catalogue.weeks)
                raise InputError(f"--deadline {entry}: no week {week}; there are {weeks}")
            if time is None:
                raise InputError(
                    f"--deadline {entry}: give WEEK=TIME, such as {week}=2026-01-31T22:00Z"
                )
            times[week] = time
        if not 0 <= percent_a_day <= 100:
            raise InputError(f"--late-penalty {percent_a_day:g}: give percent, 0 to 100")
        if percent_a_day and not times:
            raise InputError("--late-penalty: needs a --deadline")
        return cls(times, percent_a_day)

    def late(self, week: str, submitted_at: datetime, score: float) -> Late | None:
        """Return by how much work was late, if it was."""
        due = self.times.get(week)
        if due is None or submitted_at <= due:
            return None
        by = submitted_at - due
        left = max(0.0, 1 - self.percent_a_day / 100 * math.ceil(by / DAY))
        return Late(by, round(score * left, 4))

    @property
    def rule(self) -> str:
        """What is taken, in words."""
        if not self.percent_a_day:
            return "Nothing is taken for it."
        return (
            f"Each day begun after the deadline takes {self.percent_a_day:g} % of the points that "
            "the work got. This list alone says so: grades.csv and the results hold the points "
            "without it."
        )
