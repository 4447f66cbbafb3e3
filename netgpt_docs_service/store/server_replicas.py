"""How many shards and copies a collection on a server has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TypeAlias

from qdrant_client import models

Consistency: TypeAlias = int | models.ReadConsistencyType

# Peers from which on chunks are written and everything is read with one of them lost. What decides
# between writers goes through the node with the highest id of those that hold the shard, dead or
# not: while that one is down, its shards take no flip.
_CLUSTER = 3


_REMEDY = (
    "With {replication} nodes: PATCH /collections/{name} with the params replication_factor "
    "{replication} and write_consistency_factor {write_consistency}, then replicate_shard each "
    "shard to the nodes without it (POST /collections/{name}/cluster); or set QDRANT_REPLICATION "
    "and QDRANT_WRITE_CONSISTENCY to what it has"
)


def _copies(count: int) -> str:
    return "1 copy" if count == 1 else f"{count} copies"


def consistency_of(word: str) -> Consistency:
    """Read a number of replicas, or majority, quorum or all."""
    return int(word) if word.isdigit() else models.ReadConsistencyType(word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicas:
    """What a collection has: shards, copies of each, and how many copies a write must reach."""

    shards: int
    replication: int
    write_consistency: int

    def __str__(self) -> str:
        """Say it in words, for the log."""
        return (
            f"{self.shards} shards, {self.replication} copies of each, writes reach "
            f"{self.write_consistency}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaWish:
    """What the operator asks for; None leaves it to the size of the cluster."""

    shards: int | None = None
    replication: int | None = None
    write_consistency: int | None = None

    def granted(self, peers: int) -> Replicas:
        """Return what a cluster of `peers` can give: no more copies than there are peers."""
        is_cluster = peers >= _CLUSTER
        replication = min(self.replication or _CLUSTER, peers)
        return Replicas(
            shards=self.shards or min(_CLUSTER, peers),
            replication=replication,
            write_consistency=min(self.write_consistency or (2 if is_cluster else 1), replication),
        )

    def shortfalls(self, stored: Replicas, peers: int, real_name: str) -> Iterator[str]:
        """Say what of `stored` is less than `peers` nodes give today, and what to do about it."""
        wanted = self.granted(max(peers, _CLUSTER))
        if self.replication is None and stored.replication < wanted.replication:
            yield (
                f"each shard has {_copies(stored.replication)}, and the cluster has {peers} nodes: "
                "with one of them down, documents cannot be written or not even be read. "
                + _REMEDY.format(name=real_name, **asdict(wanted))
            )
        elif self.write_consistency is None and (
            stored.write_consistency < wanted.write_consistency
        ):
            yield (
                f"a write reaches {_copies(stored.write_consistency)} for certain: one node that "
                "is lost may take it along. " + _REMEDY.format(name=real_name, **asdict(wanted))
            )

    def differences(self, stored: Replicas) -> Iterator[str]:
        """Name what was asked for and is otherwise in a collection that exists."""
        has = asdict(stored)
        for name, wanted in asdict(self).items():
            if wanted is not None and wanted != has[name]:
                setting = f"QDRANT_{name.upper()}"
                yield f"{setting} is {wanted}, the collection was made with {has[name]}"
