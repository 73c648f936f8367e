"""`kata lesson`: a page that a browser opens without a network."""

import os
import re
import sys
import webbrowser
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont

from exercises import load_catalogue
from grader.course import ROOT
from kata import cli
from kata.lesson import sources
from kata.lesson_pages import FONT, lesson_pages
from tests.kata.test_cli import add_week_2, katas

__all__ = ["katas"]

MADE_OF = sources(load_catalogue(), ROOT)
PAGES = lesson_pages(ROOT, MADE_OF)
SOURCES = {page: path for path, page in MADE_OF.items()}
FORMULAS = re.compile(r"<math .*?</math>", re.S)


class Seen(HTMLParser):
    """What is on a page: elements with their attributes, and text outside of code."""

    def __init__(self, page):
        super().__init__()
        self.elements = []
        self.text = ""
        self._open = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag != "meta":
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if not {"code", "style"} & set(self._open):
            self.text += data

    def all(self, tag, attribute):
        return [attrs[attribute] for each, attrs in self.elements if each == tag]

    @property
    def anchors(self):
        return [attrs["id"] for _, attrs in self.elements if "id" in attrs]


SEEN = {name: Seen(page) for name, page in PAGES.items()}


def formula(latex, tmp_path):
    """Return a formula of a page, without what says how it is spaced."""
    (tmp_path / "page.md").write_text(f"# Page\n\n$$\n{latex}\n$$\n", encoding="utf-8")
    page = lesson_pages(tmp_path, {tmp_path / "page.md": "page.html"})["page.html"]
    (math,) = FORMULAS.findall(page)
    return ElementTree.fromstring(math)


def words_of(math):
    return [element.text for element in math.iter() if element.text]


def test_every_week_has_a_page():
    weeks = [week.name for week in load_catalogue().weeks]
    others = {"week3-data.html", "week4-reading.html"}
    others |= {"coverage.html", "errata.html", "symbols.html", "torch.html"}
    assert set(PAGES) == {*(f"{week}.html" for week in weeks)} | others


@pytest.mark.parametrize("name", PAGES)
class TestPages:
    def test_every_formula_is_mathematics(self, name):
        text = SOURCES[name].read_text(encoding="utf-8")
        formulas = FORMULAS.findall(PAGES[name])
        assert len(formulas) == text.count("$$") / 2
        assert "$" not in SEEN[name].text
        for math in formulas:
            assert "\\" not in math
            assert "merror" not in math
            ElementTree.fromstring(math)  # what was mended is still well-formed

    def test_the_font_has_every_sign(self, name):
        signs = {
            sign
            for math in FORMULAS.findall(PAGES[name])
            for text in ElementTree.fromstring(math).itertext()
            for sign in text
        }
        assert {sign for sign in signs if ord(sign) not in TTFont(FONT).getBestCmap()} == set()

    def test_nothing_is_loaded_or_run(self, name):
        page = SEEN[name]
        assert {tag for tag, _ in page.elements}.isdisjoint({"script", "link", "iframe", "object"})
        assert all(source.startswith("data:") for source in page.all("img", "src"))
        assert re.findall(r"url\((?!data:)", PAGES[name]) == []
        (policy,) = [attrs["content"] for _, attrs in page.elements if "http-equiv" in attrs]
        assert policy == (
            "default-src 'none'; font-src data:; img-src data:; style-src 'unsafe-inline'"
        )

    def test_pictures_are_in_it_with_their_words(self, name):
        path = SOURCES[name]
        shown = re.findall(r"!\[([^\]]*)\]\((\S+)\)", path.read_text(encoding="utf-8"))
        page = SEEN[name]
        assert page.all("img", "alt") == [words for words, _ in shown]
        for source, (_, file) in zip(page.all("img", "src"), shown, strict=True):
            kind, _, data = source.partition(",")
            assert kind == "data:image/svg+xml"
            assert unquote_to_bytes(data) == (path.parent / file).read_bytes()

    def test_links_lead_somewhere(self, name):
        links = [link for link in SEEN[name].all("a", "href") if not link.startswith("https:")]
        assert links
        for link in links:
            target, _, anchor = link.partition("#")
            assert (target or name) in PAGES, link
            assert not anchor or anchor in SEEN[target or name].anchors, link

    def test_no_anchor_is_there_twice(self, name):
        assert [each for each, count in Counter(SEEN[name].anchors).items() if count > 1] == []


class TestFormulas:
    def test_the_name_of_a_function_stands_apart(self, tmp_path):
        functions = formula(r"a \ln p + \ln \sigma \exp(x)", tmp_path).findall(".//{*}mo")
        spaces = [(each.get("lspace"), each.text, each.get("rspace")) for each in functions]
        assert spaces[0] == ("0.17em", "ln", "0.17em")
        assert spaces[2] == ("0", "ln", "0.17em")  # a plus has its own
        assert spaces[3] == ("0.17em", "exp", "0")

    def test_a_minus_that_is_a_sign(self, tmp_path):
        signs = formula("a - b = - (-c)", tmp_path).findall(".//{*}mo")
        assert [each.get("form") for each in signs if each.text == "−"] == [
            None,
            "prefix",
            "prefix",
        ]

    def test_a_word_is_one_word(self, tmp_path):
        assert words_of(formula(r"\mathrm{Var}[X]", tmp_path)) == ["Var", "[", "X", "]"]
        assert words_of(formula(r"\mathrm{E} X", tmp_path)) == ["E", "X"]

    def test_thousands_are_one_number(self, tmp_path):
        assert words_of(formula("124{,}439{,}808", tmp_path)) == ["124,439,808"]

    def test_a_prime_is_raised_once(self, tmp_path):
        math = formula("f'(x)", tmp_path)
        assert words_of(math) == ["f", "′", "(", "x", ")"]
        assert math.findall(".//{*}msup") == []


def test_a_link_to_what_has_no_page_leads_to_the_file(tmp_path):
    (tmp_path / "week1").mkdir()
    lesson = tmp_path / "week1" / "README.md"
    lesson.write_text("# One\n\n[code](vectors.py#L3) <b>bold</b>\n", encoding="utf-8")
    page = lesson_pages(tmp_path, {lesson: "week1.html"})["week1.html"]
    assert '<a href="../week1/vectors.py#L3">code</a> &lt;b&gt;bold&lt;/b&gt;' in page


@pytest.fixture
def opened(katas, monkeypatch):
    """Return what the browser is asked to open, in a copy with one lesson."""
    (katas / "week1" / "README.md").write_text("# Toys\n\n$$\na\n$$\n", encoding="utf-8")
    addresses = []
    monkeypatch.setattr(webbrowser, "open", lambda address: addresses.append(address) or True)
    return addresses


@pytest.fixture
def no_converter(monkeypatch):
    for name in ("kata.lesson_pages", "latex2mathml.converter"):
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "latex2mathml", None)


class TestLesson:
    @pytest.mark.parametrize("name", [[], ["week1"], ["vectors"], ["dot"]])
    def test_it_is_opened_and_its_path_printed(self, katas, opened, capsys, name):
        assert cli.main(["lesson", *name]) == 0
        page = katas / "lessons" / "week1.html"
        assert capsys.readouterr().out == f"{page}\n"
        assert opened == [page.as_uri()]
        assert "<math" in page.read_text(encoding="utf-8")

    def test_its_path_alone(self, katas, opened, capsys):
        assert cli.main(["lesson", "week1", "--print"]) == 0
        assert capsys.readouterr().out == f"{katas / 'lessons' / 'week1.html'}\n"
        assert opened == []

    def test_no_browser(self, katas, opened, monkeypatch, capsys):
        monkeypatch.setattr(webbrowser, "open", lambda address: False)
        assert cli.main(["lesson"]) == 1
        said = capsys.readouterr()
        assert said.out == f"{katas / 'lessons' / 'week1.html'}\n"
        assert said.err == "kata: no browser was found here: open this file in one\n"

    def test_a_name_that_is_not_there(self, opened, capsys):
        assert cli.main(["lesson", "week9"]) == 2
        assert "did you mean 'week1'?" in capsys.readouterr().err

    def test_a_name_in_two_weeks(self, katas, opened, capsys):
        add_week_2(katas)
        assert cli.main(["lesson", "extra"]) == 2
        assert capsys.readouterr().err == "kata: 'extra' is in week1 and week2: say which\n"

    def test_a_week_without_a_lesson(self, katas, opened, capsys):
        add_week_2(katas)
        assert cli.main(["lesson", "week2"]) == 2
        assert capsys.readouterr().err == f"kata: there is no week2/README.md in {katas}\n"

    def test_a_picture_that_is_missing(self, katas, opened, capsys):
        (katas / "week1" / "README.md").write_text("# Toys\n\n![A toy](toy.svg)\n")
        assert cli.main(["lesson"]) == 2
        err = capsys.readouterr().err
        assert err == f"kata: {katas / 'week1' / 'toy.svg'}: No such file or directory\n"

    def test_it_is_made_again_when_its_text_has_changed(self, katas, opened):
        assert cli.main(["lesson"]) == 0
        page = katas / "lessons" / "week1.html"
        made = page.stat().st_mtime
        page.write_text("as it was", encoding="utf-8")
        assert cli.main(["lesson"]) == 0
        assert page.read_text(encoding="utf-8") == "as it was"
        os.utime(katas / "week1" / "README.md", (made + 60, made + 60))
        assert cli.main(["lesson"]) == 0
        assert "<math" in page.read_text(encoding="utf-8")

    def test_without_what_makes_it(self, opened, no_converter, capsys):
        assert cli.main(["lesson"]) == 2
        err = capsys.readouterr().err
        assert err.startswith("kata: latex2mathml")
        assert err.endswith(
            " is missing, which makes pages of lessons: "
            'pip install -e ".[lessons]"; or read week1/README.md\n'
        )

    def test_a_page_that_came_with_the_copy_needs_nothing(self, katas, opened, no_converter):
        page = katas / "lessons" / "week1.html"
        page.parent.mkdir()
        page.write_text("as it came", encoding="utf-8")
        os.utime(page, (1, 1))  # as an archive may say
        assert cli.main(["lesson"]) == 0
        assert opened == [page.as_uri()]
