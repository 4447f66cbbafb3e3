"""System calls that a reader of files never needs, refused by the kernel (seccomp).

A pod may rarely make namespaces, but any process may give up system calls. Refused are those that
reach other processes, other machines, or parts of the kernel with a record of holes.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from dataclasses import dataclass

from netgpt_docs_service.extraction.sandbox.kernel import call

_REFUSED: dict[str, tuple[int, int | None]] = {
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "setpgid": (109, 154),
    "setsid": (112, 157),
    "kill": (62, 129),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "mount": (165, 40),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "open_by_handle_at": (304, 265),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "pidfd_send_signal": (424, 424),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
}
"""The numbers on x86-64 and on AArch64, which has no calls that others replaced.

io_uring makes sockets, too, past any filter.
"""
_CLONE3 = 435


@dataclass(frozen=True, slots=True)
class _Machine:
    audit_id: int
    column: int  # of the table
    clone: int
    tgkill: int
    prlimit: int
    highest: int  # above it, x86-64 has the same calls once more (x32)


_MACHINES = {
    "x86_64": _Machine(0xC000003E, 0, clone=56, tgkill=234, prlimit=302, highest=0x3FFFFFFF),
    "aarch64": _Machine(0xC00000B7, 1, clone=220, tgkill=131, prlimit=261, highest=0xFFFFFFFE),
}
_NUMBER, _MACHINE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in what the kernel shows to a filter
_LOAD, _EQUAL, _GREATER, _HAS_BITS, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE, _UNKNOWN = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
_CLONE_THREAD = 0x10000
_SET_MODE_FILTER, _PR_SET_SECCOMP = 2, 22


def filter_system_calls() -> bool:
    """Give up those calls for good, in this thread and all that it starts; say whether it worked.

    The process must have given up new privileges before.
    """
    machine = _MACHINES.get(platform.machine())
    if machine is None or os.name != "posix":
        return False
    program = b"".join(struct.pack("=HBBI", *each) for each in _program(machine, os.getpid()))
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
    try:
        call("prctl", _PR_SET_SECCOMP, _SET_MODE_FILTER, ctypes.c_char_p(header), 0, 0)
    except OSError:
        return False
    return True


def _program(machine: _Machine, pid: int) -> list[tuple[int, int, int, int]]:
    """Return instructions: what to do, how many to skip if it is so and if not, and a value."""
    numbers = [each[machine.column] for each in _REFUSED.values()]
    return [
        (_LOAD, 0, 0, _MACHINE),
        (_EQUAL, 1, 0, machine.audit_id),  # 32-bit calls have other numbers
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_GREATER, 0, 1, machine.highest),
        (_RETURN, 0, 0, _REFUSE),
        *(step for each in numbers if each is not None for step in _on_number(each, _REFUSE)),
        *_on_number(_CLONE3, _UNKNOWN),  # its arguments cannot be seen; libc falls back to clone
        (_EQUAL, 0, 4, machine.clone),  # threads, but no processes
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_HAS_BITS, 1, 0, _CLONE_THREAD),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
        (_EQUAL, 1, 0, machine.prlimit),
        (_EQUAL, 0, 4, machine.tgkill),  # abort() signals its own process
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUAL, 2, 0, pid),
        (_EQUAL, 1, 0, 0),  # 0 is oneself for prlimit, and nobody for tgkill
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]


def _on_number(number: int, action: int) -> list[tuple[int, int, int, int]]:
    return [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, action)]
