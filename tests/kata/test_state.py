"""The file that remembers what a learner has done."""

import os
import stat
from datetime import datetime, timedelta

import pytest

from exercises.catalogue import load_catalogue
from kata.state import FILE, State, load_state, updating

(DOT,), (NORM,) = map(load_catalogue().exercises_named, ("dot", "norm"))
NOON = datetime(2026, 3, 1, 12, 0)


def write(folder, text):
    (folder / FILE).write_text(text, encoding="utf-8")


class TestWhatIsKept:
    def test_what_is_written_is_read_again(self, tmp_path):
        with updating(tmp_path) as state:
            record = state.of(DOT)
            record.status, record.passed, record.tests, record.hints = "passed", 3, 3, 2
        assert load_state(tmp_path).of(DOT) == record

    def test_each_exercise_is_one_line_that_people_can_read(self, tmp_path):
        with updating(tmp_path) as state:
            state.of(DOT).hints = 1
            state.of(NORM).status = "failed"
        assert (tmp_path / FILE).read_text(encoding="utf-8").splitlines()[-3:] == [
            "[week1]",
            'dot = { status = "todo", hints = 1 }',
            'norm = { status = "failed" }',
        ]

    def test_what_another_version_wrote_is_kept(self, tmp_path):
        text = (
            'version = 2\nat = ""\nbirthday = 2026-03-01\nshare = 0.5\n\n'
            '[settings]\n"a b" = [1, true, "\\u007f\\n"]\n\n'
            '[week1]\ndot = { status = "todo", mood = { good = true } }\n'
            'gone = { status = "passed" }\n'
        )
        write(tmp_path, text)
        with updating(tmp_path) as state:
            state.of(DOT).hints = 1
        written = (tmp_path / FILE).read_text(encoding="utf-8")
        expected = text.replace('"todo", mood', '"todo", hints = 1, mood')
        assert written.partition("\n")[2] == expected

    def test_a_failure_on_the_way_leaves_the_file_as_it_was(self, tmp_path):
        write(tmp_path, '[week1]\ndot = { status = "passed" }\n')
        before = (tmp_path / FILE).read_bytes()
        with pytest.raises(ZeroDivisionError), updating(tmp_path) as state:
            state.of(DOT).hints = 1 // 0
        assert (tmp_path / FILE).read_bytes() == before
        assert os.listdir(tmp_path) == [FILE]

    def test_its_rights_stay(self, tmp_path):
        write(tmp_path, "")
        (tmp_path / FILE).chmod(0o640)
        with updating(tmp_path):
            pass
        assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o640


class TestDamage:
    CONFLICT = """version = 1
at = "week1/dot"

[week1]
<<<<<<< HEAD
dot = { status = "passed", passed = 3, tests = 3, solved = "2026-03-02" }
=======
dot = { status = "failed", passed = 1, tests = 3, hints = 2, gave_up = true }
norm = { status = "failed" }
>>>>>>> theirs

[strange]
x = 1
"""

    def test_a_merge_conflict_keeps_the_better_of_both_sides(self, tmp_path):
        write(tmp_path, self.CONFLICT)
        state = load_state(tmp_path)
        dot = state.of(DOT)
        assert (dot.status, dot.passed, dot.hints, dot.gave_up) == ("passed", 3, 2, True)
        assert state.of(NORM).status == "failed"
        assert state.at == "week1/dot"
        assert "[strange]\nx = 1" in (tmp_path / FILE).read_text(encoding="utf-8")

    def test_the_damaged_file_is_set_aside_and_named(self, tmp_path):
        write(tmp_path, self.CONFLICT)
        assert "progress.damaged.toml" in load_state(tmp_path).note
        aside = tmp_path / "progress.damaged.toml"
        assert aside.read_text(encoding="utf-8") == self.CONFLICT
        assert load_state(tmp_path).note == ""
        write(tmp_path, "again = ")
        assert "progress.damaged-2.toml" in load_state(tmp_path).note
        assert aside.read_text(encoding="utf-8") == self.CONFLICT

    @pytest.mark.parametrize(
        "line",
        [
            "dot = 3",
            'dot = { status = "splendid" }',
            'dot = { hints = "two" }',
            "dot = { gave_up = 1 }",
        ],
    )
    def test_a_line_that_says_something_else_costs_no_other(self, tmp_path, line):
        write(tmp_path, f'[week1]\n{line}\nnorm = {{ status = "passed" }}\n')
        state = load_state(tmp_path)
        assert state.note
        assert state.of(DOT).status == "todo"
        assert state.of(NORM).status == "passed"

    @pytest.mark.parametrize("content", [b"\xff\xfe\x00a", b"week1 = 3\n", b"at = 3\n", b"\0" * 99])
    def test_a_file_of_something_else_is_a_new_beginning(self, tmp_path, content):
        (tmp_path / FILE).write_bytes(content)
        state = load_state(tmp_path)
        assert (state.at, state.of(DOT).status) == ("", "todo")
        assert (tmp_path / "progress.damaged.toml").read_bytes() == content

    def test_an_editors_byte_order_mark_is_no_damage(self, tmp_path):
        (tmp_path / FILE).write_text("at = 'week1/dot'\n", encoding="utf-8-sig")
        state = load_state(tmp_path)
        assert (state.at, state.note) == ("week1/dot", "")


class TestTime:
    def test_time_counts_from_one_touch_to_the_next(self):
        state = State()
        for minute, exercise in ((0, DOT), (4, DOT), (6, NORM)):
            state.touch(exercise, NOON + timedelta(minutes=minute))
        assert (state.of(DOT).minutes, state.of(NORM).minutes) == (4.0, 2.0)
        assert state.at == "week1/norm"

    @pytest.mark.parametrize("seconds", [3600, -5])
    def test_a_long_pause_and_a_clock_set_back_do_not_count(self, seconds):
        state = State()
        state.touch(DOT, NOON)
        state.touch(DOT, NOON + timedelta(seconds=seconds))
        assert state.of(DOT).minutes == 0

    def test_a_time_with_a_zone_is_none_of_ours(self):
        state = State({"seen": "2026-03-01T12:00:00+01:00"})
        state.touch(DOT, NOON)
        assert state.of(DOT).minutes == 0
