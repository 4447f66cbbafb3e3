"""Files of characters: mails, notebooks, subtitles, and the words that are put into them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from email.message import EmailMessage
from typing import Any

JAPANESE = "これは日本語のテキストです。文字コードを調べます。\n"
FRENCH = "Le café est fermé à midi, l'élève attend.\n"


def make_eml(
    text: str = "Hello.",
    *,
    page: str | None = None,
    attachments: Sequence[tuple[str, str, bytes]] = (),
    letters: Sequence[bytes] = (),
) -> bytes:
    """Return a letter of Jörg's; an attachment is its name, its media type and its content."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Grüße", "Jörg <j@example.org>", "b@example.org"
    mail["Date"] = "Mon, 02 Mar 2026 10:00:00 +0100"
    mail.set_content(text)
    if page is not None:
        mail.add_alternative(page, subtype="html")
    for name, media_type, content in attachments:
        main, _, sub = media_type.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    for letter in letters:
        inner = EmailMessage()
        inner["Subject"] = letter.decode()
        inner.set_content("inner words")
        mail.add_attachment(inner)
    return mail.as_bytes()


def make_multipart(parts: int, *, levels: int = 1) -> bytes:
    """Return a mail with so many parts of one word, that many multiparts deep."""
    heads = "".join(
        f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"
        for level in range(levels)
    )
    part = f"--b{levels - 1}\n\nword\n"
    return f"Subject: many\nMIME-Version: 1.0\n{heads}\n\nword\n{part * (parts - 1)}".encode()


def make_notebook(*cells: dict[str, Any], metadata: dict[str, Any] | None = None) -> str:
    return json.dumps(
        {"cells": cells, "metadata": metadata or {}, "nbformat": 4, "nbformat_minor": 5}
    )


def make_page(body: str, *, head: str = "") -> str:
    return f'<!doctype html><html lang="de"><head>{head}</head><body>{body}</body></html>'
