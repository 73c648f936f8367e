"""`kata show training` and `kata show tensors`: what learners see, and what of their faults."""

import importlib
import shutil
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from grader.course import ROOT
from kata import cli
from kata.shows import tensors
from tests.kata.test_shows import rewrite, run, unsolve

WEEK2 = ("week2/training.py", "week2/tensors.py")


@pytest.fixture
def katas(tmp_path, monkeypatch):
    """Make a learner's folder with the two modules solved."""
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises")
    (tmp_path / "week3/data").mkdir(parents=True)
    shutil.copy(ROOT / "week3/data/digits.csv.gz", tmp_path / "week3/data")
    (tmp_path / "week2").mkdir()
    for name in WEEK2:
        shutil.copy(ROOT / "solutions" / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestTraining:
    def test_a_solved_one_learns(self, katas):
        done = run("show", "training", PYTHONIOENCODING="utf-8")
        out = done.stdout.decode("utf-8")
        assert (done.returncode, done.stderr) == (0, b"")
        assert max(map(len, out.splitlines())) <= 80
        assert "1,437 pictures, 5 times each, by your functions in week2/training.py" in out
        assert "Of 360 digits that it has never seen" in out
        assert "So at Adam's rate SGD hardly moves" in out
        assert ", read as " in out
        assert "\r" not in out

    def test_an_old_console(self, katas):
        done = run("show", "training", PYTHONIOENCODING="ascii")
        assert done.returncode == 0
        assert "?" not in done.stdout.decode("ascii")

    def test_the_curve_grows_in_a_terminal(self, katas, capsys, monkeypatch):
        monkeypatch.setattr("kata.shows.training.EVERY_S", 0.0)
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        assert cli.main(["show", "training"]) == 0
        first, *rest = capsys.readouterr().out.split("Adam, rate 0.02")[1:]
        assert len(rest) > 200
        assert first.endswith("\r  ")

    def test_equal_seeds_train_alike(self, katas, capsys):
        outs = []
        for seed in ("1", "1", "2"):
            assert cli.main(["show", "training", "--seed", seed]) == 0
            outs.append(capsys.readouterr().out)
        assert outs[0] == outs[1] != outs[2]

    def test_what_is_to_do_is_listed(self, katas, capsys):
        unsolve(katas / "week2/training.py")
        assert cli.main(["show", "training"]) == 1
        out = capsys.readouterr().out
        assert "Still to do for it" in out
        assert "train_mlp" in out

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            ("return params, np.zeros(225)", "With Adam it reads only"),
            ("return params, [0.5] * 225", "Your train_mlp gave a list"),
            ("return list(params), np.zeros(225)", "not a network with the keys of the first"),
            ("return params, np.zeros(224)", "gave an array of shape (224,)"),
            ("return params", "Your train_mlp gave"),
            ("params['W1'] += 1", "Inputs must not be changed"),
            ("return {**params, 'b2': np.full(10, np.nan)}, np.zeros(225)", "nan"),
        ],
    )
    def test_faults(self, katas, capsys, body, says):
        rewrite(katas / "week2/training.py", "train_mlp", body)
        assert cli.main(["show", "training"]) == 1
        assert says in " ".join(capsys.readouterr().out.split())

    def test_another_optimiser_is_told(self, katas, capsys):
        path = katas / "week2/training.py"
        text = path.read_text(encoding="utf-8")
        own = text.replace("optimizer = GivenAdam(", "optimizer = _Own(") + "\n\n_Own = GivenAdam\n"
        path.write_text(own, encoding="utf-8")
        assert cli.main(["show", "training"]) == 1
        out = capsys.readouterr().out
        assert "does not use the GivenAdam" in out

    def test_without_the_given_optimiser_there_is_one_run(self, katas, capsys):
        path = katas / "week2/training.py"
        text = path.read_text(encoding="utf-8").replace("GivenAdam(", "Optimizer(")
        path.write_text(text.replace("class GivenAdam:", "class Optimizer:"), encoding="utf-8")
        assert cli.main(["show", "training"]) == 0
        assert "SGD" not in capsys.readouterr().out


class TestTensors:
    def test_without_pytorch_ours_stands_alone(self, katas, capsys, monkeypatch):
        monkeypatch.setattr(tensors, "_torch", lambda: None)
        assert cli.main(["show", "tensors"]) == 0
        out = capsys.readouterr().out
        assert "your Tensor" in out
        assert "loss       0.132559" in out
        assert "pip install torch" in out

    def test_the_numbers_are_right(self, katas, capsys, monkeypatch):
        """Against differences, for PyTorch may be missing here."""
        seen = {}
        monkeypatch.setattr(tensors, "_torch", lambda: None)
        monkeypatch.setattr(tensors, "_print_columns", lambda columns: seen.update(columns[0][1]))
        assert cli.main(["show", "tensors"]) == 0

        def loss(weights):
            logits = tensors.X @ weights.T + tensors.B
            right = logits[np.arange(2), tensors.LABELS]
            return np.mean(np.log(np.exp(logits).sum(axis=1)) - right)

        step = 1e-6
        slopes = np.zeros_like(tensors.W)
        for index in np.ndindex(slopes.shape):
            change = np.zeros_like(slopes)
            change[index] = step
            slopes[index] = loss(tensors.W + change) - loss(tensors.W - change)
        assert np.allclose(seen["W.grad"], slopes / (2 * step), atol=1e-8)
        assert np.isclose(seen["loss"], loss(tensors.W))

    @pytest.mark.parametrize(("off", "status"), [(0.0, 0), (1e-6, 1)])
    def test_it_is_compared(self, katas, capsys, monkeypatch, off, status):
        """In PyTorch's place stands our reference, right or off a little."""
        reference = importlib.import_module("solutions.week2.tensors").Tensor
        fake = SimpleNamespace(__version__="9.9", tensor=lambda data, **_: reference(data))
        monkeypatch.setattr(tensors, "_torch", lambda: fake)
        monkeypatch.setattr(
            tensors,
            "_plain",
            lambda value: off + (value if isinstance(value, np.ndarray) else value.data),
        )
        assert cli.main(["show", "tensors"]) == status
        out = capsys.readouterr().out
        assert "PyTorch 9.9" in out
        assert ("They agree" in out) == (status == 0)
        assert ("They differ, most in" in out) == (status == 1)

    def test_the_real_one(self, katas, capsys):
        torch = pytest.importorskip("torch", reason="PyTorch is not installed")
        assert cli.main(["show", "tensors"]) == 0
        out = capsys.readouterr().out
        assert f"PyTorch {torch.__version__}" in out
        assert "They agree" in out

    def test_what_is_to_do_is_listed(self, katas, capsys):
        unsolve(katas / "week2/tensors.py")
        assert cli.main(["show", "tensors"]) == 1
        assert "Still to do for it" in capsys.readouterr().out
