from __future__ import annotations

import random

import pytest

from netgpt_docs_service.errors import UnsupportedFile
from netgpt_docs_service.extraction.encoding import decode
from tests.support.files.texts import FRENCH, JAPANESE


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (JAPANESE, "utf-8"),
        (JAPANESE, "utf-8-sig"),
        (JAPANESE, "utf-16"),
        (JAPANESE, "utf-16-le"),
        (JAPANESE, "utf-16-be"),
        (JAPANESE, "utf-32"),
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
        (JAPANESE, "iso2022_jp"),
        (FRENCH, "cp1252"),
        ("Größe über alles schön\n", "iso8859-1"),
        ("Zażółć gęślą jaźń, proszę państwa\n", "cp1250"),
        ("Это русский текст для проверки.\n", "cp1251"),
        ("Это русский текст для проверки.\n", "koi8_r"),
        ("这是一个中文文本文件、用来测试编码。\n", "gb18030"),
        ("這是一個中文文字檔案、用來測試編碼。\n", "big5"),
        ("이것은 한국어 텍스트입니다.\n", "cp949"),
    ],
)
def test_a_text_is_read_in_its_own_encoding(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).text == text


def test_a_guess_is_said_to_be_one() -> None:
    assert decode(FRENCH.encode("cp1252")).warnings == (
        "no encoding was named; read as cp1252, which is a guess",
    )


@pytest.mark.parametrize(
    ("content", "charset"),
    [
        (FRENCH.encode("mac_roman"), "macintosh"),
        (b'<meta charset="macintosh">' + FRENCH.encode("mac_roman"), None),
        (b"<?xml version='1.0' encoding='macintosh'?>" + FRENCH.encode("mac_roman"), None),
    ],
)
def test_an_encoding_that_is_named_is_no_guess(content: bytes, charset: str | None) -> None:
    decoded = decode(content, charset=charset)

    assert decoded.text.endswith(FRENCH)
    assert decoded.warnings == ()


def test_utf_8_is_believed_more_than_what_was_declared() -> None:
    assert decode(JAPANESE.encode(), charset="iso-8859-1").text == JAPANESE


@pytest.mark.parametrize("charset", ["punycode", "unicode_escape", "rot13", "no such", "\0"])
def test_a_charset_that_no_file_is_in_is_not_tried(charset: str) -> None:
    assert decode(FRENCH.encode("cp1252"), charset=charset).text == FRENCH


def test_a_few_broken_bytes_are_replaced_and_counted() -> None:
    decoded = decode((JAPANESE * 20).encode() + b"caf\xe9 here\n")

    assert decoded.text.endswith("caf\ufffd here\n")
    assert decoded.warnings == ("1 broken bytes or characters (utf-8) were replaced by U+FFFD",)


@pytest.mark.parametrize(
    "content", [random.Random(1).randbytes(3000), bytes(100), b"text" + bytes(range(32)) * 9]
)
def test_bytes_that_are_no_text_are_called_binary(content: bytes) -> None:
    with pytest.raises(UnsupportedFile, match="binary data of no known kind"):
        decode(content)


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "content",
    [
        (FRENCH * 100_000).encode("cp1252"),
        (JAPANESE * 60_000).encode("cp932"),
        b"word " * 2_000_000 + b"caf\xe9",
        b"x" * 10_000_000 + b"\xe9",
    ],
)
def test_a_large_text_is_decoded_in_little_time(content: bytes) -> None:
    assert len(decode(content).text) > 10**6
