"""Lessons as pages for a browser: with formulas and pictures inside, and nothing to load or run."""

from __future__ import annotations

import base64
import mimetypes
import os
import re
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

# Telephones, and many a Linux, have no font that stretches brackets.
FONT = Path(__file__).with_name("math_font.woff")
FORMULA = re.compile(r"^\$\$\n(.*?)^\$\$$", re.M | re.S)
MATH, SESSION, NO_LANGUAGE = "math", "pycon", "text"
PROMPT = ">>> "
LIGHT, DARK = "default", "github-dark"  # Pygments' names of colours
PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; font-src data:; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{style}
</style>
</head>
<body>
<nav>
{weeks}
</nav>
<main>
{content}</main>
</body>
</html>
"""
STYLE = """\
:root { color-scheme: light dark; --text: #1f2328; --page: #ffffff;
  --line: #d1d9e0; --card: #f3f4f6; --link: #0a58b5; }
@media (prefers-color-scheme: dark) { :root { --text: #e3e6ea; --page: #15181c;
  --line: #3a424b; --card: #20252b; --link: #7cb3ff; } }
body { margin: 0 auto; max-width: 48rem; padding: 1rem 1rem 4rem; background: var(--page);
  color: var(--text); font: 1.05rem/1.6 system-ui, sans-serif; overflow-wrap: break-word; }
nav { display: flex; flex-wrap: wrap; gap: 0 1.2rem; }
nav a[aria-current] { color: var(--text); font-weight: bold; text-decoration: none; }
a { color: var(--link); }
h1, h2, h3 { line-height: 1.25; margin: 1.6em 0 .6em; }
hr { border: 0; border-top: 1px solid var(--line); margin: 2.5rem 0; }
code { font: .88em ui-monospace, monospace; background: var(--card); border-radius: 4px;
  padding: .1em .3em; }
pre { background: var(--card); border-radius: 6px; padding: .8rem 1rem; overflow-x: auto;
  line-height: 1.45; }
pre code { padding: 0; background: none; }
.wide, p:has(> img) { overflow-x: auto; margin: 1em 0; }
.formula { overflow-x: auto; overflow-y: hidden; padding: .4rem 0; }
math { font: 1.2em "Katas Math", math; }
/* Wider than a telephone, which scrolls: the words in a picture are to be read. */
img { display: block; width: 100%; min-width: 36rem; height: auto; }
table { border-collapse: collapse; font-size: .92em; }
th, td { border: 1px solid var(--line); padding: .35em .7em; text-align: left;
  vertical-align: top; overflow-wrap: normal; }
th { background: var(--card); }
@media (max-width: 40rem) { td + td { min-width: 9rem; } }
"""
SPACED = 'lspace="0.17em" rspace="0.17em"'
# What the converter leaves to be said: spaces at names of functions, a minus that is a sign, a
# prime that the font has raised already, words that are no products of letters, thousands.
MENDED = (
    (r'<m[io](?: movablelimits="true")?>([a-z]{2,})</m[io]>', rf"<mo {SPACED}>\1</mo>"),
    (rf"(?<=</mo>)(<msub>)?<mo {SPACED}", r'\1<mo lspace="0" rspace="0.17em"'),
    (r'rspace="0.17em"(>[a-z]+</mo>)(?=(?:<mrow>)?<mo[^>]*>&#x00028;)', r'rspace="0"\1'),
    (r"(<mo[^>]*>&#x000(?:3D|28);</mo>)<mo>&#x02212;", r'\1<mo form="prefix">&#x02212;'),
    (r"<msup>(<mi>[^<]*</mi><mi>&#x02032;</mi>)</msup>", r"<mrow>\1</mrow>"),
    (r'(?<=\w)</mi><mi mathvariant="normal">(?=\w)', ""),
    (r'<mi mathvariant="normal">(?=\w{2})', "<mi>"),
    (r"(?<=\d)</mn><mrow><mo>&#x0002C;</mo></mrow><mn>(?=\d)", ","),
    (r"<mi>;</mi>", "<mo>;</mo>"),
)


def lesson_pages(root: Path, sources: Mapping[Path, str]) -> dict[str, str]:
    """Return the pages that some files in Markdown make, by their names.

    Parameters
    ----------
    root : Path
        Where the files are; the pages will be in a folder of it.
    sources : mapping
        The name of each file's page. Links from one of the files to another lead to its page.

    Raises
    ------
    OSError
        If a file, or a picture in it, can't be read.
    """
    parser = _parser()
    return {page: _page(path, root, sources, parser) for path, page in sources.items()}


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    rules = {
        "fence": lambda _, tokens, i, *rest: _block(tokens[i].info, tokens[i].content),
        "table_open": lambda *_: '<div class="wide">\n<table>\n',
        "table_close": lambda *_: "</table>\n</div>\n",
    }
    for name, rule in rules.items():
        parser.add_render_rule(name, rule)
    return parser


def _page(path: Path, root: Path, sources: Mapping[Path, str], parser: MarkdownIt) -> str:
    text = FORMULA.sub(rf"```{MATH}\n\1```", path.read_text(encoding="utf-8"))
    tokens = parser.parse(text)
    for heading, inline in pairwise(tokens):
        if heading.type == "heading_open":
            heading.attrSet("id", _anchor(inline.content))
    for token in (child for parent in tokens for child in parent.children or ()):
        if token.type == "link_open":
            token.attrSet("href", _link(str(token.attrs["href"]), path, root, sources))
        elif token.type == "image":
            token.attrSet("src", _data(path.parent / str(token.attrs["src"])))
    return PAGE.format(
        title=escape(_title(tokens)),
        style=_font() + STYLE + _colours(),
        weeks=_weeks(path, sources),
        content=parser.renderer.render(tokens, parser.options, {}),
    )


def _title(tokens: Sequence[Token]) -> str:
    return next(token.content for token in tokens if token.type == "inline")


def _anchor(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def _link(target: str, path: Path, root: Path, sources: Mapping[Path, str]) -> str:
    """Return where a link of a file leads from that file's page."""
    name, mark, fragment = target.partition("#")
    if not name or ":" in name:
        return target
    file = Path(os.path.normpath(path.parent / name))
    return sources.get(file, f"../{file.relative_to(root).as_posix()}") + mark + fragment


def _data(picture: Path) -> str:
    """Return a picture as an address that holds it."""
    kind, _ = mimetypes.guess_type(picture)
    return f"data:{kind},{quote(picture.read_bytes(), safe=' /:;,=')}"


def _weeks(path: Path, sources: Mapping[Path, str]) -> str:
    links = []
    for source, page in sources.items():
        week = re.fullmatch(r"week(\d+)\.html", page)
        if week:
            current = ' aria-current="page"' if source == path else ""
            links.append(f'<a href="{page}"{current}>Week {week[1]}</a>')
    return "\n".join(links)


def _block(language: str, code: str) -> str:
    if language == MATH:
        return f'<div class="formula">{_mathml(code)}</div>\n'
    if code.startswith(PROMPT):
        language = SESSION
    lexer = get_lexer_by_name(language or NO_LANGUAGE)
    return f"<pre><code>{highlight(code, lexer, HtmlFormatter(nowrap=True))}</code></pre>\n"


def _mathml(latex: str) -> str:
    math = convert(latex.strip(), display="block")
    for pattern, replacement in MENDED:
        math = re.sub(pattern, replacement, math)
    return math


def _font() -> str:
    data = base64.b64encode(FONT.read_bytes()).decode("ascii")
    return f"""\
/* Katas Math: a part of TeX Gyre Termes Math, under the GUST Font License. */
@font-face {{ font-family: "Katas Math"; src: url(data:font/woff;base64,{data}); }}
"""


def _colours() -> str:
    light, dark = (
        HtmlFormatter(style=style).get_token_style_defs("pre") for style in (LIGHT, DARK)
    )
    return "\n".join([*light, "@media (prefers-color-scheme: dark) {", *dark, "}"])
