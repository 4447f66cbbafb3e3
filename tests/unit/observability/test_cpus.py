"""The CPUs of this process: what the kernel would give it, less what its groups may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from netgpt_docs_service.observability.cpus import CpuBudget, cpu_budget, usable_cpus


@pytest.fixture(autouse=True)
def _sixteen_cpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)


def group(folder: Path, membership: str, **files: str) -> dict[str, Path]:
    for name, content in files.items():
        path = folder / "groups" / name.replace("__", "/").replace("_max", ".max")
        path = path.with_name(path.name.replace("cpu_cfs", "cpu.cfs"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content + "\n")
    (folder / "membership").write_text(membership + "\n")
    return {"membership": folder / "membership", "groups": folder / "groups"}


@pytest.mark.parametrize(
    ("quota", "cpus"), [("250000 100000", 2), ("50000 100000", 1), ("max 100000", 16), ("", 16)]
)
def test_a_container_has_the_whole_cpus_of_its_quota(tmp_path: Path, quota: str, cpus: int) -> None:
    assert usable_cpus(**group(tmp_path, "0::/", cpu_max=quota)) == cpus


def test_the_least_quota_of_all_groups_above_counts(tmp_path: Path) -> None:
    places = group(tmp_path, "0::/a/b", a__b__cpu_max="800000 100000", a__cpu_max="300000 100000")

    assert usable_cpus(**places) == 3


@pytest.mark.parametrize(("quota", "cpus"), [("400000", 4), ("190000", 1), ("9", 1), ("-1", 16)])
def test_the_first_version_of_groups_is_read_too(tmp_path: Path, quota: str, cpus: int) -> None:
    places = group(
        tmp_path,
        "5:memory:/docker/x\n4:cpu,cpuacct:/docker/x",
        cpu__cpu_cfs_quota_us=quota,
        cpu__cpu_cfs_period_us="100000",
    )

    assert usable_cpus(**places) == cpus


def test_the_first_version_counts_the_group_above_too(tmp_path: Path) -> None:
    places = group(
        tmp_path,
        "4:cpu,cpuacct:/pod/container",
        cpu__pod__cpu_cfs_quota_us="250000",
        cpu__pod__cpu_cfs_period_us="100000",
        cpu__pod__container__cpu_cfs_quota_us="-1",
        cpu__pod__container__cpu_cfs_period_us="100000",
    )

    assert usable_cpus(**places) == 2


def test_an_affinity_smaller_than_the_quota_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 5, 6})

    assert usable_cpus(**group(tmp_path, "0::/", cpu_max="800000 100000")) == 3


def test_the_budget_tells_what_it_was_made_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 32)
    budget = cpu_budget(**group(tmp_path, "0::/", cpu_max="250000 100000"))

    assert budget == CpuBudget(machine=32, affinity=16, quota=2.5)
    assert str(budget) == "32 CPUs (quota 2.5, affinity 16)"


def test_without_groups_and_affinity_the_machine_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)

    assert usable_cpus(membership=tmp_path / "none", groups=tmp_path) == 6
