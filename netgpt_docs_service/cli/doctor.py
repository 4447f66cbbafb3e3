"""`netgpt-docs doctor`: look at everything a start needs, and say what is wrong with it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.markup import escape

from netgpt_docs_service.cli.dev_key import read_dev_key
from netgpt_docs_service.cli.output import OUT, JsonOption, print_json
from netgpt_docs_service.cli.start import start_settings
from netgpt_docs_service.errors import ConfigurationError, ServiceError
from netgpt_docs_service.observability.cpus import cpu_budget
from netgpt_docs_service.settings import Settings
from netgpt_docs_service.version import __version__


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    is_good: bool
    detail: str


def doctor(*, as_json: JsonOption = False) -> None:
    """Check settings, keys, where documents are kept, and model; exit 1 when something is wrong."""
    findings = list(_findings())
    is_good = all(finding.is_good for finding in findings)
    if as_json:
        checks = {each.name: {"ok": each.is_good, "detail": each.detail} for each in findings}
        print_json({"ok": is_good, "version": __version__, "checks": checks})
    else:
        for each in findings:
            mark = "[green]ok[/green]  " if each.is_good else "[red]FAIL[/red]"
            OUT.print(f"{mark} {each.name}: {escape(each.detail)}")
    if not is_good:
        raise typer.Exit(1)


def _findings() -> Iterator[Finding]:
    try:
        settings = start_settings()
    except ConfigurationError as error:
        yield Finding("settings", is_good=False, detail=error.message)
        return
    yield Finding("settings", is_good=True, detail="every setting is valid")
    checks: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("keys", _keys),
        *_STORE_CHECKS[bool(settings.qdrant_url)],
        ("model", _model),
        ("cpu", _cpu),
        ("files", _files),
    )
    for name, check in checks:
        try:
            yield Finding(name, is_good=True, detail=check(settings))
        except ServiceError as error:
            yield Finding(name, is_good=False, detail=error.message)


def _keys(settings: Settings) -> str:
    from netgpt_docs_service.app import configured_keys  # noqa: PLC0415  a second of imports

    keys = list(configured_keys(settings))
    if keys:
        return f"{len(keys)} keys: {', '.join(sorted(key.key_id for key in keys))}"
    if read_dev_key(settings.data_dir):
        return "only the development key of serve --dev"
    message = "no key: set API_KEY or API_KEYS_FILE, or use serve --dev on this machine"
    raise ConfigurationError(message)


def _data_directory(settings: Settings) -> str:
    from netgpt_docs_service.wiring.stores import owner_address  # noqa: PLC0415  imports numpy

    folder = _existing(settings.data_dir)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        message = f"{folder} cannot be written: {error.strerror or error}"
        raise ConfigurationError(message) from error
    address = owner_address(settings.data_dir)
    used_by = f"in use by the service at {address}" if address else "not in use"
    return f"{settings.data_dir.resolve()} is writable, {used_by}"


def _disk(settings: Settings) -> str:
    free_mb = shutil.disk_usage(_existing(settings.data_dir)).free // 2**20
    detail = f"{free_mb} MiB free, MIN_FREE_DISK_MB is {settings.min_free_disk_mb}"
    if free_mb < settings.min_free_disk_mb:
        raise ConfigurationError(detail)
    return detail


def _server(settings: Settings) -> str:
    from netgpt_docs_service.wiring.stores import describe_server  # noqa: PLC0415  imports numpy

    return asyncio.run(describe_server(settings))


_STORE_CHECKS: dict[bool, tuple[tuple[str, Callable[[Settings], str]], ...]] = {
    False: (("data directory", _data_directory), ("disk", _disk)),
    True: (("qdrant", _server),),
}
"""By whether a server keeps the documents."""


def _model(settings: Settings) -> str:
    from netgpt_docs_service.wiring.model import describe_model  # noqa: PLC0415  imports numpy

    return describe_model(settings)


def _cpu(settings: Settings) -> str:
    budget = cpu_budget()
    threads = settings.engine_threads(budget.usable)
    return f"{budget.usable} of {budget} may be used, the engine takes {threads}"


def _files(settings: Settings) -> str:
    from netgpt_docs_service.wiring.extraction import describe_extraction  # noqa: PLC0415  pydantic

    return asyncio.run(describe_extraction(settings))


def _existing(folder: Path) -> Path:
    try:
        folder = folder.resolve()
        return folder if folder.exists() else _existing(folder.parent)
    except (OSError, RuntimeError) as error:  # RuntimeError: symbolic links in a circle
        message = f"{folder} cannot be looked at: {error}"
        raise ConfigurationError(message) from error
