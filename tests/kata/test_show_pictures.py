"""`kata show EXERCISE`: what is drawn of a learner's own functions, and what is said instead."""

import shutil
import sys
import xml.etree.ElementTree as ElementTree
from functools import cache

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from exercises.catalogue import load_catalogue
from grader.authoring.stubs import make_stub
from grader.course import ROOT
from kata import cli
from kata.project import Project
from kata.shows import gallery, plain
from kata.shows.pictures import all_pictures
from kata.shows.work import ToDoError, Trouble, Work
from kata.watching.watch import _shown

CATALOGUE = load_catalogue()
ALL = {picture.name: (exercise, picture) for exercise, picture in all_pictures(CATALOGUE)}
NONE = "return None"
ODD_SHAPE = "import numpy\n    return numpy.zeros((2, 3, 5))"
BROKEN = "raise ValueError('not today')"
WRONG_CLASSES = {"adam": "Adam", "value_backward": "Value"}


def make_katas(folder):
    """Make a learner's folder with everything solved."""
    shutil.copytree(ROOT / "exercises", folder / "exercises")
    for week in CATALOGUE.weeks:
        shutil.copytree(ROOT / "solutions" / week.name, folder / week.name)
    return folder


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    return Project(make_katas(tmp_path_factory.mktemp("solved")))


@pytest.fixture(scope="module")
def data_of(solved):
    """Return a function that computes a picture once."""

    @cache
    def data(name):
        exercise, picture = ALL[name]
        return picture.compute(Work(solved, solved.catalogue.module_of(exercise)))

    return data


@pytest.fixture
def katas(tmp_path, monkeypatch):
    monkeypatch.chdir(make_katas(tmp_path))
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def in_the_end(file, code):
    """Write something at the end of a learner's file, where it counts."""
    file.write_text(f"{file.read_text(encoding='utf-8')}\n\n{code}\n", encoding="utf-8")


def work_with(solved, folder, exercise, change):
    """Return the work of a learner whose file of one module was changed."""
    source = solved.learners_file(exercise)
    (folder / exercise.week).mkdir()
    file = folder / exercise.week / source.name
    file.write_text(change(source.read_text(encoding="utf-8")), encoding="utf-8")
    own = Project(folder)
    own.catalogue = solved.catalogue  # read once
    return Work(own, own.catalogue.module_of(exercise))


class TestEachPicture:
    def test_there_are_many_and_all_name_exercises_of_their_module(self):
        assert len(ALL) >= 16
        for exercise, picture in ALL.values():
            names = {each.name for each in CATALOGUE.module_of(exercise).exercises}
            assert set(picture.exercises) <= names

    @pytest.mark.parametrize("name", ALL)
    def test_it_is_shown_as_plain_text_that_fits(self, data_of, monkeypatch, name):
        monkeypatch.setattr(plain, "shades", lambda: plain.PLAIN)
        text = ALL[name][1].text(data_of(name))
        assert text.isascii()
        assert max(map(len, text.splitlines())) < 80
        assert "nan" not in text.split()

    @pytest.mark.parametrize("name", ALL)
    def test_it_is_drawn(self, data_of, name):
        figure = Figure()
        ALL[name][1].draw(figure, data_of(name))
        assert all(axes.has_data() for axes in figure.axes)

    @pytest.mark.parametrize("name", ALL)
    def test_it_says_what_to_look_at_and_what_goes_wrong(self, name):
        _, picture = ALL[name]
        assert picture.look[0].isupper()
        assert picture.look.endswith(".")
        assert picture.if_wrong[0].islower()  # it stands behind a colon
        assert picture.if_wrong.endswith(".")
        assert len(f"  {picture.name:<19} {picture.about}") < 80

    @pytest.mark.parametrize("name", ALL)
    def test_a_stub_is_named(self, solved, tmp_path, name):
        exercise, picture = ALL[name]
        work = work_with(solved, tmp_path, exercise, lambda text: make_stub(text, "a module"))
        with pytest.raises(ToDoError) as error:
            picture.compute(work)
        assert error.value.exercise.name in picture.exercises

    @pytest.mark.parametrize("body", [NONE, ODD_SHAPE, BROKEN])
    @pytest.mark.parametrize("name", ALL)
    def test_a_function_that_is_no_use_is_described(self, solved, tmp_path, name, body):
        exercise, picture = ALL[name]
        own = f"def {name}(*args, **kwargs):\n    {body}"
        if name in WRONG_CLASSES:
            body = body.replace("\n", "\n    ")
            own = f"class {WRONG_CLASSES[name]}:\n    def __init__(self, *args, **kwargs):\n"
            own += f"        self.data = 1.0\n\n    def step(self, grads):\n        {BROKEN}\n\n"
            own += f"    def __mul__(self, other):\n        {body}"
        work = work_with(solved, tmp_path, exercise, lambda text: f"{text}\n\n{own}\n")
        with pytest.raises(Trouble) as error:
            picture.compute(work)
        said = str(error.value)
        assert said.startswith("Your ")
        assert f"{exercise.week}/{exercise.module}.py:" in said
        assert "Traceback" not in said
        assert max(map(len, said.splitlines())) <= 80


def changed(solved, tmp_path, name, old, new):
    """Return what a picture holds when the learner has made a mistake."""
    exercise, picture = ALL[name]

    def change(text):
        assert old in text
        return text.replace(old, new)

    return picture.compute(work_with(solved, tmp_path, exercise, change))


class TestMistakesAreSeen:
    def test_cosines_that_are_inner_products(self, solved, data_of, tmp_path):
        right, data = (
            data_of("cosine_similarity"),
            changed(
                solved,
                tmp_path,
                "cosine_similarity",
                "cosine = dot(a / length_a, b / length_b)\n    return min(1.0, max(-1.0, cosine))",
                "return 2 * dot(a, b)",
            ),
        )
        text = ALL["cosine_similarity"][1].text
        assert " 1.000           0\n" in text(right).partition("queen")[0]  # the king to himself
        assert " 1.700        none\n" in text(data).partition("queen")[0]

    def test_rows_of_attention_that_do_not_sum_to_1(self, solved, data_of, tmp_path):
        weights = changed(
            solved,
            tmp_path,
            "attention_weights",
            "return softmax(attention_scores(Q, K))",
            "return softmax(attention_scores(Q, K).T).T",
        )
        assert np.allclose(data_of("attention_weights").sum(axis=1), 1)
        assert np.abs(weights.sum(axis=1) - 1).max() > 0.3

    def test_components_without_centring(self, solved, data_of, tmp_path):
        data = changed(
            solved,
            tmp_path,
            "pca",
            "centred = X - X.mean(axis=0)\n    # The",
            "centred = X\n    # The",
        )
        right = data_of("pca")
        assert data.variances[0] > 5 * right.variances[0]
        assert np.ptp(data.points[:, 0]) < 0.7 * np.ptp(right.points[:, 0])

    def test_gradients_that_are_set_and_not_added_to(self, solved, data_of, tmp_path):
        data = changed(
            solved, tmp_path, "value_backward", "parent.grad += slope", "parent.grad = slope"
        )
        e = 6
        assert data_of("value_backward")[e].tolist() == [-3, -6]
        assert data[e].tolist() == [-3, -3]

    def test_an_optimiser_that_makes_new_arrays(self, solved, tmp_path):
        paths = changed(solved, tmp_path, "adam", "p -= self.lr", "p = p - self.lr")
        assert all(np.ptp(path.points, axis=0).tolist() == [0, 0] for path in paths)

    def test_a_temperature_that_divides_probabilities(self, solved, data_of, tmp_path):
        data = changed(
            solved,
            tmp_path,
            "softmax",
            "return exponentials /",
            "return 1 / temperature * exponentials /",
        )
        assert np.allclose(data_of("softmax").sum(axis=1), 1)
        assert np.allclose(data.sum(axis=1), [2, 1, 0.5, 0.1])

    def test_numbers_of_any_size_fit(self, solved, tmp_path):
        data = changed(
            solved, tmp_path, "entropy", "/ np.log(base)\n    ### END SOLUTION\n\n\ndef cross",
            "* 1e90\n    ### END SOLUTION\n\n\ndef cross",
        )  # fmt: skip
        _, picture = ALL["entropy"]
        assert max(map(len, picture.text(data).splitlines())) < 80
        picture.draw(Figure(), data)


class TestCommand:
    def test_alone_it_lists_everything(self, katas, capsys):
        assert cli.main(["show"]) == 0
        lines = capsys.readouterr().out.splitlines()
        listed = [line.split()[0] for line in lines if line.startswith("  ")]
        models = ("nanogpt", "ddpm", "tensors", "training")
        assert {name for name in listed if name not in ALL} == set(models)
        assert [name for name in listed if name in ALL] == list(ALL)
        assert max(map(len, lines)) < 80

    def test_a_picture_as_text(self, katas, capsys):
        assert cli.main(["show", "softmax", "--text"]) == 0
        out = capsys.readouterr().out
        assert "temperature 0.5: sum 1.00, entropy 0.66 bits" in out
        assert "\nIf it is wrong: " in out
        assert not list(katas.glob("*.png"))

    def test_text_needs_no_matplotlib(self, katas, capsys, monkeypatch):
        monkeypatch.setitem(sys.modules, "matplotlib", None)  # cannot be imported
        assert cli.main(["show", "softmax", "--text"]) == 0
        out = capsys.readouterr().out
        assert "entropy 0.66 bits" in out
        assert "matplotlib" not in out

    def test_without_matplotlib_it_says_how_to_get_it(self, katas, capsys, monkeypatch):
        monkeypatch.setitem(sys.modules, "matplotlib", None)
        assert cli.main(["show", "softmax"]) == 0
        out = capsys.readouterr().out
        assert "entropy 0.66 bits" in out
        assert out.endswith('Pictures need matplotlib: pip install -e ".[pictures]"\n')
        assert cli.main(["show", "softmax", "--out", "mine.png"]) == 1
        assert "mine.png was not written" in capsys.readouterr().out

    def test_without_a_screen_it_writes_a_file(self, katas, capsys):
        assert cli.main(["show", "project"]) == 0
        assert capsys.readouterr().out.endswith("The picture is in show-project.png\n")
        assert (katas / "show-project.png").read_bytes().startswith(b"\x89PNG")

    def test_equal_functions_give_an_equal_file(self, katas):
        for name in ("one.svg", "two.svg"):
            assert cli.main(["show", "week1/matmul", "--out", name]) == 0
        first, second = ((katas / name).read_bytes() for name in ("one.svg", "two.svg"))
        assert first == second
        assert ElementTree.fromstring(first).tag.endswith("svg")

    def test_a_window_is_shown_until_it_is_closed(self, katas, capsys, monkeypatch):
        import matplotlib.pyplot as plt

        shown = []
        monkeypatch.setattr(gallery, "_has_screen", lambda: True)
        monkeypatch.setattr(FigureCanvasAgg, "required_interactive_framework", "headless")
        monkeypatch.setattr(plt, "show", lambda: shown.extend(plt.get_fignums()))
        assert cli.main(["show", "project"]) == 0
        assert len(shown) == 1
        assert not plt.get_fignums()
        assert "Close the window to go on." in capsys.readouterr().out
        assert not list(katas.glob("*.png"))

    @pytest.mark.parametrize("has_screen", [False, True])
    def test_a_window_or_text(self, katas, capsys, monkeypatch, has_screen):
        monkeypatch.setattr(gallery, "_has_screen", lambda: has_screen)
        assert cli.main(["show", "softmax", "--window"]) == 0
        assert "entropy 0.66 bits" in capsys.readouterr().out
        assert not list(katas.glob("*.png"))

    def test_a_module_with_one_picture_is_that_picture(self, katas, capsys):
        assert cli.main(["show", "attention", "--text"]) == 0
        assert capsys.readouterr().out.startswith("attention_weights: ")

    def test_several_pictures_are_listed(self, katas, capsys):
        assert cli.main(["show", "vectors"]) == 0
        out = capsys.readouterr().out
        assert "several pictures of vectors" in out
        assert [line.split()[0] for line in out.splitlines()[2:]] == [
            "cosine_similarity",
            "analogy",
        ]

    def test_an_exercise_that_another_one_shows(self, katas, capsys):
        assert cli.main(["show", "attention_scores", "--text"]) == 0
        assert capsys.readouterr().out.startswith("attention_weights: ")

    def test_what_is_to_do_is_listed(self, katas, capsys):
        file = katas / "week1/attention.py"
        file.write_text(make_stub(file.read_text(encoding="utf-8"), file.name), encoding="utf-8")
        assert cli.main(["show", "attention_weights", "--text"]) == 1
        out = capsys.readouterr().out
        assert "kata show attention_weights runs your own functions. Still to do for it:" in out
        assert "  attention_scores    week1/attention.py:" in out
        assert out.endswith(
            "Next: attention_scores\n"
            "Test: pytest week1/test_attention.py -k attention_scores\n"
            "Hint: kata hint attention_scores\n"
        )

    def test_a_fault_is_told_in_words(self, katas, capsys):
        in_the_end(katas / "week3/softmax.py", "def softmax(logits, axis=-1, temperature=1.0):\n"
                   "    return logits.nothing")  # fmt: skip
        assert cli.main(["show", "softmax"]) == 1
        captured = capsys.readouterr()
        assert captured.err == ""
        assert "Your softmax failed:" in captured.out
        assert "AttributeError" in captured.out
        assert "Traceback" not in captured.out

    def test_numbers_beyond_all_bounds_are_no_picture(self, katas, capsys):
        in_the_end(katas / "week3/softmax.py", "def softmax(logits, axis=-1, temperature=1.0):\n"
                   "    return 1e200 * logits")  # fmt: skip
        assert cli.main(["show", "softmax"]) == 1
        assert "gave a number of 3e+200, which no picture can show." in capsys.readouterr().out

    def test_inputs_must_not_be_changed(self, katas, capsys):
        in_the_end(katas / "week3/softmax.py", "def softmax(logits, axis=-1, temperature=1.0):\n"
                   "    logits /= temperature\n    return logits")  # fmt: skip
        assert cli.main(["show", "softmax", "--text"]) == 1
        assert "Inputs must not be changed: work on a copy." in capsys.readouterr().out

    def test_the_method_that_is_missing_is_one_of_its_exercise(self, katas, capsys):
        file = katas / "week2/autograd.py"
        file.write_text(make_stub(file.read_text(encoding="utf-8"), file.name), encoding="utf-8")
        assert cli.main(["show", "value_backward", "--text"]) == 1
        assert "\nNext: value_arithmetic\n" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("argv", "says"),
        [
            (["cosine_simlarity"], "did you mean 'cosine_similarity'?"),
            (["nanogtp"], "did you mean 'nanogpt'?"),
            (["dot"], "there is no picture of dot: kata show lists all that there are"),
            (["softmax", "--out", "x.gif"], "--out x.gif: the name should end in .svg or .png"),
            (["softmax", "--out", "no/x.png"], "--out no/x.png: there is no folder no"),
            (["softmax", "--out", "week1.png"], "week1.png cannot be written: "),
            (["vectors", "--out", "x.png"], "vectors has several: cosine_similarity, analogy"),
            (["softmax", "--out", "x.png", "--text"], "not allowed with argument"),
            (["softmax", "--seed", "3"], "--seed is for kata show nanogpt or kata show ddpm"),
            (["softmax", "3"], "DIGIT is for kata show ddpm"),
            (["ddpm", "--top-k", "3"], "--top-k is for kata show nanogpt"),
            (["nanogpt", "--out", "x.png"], "--out is for kata show EXERCISE"),
            (["--text"], "--text needs an EXERCISE: kata show lists them"),
        ],
    )
    def test_a_bad_call_is_exit_2(self, katas, capsys, argv, says):
        (katas / "week1.png").mkdir()
        assert cli.main(["show", *argv]) == 2
        assert says in capsys.readouterr().err

    def test_data_that_is_missing(self, katas, capsys, monkeypatch):
        monkeypatch.setattr("kata.shows.digits.FILE", "nothing.csv.gz")
        assert cli.main(["show", "pca", "--text"]) == 2
        assert "no week has data/nothing.csv.gz" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("cosine_similarity", ["week1/cosine_similarity", "--window"]),
        ("nearest", ["week1/analogy", "--window"]),
        ("dot", []),
        ("generate", ["nanogpt"]),
        ("denoising_loss", ["ddpm"]),
    ],
)
def test_the_key_s_of_kata_watch(name, shown):
    (exercise,) = CATALOGUE.exercises_named(name)
    assert _shown(exercise) == shown
