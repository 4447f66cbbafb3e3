"""The reading process: one file after another, until the service hangs up.

It imports the readers only once it is confined, and nothing of the service but values and errors.
"""

from __future__ import annotations

import json
import os
import pkgutil
import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Protocol

from netgpt_docs_service.domain.files import Extracted
from netgpt_docs_service.errors import FileRefused, LimitExceeded, NoExtractableText
from netgpt_docs_service.extraction.reader import ReadLimits
from netgpt_docs_service.extraction.sandbox import wire
from netgpt_docs_service.extraction.sandbox.confinement import confine, limit_cpu, limit_memory
from netgpt_docs_service.extraction.sandbox.plan import SandboxPlan


class _ReadFile(Protocol):
    def __call__(
        self, content: bytes, *, name: str, declared_type: str | None, limits: ReadLimits
    ) -> Extracted: ...


@dataclass(frozen=True, slots=True)
class _Job:
    file: int
    question: str
    size_bytes: int
    name: str
    declared_type: str | None


def main(plan_line: str, link_fd: str, parent: str) -> None:
    """Confine this process, load the readers, say so, and read what the parent sends."""
    plan = SandboxPlan.from_json(plan_line)
    with open("/proc/self/statm", "rb", buffering=0) as statm:  # noqa: PTH123  later it is shut
        isolation = confine(plan.limits, readable=plan.readable, parent=int(parent))
        module, _, _ = plan.reader.partition(":")
        read_file: _ReadFile = pkgutil.resolve_name(plan.reader)
        missing = _warmed_up(pkgutil.resolve_name(f"{module}:warm_up"))
        mapped_bytes = int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    limit_memory(mapped_bytes, plan.limits.memory_bytes)
    with socket.socket(fileno=int(link_fd)) as link:
        ready = {"outcome": "ready", "isolation": asdict(isolation), "missing": missing}
        link.sendall(wire.framed(ready))
        while (job := _received(link)) is not None:
            limit_cpu(plan.limits.cpu_s)
            link.sendall(_answer(job, read_file, plan.read_limits))


def _warmed_up(warm_up: Callable[[], None]) -> str | None:
    """Return what is wrong with a library: the others still read files of their kinds."""
    try:
        warm_up()
    except Exception as error:  # noqa: BLE001  whatever a broken library raises
        return f"{type(error).__qualname__}: {error}"[: wire.MESSAGE_CHARS]
    return None


def _received(link: socket.socket) -> _Job | None:
    header, files, _, _ = socket.recv_fds(link, wire.HEADER.size, 1)
    if not header:
        return None
    header += _exactly(link, wire.HEADER.size - len(header))
    length, _ = wire.HEADER.unpack(header)
    return _Job(files[0], **json.loads(_exactly(link, length)))


def _exactly(link: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = link.recv(count - len(data))
        if not piece:
            raise SystemExit
        data += piece
    return data


def _answer(job: _Job, read_file: _ReadFile, limits: ReadLimits) -> bytes:
    text = b""
    try:
        extracted = read_file(
            _content(job), name=job.name, declared_type=job.declared_type, limits=limits
        )
        text = _text_of(extracted, limits)
        answer: dict[str, object] = {"outcome": "read", "extracted": _rest_of(extracted)}
    except (FileRefused, LimitExceeded) as error:
        message = error.message[: wire.MESSAGE_CHARS]
        answer = {"outcome": "refused", "kind": error.kind, "message": message}
    except MemoryError:
        answer = {"outcome": "exhausted", "limit": "memory"}
    except RecursionError:
        answer = {"outcome": "exhausted", "limit": "nesting"}
    except Exception as error:  # noqa: BLE001  a reader's bug; its text may quote the file
        answer = {"outcome": "failed", "error": type(error).__qualname__[:100]}
    frame = wire.framed({"question": job.question, **answer}, text)
    if len(frame) - len(text) <= wire.MESSAGE_BYTES:
        return frame
    message = f"what is told of the text beside it takes more than {wire.MESSAGE_BYTES} bytes"
    answer = {"outcome": "refused", "kind": LimitExceeded.kind, "message": message}
    return wire.framed({"question": job.question, **answer})


def _content(job: _Job) -> bytes:
    try:
        content = os.pread(job.file, job.size_bytes, 0)
        while len(content) < job.size_bytes:  # over 2 GiB, or from a slow disk
            piece = os.pread(job.file, job.size_bytes - len(content), len(content))
            if not piece:
                break
            content += piece
    finally:
        os.close(job.file)
    return content


def _text_of(extracted: Extracted, limits: ReadLimits) -> bytes:
    text = extracted.text.encode()
    if not extracted.text.strip():
        message = "this file holds no text"
        raise NoExtractableText(message)
    if len(text) > limits.text_bytes:
        message = (
            f"the text of this file has {len(text)} bytes; a document takes {limits.text_bytes}"
        )
        raise LimitExceeded(message)
    return text


def _rest_of(extracted: Extracted) -> dict[str, object]:
    """Cut what a file says of itself, which may be as long as its author liked."""
    metadata = [
        (name, value[: wire.ENTRY_CHARS])
        for name, value in extracted.metadata.items()
        if len(name) <= wire.ENTRY_NAME_CHARS
    ]
    title = extracted.title
    bounded = replace(
        extracted,
        text="",  # it goes beside
        title=None if title is None else title[: wire.TITLE_CHARS],
        metadata=dict(metadata[: wire.ENTRIES]),
        warnings=tuple(each[: wire.MESSAGE_CHARS] for each in extracted.warnings[: wire.ENTRIES]),
    )
    return asdict(bounded)
