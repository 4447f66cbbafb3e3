"""Which headings a passage stands under."""

from __future__ import annotations

import pytest

from netgpt_docs_service.chunking.headings import Outline
from netgpt_docs_service.chunking.outlines import find_headings
from netgpt_docs_service.chunking.token_chunker import TokenChunker

MARKDOWN = """\
# Guide

Text.

## Set up ##

```sh
# a comment
```

Install
-------

Under a setext heading.

### Deep

# Next
"""

RST = """\
=====
Guide
=====

Set up
======

Text::

    Not a title
    -----------

Linux
-----
Debian
~~~~~~

After
=====

-----

=====  =====
a      b
=====  =====
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_markdown_headings_are_found_outside_code(line_end: str) -> None:
    found = find_headings(MARKDOWN.replace("\n", line_end), media_type="text/markdown")
    assert [(heading.level, heading.title) for heading in found] == [
        (1, "Guide"),
        (2, "Set up"),
        (2, "Install"),
        (3, "Deep"),
        (1, "Next"),
    ]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_rst_levels_follow_the_order_of_appearance(line_end: str) -> None:
    found = find_headings(RST.replace("\n", line_end), media_type="text/x-rst; charset=utf-8")
    assert [(heading.level, heading.title) for heading in found] == [
        (0, "Guide"),
        (1, "Set up"),
        (2, "Linux"),
        (3, "Debian"),
        (1, "After"),
    ]


def test_a_path_holds_the_headings_in_force() -> None:
    outline = Outline.of(find_headings(RST, media_type="text/x-rst"))
    assert outline.path(RST.index("Debian") + 9) == ("Guide", "Set up", "Linux", "Debian")
    assert outline.path(RST.index("After")) == ("Guide", "After")
    assert Outline.of([]).path(5) == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("---\ntitle: a page\n---\n\nText.\n", id="front matter"),
        pytest.param("- item\n---\n", id="list and rule"),
        pytest.param("a | b\n--- | ---\n", id="table"),
        pytest.param("one line\nmore of it\n---\n", id="paragraph of two lines"),
        pytest.param("#hashtag\n", id="no space"),
        pytest.param("    # indented code\n", id="indented code"),
        pytest.param("~~~~\n```\n# x\n~~~\n# x\n", id="open fence"),
        pytest.param("#\n", id="no title"),
    ],
)
def test_what_only_looks_like_a_markdown_heading_is_none(text: str) -> None:
    assert find_headings(text, media_type="text/markdown") == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Text before\nTitle\n-----\n", id="inside a paragraph"),
        pytest.param("A long title\n--\n", id="short underline"),
        pytest.param("=====\nover\nand\n=====\n", id="two lines inside"),
        pytest.param(f"{'x' * 300}\n----\n", id="a paragraph's line"),
    ],
)
def test_what_only_looks_like_an_rst_heading_is_none(text: str) -> None:
    assert find_headings(text, media_type="text/x-rst") == []


@pytest.mark.parametrize("media_type", ["text/plain", "application/octet-stream"])
def test_plain_text_that_plainly_is_markup_has_headings(media_type: str) -> None:
    assert len(find_headings(MARKDOWN, media_type=media_type)) == 5
    assert len(find_headings(RST, media_type=media_type)) == 5


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("#!/bin/sh\n\n# one\n\n## two\n\n[a](b)\n", id="script"),
        pytest.param("# set x\nx = 1\n\n## set y\ny = 2\n", id="configuration"),
        pytest.param("Prose.\n\n# a remark\n\nMore prose.\n", id="one line"),
        pytest.param("# one\n\nx = 1\n\n# two\n\ny = 2\n", id="no other sign"),
    ],
)
def test_a_comment_in_plain_text_is_no_heading(text: str) -> None:
    assert find_headings(text, media_type="text/plain") == []


def test_a_byte_order_mark_hides_no_heading() -> None:
    assert len(find_headings("\ufeff# Title\n", media_type="text/markdown")) == 1
    assert len(find_headings("\ufeffTitle\n=====\n", media_type="text/x-rst")) == 1
    assert len(find_headings("\ufeff=====\nTitle\n=====\n", media_type="text/x-rst")) == 1


@pytest.mark.parametrize(
    ("media_type", "heading"),
    [
        pytest.param("text/markdown", "## {}\n", id="atx"),
        pytest.param("text/markdown", "{}\n------\n", id="setext"),
        pytest.param("text/x-rst", "{}\n------\n", id="underlined"),
        pytest.param("text/x-rst", "------\n{}\n------\n", id="overlined"),
    ],
)
def test_a_passage_starts_with_a_heading_and_stands_under_it(
    chunker: TokenChunker, media_type: str, heading: str
) -> None:
    body = "\n" + "The cat sees the dog under the tree. " * 3 + "\n\n"
    text = "".join(heading.format(f"Part {n}") + body for n in range(8))
    passages = chunker.split("\n" + text, media_type=media_type)
    assert [passage.heading_path for passage in passages] == [(f"Part {n}",) for n in range(8)]
    assert [passage.text.lstrip()[:4] for passage in passages] == [heading.format("Part")[:4]] * 8


def test_an_overlap_does_not_change_the_path(chunker: TokenChunker) -> None:
    text = "# Chapter\n\n" + "The cat sees the dog under the tree. " * 30
    passages = chunker.split(text, media_type="text/markdown")
    assert {passage.heading_path for passage in passages} == {("Chapter",)}
