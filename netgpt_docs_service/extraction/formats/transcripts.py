"""Subtitles and chats: who said what, one turn a block, whatever file it came in."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from netgpt_docs_service.domain.files import Extracted
from netgpt_docs_service.domain.layout import Layout
from netgpt_docs_service.errors import NoExtractableText
from netgpt_docs_service.extraction.file_text import short_text_of
from netgpt_docs_service.extraction.normalising import normalised
from netgpt_docs_service.extraction.reader import FileBytes, ReadLimits

_CUE_TIMES = re.compile(
    r"^[ \t]*(?P<begins>(?:\d{1,4}:)?\d{1,2}:\d{2})[.,]\d{1,3}"
    r"[ \t]*-->[ \t]*(?P<ends>(?:\d{1,4}:)?\d{1,2}:\d{2}(?=[.,]\d))?[^\n]*$"
)
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+(?P<name>[^>\n]{1,80})>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>\n]{0,200}>|\{\\[^{}\n]{0,80}\}")
_NAMED = re.compile(r"(?:>>[ ]?|-[ ])?(?P<name>[^\W\d_][\w .'\u2019()-]{0,40}):[ ]+(?=\S)")
_MOST_WORDS = 4
_LONGEST_TURN = 1_000
"""Characters to which cues of one voice are joined: they end where the screen did."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one voice says at one go; `time` and `end` are `HH:MM:SS`, a date may be before them."""

    text: str
    speaker: str = ""
    time: str = ""
    end: str = ""

    def written(self) -> str:
        """Return the block of this turn: `[HH:MM:SS - HH:MM:SS] Name: text`, as far as is known."""
        said = "\n".join(line for line in self.text.splitlines() if line.strip())
        name = " ".join(self.speaker.replace(":", " ").split())[:80]
        times = " - ".join(each for each in (self.time, self.end) if each)
        return (f"[{times}] " if times else "") + (f"{name}: " if name else "") + said


def read_cues(file: FileBytes, limits: ReadLimits) -> Extracted:
    """Return WebVTT or SubRip subtitles as turns; cues of one voice are joined."""
    decoded = short_text_of(file, limits)
    turns = _joined(_cues(normalised(decoded.text)))
    return transcript(turns, media_type=file.media_type, warnings=decoded.warnings)


def transcript(
    turns: Iterable[Turn],
    *,
    media_type: str,
    title: str | None = None,
    warnings: tuple[str, ...] = (),
) -> Extracted:
    """Return the turns as one text, a blank line between two, each one's start in the layout."""
    blocks, starts, at = [], [], 0
    for turn in turns:
        if turn.text.strip() and (block := normalised(turn.written()).strip()):
            blocks.append(block)
            starts.append(at)
            at += len(block) + 2
    if not blocks:
        message = "nobody says anything in the file"
        raise NoExtractableText(message)
    return Extracted(
        text="\n\n".join(blocks),
        media_type=media_type,
        layout=Layout(headings=(), turn_starts=tuple(starts)),
        title=title,
        warnings=warnings,
    )


def _cues(text: str) -> Iterator[Turn]:
    """Yield the cues: what follows a line of times, up to a blank line or the next one's number."""
    time: tuple[str, str] | None = None
    lines: list[str] = []
    for line in (*text.split("\n"), ""):
        times = _CUE_TIMES.match(line)
        if not times and line.strip() and time is not None:
            lines.append(line.strip())
            continue
        if lines and time is not None:
            if times and lines[-1].isdigit():
                lines.pop()  # the next cue's number, where the blank line before it is missing
            yield from _voices(time, lines)
        lines = []
        time = None if times is None else (_clock(times["begins"]), _clock(times["ends"]))


def _clock(written: str | None) -> str:
    if not written:
        return ""
    seconds, minutes, hours = [*reversed(written.split(":")), "0"][:3]
    return f"{int(hours):02}:{int(minutes):02}:{seconds}"


def _voices(time: tuple[str, str], lines: list[str]) -> Iterator[Turn]:
    speaker = ""
    said: list[str] = []
    for line in lines:
        voice = _VOICE.match(line)
        plain = html.unescape(_TAG.sub("", line)).strip()
        named = None if voice else _named(plain)
        if voice or named:
            yield Turn(" ".join(said), speaker, *time)
            speaker = html.unescape(voice["name"]).strip() if voice else named or ""
            plain = plain.partition(":")[2].strip() if named else plain
            said = []
        said.append(plain)
    yield Turn(" ".join(said), speaker, *time)


def _named(line: str) -> str | None:
    """Return the name a line begins with, in capitals as names are; "the answer is:" is none."""
    found = _NAMED.match(line)
    words = found["name"].split() if found else []
    is_name = 0 < len(words) <= _MOST_WORDS and not any(word[0].islower() for word in words)
    return " ".join(words) if is_name else None


def _joined(cues: Iterable[Turn]) -> Iterator[Turn]:
    """Join cues of one voice; a cue that says again what the one before said is left out."""
    turn, said, length = Turn(""), [""], 0
    for cue in cues:
        if not cue.text or (cue.text, cue.speaker) == (said[-1], turn.speaker):
            continue
        if cue.speaker != turn.speaker or length + len(cue.text) > _LONGEST_TURN:
            yield replace(turn, text=" ".join(said).strip())
            turn, said, length = cue, [], 0
        elif not length:
            turn = cue
        turn = replace(turn, end=cue.end)
        said.append(cue.text)
        length += len(cue.text)
    yield replace(turn, text=" ".join(said).strip())
