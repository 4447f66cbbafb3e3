"""Items of a batch: each is read, and answered, as if it had come alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from pydantic import ValidationError
from starlette.types import Scope

from netgpt_docs_service.api.pointers import name_faults
from netgpt_docs_service.api.problems import Told, log_unavailable, tell, tell_faults
from netgpt_docs_service.api.schemas.ingest import BatchItem, IngestRequest, ReceiptModel
from netgpt_docs_service.api.schemas.problem import Fault
from netgpt_docs_service.domain.documents import Document, Receipt, ReceiptStatus
from netgpt_docs_service.errors import InvalidInput, ServiceError, Unavailable
from netgpt_docs_service.observability.metrics import Metrics


class Misshapen(Exception):
    """An item that is no document; `faults` point into it."""

    def __init__(self, faults: list[Fault]) -> None:
        """Keep the faults."""
        super().__init__("the item is no document")
        self.faults = faults


Item: TypeAlias = Document | InvalidInput | Misshapen


def read_items(sent: Sequence[object], *, max_text_bytes: int) -> list[Item]:
    """Return a document for each item, or why it is none."""
    return [_read(each, max_text_bytes) for each in sent]


def answer_items(
    scope: Scope,
    items: Sequence[Item],
    outcomes: Sequence[Receipt | ServiceError],
    *,
    metrics: Metrics,
) -> list[BatchItem]:
    """Return one answer for each item, in order; `outcomes` are those of the documents."""
    rest = iter(outcomes)
    return [_answer(scope, at, item, rest, metrics) for at, item in enumerate(items)]


def _read(sent: object, max_text_bytes: int) -> Item:
    try:
        return IngestRequest.model_validate(sent).to_document(max_text_bytes=max_text_bytes)
    except InvalidInput as error:
        return error
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        return Misshapen(name_faults(faults, sent))


def _answer(
    scope: Scope, at: int, item: Item, rest: Iterator[Receipt | ServiceError], metrics: Metrics
) -> BatchItem:
    outcome = next(rest) if isinstance(item, Document) else item
    if isinstance(outcome, Receipt):
        metrics.record_receipt(outcome)
        is_new = outcome.status is ReceiptStatus.CREATED
        return BatchItem(status=201 if is_new else 200, receipt=ReceiptModel.of(outcome))
    if isinstance(outcome, Unavailable):
        log_unavailable(scope, outcome)
    told = _tell(scope, outcome, f"/documents/{at}")
    metrics.record_problem(told.kind)
    again = told.headers.get("Retry-After")
    return BatchItem(
        status=told.problem.status,
        retry_after_s=None if again is None else int(again),
        problem=told.problem,
    )


def _tell(scope: Scope, error: ServiceError | Misshapen, place: str) -> Told:
    if isinstance(error, Misshapen):
        moved = [
            Fault(pointer=f"{place}{each.pointer}", message=each.message) for each in error.faults
        ]
        return tell_faults(scope, moved)
    if isinstance(error, InvalidInput):
        error.pointer = f"{place}{error.pointer}"
    return tell(scope, error)
