from __future__ import annotations

import re

import pytest

from netgpt_docs_service.errors import (
    DamagedFile,
    EncryptedFile,
    FileRefused,
    UnsafeFile,
    UnsupportedFile,
)
from netgpt_docs_service.extraction.reader import ReadLimits
from netgpt_docs_service.extraction.zip_check import check_zip
from tests.support.files.zips import (
    make_encrypted_zip,
    make_endless_directory,
    make_lying_zip,
    make_overlapping_zip,
    make_quarrelling_zip,
    make_zip,
)

ZEROS = bytes(3_000_000)
INNER = make_zip({"c": b"word"})
MIDDLE = make_zip({"b": INNER})
NESTED = make_zip({"a": MIDDLE})


def test_a_good_zip_says_what_is_in_it() -> None:
    packed = check_zip(make_zip({"mimetype": b"application/x", "a/b": b"1234"}), ReadLimits())

    assert (packed.names, packed.unpacked_bytes) == (frozenset({"mimetype", "a/b"}), 17)
    assert packed.mimetype == "application/x"


def test_zips_in_zips_count_together() -> None:
    assert check_zip(NESTED, ReadLimits()).unpacked_bytes == len(MIDDLE) + len(INNER) + 4


@pytest.mark.parametrize(
    ("content", "limits", "error", "said"),
    [
        (make_zip({"a": ZEROS}), ReadLimits(), UnsafeFile, "3000000 bytes from .* 200 times"),
        (
            make_zip({"a": ZEROS}),
            ReadLimits(unpacked_bytes=10**6, unpacked_ratio=10**6),
            UnsafeFile,
            "3000000 bytes; the limit is 1000000",
        ),
        (
            make_zip({"a": ZEROS, "b": bytes(range(256)) * 10}, method=8),
            ReadLimits(unpacked_ratio=900),
            UnsafeFile,
            "entry 'a' unpacks",
        ),
        (make_zip(dict.fromkeys("abc", b"")), ReadLimits(entries=2), UnsafeFile, "2 entries"),
        (NESTED, ReadLimits(nesting=1), UnsafeFile, "more zips than may be nested"),
        (
            make_zip({"a": make_zip({"b": ZEROS}, method=0)}, method=0),
            ReadLimits(unpacked_bytes=5_000_000),
            UnsafeFile,
            "the limit is",
        ),
        (make_overlapping_zip(3), ReadLimits(), UnsafeFile, "overlap"),
        (make_zip({"../a": b""}), ReadLimits(), UnsafeFile, r"outside of it: '\.\./a'"),
        (make_zip({"/etc/a": b""}), ReadLimits(), UnsafeFile, "outside"),
        (
            make_zip({"a": b"", "b": b""}).replace(b"b", b"a"),
            ReadLimits(),
            UnsafeFile,
            "two entries",
        ),
        (make_quarrelling_zip(), ReadLimits(), UnsafeFile, "the directory"),
        (
            make_lying_zip(announced_bytes=100, content=b"word" * 1000),
            ReadLimits(),
            UnsafeFile,
            "more than the 100 bytes",
        ),
        (
            make_lying_zip(announced_bytes=9000, content=b"word"),
            ReadLimits(),
            DamagedFile,
            "checksum",
        ),
        (make_encrypted_zip(), ReadLimits(), EncryptedFile, "password"),
        (make_zip({"a": b"word"}, method=12), ReadLimits(), UnsupportedFile, "method 12"),
        (make_zip({"a": b"word" * 99})[:-30], ReadLimits(), DamagedFile, "cut off"),
        (b"PK\x03\x04", ReadLimits(), DamagedFile, "cut off"),
        (make_endless_directory(100_000), ReadLimits(), UnsafeFile, "10000 entries"),
    ],
)
def test_a_zip_that_is_none_for_reading_is_refused_by_name_and_limit(
    content: bytes, limits: ReadLimits, error: type[FileRefused], said: str
) -> None:
    with pytest.raises(error) as refused:
        check_zip(content, limits)

    assert re.search(said, refused.value.message)
