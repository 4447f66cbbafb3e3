"""In which order a PowerPoint file shows its slides, and what the speaker noted to each.

xberg takes slides by the numbers of their files, and notes by the numbers of theirs, which tell
only when they were made.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from netgpt_docs_service.extraction.formats.zip_parts import parts_reader
from netgpt_docs_service.extraction.reader import FileBytes

_MAIN = "ppt/presentation.xml"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_NUMBER = re.compile(r"(\d{1,9})\.xml$")
_Part = Callable[[str], bytes]
_BREAK, _PARAGRAPH, _RUN = f"{_A}br", f"{_A}p", f"{_A}t"


@dataclass(frozen=True, slots=True)
class ShownSlide:
    """A slide: its place among xberg's, from 0, and the speaker's notes."""

    index: int
    notes: str


def shown_slides(file: FileBytes) -> list[ShownSlide]:
    """Return the slides as they are shown; those that are in no list come last."""
    part = parts_reader(file)
    targets = _related(part, _MAIN, "slide")
    slides = sorted(set(targets.values()), key=_number)
    listed = (targets.get(entry.get(_ID, "")) for entry in _elements(part(_MAIN), "sldId"))
    order = dict.fromkeys([*(slide for slide in listed if slide), *slides])
    indexes = {slide: index for index, slide in enumerate(slides)}
    notes = _notes_of(part, order)
    return [ShownSlide(indexes[slide], notes.get(slide, "")) for slide in order]


def _notes_of(part: _Part, slides: Iterable[str]) -> dict[str, str]:
    """Return the notes by their slides; no notes are those of two, however they are linked."""
    owners: dict[str, str] = {}
    for slide in slides:
        for notes in _related(part, slide, "notesSlide").values():
            owners.setdefault(notes, slide)
    return {slide: _notes(part(notes)) for notes, slide in owners.items()}


def _notes(content: bytes) -> str:
    bodies = (
        shape
        for shape in _elements(content, "sp")
        if any(holder.get("type") == "body" for holder in shape.iter(f"{_P}ph"))
    )
    paragraphs = (_text(paragraph) for body in bodies for paragraph in body.iter(_PARAGRAPH))
    return "\n".join(paragraphs).strip()


def _text(paragraph: ET.Element) -> str:
    return "".join(
        "\n" if element.tag == _BREAK else element.text or ""
        for element in paragraph.iter()
        if element.tag in (_BREAK, _RUN)
    )


def _related(part: _Part, name: str, kind: str) -> dict[str, str]:
    """Return the parts of this kind that a part names, by the name it has for each."""
    folder, _, last = name.rpartition("/")
    return {
        entry.get("Id", ""): posixpath.normpath(
            posixpath.join("/", folder, entry.get("Target", ""))
        ).lstrip("/")
        for entry in _root(part(f"{folder}/_rels/{last}.rels"))
        if entry.get("Type", "").endswith(f"/{kind}")
    }


def _elements(content: bytes, name: str) -> Iterable[ET.Element]:
    return _root(content).iter(f"{_P}{name}")


def _root(content: bytes) -> ET.Element:
    """Return a part's tree, an empty one where it is none."""
    if b"<!" in content:  # entities of its own, which only an attack would have
        return ET.Element("none")
    try:
        return ET.fromstring(content)  # noqa: S314  it declares no entities
    except (ET.ParseError, ValueError, LookupError):
        return ET.Element("none")


def _number(slide: str) -> tuple[bool, int, str]:
    """Order as xberg does: by number, and what has none at the end."""
    found = _NUMBER.search(slide)
    return (found is None, int(found[1]) if found else 0, slide)
