"""What a chat's messages hold besides who says what, and when."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

_SAYS_NOTHING = re.compile(
    r"\w*(?:_|\b)u?u?ids?|\w+(?:Id|Ids|ID)|guid|(?:sub)?type|kind|index|seq|seek|order"
    r"|(?:user|bot)_profile|role|(?:speaker|sender|user)(?:_?name)?|author|from|participant"
    r"|\w*(?:time|timestamp|date|ts)|date_?\w*|timestamp\w*|(?:created|edited|updated|sent)\w*"
    r"|start|end|duration|offset|pinned|is[A-Z_]\w*|words|tokens|temperature|avg_logprob"
    r"|compression_ratio|no_speech_prob|confidence|score|model|finish_reason|end_turn|weight"
    r"|recipient|channel|parent|children|metadata|status|text_entities|blocks|\w*team"
    r"|reply\w*|thread\w*|replies|mentions|inlineEmojis|avatar\w*|color|actor"
)
"""Ids, kinds, times, flags, and what exports of chats say to machines."""
_ENCLOSED = re.compile(
    r"attachments?|files?|photos?|images?|reactions|embeds|stickers?|sticker_emoji|media_type"
    r"|mime_type|width|height|tool_calls|function_call|audio|video|gifs"
)
_SPEAKS_OR_SAYS = ("name", "text", "content", "message", "body", "utterance", "value")
"""Only one of each is read: what a second one says would be lost."""
_MOST_NAMED = 8


def is_all_told(message: Mapping[str, Any], told: Iterable[str]) -> bool:
    """Say whether a turn of the words `told` leaves out nothing a reader would look for."""
    known = set(told)
    return all(
        _is_empty(value)
        or (name in _SPEAKS_OR_SAYS and (not isinstance(value, str) or value.strip() in known))
        or (name not in _SPEAKS_OR_SAYS and _is_known(name))
        for name, value in message.items()
    )


def left_out(
    root: object, messages: Iterable[Mapping[str, Any]], lists: Collection[str]
) -> list[str]:
    """Return warnings that name what is beside the messages, and what is enclosed in them."""
    enclosed = {
        name
        for each in messages
        for name, value in each.items()
        if _ENCLOSED.fullmatch(name) and not _is_empty(value)
    }
    beside = [
        name
        for name, value in (root.items() if isinstance(root, Mapping) else ())
        if name not in (*lists, "title", "name") and not (_is_empty(value) or _is_known(name))
    ]
    return [
        *([f"of the messages was not read: {_named(sorted(enclosed))}"] if enclosed else []),
        *([f"beside the messages was not read: {_named(beside)}"] if beside else []),
    ]


def _is_known(name: str) -> bool:
    return bool(_SAYS_NOTHING.fullmatch(name) or _ENCLOSED.fullmatch(name))


def _is_empty(value: object) -> bool:
    return value is None or value is False or value in ("", [], {})


def _named(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(each[:50] for each in names[:_MOST_NAMED]) + more
