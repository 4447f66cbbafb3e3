from __future__ import annotations

from pathlib import Path

import pytest

from netgpt_docs_service.embedding.cpu_features import computes_bf16

AMX = "fpu sse2 avx512f avx512_vnni avx512_bf16 amx_bf16 amx_tile amx_int8"
ZEN = "fpu sse2 avx512f avx512_vnni avx512_bf16"
OLD = "fpu sse2 avx2"


@pytest.fixture
def cpuinfo(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    file = tmp_path / "cpuinfo"
    file.write_text(f"processor\t: 0\nflags\t\t: {request.param}\nbugs\t\t: amx_bf16\n")
    return file


@pytest.mark.parametrize(
    ("cpuinfo", "isa_limit", "expected"),
    [
        (AMX, "", True),
        (ZEN, "", True),
        (OLD, "", False),
        (AMX, "AVX512_CORE_VNNI", False),
        (ZEN, "AVX512_CORE_VNNI", False),
        (ZEN, "avx512_core_bf16", True),
        (AMX, "AVX512_CORE_AMX", True),
        (AMX, "SSE41", False),
        (AMX, "a name of the future", False),
    ],
    indirect=["cpuinfo"],
)
def test_bf16_needs_the_cpu_and_leave_to_use_it(
    cpuinfo: Path, isa_limit: str, *, expected: bool
) -> None:
    assert computes_bf16(isa_limit=isa_limit, cpuinfo=cpuinfo) is expected


def test_a_machine_that_tells_nothing_has_no_bf16(tmp_path: Path) -> None:
    assert not computes_bf16(cpuinfo=tmp_path / "missing")
