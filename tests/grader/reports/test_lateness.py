"""Late work is listed by its deadline; nothing a learner writes as a time breaks anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from grader.cli import main
from grader.errors import InputError
from grader.reports.lateness import Deadlines, parse_time
from grader.reports.page import ClassReport, Trouble
from grader.results import write_result
from tests.grader.reports.made import CATALOGUE, result
from tests.grader.reports.test_page import data_of

DUE = datetime(2026, 1, 31, 22, 0, tzinfo=UTC)


class TestTimes:
    @pytest.mark.parametrize(
        "text",
        [
            "2026-01-31T22:00Z",
            "2026-01-31 22:00:00 UTC",
            "2026-01-31 22:00:00.000000 UTC",
            " 2026-01-31 22:00\n",
            "2026-01-31T23:00+01:00",
            "2026-01-31 23:00:00 +0100",
            "2026-01-31 23:00:00 Europe/Berlin",
        ],
    )
    def test_are_read_in_the_ways_they_are_written(self, text):
        assert parse_time(text) == DUE

    def test_a_day_begins_at_midnight(self):
        assert parse_time("2026-01-31") == DUE.replace(hour=0)

    @pytest.mark.parametrize(
        "text",
        [
            *("", "yesterday", "2026-02-30", "2026-01-31 25:00", "2026-01-31 22:00 Nowhere/City"),
            *("2026-01-31 22:00 ../../etc/passwd", "2026-01-31 22:00 /etc/passwd", "٢٠٢٦-01-31"),
            *("2026-01-31 22:00 Europe", "0001-01-01T00:00+14:00", "2026-01-31 22:00 UTC; rm"),
        ],
    )
    def test_what_is_none(self, text):
        assert parse_time(text) is None


class TestRule:
    @pytest.mark.parametrize(
        ("hours", "points"), [(0.01, 9.0), (24, 9.0), (24.01, 8.0), (239, 0.0), (1000, 0.0)]
    )
    def test_takes_of_each_day_begun(self, hours, points):
        late = Deadlines({"week1": DUE}, 10).late("week1", DUE + timedelta(hours=hours), 10.0)
        assert late is not None
        assert late.points == pytest.approx(points)

    def test_in_time_is_not_late(self):
        deadlines = Deadlines({"week1": DUE}, 10)
        assert deadlines.late("week1", DUE, 10.0) is None
        assert deadlines.late("week2", DUE + timedelta(days=9), 10.0) is None

    @pytest.mark.parametrize(
        ("entries", "percent", "says"),
        [
            (["week9=2026-01-31"], 0, "no week week9"),
            (["week1=soon"], 0, "give WEEK=TIME"),
            (["week1"], 0, "give WEEK=TIME"),
            (["week1=2026-01-31"], 101, "0 to 100"),
            (["week1=2026-01-31"], float("nan"), "0 to 100"),
            ([], 10, "needs a --deadline"),
        ],
    )
    def test_refuses_what_is_none(self, entries, percent, says):
        with pytest.raises(InputError, match=says):
            Deadlines.parse(entries, percent, CATALOGUE)


class TestReport:
    def test_lists_the_latest_first_and_who_has_no_time(self, tmp_path):
        deadlines = Deadlines({"week1": DUE}, 10)
        report = ClassReport(CATALOGUE, lambda learner, week: None, deadlines)
        times = {
            "ada": "2026-01-31 21:59 UTC",
            "ben": "2026-01-31 22:01 UTC",
            "cem": "2026-02-02 22:00 UTC",
            "dee": "<b>soon</b>",
            "eve": None,
        }
        results = [result(name, {}, submitted_at=time) for name, time in times.items()]
        results.append(result("eve", {}, week="week2", submitted_at="2027-01-01"))
        list(report.reading(results))
        data = data_of(report.write(tmp_path, Trouble()).read_text(encoding="utf-8"))
        assert data["deadlines"] == {"week1": "2026-01-31 22:00 UTC"}
        assert data["late"] == [
            [2, "week1", "2026-02-02 22:00 UTC", 172800, 16.0, 12.8],
            [1, "week1", "2026-01-31 22:01 UTC", 60, 16.0, 14.4],
        ]
        assert data["untold"] == [[3, "week1", "<b>soon</b>"], [4, "week1", ""]]
        assert data["rule"].startswith("Each day begun after the deadline takes 10 %")

    def test_the_command(self, tmp_path, capsys):
        write_result(tmp_path, result("ada", {}, submitted_at="2026-02-02 22:00 UTC"))
        command = ["report", str(tmp_path), "--deadline", "week1=2026-01-31T22:00Z"]
        assert main([*command, "--late-penalty", "25"]) == 0
        data = data_of((tmp_path / "report.html").read_text(encoding="utf-8"))
        assert data["late"][0][3:] == [172800, 16.0, 8.0]
        assert main([*command, "--late-penalty", "-1"]) == 2
        assert "--late-penalty -1" in capsys.readouterr().err
