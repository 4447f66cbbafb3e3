"""Captions, WebVTT and SRT, as they are written: cues with their times, and who speaks in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from netgpt_docs_service.domain.dialogue import Turn
from netgpt_docs_service.usecases.dialogue.labels import labels_with_colon, may_be_told_alone

_CLOCK = r"(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}"
_CUE = re.compile(
    rf"(?:^(?P<name>(?!WEBVTT|[^\n]{{0,99}}-->)[^\s-][^\n]{{0,79}})\n)?"
    rf"^[ \t]*(?P<begins>{_CLOCK})[ \t]+-->[ \t]+(?P<ends>{_CLOCK})[^\n]{{0,200}}$\n?",
    re.MULTILINE,
)
_VOICE = re.compile(r"^(?:-[ \t]?)?<v(?:\.[\w.-]{0,40})?[ \t]+([^<>\n]{1,80})>", re.MULTILINE)
_FEWEST = 2
_NEARBY = 16
"""Characters that nothing but blank ones and a number stand in before a first cue."""


def caption_turns(text: str) -> list[Turn]:
    """Return the cues of captions, one turn for each voice in them; none if `text` is no captions.

    A cue without a name goes on with the voice before it.
    """
    cues = list(_CUE.finditer(text))
    if len(cues) < (1 if text.lstrip("\ufeff").startswith("WEBVTT") else _FEWEST):
        return []
    starts = [_begin(text, cue) for cue in cues]
    names = _labelled(text)
    turns: list[Turn] = []
    for cue, (start, end) in zip(cues, pairwise([*starts, len(text)]), strict=True):
        speaker = turns[-1].speaker if turns else None
        turns += _voices(text, cue, (start, end), names, speaker)
    return turns


def _begin(text: str, cue: re.Match[str]) -> int:
    """Return where a cue begins: the line over its times is its name only after a blank one."""
    line = cue.start("begins") if cue["name"] is None else cue.start()
    is_first = not text[:line].strip() if line < _NEARBY else False
    if (
        cue["name"] is None
        or is_first
        or text[max(0, line - 3) : line].replace("\r", "").endswith("\n\n")
    ):
        return cue.start()
    return cue.start() + len(cue["name"]) + 1


def _labelled(text: str) -> dict[int, tuple[int, str]]:
    """Return where a name with a colon stands at the beginning of a line, of names that recur."""
    labels = [each for each in labels_with_colon(text) if each.stamp is None]
    counts = Counter(each.name for each in labels)
    return {
        each.start: (each.said_start, each.name)
        for each in labels
        if counts[each.name] >= _FEWEST and may_be_told_alone(each.name)
    }


def _voices(
    text: str,
    cue: re.Match[str],
    span: tuple[int, int],
    names: dict[int, tuple[int, str]],
    speaker: str | None,
) -> Iterator[Turn]:
    start, end = span
    said = cue.end()
    found = [
        (voice.start(), voice.end(), voice[1].strip()) for voice in _VOICE.finditer(text, said, end)
    ]
    if said in names and not found:
        found = [(said, *names[said])]
    if not found or found[0][0] > said:
        found.insert(0, (said, said, speaker or ""))
    times = _seconds(cue["begins"]), _seconds(cue["ends"])
    bounds = [start, *(each[0] for each in found[1:]), end]
    for (_, said_start, name), (char_start, char_end) in zip(found, pairwise(bounds), strict=True):
        yield Turn(
            char_start=char_start,
            said_start=said_start,
            char_end=char_end,
            speaker=name or None,
            time_start_s=times[0],
            time_end_s=max(times),
        )


def _seconds(clock: str) -> float:
    total = 0.0
    for number in clock.replace(",", ".").split(":"):
        total = 60 * total + float(number)
    return total
