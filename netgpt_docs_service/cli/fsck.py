"""`netgpt-docs fsck`: look for what should not be in the store, and remove what is safe to."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape

from netgpt_docs_service.cli.output import OUT, JsonOption, print_json, run
from netgpt_docs_service.cli.start import start_settings
from netgpt_docs_service.cli.tool_progress import told_progress
from netgpt_docs_service.domain.access import TENANT_NAME
from netgpt_docs_service.errors import InvalidInput, NotFound
from netgpt_docs_service.usecases.findings import CheckReport, Finding

TenantOption = Annotated[
    str | None, typer.Option(help="Only this tenant's documents; without it, everybody's.")
]


def fsck(
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="Remove sets of chunks that no reader can see.")
    ] = False,
    tenant: TenantOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the whole store against its manifests; exit 1 when something is left to mend."""
    report = run(lambda: _check(tenant, is_repairing=repair), as_json=as_json)
    if as_json:
        print_json(as_document(report))
    else:
        _print(report)
    if not report.is_clean:
        raise typer.Exit(1)


def check_tenant(tenant: str | None) -> None:
    """Raise InvalidInput for what cannot be a tenant's name."""
    if tenant is not None and not TENANT_NAME.fullmatch(tenant):
        message = f"{tenant[:80]!r} is no tenant's name"
        raise InvalidInput(message)


def no_document_of(tenant: str) -> NotFound:
    """Return the error for a tenant that may well be misspelt."""
    return NotFound(f"tenant {tenant!r} has no document here: is the name right?")


async def _check(tenant: str | None, *, is_repairing: bool) -> CheckReport:
    check_tenant(tenant)
    settings = start_settings()
    from netgpt_docs_service.wiring.tools import open_store_tools  # noqa: PLC0415  imports numpy

    async with open_store_tools(settings, process="netgpt-docs fsck") as tools:
        with told_progress() as tell:
            report = await tools.check.check(
                tenant=tenant,
                is_repairing=is_repairing,
                tell=lambda come: tell(come.step, come.done, come.total),
            )
    met = report.documents + report.tombstones + report.expired + report.chunks_found
    if tenant is not None and met == 0:
        raise no_document_of(tenant)
    return report


def as_document(report: CheckReport) -> dict[str, Any]:
    """Return the report as the JSON document that programs read."""
    return {
        "ok": report.is_clean,
        "documents": report.documents,
        "tombstones": report.tombstones,
        "expired_documents": report.expired,
        "chunks_expected": report.chunks_expected,
        "chunks_found": report.chunks_found,
        "unfinished_sets": report.unfinished_sets,
        "settling_sets": report.settling_sets,
        "restless_documents": report.restless,
        "forgotten_tombstones": report.forgotten_tombstones,
        "found": {kind.value: count for kind, count in sorted(report.found.items())},
        "repaired": {kind.value: count for kind, count in sorted(report.repaired.items())},
        "findings": [_finding(each) for each in report.findings],
        "findings_left_out": report.found.total() - len(report.findings),
    }


def _finding(each: Finding) -> dict[str, Any]:
    return {
        "kind": each.kind.value,
        "tenant": each.tenant,
        "doc_id": each.doc_id,
        "generation": each.generation,
        "chunks": each.chunks,
        "detail": each.detail,
        "repairable": each.kind.is_repairable,
        "repaired": each.is_repaired,
        "advice": each.kind.advice,
    }


def _print(report: CheckReport) -> None:
    for each in report.findings:
        mark = "[green]repaired[/green]" if each.is_repaired else "[red]found[/red]"
        place = f"{each.tenant}/{each.doc_id}" if each.doc_id else "the collection"
        OUT.print(f"{mark} {each.kind.value} {escape(place)}: {escape(each.detail)}")
    for kind in sorted(report.found - report.repaired):
        OUT.print(f"{kind.value}: {kind.advice}")
    left_out = report.found.total() - len(report.findings)
    more = f" ({left_out} of them not listed)" if left_out else ""
    OUT.print(
        f"{report.documents} documents, {report.tombstones} deleted, {report.expired} expired; "
        f"{report.chunks_found} chunks, {report.chunks_expected} expected; "
        f"{report.unfinished_sets} sets unfinished"
    )
    OUT.print(f"{report.found.total()} findings{more}, {report.repaired.total()} repaired")
