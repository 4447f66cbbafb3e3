"""What a fetched file is called, and what its sender says it is."""

from __future__ import annotations

import re
from email.message import Message
from urllib.parse import unquote

import httpx

_MOST_CHARACTERS = 255
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}(\s*;[\x20-\x7e]{0,200})?", re.ASCII)


def file_name(answer: httpx.Response, url: httpx.URL) -> str:
    """Return the name from Content-Disposition, else the last part of the path, else the host."""
    said = _label(_disposition_name(answer.headers.get("content-disposition", "")))
    return said or _label(unquote(url.path, errors="replace")) or url.host


def declared_type(answer: httpx.Response) -> str | None:
    """Return Content-Type; None when there is none, or one that is none."""
    said: str = answer.headers.get("content-type", "").strip()
    return said if _MEDIA_TYPE.fullmatch(said) else None


def _disposition_name(disposition: str) -> str:
    message = Message()
    message["content-disposition"] = " ".join(disposition.split())
    try:
        return message.get_filename() or ""
    except (LookupError, ValueError):  # a charset that does not exist, bytes that do not decode
        return ""


def _label(name: str) -> str:
    """Return the last part of what may be a path, without what cannot be printed."""
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    printable = "".join(each for each in last if each.isprintable()).strip()
    return "" if printable in {".", ".."} else printable[-_MOST_CHARACTERS:]
