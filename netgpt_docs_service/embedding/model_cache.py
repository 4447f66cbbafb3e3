"""Converted models on disk: made once, whole or not at all, and looked through before use.

The hashes tell damage, not malice: whoever may write to the folder decides what is computed.
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from netgpt_docs_service.embedding.file_hash import sha256_of

_LOG = logging.getLogger(__name__)
_MANIFEST = "manifest.json"
_BUILDING = ".building-"
_ABANDONED_S = 3600.0  # a build takes minutes at most; an older one was killed


@dataclass(frozen=True, slots=True)
class ModelCache:
    """A folder of entries, each named by the key of what it was made from.

    Entries may be deleted at any time. Several processes may share the folder.
    """

    root: Path

    @contextmanager
    def entry(self, key: str, build: Callable[[Path], None]) -> Iterator[Path]:
        """Lend the folder of `key`; `build` fills an empty one when it is missing or damaged.

        A cache that cannot be written costs a build at every start: then the folder is a temporary
        one, gone when this ends.
        """
        found = self.root / key
        if _is_whole(found):
            yield found
            return
        with self._workshop() as (made, is_shared):
            build(made)
            _seal(made)
            yield _published(made, found) if is_shared else made

    @contextmanager
    def _workshop(self) -> Iterator[tuple[Path, bool]]:
        """Lend an empty folder, and whether it lies beside the entries."""
        is_shared = True
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            _remove_abandoned(self.root)
            workshop = tempfile.TemporaryDirectory(dir=self.root, prefix=_BUILDING)
        except OSError as error:
            is_shared = False
            _LOG.warning(
                "the model cache %s cannot be written, so every start converts the model: %s",
                self.root,
                error,
            )
            workshop = tempfile.TemporaryDirectory(prefix="netgpt-docs-model-")
        with workshop as name:
            made = Path(name) / "entry"  # with the umask's rights; its parent is for us alone
            made.mkdir()
            yield made, is_shared


def _published(made: Path, target: Path) -> Path:
    """Move `made` to `target`; when another process was faster, use what it made."""
    with suppress(OSError):
        return made.rename(target)
    if _is_whole(target):
        return target
    with suppress(OSError):  # aside, and away with the workshop: nobody reads half of an entry
        target.rename(made.parent / "damaged")
    with suppress(OSError):
        return made.rename(target)
    return made  # somebody is at it: this start can do with what it made


def _seal(folder: Path) -> None:
    hashes = {file.name: sha256_of([file]) for file in sorted(folder.iterdir())}
    (folder / _MANIFEST).write_text(json.dumps(hashes), encoding="utf-8")


def _is_whole(folder: Path) -> bool:
    try:
        hashes = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        is_whole = bool(hashes) and all(
            sha256_of([folder / name]) == sha256 for name, sha256 in hashes.items()
        )
    except FileNotFoundError:
        is_whole = False
    except (OSError, ValueError, AttributeError) as error:
        _LOG.debug("the manifest in %s is not readable: %s", folder, error)
        is_whole = False
    if not is_whole and folder.exists():
        _LOG.warning("the converted model in %s is damaged and is made again", folder)
    return is_whole


def _remove_abandoned(root: Path) -> None:
    for workshop in root.glob(f"{_BUILDING}*"):
        with suppress(OSError):  # another process removes it, too
            if time.time() - workshop.stat().st_mtime > _ABANDONED_S:
                shutil.rmtree(workshop)
