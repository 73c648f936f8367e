"""What the page about PyTorch prints is what PyTorch and our references print."""

import doctest
import importlib
import re
import sys

import pytest

from grader.course import ROOT

PAGE = (ROOT / "docs/torch.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.S)


@pytest.fixture
def references(monkeypatch):
    """Let `from week2.autograd import Value` find our reference, where learners have their own."""
    for module in set(re.findall(r"from (week\d\.\w+) import", PAGE)):
        reference = importlib.import_module(f"solutions.{module}")
        monkeypatch.setitem(sys.modules, module, reference)


@pytest.mark.parametrize("block", BLOCKS[1:], ids=lambda block: block.split("\n")[0][4:40])
def test_it_prints_what_it_says(block, torch, references):
    examples = doctest.DocTestParser().get_doctest(BLOCKS[0] + block, {}, "torch.md", None, 0)
    said = []
    failed = doctest.DocTestRunner(verbose=False).run(examples, out=said.append).failed
    assert not failed, "".join(said)
