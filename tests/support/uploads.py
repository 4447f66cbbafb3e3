"""Forms as httpx takes them, and as bytes where no client would send them so."""

from __future__ import annotations

from typing import TypeAlias

BOUNDARY = "a-boundary"
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}

Upload: TypeAlias = tuple[str, bytes, str]
Form: TypeAlias = list[tuple[str, tuple[str, bytes, str]]]


def form(*files: Upload) -> Form:
    """Return files with their names and types as the field `files`."""
    return [("files", file) for file in files]


def names(*names_: str) -> Form:
    """Return a file of each name, each with a text of its own."""
    return form(*((name, f"the text of {name}".encode(), "text/plain") for name in names_))


def part(headers: str | bytes, content: bytes = b"text") -> bytes:
    """Return one part: its Content-Disposition after `form-data; `, and what it holds."""
    said = headers if isinstance(headers, bytes) else headers.encode()
    disposition = b"Content-Disposition: form-data; " + said
    return f"--{BOUNDARY}\r\n".encode() + disposition + b"\r\n\r\n" + content + b"\r\n"


def body(*parts: bytes) -> bytes:
    """Return a whole form."""
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def one_file(name: str, content: bytes) -> bytes:
    """Return a form with one file, its name as it is: NUL, too, goes out."""
    return body(part(f'name="files"; filename="{name}"', content))
