"""Jupyter notebooks: their words as they are, their code and what it printed in fences."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from netgpt_docs_service.domain.files import Extracted
from netgpt_docs_service.errors import DamagedFile, LimitExceeded
from netgpt_docs_service.extraction.file_text import characters_of
from netgpt_docs_service.extraction.normalising import normalised
from netgpt_docs_service.extraction.reader import FileBytes, ReadLimits

_LONGEST_OUTPUT = 2_000
"""Characters of one cell's output: a table of thousands of rows says no more than that."""
_MOST_TIMES = 8
"""Of the characters of a text that a notebook may have: most of them are its pictures'."""
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_BACKTICKS = re.compile(r"`{3,}")
_TITLE = re.compile(r"^# ([^\n]+)", re.MULTILINE)


def read_notebook(file: FileBytes, limits: ReadLimits) -> Extracted:
    """Return a notebook as Markdown, cell after cell; of pictures only their number is told."""
    decoded = characters_of(file)
    notebook = _notebook(decoded.text, most=_MOST_TIMES * limits.text_bytes)
    metadata = _mapping(notebook.get("metadata"))
    language = str(_mapping(metadata.get("kernelspec")).get("language") or "")
    blocks: list[str] = []
    pictures = cut = 0
    for cell in _cells(notebook):
        blocks.extend(_source(cell, language))
        for output in _list(cell.get("outputs")):
            printed = _printed(output)
            pictures += not printed and "data" in output
            cut += len(printed) > _LONGEST_OUTPUT
            blocks.extend(_fenced(printed[:_LONGEST_OUTPUT], ""))
    said = metadata.get("title")
    return Extracted(
        text=normalised("\n\n".join(blocks)),
        media_type=file.media_type,
        text_type="text/markdown",
        title=said if isinstance(said, str) else _first_heading(notebook),
        warnings=(*decoded.warnings, *_left_out(pictures, cut)),
    )


def _first_heading(notebook: Mapping[str, Any]) -> str | None:
    words = (_joined(each.get("source")) for each in _cells(notebook) if _is_markdown(each))
    headings = (_TITLE.search(each[:_LONGEST_OUTPUT]) for each in words)
    return next((heading[1].strip() for heading in headings if heading), None)


def _is_markdown(cell: Mapping[str, Any]) -> bool:
    return cell.get("cell_type") == "markdown"


def _notebook(text: str, *, most: int) -> Mapping[str, Any]:
    if len(text) > most:
        message = f"the notebook has {len(text)} characters of JSON; the limit is {most}"
        raise LimitExceeded(message)
    try:
        value = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        message = f"the notebook is no JSON: {error}"
        raise DamagedFile(message) from error
    if not isinstance(value, Mapping) or not _cells(value):
        message = "the notebook has no cells"
        raise DamagedFile(message)
    return value


def _cells(notebook: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the cells; notebooks of before 2015 keep them in worksheets."""
    sheets = _list(notebook.get("worksheets"))
    return _list(notebook.get("cells")) or [
        cell for sheet in sheets for cell in _list(sheet.get("cells"))
    ]


def _source(cell: Mapping[str, Any], language: str) -> Iterator[str]:
    source = _joined(cell.get("source", cell.get("input")))
    if cell.get("cell_type") == "code":
        yield from _fenced(source, language)
    elif source.strip():
        yield source.strip("\n")


def _fenced(text: str, language: str) -> Iterator[str]:
    text = _ANSI.sub("", text).strip("\n")
    if not text.strip():
        return
    longest = max((len(marks) for marks in _BACKTICKS.findall(text)), default=2)
    fence = "`" * (longest + 1)
    info = language if re.fullmatch(r"[\w+#.-]{1,20}", language) else ""
    yield f"{fence}{info}\n{text}\n{fence}"


def _printed(output: Mapping[str, Any]) -> str:
    data = _mapping(output.get("data"))
    for content in (
        output.get("text"),
        data.get("text/markdown"),
        data.get("text/plain"),
        output.get("traceback"),
    ):
        if text := _joined(content, between="\n" if content is output.get("traceback") else ""):
            return text
    return ""


def _joined(value: object, *, between: str = "") -> str:
    lines = value if isinstance(value, list) else [value]
    return between.join(line for line in lines if isinstance(line, str))


def _list(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _left_out(pictures: int, cut: int) -> Iterator[str]:
    if pictures:
        yield f"{pictures} outputs without text, such as pictures, were not read"
    if cut:
        yield f"{cut} outputs were cut after {_LONGEST_OUTPUT} characters"
