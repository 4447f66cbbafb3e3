"""What this CPU's matrix units can do."""

from __future__ import annotations

from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
# oneDNN's own names of limits under which bf16 units may be used. A name that is in neither belongs
# to an older CPU, which has none.
_LIMITS_WITH_AMX = frozenset(
    {
        "",
        "ALL",
        "DEFAULT",
        "AVX512_CORE_AMX",
        "AVX512_CORE_AMX_FP16",
        "AVX10_1_512_AMX",
        "AVX10_1_512_AMX_FP16",
    }
)
_LIMITS_WITHOUT_AMX = frozenset({"AVX512_CORE_BF16", "AVX512_CORE_FP16", "AVX10_1_512"})


def computes_bf16(*, isa_limit: str = "", cpuinfo: Path = _CPUINFO) -> bool:
    """Whether bf16 products run in hardware; elsewhere they are emulated, up to 100 times slower.

    `isa_limit` is oneDNN's ONEDNN_MAX_CPU_ISA. A CPU that does not tell its features has none.
    """
    limit, flags = isa_limit.upper(), _flags(cpuinfo)
    if limit in _LIMITS_WITH_AMX:
        return not flags.isdisjoint({"avx512_bf16", "amx_bf16"})
    return limit in _LIMITS_WITHOUT_AMX and "avx512_bf16" in flags


def _flags(cpuinfo: Path) -> frozenset[str]:
    try:
        lines = cpuinfo.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return frozenset()
    flags = next((line for line in lines if line.startswith("flags")), "")
    return frozenset(flags.partition(":")[2].split())
