"""Web pages as trees, and what a page says of itself in its head."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from netgpt_docs_service.errors import DamagedFile, UnsafeFile
from netgpt_docs_service.extraction.normalising import normalised

Tree: TypeAlias = HtmlElement

_FLAT_TAGS = "html|head|title|meta|body|h[1-6]|p|br|li|tr|td|th|pre|script|style|noscript|template"
_NESTING_TAG = re.compile(rf"</?(?!(?:{_FLAT_TAGS})\b)[a-zA-Z][^<>]*>", re.IGNORECASE)
_UNSEEN = (
    "script", "style", "svg", "math", "iframe", "object", "canvas", "audio", "video", "map",
    "datalist",
)  # fmt: skip
_WITHOUT_SCRIPTS = ("noscript", "template")
INLINE = frozenset(
    {
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn",
        "em", "font", "hi", "i", "ins", "kbd", "label", "mark", "q", "ref", "rp", "rt", "ruby", "s",
        "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
    }
)  # fmt: skip
"""What stands within a line; trafilatura has names of its own for some."""
_HIDDEN = "//*[@hidden or contains(translate(@style, ' ', ''), 'display:none')]"
_MOST_META = 500


def parsed(text: str, *, with_scripts: bool = True) -> Tree:
    """Return the tree of a page, without what no reader of it sees, at most 256 elements deep.

    The reader's browser runs scripts or, without `with_scripts`, shows what is there instead.

    A page that is nested deeper keeps its words and loses the elements that only nest. Raises
    UnsafeFile where it is too deep even so, DamagedFile where there is no page at all.
    """
    tree = _tree(text)
    if tree is None:
        tree = _tree(_NESTING_TAG.sub(" ", text))
    if tree is None:
        message = "the elements of the page are nested more than 256 deep"
        raise UnsafeFile(message)
    unseen = (*_UNSEEN, *_WITHOUT_SCRIPTS) if with_scripts else _UNSEEN
    etree.strip_elements(tree, *unseen, with_tail=False)
    for element in tree.xpath(_HIDDEN):
        if element.getparent() is not None and element.tag != "body":
            element.drop_tree()
    return tree


def _tree(text: str) -> Tree | None:
    """Return the tree, None where its elements are nested deeper than the parser goes."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = document_fromstring(text.encode(errors="replace"), parser=parser)
    except etree.LxmlError as error:
        message = f"the page cannot be read: {error}"
        raise DamagedFile(message) from error
    is_too_deep = any("xcessive depth" in each.message for each in parser.error_log)
    return None if is_too_deep else tree


def words_of(element: Tree) -> str:
    """Return the words in an element as one normalised line, those of blocks in it apart."""
    pieces: list[str] = []
    for event, each in etree.iterwalk(element, events=("start", "end")):
        if each.tag not in INLINE and each is not element:
            pieces.append(" ")
        text = each.text if event == "start" else each.tail if each is not element else None
        pieces.append(text or "")
    return " ".join(normalised("".join(pieces)).split())


def title_of(tree: Tree) -> str | None:
    """Return the page's title, or its first heading."""
    return _first(
        (*_meta(tree, "og:title"), *_texts(tree, ".//head/title"), *_texts(tree, ".//h1"))
    )


def language_of(tree: Tree) -> str | None:
    """Return the language that the page says it is in."""
    said = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    return _first((said or "", *_meta(tree, "content-language", "og:locale", "dc.language")))


def metadata_of(tree: Tree) -> dict[str, str]:
    """Return who wrote the page and when, where it says so."""
    times = (each.get("datetime") or "" for each in tree.iterfind(".//time[@datetime]"))
    said = {
        "author": _first(_meta(tree, "author", "article:author", "dc.creator", "citation_author")),
        "created_at": _first(
            (
                *_meta(tree, "article:published_time", "date", "dc.date", "citation_date"),
                *_meta(tree, "datepublished", "dcterms.created"),
                *times,
            )
        ),
        "description": _first(_meta(tree, "description", "og:description")),
    }
    return {name: value for name, value in said.items() if value}


def _meta(tree: Tree, *names: str) -> list[str]:
    found: dict[str, str] = {}
    for count, each in enumerate(tree.iterfind(".//meta[@content]")):
        name = each.get("name") or each.get("property") or each.get("http-equiv") or ""
        found.setdefault((name or each.get("itemprop") or "").lower(), each.get("content"))
        if count >= _MOST_META:
            break
    return [found[name] for name in names if name in found]


def _texts(tree: Tree, path: str) -> list[str]:
    found = tree.find(path)
    return [] if found is None else [words_of(found)]


def _first(values: Iterable[str]) -> str | None:
    return next((value for each in values if (value := " ".join(each.split()))), None)
