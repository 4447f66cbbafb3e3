"""JSON that is plainly a chat: a list of messages that name who says what."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from netgpt_docs_service.domain.files import Extracted
from netgpt_docs_service.extraction.file_text import short_text_of
from netgpt_docs_service.extraction.formats.chat_fields import is_all_told, left_out
from netgpt_docs_service.extraction.formats.texts import read_json
from netgpt_docs_service.extraction.formats.transcripts import Turn, transcript
from netgpt_docs_service.extraction.reader import FileBytes, ReadLimits

_LISTS = (
    "messages", "conversation", "conversations", "transcript", "turns", "chat", "dialogue",
    "dialog", "utterances", "segments", "history",
)  # fmt: skip
_SPEAKERS = (
    "speaker", "speaker_name", "user_profile", "author", "sender", "sender_name", "from",
    "username", "user_name", "name", "role", "user", "participant",
)  # fmt: skip
_NAMES_IN = ("display_name", "real_name", "name", "username", "role", "id")
_TEXTS = ("text", "content", "message", "body", "utterance", "value")
_TIMES = (
    "timestamp", "timestamp_ms", "time", "ts", "start", "start_time", "create_time", "created_at",
    "createdAt", "date", "datetime", "sent_at", "offset",
)  # fmt: skip
_NO_MESSAGE = {"title", "url", "price", "description", "isbn", "slug"}
"""Records of something else that has an author and a text have one of these."""
_CLOCK = re.compile(
    r"(?:^|[T ,])(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?\s*([ap])?\.?(?:m\b)?", re.IGNORECASE
)
_DAY = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?=[T ,])")
_FIRST_DATE_S = 10**8
_FIRST_DATE_MS = 10**11
_LAST_DATE_S = 10**11


def read_json_or_chat(file: FileBytes, limits: ReadLimits) -> Extracted:
    """Return a chat's messages as turns, any other JSON as it stands."""
    decoded = short_text_of(file, limits)
    try:
        # An integer of hundreds of digits is no time, and as a float it overflows into none.
        value = json.loads(decoded.text.lstrip("\ufeff"), parse_int=float)
    except (ValueError, RecursionError):
        return read_json(file, limits)
    messages = _messages(value)
    turns = _dated([turn for each in messages if (turn := _turn(each)).text.strip()])
    if not _is_chat(messages, turns):
        return read_json(file, limits)
    title = value.get("title") or value.get("name") if isinstance(value, Mapping) else None
    return transcript(
        turns,
        media_type=file.media_type,
        title=title if isinstance(title, str) else None,
        warnings=(*decoded.warnings, *left_out(value, messages, _LISTS)),
    )


def _dated(turns: Sequence[Turn]) -> list[Turn]:
    """Return the turns with their days if there are several; those of one day with clocks alone."""
    days = {day for turn in turns if (day := turn.time.rpartition(" ")[0])}
    if len(days) > 1:
        return list(turns)
    return [replace(turn, time=turn.time.rpartition(" ")[2]) for turn in turns]


def _messages(value: object) -> list[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        lists = [value[name] for name in _LISTS if isinstance(value.get(name), list)]
        value = lists[0] if lists else []
    if not isinstance(value, list):
        return []
    messages = [inner for each in value if isinstance(inner := _inner(each), Mapping)]
    return messages if len(messages) == len(value) else []


def _inner(message: object) -> object:
    """Return what an envelope holds: exports put a message's parts under `message`."""
    if isinstance(message, Mapping) and isinstance(inner := message.get("message"), Mapping):
        return {**{name: each for name, each in message.items() if name != "message"}, **inner}
    return message


def _is_chat(messages: Sequence[Mapping[str, Any]], turns: Sequence[Turn]) -> bool:
    """Say whether nearly all are messages, of voices that are heard again or at a time."""
    speakers = {turn.speaker for turn in turns}
    if len(turns) < 2 or ("" in speakers and len(speakers) == 1):  # noqa: PLR2004  no talk with one
        return False
    named = sum(bool(turn.speaker) for turn in turns)
    timed = sum(bool(turn.time) for turn in turns)
    are_messages = not any(_NO_MESSAGE & each.keys() for each in messages) and all(
        is_all_told(each, (turn.speaker, turn.text)) for each in messages for turn in [_turn(each)]
    )
    comes_back = len(speakers) < len(turns) or 2 * timed > len(turns) or "role" in messages[0]
    return are_messages and comes_back and 10 * named >= 9 * len(messages)


def _turn(message: Mapping[str, Any]) -> Turn:
    said = next((text for name in _TEXTS if (text := _text(message.get(name)))), "")
    speaker = next((name for key in _SPEAKERS if (name := _name(message.get(key)))), "")
    time = next((clock for key in _TIMES if (clock := _clock(message.get(key)))), "")
    return Turn(said, speaker, time)


def _name(value: object) -> str:
    if isinstance(value, Mapping):
        return next((str(value[key]) for key in _NAMES_IN if isinstance(value.get(key), str)), "")
    return value.strip() if isinstance(value, str) else ""


def _text(value: object) -> str:
    return "".join(_strings(value, depth=0)).strip()


def _strings(value: object, *, depth: int) -> Iterator[str]:
    """Yield the strings of a content that comes in parts, as OpenAI's and Telegram's do."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth < len(_TEXTS):
        for each in value:
            yield from _strings(each, depth=depth + 1)
    elif isinstance(value, Mapping):
        yield from _strings(value.get("text", value.get("parts")), depth=depth + 1)


def _clock(value: object) -> str:
    """Return a time of day as `HH:MM:SS`, after its day, or how long after the start."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, str) and not re.fullmatch(r"\d{1,14}(?:\.\d+)?", value):
        found = _CLOCK.search(value[:64])
        day = _DAY.match(value)
        return (f"{day[0]} " if day and found else "") + (_of_day(*found.groups()) if found else "")
    return _of_seconds(float(value)) if isinstance(value, str | float | int) else ""


def _of_day(hours: str, minutes: str, seconds: str | None, half: str | None) -> str:
    hour = int(hours) % 12 + (12 if half in ("p", "P") else 0) if half else int(hours)
    return f"{hour:02}:{minutes}:{seconds or '00'}"


def _of_seconds(number: float) -> str:
    seconds = number / 1000 if number >= _FIRST_DATE_MS else number
    if not 0 <= seconds < _LAST_DATE_S:
        return ""
    if seconds >= _FIRST_DATE_S:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
    return f"{int(seconds) // 3600:02}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02}"
