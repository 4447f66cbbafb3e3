"""Check the whole store against its manifests, and remove what is safe to remove."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from netgpt_docs_service.domain.chunks import Chunk
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.errors import DocumentDamaged
from netgpt_docs_service.store.interface import DocumentStore, ManifestEntry, StoreMaintenance
from netgpt_docs_service.usecases.findings import CheckReport, Finding, FindingKind
from netgpt_docs_service.usecases.fsck_sets import SetCheck
from netgpt_docs_service.usecases.sweep import SweepStore
from netgpt_docs_service.usecases.verify import Examined, Verification, examine, has_words

_ATTEMPTS = 3
_TELL_EVERY = 100
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckProgress:
    """How far a check has come: `done` of about `total` documents, then chunks."""

    step: str
    done: int
    total: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStore:
    """Look for what should not be in the store; a living service may write to it meanwhile.

    Whatever looks wrong is looked at again, from its manifest on, before it counts.
    """

    store: DocumentStore
    maintenance: StoreMaintenance
    sweep: SweepStore
    now: Callable[[], datetime]
    max_write_age: timedelta

    async def check(
        self,
        *,
        tenant: str | None = None,
        is_repairing: bool = False,
        tell: Callable[[CheckProgress], None],
    ) -> CheckReport:
        """Walk everything, of all tenants or of one; repair only sets that no reader can see."""
        report = CheckReport()
        totals = await self.maintenance.totals()
        await self._documents(report, tenant, _teller(tell, "documents", totals.documents))
        sets = SetCheck(
            store=self.store,
            maintenance=self.maintenance,
            sweep=self.sweep if is_repairing else None,
            now=self.now,
            oldest_write=self.now() - self.max_write_age,
            report=report,
        )
        await sets.check(tenant, _teller(tell, "chunks", totals.chunks))
        await self._vectors(report, tenant)
        if tenant is None:
            await self._strangers(report)
        if is_repairing:
            report.forgotten_tombstones = await self.sweep.forget_tombstones()
        return report

    async def _documents(
        self, report: CheckReport, tenant: str | None, tell: Callable[[int], None]
    ) -> None:
        walked = 0
        async for entry in self.maintenance.manifests(tenant=tenant):
            await self._document(report, entry)
            walked += 1
            if walked % _TELL_EVERY == 0:
                tell(walked)
        tell(walked)

    async def _document(self, report: CheckReport, entry: ManifestEntry) -> None:
        manifest = entry.manifest
        if manifest is None:
            report.documents += 1
            problem = entry.problem or ""
            report.add(_finding(FindingKind.UNREADABLE_MANIFEST, entry.tenant, entry, problem))
        elif manifest.is_tombstone:
            report.tombstones += 1
        elif not manifest.is_readable(self.now()):
            report.expired += 1
            report.chunks_expected += manifest.chunk_count + manifest.pair_count
        else:
            report.documents += 1
            await self._living(report, entry.tenant, manifest)

    async def _living(self, report: CheckReport, tenant: str, manifest: Manifest) -> None:
        """Check one document; if it moves meanwhile, what was found says nothing about it."""
        for _ in range(_ATTEMPTS):
            findings = await self._problems(tenant, manifest)
            stands = await self._standing(tenant, manifest) if findings else manifest
            if stands is None:
                return
            if stands.generation == manifest.generation:
                report.chunks_expected += manifest.chunk_count + manifest.pair_count
                for finding in findings:
                    report.add(finding)
                return
            manifest = stands
        report.restless += 1

    async def _problems(self, tenant: str, manifest: Manifest) -> list[Finding]:
        try:
            examined = await examine(self.store, tenant, manifest)
        except DocumentDamaged as error:
            return [_finding(FindingKind.UNREADABLE_CHUNK, tenant, manifest, error.message)]
        found = examined.verification
        problems = []
        if not found.is_complete:
            problems.append(_finding(FindingKind.HOLE, tenant, manifest, _hole(found)))
        elif not found.text_matches:
            problems.append(
                _finding(FindingKind.TEXT_MISMATCH, tenant, manifest, _difference(examined))
            )
        return problems

    async def _standing(self, tenant: str, manifest: Manifest) -> Manifest | None:
        """Return the manifest as it is now; None when the document is gone or unreadable now."""
        stands = await self._manifest(tenant, manifest.doc_id)
        return None if stands is None or stands.is_tombstone else stands

    async def _manifest(self, tenant: str, doc_id: str) -> Manifest | None:
        name = (tenant, doc_id)
        return (await self.maintenance.manifests_of([name])).get(name)

    async def _vectors(self, report: CheckReport, tenant: str | None) -> None:
        async for owner, chunk in self.maintenance.unembedded():
            if tenant not in (None, owner) or not has_words(chunk.text):
                continue
            stands = await self._manifest(owner, chunk.doc_id)
            place = chunk.point_id(owner)
            is_current = stands is not None and stands.generation == chunk.generation
            if is_current and await self.store.resolve(owner, [place]):
                name = f"{chunk.kind} {chunk.index}"
                detail = f"no search by meaning finds {name}: it has no vector"
                report.add(_finding(FindingKind.MISSING_VECTOR, owner, chunk, detail))

    async def _strangers(self, report: CheckReport) -> None:
        """Count points that are neither manifest nor chunk; a write between two counts is none."""
        counts = set()
        for _ in range(_ATTEMPTS):
            totals = await self.maintenance.totals()
            counts.add(totals.points - totals.documents - totals.chunks)
        if len(counts) == 1 and (strangers := counts.pop()) > 0:
            detail = f"{strangers} points are neither manifests nor chunks"
            report.add(Finding(kind=FindingKind.UNKNOWN_POINTS, detail=detail, chunks=strangers))


def _finding(
    kind: FindingKind, tenant: str, about: Manifest | Chunk | ManifestEntry, detail: str
) -> Finding:
    generation = "" if isinstance(about, ManifestEntry) else about.generation or ""
    return Finding(
        kind=kind, detail=detail, tenant=tenant, doc_id=about.doc_id, generation=generation
    )


def _hole(found: Verification) -> str:
    manifest = found.manifest
    chunks = f"{found.chunks_found} of {manifest.chunk_count} chunks are there"
    hole = chunks + _named(found.missing)
    if not manifest.pair_count and not found.pairs_found:
        return hole
    pairs = f"{found.pairs_found} of {manifest.pair_count} pairs"
    return f"{hole}; {pairs}{_named(found.missing_pairs)}"


def _named(missing: Sequence[int]) -> str:
    named = ", ".join(map(str, missing[:_MOST_NAMED]))
    more = ", ..." if len(missing) > _MOST_NAMED else ""
    return f"; missing: {named}{more}" if missing else ""


def _difference(examined: Examined) -> str:
    expected = examined.verification.manifest.char_count
    return (
        f"its text has {len(examined.text)} of {expected} characters"
        if len(examined.text) != expected
        else f"its {expected} characters are not those that were stored"
    )


def _teller(
    tell: Callable[[CheckProgress], None], step: str, total: int | None
) -> Callable[[int], None]:
    return lambda done: tell(CheckProgress(step=step, done=done, total=total))
