"""What this CPU's matrix units can do."""

from __future__ import annotations

from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
# oneDNN's own names, and the bf16 units that each still lets it use. A name that is not here
# belongs to an older CPU, which has neither.
_BF16_UNDER_LIMIT = {
    "": frozenset({"avx512_bf16", "amx_bf16"}),
    "ALL": frozenset({"avx512_bf16", "amx_bf16"}),
    "DEFAULT": frozenset({"avx512_bf16", "amx_bf16"}),
    "AVX512_CORE_BF16": frozenset({"avx512_bf16"}),
    "AVX512_CORE_FP16": frozenset({"avx512_bf16"}),
    "AVX10_1_512": frozenset({"avx512_bf16"}),
    "AVX512_CORE_AMX": frozenset({"avx512_bf16", "amx_bf16"}),
    "AVX512_CORE_AMX_FP16": frozenset({"avx512_bf16", "amx_bf16"}),
    "AVX10_1_512_AMX": frozenset({"avx512_bf16", "amx_bf16"}),
    "AVX10_1_512_AMX_FP16": frozenset({"avx512_bf16", "amx_bf16"}),
}


def computes_bf16(*, isa_limit: str = "", cpuinfo: Path = _CPUINFO) -> bool:
    """Whether bf16 products run in hardware; elsewhere they are emulated, up to 100 times slower.

    `isa_limit` is oneDNN's ONEDNN_MAX_CPU_ISA. A CPU that does not tell its features has none.
    """
    allowed = _BF16_UNDER_LIMIT.get(isa_limit.upper(), frozenset())
    return not allowed.isdisjoint(_flags(cpuinfo))


def _flags(cpuinfo: Path) -> frozenset[str]:
    try:
        lines = cpuinfo.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return frozenset()
    flags = next((line for line in lines if line.startswith("flags")), "")
    return frozenset(flags.partition(":")[2].split())
