"""`kata open`: a place to click, or an editor at it."""

import os
import sys
from pathlib import Path

import pytest

from kata import cli
from kata.editor import editor_command
from kata.errors import UsageError
from tests.kata.test_cli import katas, solve

__all__ = ["katas"]


@pytest.fixture(autouse=True)
def no_editor(monkeypatch, tmp_path):
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))


class TestOpen:
    def test_the_place_is_printed(self, katas, capsys):
        assert cli.main(["open", "dot"]) == 0
        assert capsys.readouterr().out == "week1/vectors.py:3\n"

    def test_without_a_name_it_is_the_next(self, katas, capsys):
        assert cli.main(["open"]) == 0
        assert capsys.readouterr().out == "week1/vectors.py:3\n"
        solve(katas, "dot", "extra")
        assert cli.main(["open"]) == 2
        assert "all is done" in capsys.readouterr().err

    def test_a_module_is_not_one_exercise(self, katas, capsys):
        assert cli.main(["open", "vectors"]) == 2
        assert "say which, week1/dot?" in capsys.readouterr().err

    @pytest.mark.skipif(os.name == "nt", reason="the editor of this test is a script of a shell")
    def test_the_editor_starts_at_its_line(self, katas, monkeypatch, tmp_path):
        editor = tmp_path / "vim"
        editor.write_text(f'#!/bin/sh\necho "$@" > "{tmp_path}/said"\n')
        editor.chmod(0o755)
        monkeypatch.setenv("VISUAL", f"{editor} -R")
        assert cli.main(["open", "dot", "--editor"]) == 0
        assert (tmp_path / "said").read_text() == f"-R +3 {katas}/week1/vectors.py\n"

    def test_an_editor_that_fails(self, katas, monkeypatch):
        monkeypatch.setenv("EDITOR", f"{sys.executable} -c 'raise SystemExit(3)'")
        assert cli.main(["open", "dot", "--editor"]) == 1

    def test_an_editor_that_is_not_there(self, katas, monkeypatch, capsys):
        monkeypatch.setenv("VISUAL", "/no/such/editor")
        assert cli.main(["open", "dot", "--editor"]) == 2
        assert "kata: /no/such/editor cannot be started" in capsys.readouterr().err

    def test_no_editor_at_all(self, katas, capsys):
        assert cli.main(["open", "dot", "--editor"]) == 2
        assert capsys.readouterr().err == (
            "kata: no editor found: set VISUAL to yours; it is week1/vectors.py:3\n"
        )


class TestEditorCommand:
    @pytest.mark.parametrize(
        ("editor", "words"),
        [
            ("code --wait", ["code", "--wait", "-g", "a.py:3"]),
            ("/usr/bin/nvim", ["/usr/bin/nvim", "+3", "a.py"]),
            ("subl", ["subl", "a.py:3"]),
            ("pycharm", ["pycharm", "--line", "3", "a.py"]),
            ("notes", ["notes", "a.py"]),
        ],
    )
    @pytest.mark.skipif(os.name == "nt", reason="words are split as in a shell elsewhere")
    def test_each_editor_is_told_the_line_in_its_way(self, monkeypatch, editor, words):
        monkeypatch.setenv("EDITOR", editor)
        assert editor_command(Path("a.py"), 3) == words

    def test_visual_comes_first_and_vs_code_last(self, monkeypatch, tmp_path):
        with pytest.raises(UsageError):
            editor_command(Path("a.py"), 3)
        code = tmp_path / ("code.cmd" if os.name == "nt" else "code")
        code.write_text("")
        code.chmod(0o755)
        assert editor_command(Path("a.py"), 3) == [str(code), "-g", "a.py:3"]
        monkeypatch.setenv("EDITOR", "vi")
        monkeypatch.setenv("VISUAL", "nano")
        assert editor_command(Path("a.py"), 3)[0] == "nano"
