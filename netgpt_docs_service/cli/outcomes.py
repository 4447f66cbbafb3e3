"""What became of a file that was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from netgpt_docs_service.cli.client import RequestFailed

_PUT_OFF = frozenset({429, 503})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the service stored of a file, or else why it did not."""

    stored: Mapping[str, Any] | None = None
    reason: str = ""
    status: int | None = None
    """The problem's; None when the service was not asked."""
    retry_after_s: float | None = None

    @property
    def is_put_off(self) -> bool:
        """Whether the file may be stored when it is sent again."""
        return self.stored is None and self.status in _PUT_OFF


def failed(error: RequestFailed) -> Outcome:
    """Return the outcome of a file whose whole request was refused."""
    return Outcome(reason=error.message, status=error.status, retry_after_s=error.retry_after_s)


def told(answer: Mapping[str, Any], names: Sequence[str]) -> list[Outcome]:
    """Return what /ingest/files says of each of the files that were sent as `names`."""
    outcomes = [
        *((str(each["filename"]), Outcome(stored=each)) for each in answer["uploaded"]),
        *((str(each["filename"]), _rejected(each)) for each in answer["rejected"]),
    ]
    if len(outcomes) == len(names) == 1:
        return [outcomes[0][1]]  # whatever the service calls it: a URL's file has a name of its own
    by_name = dict(outcomes)
    silence = Outcome(reason="the service did not say what became of it")
    return [by_name.get(name, silence) for name in names]


def _rejected(item: Mapping[str, Any]) -> Outcome:
    problem = item.get("problem") or {}
    status = problem.get("status")
    detail = problem.get("detail") or problem.get("title") or f"status {status}"
    faults = (str(each["message"]) for each in problem.get("errors") or ())
    return Outcome(
        reason="; ".join(dict.fromkeys([str(detail), *faults])),
        status=status,
        retry_after_s=item.get("retry_after_s"),
    )
