"""Captions of the report: whatever a user types in the config stands in them as it is typed, and does nothing."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from docutils.core import publish_doctree, publish_parts
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, nodes

CAPTIONS = sorted((Path(__file__).parents[1] / "rules" / "captions").glob("*.rst"))
USING = [path for path in CAPTIONS if "{% macro typed" in path.read_text("utf-8")]
JINJA = Environment(trim_blocks=True, lstrip_blocks=True)  # as in snakemake.report
# What Snakemake sets below a caption: names that a text could call.
LINKS = """

.. _Workflow: javascript:show_panel('workflow')
.. _Tables: javascript:app.showCategory('Tables')
.. _table_2.html: javascript:app.showResultInfo('results/tables/table_2.html')
"""
TYPED = [
    ".. raw:: html\n\n   <script>alert(1)</script>",
    "A note.\n\n.. include:: /etc/passwd\n",
    ".. |x| replace:: y",
    ".. _Tables: http://example.org",
    ".. role:: html(raw)\n   :format: html\n\n:html:`<b>`",
    "name_ Tables_ `table_2.html`_ __ name__ [1]_ [#]_ _`here`",
    "**bold *stars* ``literal`` |x| |x|_ :math:`x` `role`:sub:",
    "C:\\data\\new \\* \\\\ end\\",
    "\\" * 200,
    "=" * 200,
    "1. first\n2. second",
    "A. Smith, B. Jones",
    "- point\n\n  - point",
    "Title\n=====\n\n----",
    "term\n    definition",
    ":field: value",
    "-a option\n/V option",
    "| line\n| line",
    ">>> print(1)",
    "+---+\n| x |\n+---+",
    "code::\n\n    literal",
    "http://example.org a@example.org javascript:alert(1)",
    "{{ snakemake.config }} {% raw %} {# x",
    "<!-- <script> & &amp; \"quoted\" 'quoted'",
    "注：剔除直辖市（北京、上海）*，见表2_。“稳健”——`规模`\u3000｜x｜",
    "\u2022 point \u2028.. raw:: html \x0b.. raw:: html \x85.. raw:: html",
    "e\u0301_ \u200b*x* \U0001f600_",
    "0",
]


def job(text: str, panel: bool) -> SimpleNamespace:
    """What a caption is given, with one text wherever the config has one."""
    years = {"title": text, "years": [text, text]}
    return SimpleNamespace(
        config={"panel": {"path": text}, "study": {"title": text}} if panel else {"inputs": text, "study": years},
        wildcards=SimpleNamespace(table="table_2", figure="trends", comparison="published"),
        params=SimpleNamespace(
            table={"title": text, "note": text, "bootstrap": {}},
            title=text,
            figure={"title": text},
            winsorise={"lower": text, "upper": text},
            names={"province": {"plural": text}, "year": {"name": text}},
            note=text,
        ),
    )


def source(caption: Path, text: str, panel: bool = True) -> str:
    return JINJA.from_string(caption.read_text("utf-8") + LINKS).render(snakemake=job(text, panel))


def as_read(caption: Path, text: str, panel: bool = True) -> tuple[list[str], str]:
    """Kinds of the caption's parts, and the words that a reader of the report sees."""
    tree = publish_doctree(source(caption, text, panel))
    return [node.tagname for node in tree.findall()], " ".join(tree.astext().split())


def check(caption: Path, text: str, panel: bool = True) -> None:
    kinds, words = as_read(caption, "Plainword", panel)
    assert "system_message" not in kinds and "problematic" not in kinds
    assert as_read(caption, text, panel) == (kinds, words.replace("Plainword", " ".join(text.split())))


@pytest.mark.parametrize("caption", USING, ids=lambda path: path.stem)
@pytest.mark.parametrize("text", TYPED)
def test_a_caption_says_what_was_typed(caption, text):
    check(caption, text)
    check(caption, text, panel=False)


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("\\*_`|.:-=~[]<>{}()#+\"' \n\taA1表，/&^"), min_size=1, max_size=25).filter(str.strip))
def test_any_text_stands_in_a_table_s_caption_as_typed(text):
    check(next(path for path in CAPTIONS if path.stem == "table"), text)


def test_the_page_of_a_caption_has_no_tag_of_a_user():
    for caption in CAPTIONS:
        html = publish_parts(source(caption, TYPED[0]), writer="html")["body"]
        assert "<script" not in html
        assert ("&lt;script&gt;alert(1)&lt;/script&gt;" in html) == (caption in USING)


def test_a_blank_title_leaves_the_report_its_own():
    workflow = next(path for path in CAPTIONS if path.stem == "workflow")
    assert as_read(workflow, " ")[1].startswith("Productivity of a panel From the panel")


def test_whatever_a_caption_prints_goes_through_the_same_escape():
    macros = set()
    for caption in CAPTIONS:
        text = caption.read_text("utf-8")
        macros |= set(re.findall(r"^{% macro .*\n", text, re.MULTILINE))
        tree = JINJA.parse(text)
        for macro in tree.find_all(nodes.Macro):
            tree.body.remove(macro)
        for part in (part for output in tree.find_all(nodes.Output) for part in output.nodes):
            escaped = part.left if isinstance(part, nodes.Or) and isinstance(part.right, nodes.Const) else part
            called = isinstance(escaped, nodes.Call) and escaped.node.name == "typed"
            assert called or isinstance(part, nodes.TemplateData), f"{caption.name}, line {part.lineno}"
    assert len(macros) == 1
