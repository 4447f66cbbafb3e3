"""Multipart bodies byte by byte, with what no decent client would send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

BOUNDARY = "b0undary"
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def form_body(
    files: Sequence[tuple[str, bytes]],
    *,
    fields: Mapping[str, str] | None = None,
    part: str = "files",
) -> bytes:
    """Return a form with `files` of (name, content); names go out as they are, NUL included."""
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()
        for name, value in (fields or {}).items()
    ]
    parts += [
        f'Content-Disposition: form-data; name="{part}"; filename="{name}"\r\n\r\n'.encode()
        + content
        for name, content in files
    ]
    mark = f"--{BOUNDARY}".encode()
    return b"".join(mark + b"\r\n" + each + b"\r\n" for each in parts) + mark + b"--\r\n"
