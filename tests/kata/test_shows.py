"""`kata show`: what a learner sees of their own functions at work, or of what is missing."""

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from grader.authoring.stubs import make_stub
from grader.course import ROOT
from kata import cli
from kata.shows.models import load_language_model, load_noise_predictor

NANOGPT = [
    "gelu",
    "layer_norm",
    "causal_attention",
    "multi_head_attention",
    "transformer_block",
    "gpt_logits",
    "next_token_loss",
    "generate",
]
DDPM = ["denoise_step", "denoising_loss", "sample"]  # those that the show uses
SHORT = ["show", "nanogpt", "--length", "20"]
PLAIN_PICTURE = re.compile(r"  [ .:\-=+*#%@|]*")


@pytest.fixture
def katas(tmp_path, monkeypatch):
    """Make a learner's folder with everything solved."""
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises")
    for name in ("week3/diffusion.py", "week4/nanogpt.py", "week4/ddpm.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / "solutions" / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rewrite(file, name, body):
    """Give one function of a learner's file another body."""
    source = file.read_text(encoding="utf-8")
    lines = source.splitlines(keepends=True)
    function = next(n for n in ast.parse(source).body if getattr(n, "name", "") == name)
    first, last = function.body[0].lineno - 1, function.end_lineno
    lines[first:last] = [f"    {line}\n" for line in body.splitlines()]
    file.write_text("".join(lines), encoding="utf-8")


def rename(file, name, new_name):
    source = file.read_text(encoding="utf-8")
    file.write_text(source.replace(f"def {name}(", f"def {new_name}("), encoding="utf-8")


def unsolve(file):
    """Make a stub of a learner's file."""
    file.write_text(make_stub(file.read_text(encoding="utf-8"), file.name), encoding="utf-8")


def line_of(file, name):
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(i for i, line in enumerate(lines, start=1) if line.startswith(f"def {name}("))


def run(*argv, **environment):
    """Run the command as a program, its output into a pipe."""
    return subprocess.run(
        [sys.executable, "-X", "utf8=0", "-m", "kata", *argv],
        capture_output=True,
        env={**os.environ, **environment},
    )


def listed(out):
    """Return the names in the list of what is still to do."""
    return re.findall(r"^  (\w+) +week\d/\w+\.py:\d+$", out, re.M)


class TestNanogpt:
    def test_solved_functions_write_a_text(self, katas, capsys):
        assert cli.main([*SHORT, "--prompt", "Shall I "]) == 0
        captured = capsys.readouterr()
        assert captured.err == ""
        assert re.search(r"^  Shall I .", captured.out, re.M)
        assert "to do" not in captured.out
        for name in NANOGPT:
            assert name in captured.out or name == "next_token_loss"

    def test_the_loss_is_the_one_of_these_weights(self, katas, capsys):
        assert cli.main(SHORT) == 0
        model = load_language_model()
        out = capsys.readouterr().out
        assert f"your loss  {model.passage_loss:.3f} nats per character, perplexity " in out
        assert (
            f"guessing   {np.log(len(model.vocabulary)):.3f} nats per character, perplexity 61.0"
            in out
        )

    def test_so_many_characters_are_added(self, katas, capsys):
        assert cli.main(["show", "nanogpt", "--prompt", "x", "--length", "5", "--top-k", "3"]) == 0
        out = capsys.readouterr().out
        text = re.search(r":\n\n((?:  .*\n|\n)+?)\nYour functions", out)[1]
        assert len(re.sub(r"^  ", "", text, flags=re.M).rstrip("\n")) <= 6
        assert "the 3 most likely characters" in out
        assert re.search(r"gpt_logits +5 ", out)

    def test_equal_seeds_write_equal_texts(self, katas, capsys):
        texts = []
        for seed in ("1", "1", "2"):
            assert cli.main([*SHORT, "--seed", seed]) == 0
            texts.append(capsys.readouterr().out.replace(f"seed {seed}", "seed"))
        assert texts[0] == texts[1] != texts[2]

    def test_among_one_character_the_seed_decides_nothing(self, katas, capsys):
        texts = []
        for seed in ("1", "2"):
            assert cli.main([*SHORT, "--top-k", "1", "--seed", seed]) == 0
            texts.append(capsys.readouterr().out.replace(f"seed {seed}", "seed"))
        assert texts[0] == texts[1]

    def test_from_inside_a_week(self, katas, capsys, monkeypatch):
        monkeypatch.chdir(katas / "week4")
        assert cli.main(SHORT) == 0

    @pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
    def test_lines_fit_into_80_columns(self, katas, encoding):
        body = "return np.concatenate([prompt, np.full(len(u), 40)])"  # one line without an end
        rewrite(katas / "week4/nanogpt.py", "generate", body)
        done = run("show", "nanogpt", "--length", "200", PYTHONIOENCODING=encoding)
        assert done.stderr == b""
        lines = done.stdout.decode(encoding).splitlines()
        assert max(map(len, lines)) == 78
        assert "\x1b" not in "".join(lines)


class TestNanogptUnsolved:
    def test_all_is_to_do_in_the_beginning(self, katas, capsys):
        file = katas / "week4/nanogpt.py"
        unsolve(file)
        assert cli.main(SHORT) == 1
        captured = capsys.readouterr()
        assert captured.err == ""
        assert listed(captured.out) == NANOGPT
        assert (
            f"  gelu                   week4/nanogpt.py:{line_of(file, 'gelu')}\n" in captured.out
        )
        assert captured.out.endswith(
            "Next: gelu\nTest: pytest week4/test_nanogpt.py -k gelu\nHint: kata hint gelu\n"
        )

    def test_only_what_is_missing_is_listed(self, katas, capsys):
        for name in ("causal_attention", "generate"):
            rewrite(katas / "week4/nanogpt.py", name, 'raise NotImplementedError("yours")')
        assert cli.main(SHORT) == 1
        out = capsys.readouterr().out
        assert listed(out) == ["causal_attention", "generate"]
        assert "What it writes" not in out

    def test_a_half_written_function_is_no_stub(self, katas, capsys):
        body = "if len(x) > 1:\n    raise NotImplementedError\nreturn x"
        rewrite(katas / "week4/nanogpt.py", "layer_norm", body)
        assert cli.main(SHORT) == 1
        out = capsys.readouterr().out
        assert "Your layer_norm failed:" in out
        assert "raise NotImplementedError" in out

    def test_the_loss_comes_before_the_text_is_possible(self, katas, capsys):
        rewrite(katas / "week4/nanogpt.py", "generate", "raise NotImplementedError")
        assert cli.main(SHORT) == 1
        out = capsys.readouterr().out
        assert "your loss" in out
        assert listed(out) == ["generate"]

    def test_the_text_is_written_without_the_loss(self, katas, capsys):
        file = katas / "week4/nanogpt.py"
        rewrite(file, "next_token_loss", "raise NotImplementedError")
        assert cli.main([*SHORT, "--prompt", "Shall I "]) == 1
        out = capsys.readouterr().out
        assert "  Shall I " in out
        place = f"week4/nanogpt.py:{line_of(file, 'next_token_loss')}"
        assert f"next_token_loss is yours to write: {place}\n" in out
        assert "kata hint next_token_loss" in out

    def test_a_function_that_nothing_calls_is_not_needed(self, katas, capsys):
        """A learner may write attention without the exercise that was meant for it."""
        file = katas / "week4/nanogpt.py"
        file.write_text(
            file.read_text(encoding="utf-8") + "\ndef attend(Q, K, V):\n"
            "    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])\n"
            "    scores = scores + np.triu(np.full(scores.shape[-2:], -np.inf), 1)\n"
            "    return softmax(scores) @ V\n",
            encoding="utf-8",
        )
        text = file.read_text(encoding="utf-8").replace("= causal_attention(", "= attend(")
        file.write_text(text, encoding="utf-8")
        rewrite(file, "causal_attention", "raise NotImplementedError")
        assert cli.main(SHORT) == 0
        assert not re.search(r"causal_attention +\d", capsys.readouterr().out)


class TestNanogptWrong:
    @pytest.mark.parametrize(
        ("name", "body", "says"),
        [
            ("layer_norm", "return x - np.array([1.0, 2.0])", "failed:\n  raised    Value"),
            ("gelu", "return x * np.nan", "gave nan or inf"),
            ("transformer_block", "x * 1", "raised    TypeError"),
            ("gpt_logits", "return None", "gave None\nfor 64 tokens and a vocabulary of 61."),
            ("gpt_logits", "return np.zeros((64, 2))", "gave an array of shape (64, 2)"),
            ("gpt_logits", "return np.zeros((64, 61), int)", "should be a float array"),
            ("next_token_loss", "return None", "gave None, not one number"),
            ("next_token_loss", "return logits", "gave an array of shape (64, 61)"),
            ("next_token_loss", "return logits.nothing", "raised    AttributeError"),
            ("next_token_loss", "exit()", "raised    SystemExit"),
            ("generate", "return 3 * list(prompt)", "gave a list of 21\nfor a prompt of 7"),
            ("generate", "return prompt", "It should\nbe an array of int64 and shape (17,)."),
            ("generate", "return np.zeros(len(prompt) + len(u))", "dtype float64"),
            ("generate", "return np.zeros(17, int)", "begin with the prompt"),
            ("generate", "return np.append(prompt, 10 * [61])", "gave the token 61"),
            ("generate", "return np.append(prompt, 10 * [-1])", "gave the token -1"),
            ("generate", "prompt[0] = 0", "work on a copy"),
        ],
    )
    def test_what_is_wrong_is_said_without_a_traceback(self, katas, capsys, name, body, says):
        file = katas / "week4/nanogpt.py"
        rewrite(file, name, body)
        assert cli.main(SHORT) == 1
        captured = capsys.readouterr()
        assert captured.err == ""
        assert says in captured.out
        assert "Traceback" not in captured.out
        assert "week4/nanogpt.py:" in captured.out
        if name != "transformer_block":  # the next function cannot add None to a number
            assert f"Your {name} " in captured.out
            assert f"Test: pytest week4/test_nanogpt.py -k {name}\n" in captured.out

    def test_the_learners_own_line_is_shown(self, katas, capsys):
        rewrite(katas / "week4/nanogpt.py", "gelu", "y = x * 1\nreturn y[5000]")
        assert cli.main(SHORT) == 1
        out = capsys.readouterr().out
        line = line_of(katas / "week4/nanogpt.py", "gelu")
        assert re.search(r"week4/nanogpt\.py:\d+ in gelu\n +return y\[5000\]\n", out), line

    def test_a_loss_far_above_is_noted(self, katas, capsys):
        rewrite(katas / "week4/nanogpt.py", "gelu", "return x")
        assert cli.main(SHORT) == 1
        out = capsys.readouterr().out
        assert "What it writes" in out
        loss = load_language_model().passage_loss
        assert f"and with these weights it is {loss:.3f}.\nSo something is not right yet." in out
        assert out.endswith("Test: pytest week4/test_nanogpt.py\n")

    def test_a_loss_below_is_noted(self, katas, capsys):
        body = "return 9.0 * np.eye(len(params['wte']))[np.roll(tokens, -1)]"
        rewrite(katas / "week4/nanogpt.py", "gpt_logits", body)
        assert cli.main(SHORT) == 1
        assert "Does a position see what comes later?" in capsys.readouterr().out

    def test_warnings_name_the_line(self, katas, capsys):
        body = "np.log(np.zeros(1))\nreturn np.maximum(x, 0)"
        rewrite(katas / "week4/nanogpt.py", "gelu", body)
        assert cli.main(SHORT) == 1
        out = capsys.readouterr().out
        assert len(re.findall(r"Python warned at week4/nanogpt\.py:\d+: divide by zero", out)) == 1

    @pytest.mark.parametrize(
        ("spoil", "says"),
        [
            (lambda file: file.write_text("def gelu(x:\n"), "SyntaxError: '(' was never closed"),
            (lambda file: file.write_text("import nothing_like_this\n"), "ModuleNotFoundError"),
            (lambda file: file.unlink(), "week4/nanogpt.py is missing\n\nTest: "),
            (
                lambda file: rename(file, "generate", "generat"),
                "week4/nanogpt.py has no generate: did you mean generat?\n",
            ),
            (lambda file: rename(file, "gelu", "gelo"), "name 'gelu' is not defined"),
        ],
    )
    def test_a_spoilt_file(self, katas, capsys, spoil, says):
        spoil(katas / "week4/nanogpt.py")
        assert cli.main(SHORT) == 1
        captured = capsys.readouterr()
        assert says in captured.out
        assert captured.err == ""

    def test_ctrl_c_says_where_it_was(self, katas, capsys):
        rewrite(katas / "week4/nanogpt.py", "gelu", "raise KeyboardInterrupt")
        assert cli.main(SHORT) == 1
        assert re.search(
            r"^Stopped in week4/nanogpt\.py:\d+ \(gelu\)\.$", capsys.readouterr().out, re.M
        )

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
    def test_ctrl_c_ends_an_endless_loop(self, katas):
        rewrite(katas / "week4/nanogpt.py", "gelu", "while True:\n    pass")
        command = [sys.executable, "-m", "kata", *SHORT]
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # Tests that run in the background may have been told to ignore it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        ) as program:
            program.stdout.readline()  # now it is about to start
            time.sleep(0.5)
            program.send_signal(signal.SIGINT)
            out, error = program.communicate(timeout=60)
        assert (program.returncode, error) == (1, b"")
        assert b"Stopped" in out

    def test_ctrl_c_in_the_loss_stops_the_text_too(self, katas, capsys):
        rewrite(katas / "week4/nanogpt.py", "next_token_loss", "raise KeyboardInterrupt")
        assert cli.main(SHORT) == 1
        out = capsys.readouterr().out
        assert "Stopped in week4/nanogpt.py" in out
        assert "What it writes" not in out


@pytest.fixture
def tested(katas):
    """Give the learner's folder its visible tests as well."""
    for name in ("nanogpt", "ddpm"):
        shutil.copy(ROOT / f"week4/test_{name}.py", katas / "week4")
    return katas


class TestWhereToLookFirst:
    def looked_at_first(self, file, name, out):
        """Return what is told of a function, after a check that no other one is blamed."""
        told = out[out.index(f"Your {name} is not right yet, so look there first:\n") :]
        assert told.count("Your ") == out.count("Your ")
        assert f"  code      week4/nanogpt.py:{line_of(file, name)}\n" in told
        assert told.endswith(
            f"Test: pytest week4/test_nanogpt.py -k {name}\nHint: kata hint {name}\n"
        )
        return told

    def test_a_missing_return(self, tested, capsys):
        """It is noticed by multi_head_attention, which can do nothing with None."""
        file = tested / "week4/nanogpt.py"
        rewrite(file, "layer_norm", "gain * x")
        assert cli.main(SHORT) == 1
        told = self.looked_at_first(file, "layer_norm", capsys.readouterr().out)
        assert "the result is None: is a `return` missing?" in told

    def test_a_text_that_is_not_cropped(self, tested, capsys):
        """It is noticed by gpt_logits, which refuses so many tokens."""
        file = tested / "week4/nanogpt.py"
        text = file.read_text(encoding="utf-8").replace("text[-context:]", "text")
        file.write_text(text, encoding="utf-8")
        assert cli.main(["show", "nanogpt", "--length", "100"]) == 1
        told = self.looked_at_first(file, "generate", capsys.readouterr().out)
        assert "  raised    ValueError: " in told

    def test_an_odd_loss_is_said_and_then_why(self, tested, capsys):
        rewrite(tested / "week4/nanogpt.py", "gelu", "return np.maximum(x, 0)")
        assert cli.main(SHORT) == 1
        out = capsys.readouterr().out
        assert (
            "So something is not right yet.\nTest: pytest week4/test_nanogpt.py\n\nYour gelu" in out
        )
        assert "  Below 1 lies 84.13 % of the bell curve, below -1 the other 15.87 %." in out

    def test_a_function_that_is_named_already_is_not_named_twice(self, tested, capsys):
        rewrite(tested / "week4/ddpm.py", "sample", "return None")
        assert cli.main(["show", "ddpm"]) == 1
        out = capsys.readouterr().out
        assert "Your sample gave None, not a picture" in out
        assert "look there first" not in out

    def test_what_only_the_show_notices_is_said_by_the_show(self, tested, capsys):
        file = tested / "week4/ddpm.py"
        rename(file, "denoise_step", "right_step")
        text = "\ndef denoise_step(xt, t, predicted, betas, noise):\n"
        text += (
            "    return right_step(xt, t, predicted, betas, noise) + (xt.shape == (8, 8)) * 9.0\n"
        )
        file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")
        assert cli.main(["show", "ddpm", "4"]) == 1
        assert "has numbers up to" in capsys.readouterr().out

    def test_what_goes_well_is_not_tested(self, tested, capsys, monkeypatch):
        (tested / "week4/test_ddpm.py").write_text("1 / 0\n", encoding="utf-8")
        assert cli.main(["show", "ddpm"]) == 0


class TestEndlessLoops:
    def test_the_function_is_named_after_a_while(self, katas, capsys, monkeypatch):
        monkeypatch.setattr("kata.shows.work.LIMIT_S", 0.5)
        rewrite(katas / "week4/nanogpt.py", "gelu", "while True:\n    pass")
        assert cli.main(SHORT) == 1
        out = capsys.readouterr().out
        assert (
            "Your gelu failed:\n  it took longer than 0.5 s: is there a loop that never ends?"
            in out
        )
        assert re.search(r"stuck at +week4/nanogpt\.py:\d+ in gpt_logits", out)
        assert "while True:" in out or "pass" in out

    def test_an_except_clause_does_not_stop_it(self, katas, capsys, monkeypatch):
        monkeypatch.setattr("kata.shows.work.LIMIT_S", 0.5)
        body = "while True:\n    try:\n        pass\n    except Exception:\n        pass"
        rewrite(katas / "week4/ddpm.py", "sample", body)
        assert cli.main(["show", "ddpm"]) == 1
        assert "Your sample failed:\n  it took longer than 0.5 s" in capsys.readouterr().out


class TestDdpm:
    def test_solved_functions_draw_the_digit(self, katas, capsys):
        assert cli.main(["show", "ddpm", "7"]) == 0
        captured = capsys.readouterr()
        assert captured.err == ""
        assert "asked for a 7 by your functions" in captured.out
        assert "most like the 7," in captured.out
        assert "Into the noise, by your add_noise of week 3:" in captured.out
        assert "100 steps to go" in captured.out
        assert "the result" in captured.out
        assert "your denoising_loss   0." in captured.out

    def test_pictures_are_plain_where_the_console_is_old(self, katas):
        done = run("show", "ddpm", "3", PYTHONIOENCODING="ascii")
        assert (done.returncode, done.stderr) == (0, b"")
        lines = done.stdout.decode("ascii").splitlines()
        assert max(map(len, lines)) <= 80
        drawn = [line for line in lines if line.count("|") == 3 and PLAIN_PICTURE.fullmatch(line)]
        assert len(drawn) == 3 * 8
        assert "?" not in "".join(drawn)

    def test_pictures_have_shades_elsewhere(self, katas):
        done = run("show", "ddpm", "3", PYTHONIOENCODING="utf-8")
        assert done.returncode == 0
        out = done.stdout.decode("utf-8")
        assert max(map(len, out.splitlines())) <= 80
        assert "▓▓" in out
        assert "\x1b" not in out

    def test_equal_seeds_draw_equal_pictures(self, katas, capsys):
        pictures = []
        for seed in ("1", "1", "2"):
            assert cli.main(["show", "ddpm", "--seed", seed]) == 0
            pictures.append(capsys.readouterr().out)
        assert pictures[0] == pictures[1] != pictures[2]

    def test_every_digit_is_drawn(self, katas, capsys):
        n_right = 0
        for digit in range(10):
            assert cli.main(["show", "ddpm", str(digit)]) == 0
            n_right += f"most like the {digit}," in capsys.readouterr().out
        assert n_right >= 9

    @pytest.mark.parametrize(
        ("spoil", "says"),
        [
            (lambda file: unsolve(file), "(Solve add_noise in week3/diffusion.py"),
            (lambda file: file.unlink(), "your add_noise does not work yet."),
            (lambda file: rewrite(file, "add_noise", "return None"), "add_noise does not work"),
            (lambda file: rewrite(file, "add_noise", "return x0[0, 0]"), "add_noise does not work"),
        ],
    )
    def test_week_3_is_not_needed(self, katas, capsys, spoil, says):
        spoil(katas / "week3/diffusion.py")
        assert cli.main(["show", "ddpm", "7"]) == 0
        out = capsys.readouterr().out
        assert says in out
        assert "the result" in out


class TestDdpmUnsolved:
    def test_all_is_to_do_in_the_beginning(self, katas, capsys):
        unsolve(katas / "week4/ddpm.py")
        assert cli.main(["show", "ddpm"]) == 1
        captured = capsys.readouterr()
        assert captured.err == ""
        assert listed(captured.out) == DDPM
        assert captured.out.endswith("Hint: kata hint denoise_step\n")

    def test_what_it_does_not_use_may_be_missing(self, katas, capsys):
        rewrite(katas / "week4/ddpm.py", "posterior_mean_variance", "raise NotImplementedError")
        assert cli.main(["show", "ddpm"]) == 0

    def test_the_picture_is_drawn_without_the_loss(self, katas, capsys):
        rewrite(katas / "week4/ddpm.py", "denoising_loss", "raise NotImplementedError")
        assert cli.main(["show", "ddpm"]) == 1
        out = capsys.readouterr().out
        assert "the result" in out
        assert "denoising_loss is yours to write: week4/ddpm.py:" in out


class TestDdpmWrong:
    @pytest.mark.parametrize(
        ("name", "body", "says"),
        [
            ("sample", "return None", "gave None, not a picture of shape (8, 8)."),
            ("sample", "return x_T", "never asked the network"),
            ("sample", "return x_T.ravel()", "gave an array of shape (64,)"),
            (
                "sample",
                "return np.zeros((8, 8), int)",
                "gave an array of shape (8, 8), dtype int64",
            ),
            ("sample", "return model(x_T, len(betas))", "t goes from 0 to 99, got 100"),
            ("sample", "return model(x_T, -1)", "t goes from 0 to 99, got -1"),
            ("sample", "return model(x_T, np.array([9]))", "t should be one integer"),
            ("sample", "return model(x_T, 9.0)", "t should be one integer"),
            ("sample", "return model(x_T[0], 9)", "x has shape (8,), and should have (8, 8)"),
            ("sample", "return model(x_T * np.inf, 9)", "x holds nan or inf"),
            ("sample", "return model(x_T, 99)", "asked the network 1 times, first at t = 99"),
            ("sample", "x_T += 1", "work on a copy"),
            ("denoise_step", "return xt / 0.5", "has numbers up to"),
            ("denoise_step", "return np.zeros(xt.shape)", "hardly looks like a 7"),
            ("denoise_step", "return xt / 0.0", "gave nan or inf"),
            ("denoise_step", "return xt.nothing", "raised    AttributeError"),
            ("denoising_loss", "return 1.0", "is 1.000, and this network has about 0.0"),
            ("denoising_loss", "return np.ones(3)", "not one number"),
            ("denoising_loss", "return model(x0[0], t)", "x has shape (8, 8)"),
            ("denoising_loss", "return model(x0, 3)", "t should be 1000 integers"),
        ],
    )
    def test_what_is_wrong_is_said_without_a_traceback(self, katas, capsys, name, body, says):
        rewrite(katas / "week4/ddpm.py", name, body)
        with np.errstate(all="ignore"):
            assert cli.main(["show", "ddpm", "7"]) == 1
        captured = capsys.readouterr()
        assert captured.err == ""
        assert says in captured.out
        assert "Traceback" not in captured.out
        assert "Test: pytest week4/test_ddpm.py" in captured.out

    def test_steps_without_noise_are_noted(self, katas, capsys):
        file = katas / "week4/ddpm.py"
        rename(file, "denoise_step", "right_step")
        text = "\ndef denoise_step(xt, t, predicted, betas, noise):\n"
        text += "    return right_step(xt, t, predicted, betas, 0.0 * noise)\n"
        file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")
        assert cli.main(["show", "ddpm", "4"]) == 1
        assert "nearly the mean of all real 4s" in capsys.readouterr().out


class TestUsage:
    def test_the_models_are_named(self, katas, capsys):
        assert cli.main(["show"]) == 0
        out = capsys.readouterr().out
        assert "\n  nanogpt " in out
        assert "\n  ddpm " in out

    @pytest.mark.parametrize(
        ("argv", "says"),
        [
            (["ddpm", "12"], "'12' is not a digit from 0 to 9"),
            (["ddpm", "-1"], "'-1' is not a digit from 0 to 9"),
            (["ddpm", "seven"], "'seven' is not a digit from 0 to 9"),
            (["ddpm", "1", "2"], "unrecognized arguments: 2"),
            (["ddpm", "--seed", "-1"], "'-1' is not a whole number, 0 or more"),
            (["nanogpt", "--seed", "x"], "'x' is not a whole number, 0 or more"),
            (["nanogpt", "--length", "0"], "'0' is not a whole number, 1 or more"),
            (["nanogpt", "--top-k", "0"], "'0' is not a whole number, 1 or more"),
            (["nanogpt", "--top-k", "62"], "there are only 61 characters"),
            (["nanogpt", "--temperature", "0"], "'0' is not a number above 0"),
            (["nanogpt", "--temperature", "nan"], "'nan' is not a number above 0"),
            (["nanogpt", "--temperature", "inf"], "'inf' is not a number above 0"),
            (["nanogpt", "--temperature", "hot"], "'hot' is not a number above 0"),
            (["nanogpt", "--prompt", ""], "at least one character"),
            (["nanogpt", "--prompt", "é or 7"], "--prompt has '7' 'é', which"),
        ],
    )
    def test_a_bad_request_is_exit_2(self, katas, capsys, argv, says):
        assert cli.main(["show", *argv]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert says in captured.err

    def test_a_copy_without_week_4(self, katas, capsys):
        (katas / "exercises/week4.toml").unlink()
        assert cli.main(["show", "ddpm"]) == 2
        assert "has no module ddpm in its exercises" in capsys.readouterr().err

    def test_a_reader_that_has_seen_enough_is_no_error(self, katas):
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "wb") as pipe:
            command = [sys.executable, "-m", "kata", *SHORT]
            done = subprocess.run(command, stdout=pipe, stderr=subprocess.PIPE, text=True)
        assert (done.returncode, done.stderr) == (0, "")


class TestFiles:
    @pytest.mark.parametrize("name", ["nanogpt", "ddpm"])
    def test_they_are_small_and_plain_numbers(self, name):
        path = ROOT / "kata/shows/models" / f"{name}.npz"
        assert path.stat().st_size <= 300_000
        with np.load(path, allow_pickle=False) as file:
            assert all(file[key].dtype.kind in "fiuU" for key in file.files)

    def test_the_names_are_those_of_week_4(self):
        params = load_language_model().params
        assert set(params) == {"wte", "wpe", "blocks", "lnf_gain", "lnf_bias"}
        assert [sorted(block) for block in params["blocks"]] == 2 * [
            [
                *("W_fc", "W_out", "W_proj", "W_qkv", "b_fc", "b_out", "b_proj", "b_qkv"),
                *("ln1_bias", "ln1_gain", "ln2_bias", "ln2_gain"),
            ]
        ]

    def test_texts_become_tokens_and_texts_again(self):
        model = load_language_model()
        assert model.decode(model.encode("Shall I?\n")) == "Shall I?\n"
        with pytest.raises(KeyError):
            model.encode("7")

    def test_the_noise_predictor_tells_digits_apart(self):
        model = load_noise_predictor()
        x = np.zeros((2, 64))
        one, eight = model.predict(x, np.array([50, 50]), np.array([1, 8]))
        assert not np.allclose(one, eight, atol=0.1)
