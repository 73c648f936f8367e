"""The pages that learners read: every snippet, name, number, picture, link and command is real."""

import doctest
import re
import shlex
import tomllib
import unicodedata
from pathlib import Path

import pytest

from exercises import load_catalogue
from grader.course import ROOT
from kata.cli import build_parser
from kata.names import find_meant

CATALOGUE = load_catalogue(ROOT / "exercises")
WEEKS = [week.name for week in CATALOGUE.weeks]
ERRATA = ROOT / "docs" / "errata.md"
SYMBOLS = ROOT / "docs" / "symbols.md"
COVERAGE = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
LESSONS = [ROOT / name / "README.md" for name in WEEKS]
READMES = [path for path in (ROOT / "README.md", *LESSONS) if path.exists()]
PAGES = sorted(
    path for pattern in ("*.md", "[!.]*/*.md", "week*/*/*.md") for path in ROOT.glob(pattern)
)
ROOMS = {
    *("benchmarks", "docs", "examples", "exercises", "grader", "kata", "solutions", "tests"),
    *("training", *WEEKS),
}
LARGEST_PICTURE = 60_000  # bytes
GREEK = {  # by their names in formulas
    unicodedata.name(sign).split()[-1].lower().replace("lamda", "lambda"): sign
    for sign in "αβγδεζηθικλμνξπρστυφχψω"
} | {"Gamma": "Γ", "Delta": "Δ", "Sigma": "Σ", "Phi": "Φ", "Pi": "Π", "Omega": "Ω"}
MAP = "The map: where all of it went"  # the heading that may follow the modules of a lesson

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


def name_of(path: Path) -> str:
    """Return a path as a test's name: from the root on."""
    return str(path.relative_to(ROOT))


def sections(text: str) -> dict[str, str]:
    """Return the text below each second-level heading of a page."""
    parts = re.split(r"^## (.+)$", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def anchor(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def examples(section: str) -> list[doctest.Example]:
    """Return the examples of all Python blocks of a section."""
    blocks = [code for language, code in FENCE.findall(section) if language == "python"]
    return [example for block in blocks for example in doctest.DocTestParser().get_examples(block)]


def numbers(text: str) -> list[str]:
    """Return the numbers in a text, with a plain minus."""
    return re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", text.replace("−", "-"))


def commands(text: str) -> list[str]:
    """Return the commands of a page: in shell blocks and in code between single backticks."""
    lines = [
        line.split(" #")[0].strip()
        for language, block in FENCE.findall(text)
        if language in ("sh", "")
        for line in block.splitlines()
    ]
    spans = INLINE.findall(FENCE.sub("", text))
    # In prose `make` alone is a program, and `pytest week1/…` a pattern.
    return [line for line in lines + spans if re.match(r"(kata|pytest|make) [^…]+$", line)]


ERRATA_SECTIONS = sections(ERRATA.read_text(encoding="utf-8"))


class TestErrata:
    @pytest.mark.parametrize("heading", ERRATA_SECTIONS)
    def test_snippets_print_what_the_page_says(self, heading):
        """A reader who pastes a section's block into Python sees what is printed on the page."""
        blocks = [
            c for language, c in FENCE.findall(ERRATA_SECTIONS[heading]) if language == "python"
        ]
        assert blocks, "no snippet to check it with"
        runner = doctest.DocTestRunner(verbose=False)
        for block in blocks:  # each in names of its own: a reader pastes one
            test = doctest.DocTestParser().get_doctest(block, {}, heading, name_of(ERRATA), 0)
            report: list[str] = []
            runner.run(test, out=report.append)
            assert not runner.failures, "".join(report)
        assert runner.tries

    @pytest.mark.parametrize("heading", ERRATA_SECTIONS)
    def test_right_numbers_are_printed(self, heading):
        """Each bold number of a section is one that its snippet prints."""
        text = ERRATA_SECTIONS[heading]
        printed = {float(n) for e in examples(text) for n in numbers(e.want)}
        bold = [
            n for part in re.findall(r"\*\*(.+?)\*\*", FENCE.sub("", text)) for n in numbers(part)
        ]
        assert [n for n in bold if float(n) not in printed] == []

    def test_table_names_every_section_and_its_numbers(self):
        """The table links to each section in order, and its right numbers are printed there."""
        rows = re.findall(r"^\| \[.+?\]\(#(\S+)\) \|.*\|(.*)\|$", ERRATA.read_text("utf-8"), re.M)
        assert [link for link, _ in rows] == [anchor(heading) for heading in ERRATA_SECTIONS]
        for (_, right), text in zip(rows, ERRATA_SECTIONS.values(), strict=True):
            printed = {float(n) for e in examples(text) for n in numbers(e.want)}
            decimals = [n for n in numbers(right) if "." in n]
            assert [n for n in decimals if float(n) not in printed] == []


@pytest.mark.parametrize("week", WEEKS)
class TestSymbols:
    def test_a_lesson_leads_there_from_its_top(self, week):
        """Before its first module each lesson links the table of symbols and words."""
        opening = re.split(r"^## ", (ROOT / week / "README.md").read_text("utf-8"), flags=re.M)[0]
        assert "../docs/symbols.md" in {target for _, _, target in LINK.findall(opening)}

    def test_every_greek_letter_is_explained(self, week):
        """A Greek letter of a lesson, in words or in a formula, has its row, with its name."""
        lesson = (ROOT / week / "README.md").read_text(encoding="utf-8")
        signs = set(GREEK.values()) & set(lesson)
        signs |= {sign for name, sign in GREEK.items() if rf"\{name}" in lesson}
        explained = set(
            re.findall(r"^\| (\S+), (?:capital )?\w+ \|", SYMBOLS.read_text("utf-8"), re.M)
        )
        assert signs - explained == set()


class TestCoverage:
    """The table of the article's ideas: where each of them is."""

    ROWS = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \| (.*?) ?\|$", COVERAGE, re.M)

    def test_all_are_there(self):
        n = int(re.search(r"each of its (\d+) ideas", COVERAGE)[1])
        assert [int(number) for number, *_ in self.ROWS] == list(range(1, n + 1))

    @pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1])
    def test_each_is_written_asked_or_read_somewhere(self, row):
        """A row names exercises of the weeks that it says, or a question of a quiz."""
        here = row[2]
        week = None
        names = []
        for token in re.findall(r"week \d|`[^`]+`", here):
            if token.startswith("week"):
                week = CATALOGUE.week(token.replace(" ", ""))
            else:
                names.append((week, token.strip("`")))
        assert names
        for week, name in names:
            asked = [each.name for each in week.quizzes[0].asked] if "quiz of" in here else []
            assert name in [*asked, *(exercise.name for exercise in week.exercises)], name


@pytest.mark.parametrize("week", WEEKS)
class TestLessons:
    def test_says_what_is_needed_and_how_long_it_takes(self, week):
        """The opening names what a learner should know, and hours for each module."""
        opening = re.split(r"^## ", (ROOT / week / "README.md").read_text("utf-8"), flags=re.M)[0]
        assert "**Before you start.**" in opening
        hours = re.search(r"\*\*Hours\*\*(.+?)\n\n", opening, re.S)
        assert hours
        named = re.findall(r"`(\w+)`\s(?:\d+½?|½)[,.]", hours[1])
        assert {module.name for module in CATALOGUE.week(week).modules} <= set(named)

    def test_every_module_says_where_to_look_when_stuck(self, week):
        """A module's section ends with where else its matter is explained."""
        lesson = sections((ROOT / week / "README.md").read_text(encoding="utf-8"))
        for module in CATALOGUE.week(week).modules:
            assert lesson[module.title].count("**Stuck?** ") == 1, module.name

    def test_every_exercise_has_its_line_in_order(self, week):
        """A module's section lists its exercises, all of them, in the order of the catalogue."""
        lesson = sections((ROOT / week / "README.md").read_text(encoding="utf-8"))
        modules = CATALOGUE.week(week).modules
        assert [title for title in lesson if title != MAP] == [module.title for module in modules]
        for module in modules:
            listed = re.findall(r"^\| `(\w+)` \| .+ \|$", lesson[module.title], re.M)
            assert listed == [exercise.name for exercise in module.exercises]

    def test_every_module_is_opened_and_tested(self, week):
        """A module's section names its file and the command that checks it, and shows a picture."""
        lesson = sections((ROOT / week / "README.md").read_text(encoding="utf-8"))
        for module in CATALOGUE.week(week).modules:
            text = lesson[module.title]
            assert f"`{week}/{module.name}.py`" in text
            assert f"pytest {week}/test_{module.name}.py" in commands(text)
            assert "![" in text

    def test_snippets_print_what_the_lesson_says(self, week):
        """Who pastes the sessions of a lesson into Python, one after another, sees its numbers."""
        session = examples((ROOT / week / "README.md").read_text(encoding="utf-8"))
        runner = doctest.DocTestRunner(verbose=False)
        report: list[str] = []
        runner.run(doctest.DocTest(session, {}, week, None, 0, None), out=report.append)
        assert not runner.failures, "".join(report)

    def test_pictures_are_small_and_all_shown(self, week):
        """No picture is too large for a page, and none is left over."""
        lesson = (ROOT / week / "README.md").read_text(encoding="utf-8")
        files = sorted((ROOT / week / "pictures").iterdir())
        shown = {target for mark, _, target in LINK.findall(lesson) if mark}
        assert {f"pictures/{path.name}" for path in files} == shown
        assert [path.name for path in files if path.stat().st_size > LARGEST_PICTURE] == []

    def test_pictures_are_drawn_by_the_script(self, week):
        """Every picture has a function in docs/pictures, so that it can be drawn again."""
        script = (ROOT / "docs" / "pictures" / f"{week}.py").read_text(encoding="utf-8")
        drawn = set(re.findall(rf'"({week}/pictures/\w+\.svg)": \(', script))
        assert drawn == {name_of(path) for path in (ROOT / week / "pictures").iterdir()}

    def test_pictures_are_readable_on_black(self, week):
        """Each picture lies on a light card of its own, and keeps no date and no maker."""
        for path in (ROOT / week / "pictures").iterdir():
            text = path.read_text(encoding="utf-8")
            assert 'style="fill: #f7f5f0' in text, path.name
            assert "<dc:date>" not in text, path.name


def map_tables() -> list[list[list[str]]]:
    """Return the cells of each table of the map, without its head."""
    lesson = sections((ROOT / "week4" / "README.md").read_text(encoding="utf-8"))
    parts = re.split(r"^### .+$", lesson[MAP], flags=re.M)[1:]
    return [
        [
            [cell.strip() for cell in row.split("|")]
            for row in re.findall(r"^\|(.+)\|$", part, re.M)[2:]
        ]
        for part in parts
    ]


class TestMap:
    """The tables at the end of the last lesson: all mathematics of the course, and its uses."""

    CONCEPTS = (
        "Matrix multiplication",
        "Cosine similarity",
        "SVD",
        "Partial derivatives",
        "Chain rule",
        "Gradient descent",
        "Softmax",
        "Cross-entropy",
        "Gaussian distribution",
        "Bayes' theorem",
        "KL divergence",
        "Entropy",
    )
    MACHINES = ("nanogpt", "ddpm")

    def test_every_concept_has_its_line(self):
        """All of the article's own summary is there, in its order."""
        concepts, *_ = map_tables()
        assert tuple(row[0] for row in concepts if row[0] in self.CONCEPTS) == self.CONCEPTS

    def test_every_function_of_the_machines_has_its_lines(self):
        """The functions of nanoGPT and DDPM come in the order of the catalogue."""
        _, *machines = map_tables()
        for module_name, table in zip(self.MACHINES, machines, strict=True):
            module = CATALOGUE.week("week4").module(module_name)
            # A row without a name goes on with the function above it.
            functions = [
                match[1] for cells in table if (match := re.fullmatch(r"`(\w+)`", cells[0]))
            ]
            assert functions == [exercise.name for exercise in module.exercises]

    def test_every_exercise_is_there_with_its_week(self):
        """`week 1: ...` names exercises of week 1, and none of the course is missing."""
        concepts, *machines = map_tables()
        cells = [row[2] for row in concepts] + [row[-1] for table in machines for row in table]
        named = {f"week4/{row[0].strip('`')}" for table in machines for row in table if row[0]}
        for part in "; ".join(cells).split("; "):
            week, exercises = re.fullmatch(r"week (\d): (`\w+`(?:, `\w+`)*)", part).groups()
            named |= {f"week{week}/{name}" for name in INLINE.findall(exercises)}
        assert named == {f"{exercise.week}/{exercise.name}" for exercise in CATALOGUE.exercises}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
class TestPages:
    def test_pictures_have_words(self, page):
        """Each picture of a page says what it shows to those who cannot see it."""
        for mark, words, target in LINK.findall(page.read_text(encoding="utf-8")):
            if mark:
                assert len(words.split()) >= 8, f"{target}: {words!r}"

    def test_links_lead_somewhere(self, page):
        """Links to files of ours lead to a file, and those to a heading to a heading."""
        for _, _, target in LINK.findall(page.read_text(encoding="utf-8")):
            if "://" in target:
                continue
            name, _, fragment = target.partition("#")
            path = (page.parent / name).resolve() if name else page
            assert path.exists(), target
            if fragment:
                headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
                assert fragment in {anchor(heading) for heading in headings}, target

    def test_paths_are_there(self, page):
        """A path in code, such as `grader/cli.py`, leads to a file or folder."""
        for span in INLINE.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
            room, _, rest = span.partition("/")
            if room in ROOMS and re.fullmatch(r"[\w./]*", rest):
                assert (ROOT / span.replace("weekN", "week1")).exists(), span


@pytest.mark.parametrize("page", READMES, ids=name_of)
def test_commands_name_what_there_is(page):
    """Each `kata`, `pytest` and `make` command of a page names an exercise, module or target."""
    found = commands(page.read_text(encoding="utf-8"))
    assert found
    for command in found:
        program, *words = shlex.split(command)
        assert CHECKS[program](words), f"{command}: there is no such thing"


def _is_kata(words: list[str]) -> bool:
    names = {exercise.name for exercise in CATALOGUE.exercises}
    match words:
        case ["hint", name, *number]:
            if name == "NAME":  # a placeholder
                return True
            n_hints = max((len(e.hints) for e in CATALOGUE.exercises_named(name)), default=0)
            return name in names and int(number[0] if number else 1) <= n_hints
        case ["list", *weeks]:
            return set(weeks) <= set(WEEKS)
        case ["quiz", name]:
            return name in {quiz.command for week in CATALOGUE.weeks for quiz in week.quizzes}
        case _:
            try:
                args = build_parser().parse_args(words)
            except SystemExit:
                return False
            name = getattr(args, "name", None) or getattr(args, "exercise", None)
            return name is None or bool(find_meant(CATALOGUE, name).exercises)


def _is_pytest(words: list[str]) -> bool:
    while "-k" in words:
        at = words.index("-k")
        keyword = words[at + 1].lower().replace("_", "")  # as the plugin reads it
        classes = ["test" + e.name.replace("_", "") for e in CATALOGUE.exercises]
        if not any(keyword in name for name in classes):
            return False
        words = words[:at] + words[at + 2 :]
    modules = {f"{m.week}/test_{m.name}.py" for week in CATALOGUE.weeks for m in week.modules}
    return all(word in modules | set(WEEKS) for word in words)


def _is_make(words: list[str]) -> bool:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return all(re.search(rf"^{re.escape(word)}:", makefile, re.M) for word in words)


def test_one_ruff_checks_before_a_commit_and_in_make_test():
    """Two versions would each undo what the other one formatted."""
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (pinned,) = (
        requirement.removeprefix("ruff==")
        for requirement in project["project"]["optional-dependencies"]["dev"]
        if requirement.startswith("ruff")
    )
    assert re.findall(r"ruff-pre-commit\n +rev: v(\S+)", hooks) == [pinned]


CHECKS = {"kata": _is_kata, "pytest": _is_pytest, "make": _is_make}
