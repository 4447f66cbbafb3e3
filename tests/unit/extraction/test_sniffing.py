from __future__ import annotations

import re

import pytest

from netgpt_docs_service.errors import EncryptedFile, FileRefused, UnsupportedFile
from netgpt_docs_service.extraction import media_types as types
from netgpt_docs_service.extraction.sniffing import sniff
from tests.support.files.reading_texts import LIMITS
from tests.support.files.texts import make_eml, make_notebook, make_page
from tests.support.files.zips import make_office_zip, make_zip

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
WORD = make_office_zip()


@pytest.mark.parametrize(
    ("content", "name", "declared", "kind"),
    [
        (b"%PDF-1.7 ...", "", None, types.PDF),
        (b"\n<junk>" * 20 + b"%PDF-1.4 endobj", "a.txt", None, types.PDF),
        (b'MAGIC = b"%PDF-1.4"', "magic.py", None, types.SOURCE),
        (WORD, "", None, types.DOCX),
        (make_zip({"[Content_Types].xml": b"", "ppt/presentation.xml": b""}), "", None, types.PPTX),
        (make_zip({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "", None, types.XLSX),
        (make_zip({"mimetype": b"application/vnd.oasis.opendocument.text"}), "", None, types.ODT),
        (make_zip({"mimetype": b"application/epub+zip"}), "", None, types.EPUB),
        (OLE2 + "__properties_version1.0\0".encode("utf-16-le"), "", None, types.MSG),
        (OLE2 + "WordDocument\0".encode("utf-16-le"), "", None, types.DOC),
        (rb"{\rtf1 words}", "", None, types.RTF),
        (make_page("words").encode(), "", None, types.HTML),
        (b"<!-- x --><html><p>words", "a.txt", None, types.HTML),
        (b"<html>", "page.php", None, types.SOURCE),
        (b"words", "a.html", None, types.PLAIN),
        (b"<?xml version='1.0'?><a/>", "", None, types.XML),
        (b"<?xml version='1.0'?><html><p>x", "a.xml", None, types.HTML),
        (b'{"a": 1}', "", None, types.JSON),
        (b'{"a": 1}', "a.txt", None, types.PLAIN),
        (make_notebook({"source": "x"}).encode(), "", None, types.NOTEBOOK),
        (make_eml(), "", None, types.EML),
        (make_eml(), "a.txt", None, types.PLAIN),
        (b"From here on: words\nTo be or not", "", None, types.PLAIN),
        (b"WEBVTT\n\n", "", None, types.VTT),
        (b"1\r\n00:00:01,000 --> 00:00:02,000\r\nx", "a.txt", None, types.SRT),
        (b"# Title", "README.md", None, types.MARKDOWN),
        (b"# Title", "x/y.d/README", "text/markdown; charset=utf-8", types.MARKDOWN),
        (b"a,b", "data", "text/csv", types.CSV),
        (b"ID3 tags are for music", "", None, types.PLAIN),
        (b"BMW and MZ made motorcycles", "", None, types.PLAIN),
    ],
)
def test_a_file_is_what_its_content_is(
    content: bytes, name: str, declared: str | None, kind: str
) -> None:
    sniffed = sniff(content, name=name, declared_type=declared, limits=LIMITS)

    assert sniffed.media_type == kind


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x7fELF\2\1\1" + bytes(60), "an ELF executable"),
        (b"MZ\x90\0" + bytes(60), "a Windows executable"),
        (b"\xcf\xfa\xed\xfe" + bytes(60), "a Mach-O executable"),
        (b"\xca\xfe\xba\xbe\0\0\0\x34", "a Java class"),
        (b"\0asm\1\0\0\0", "a WebAssembly module"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"\x1f\x8b\x08\0", "a gzip archive"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"Rar!\x1a\x07\x01\0", "a RAR archive"),
        (bytes(257) + b"ustar", "a tar archive"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b"\0\0\0\x20ftypisom", "an MP4"),
        (b"RIFF\0\0\0\0WAVE", "a WAV recording"),
        (make_zip({"a.txt": b"words"}), "a ZIP archive"),
        (make_zip({"mimetype": b"application/x-thing"}), "'application/x-thing'"),
        (make_zip({"META-INF/MANIFEST.MF": b""}), "a Java archive"),
        (OLE2, "OLE2 container of no known kind"),
        (bytes(range(256)) * 4, "binary data of no known kind"),
    ],
)
def test_a_file_that_is_not_read_is_named(content: bytes, said: str) -> None:
    with pytest.raises(UnsupportedFile, match=re.escape(said)):
        sniff(content, name="notes.txt", declared_type="text/plain", limits=LIMITS)


def test_an_encrypted_office_document_asks_for_its_password() -> None:
    content = OLE2 + "EncryptedPackage\0".encode("utf-16-le")

    with pytest.raises(EncryptedFile, match="password"):
        sniff(content, name="a.docx", declared_type=None, limits=LIMITS)


@pytest.mark.parametrize(
    ("content", "name", "declared", "warnings"),
    [
        (WORD, "a.pdf", None, ("its name says a PDF, it is a Word document",)),
        (WORD, "a", "application/pdf", ("declared application/pdf, it is a Word document",)),
        (WORD, "a.docx", "application/octet-stream", ()),
        (b"words", "a.docx", None, ("its name says a Word document, it is plain text",)),
        (
            make_page("x").encode(),
            "a.xls",
            None,
            ("its name says an Excel 97 workbook, it is a web page",),
        ),
        (b"words", "a.md", "text/plain", ()),
        (b"words", "a.unknown", "image/png", ("declared image/png, it is plain text",)),
    ],
)
def test_a_wrong_name_or_declaration_is_a_warning(
    content: bytes, name: str, declared: str | None, warnings: tuple[str, ...]
) -> None:
    assert sniff(content, name=name, declared_type=declared, limits=LIMITS).warnings == warnings


@pytest.mark.parametrize(
    ("declared", "charset"),
    [
        ('text/plain; charset="Shift_JIS"', "Shift_JIS"),
        ("text/plain", None),
        ("\r\n;;charset", None),
        (None, None),
    ],
)
def test_the_declared_charset_is_handed_on(declared: str | None, charset: str | None) -> None:
    assert sniff(b"words", name="", declared_type=declared, limits=LIMITS).charset == charset


def test_a_name_is_only_a_label() -> None:
    for name in ("../../etc/passwd\0.md", "a/b\\c.md", "." * 5000 + ".md", "\ud800.md"):
        kind = sniff(b"words", name=name, declared_type=None, limits=LIMITS)
        assert kind.media_type == types.MARKDOWN


def test_every_refusal_is_of_the_tree_of_errors() -> None:
    with pytest.raises(FileRefused):
        sniff(b"PK\x03\x04", name="", declared_type=None, limits=LIMITS)
