"""What the face remembers beside the shards: collections, aliases, indexes; over restarts, too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from tests.support.qdrant_face.collection_layout import patched
from tests.support.qdrant_face.face_collection import FaceCollection
from tests.support.qdrant_face.refusals import Refused, no_collection, refuse_input

Json: TypeAlias = dict[str, Any]

_FORBIDDEN_CHARACTERS = set('<>:"/\\|?*\0\x1f')


class Catalogue:
    """All collections of one face, in one folder that no other face has open."""

    def __init__(self, folder: Path, *, peer_count: int) -> None:
        """Open what is in `folder`."""
        self.peer_count = peer_count
        self._folder = folder
        self._file = folder / "catalogue.json"
        folder.mkdir(parents=True, exist_ok=True)
        kept = json.loads(self._file.read_text()) if self._file.exists() else {}
        self._entries: dict[str, Json] = kept.get("collections", {})
        self.aliases: dict[str, str] = kept.get("aliases", {})
        self._open = {
            name: FaceCollection(self._path(name), entry) for name, entry in self._entries.items()
        }

    @property
    def snapshots(self) -> Path:
        return self._folder / "snapshots"

    def close(self) -> None:
        for collection in self._open.values():
            collection.close()

    def names(self) -> list[str]:
        return sorted(self._open)

    def named(self, name: str) -> FaceCollection:
        """Return the collection of that name or alias."""
        collection = self._open.get(self.aliases.get(name, name))
        if collection is None:
            raise no_collection(name)
        return collection

    def holds(self, name: str) -> bool:
        return self.aliases.get(name, name) in self._open

    def create(self, name: str, config: Json) -> None:
        if name in self._open:
            raise Refused(409, f"Wrong input: Collection `{name}` already exists!")
        if name in self.aliases:
            text = (
                f"Can't create collection with name {name}. Alias with the same name already exists"
            )
            refuse_input(text)
        if not name or _FORBIDDEN_CHARACTERS & set(name):
            text = "collection name cannot contain forbidden characters"
            raise Refused(422, f"Validation error in path parameters: [{name}: {text}]")
        if not config.get("shard_number"):
            config = {**config, "shard_number": self.peer_count}
        created_at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        entry: Json = {"config": config, "indexes": {}, "created_at": created_at}
        self._open[name] = FaceCollection(self._path(name), entry)
        self._entries[name] = entry
        self._save()

    def delete(self, name: str) -> bool:
        collection = self._open.pop(name, None)
        if collection is None:
            return False
        del self._entries[name]
        self.aliases = {alias: owner for alias, owner in self.aliases.items() if owner != name}
        self._save()
        collection.remove()
        return True

    def patch(self, name: str, change: Mapping[str, Any]) -> None:
        collection = self.named(name)
        collection.entry["config"] = patched(collection.config, change)
        self._save()

    def keep_index(self, name: str, field: str, schema: str | Json | None) -> None:
        """Note a payload index; None for one that was removed."""
        indexes = self.named(name).entry["indexes"]
        if schema is None:
            indexes.pop(field, None)
        else:
            indexes[field] = schema
        self._save()

    def change_aliases(self, actions: list[Json]) -> None:
        """Apply all actions or none."""
        aliases = dict(self.aliases)
        for action in actions:
            self._change(aliases, action)
        self.aliases = aliases
        self._save()

    def _change(self, aliases: dict[str, str], action: Json) -> None:
        if "create_alias" in action:
            alias = action["create_alias"]["alias_name"]
            owner = action["create_alias"]["collection_name"]
            if owner not in self._open:
                raise no_collection(owner)
            if alias in self._open:
                raise Refused(409, f"Wrong input: Collection `{alias}` already exists!")
            aliases[alias] = owner
        elif "delete_alias" in action:
            # A server answers the deletion of an alias that is not there like any other.
            aliases.pop(action["delete_alias"]["alias_name"], None)
        else:
            old = action["rename_alias"]["old_alias_name"]
            if old not in aliases:
                raise Refused(404, f"Not found: Alias {old} does not exists!")
            aliases[action["rename_alias"]["new_alias_name"]] = aliases.pop(old)

    def _path(self, name: str) -> Path:
        return self._folder / "collections" / name

    def _save(self) -> None:
        draft = self._file.with_suffix(".new")
        draft.write_text(json.dumps({"collections": self._entries, "aliases": self.aliases}))
        draft.replace(self._file)
