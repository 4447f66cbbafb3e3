"""Which markup a document is written in, and so where its headings are."""

from __future__ import annotations

import re

from netgpt_docs_service.chunking.markdown_headings import markdown_headings
from netgpt_docs_service.chunking.rst_headings import rst_headings
from netgpt_docs_service.domain.layout import Heading

_MARKDOWN = {"text/markdown", "text/x-markdown"}
_RST = {"text/x-rst", "text/prs.fallenstein.rst"}
_FEWEST_TITLES = 2
_NEARBY = 16  # characters: enough to see a blank line
_LINK_OR_FENCE = re.compile(r"^(?:```|~~~)|\]\(", re.MULTILINE)


def find_headings(text: str, *, media_type: str) -> list[Heading]:
    """Return the headings of `text`, in order, in the markup its media type names.

    Any other type is taken for Markdown or reStructuredText only when it plainly looks like it:
    a `# comment` of a script is no heading.
    """
    essence = media_type.partition(";")[0].strip().lower()
    if essence in _MARKDOWN:
        return markdown_headings(text)
    if essence in _RST:
        return rst_headings(text)
    return _sniffed(text)


def _sniffed(text: str) -> list[Heading]:
    if text.startswith("#!"):
        return []
    headings = markdown_headings(text)
    if _plainly_markdown(text, headings):
        return headings
    titles = rst_headings(text)
    return titles if len(titles) >= _FEWEST_TITLES else []


def _plainly_markdown(text: str, headings: list[Heading]) -> bool:
    """Say whether all headings stand alone, and levels, links or code leave no doubt."""
    if len(headings) < _FEWEST_TITLES or not any(text[h.start] == "#" for h in headings):
        return False
    if not all(_stands_alone(text, heading) for heading in headings):
        return False
    has_levels = len({heading.level for heading in headings}) > 1
    return has_levels or _LINK_OR_FENCE.search(text) is not None


def _stands_alone(text: str, heading: Heading) -> bool:
    """Say whether there is no other text right before and right after a heading."""
    before = text[max(0, heading.start - _NEARBY) : heading.start].rpartition("\n")[0]
    after = text[heading.end : heading.end + _NEARBY].partition("\n")[2]
    is_first = not before.strip()
    is_last = not after.strip()
    return (is_first or before.rstrip(" \t\r").endswith("\n")) and (
        is_last or after.lstrip(" \t\r").startswith("\n")
    )
