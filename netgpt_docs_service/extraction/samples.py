"""A tiny file for every reader, to load what it needs, and to see it fail, before a real one comes.

Of the packed kinds there is a Word document: they share their reader.
"""

from __future__ import annotations

import zipfile
from io import BytesIO

_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F"
    b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
    b"4 0 obj<</Length 33>>stream\nBT /F 9 Tf 9 9 Td (some) Tj ET    \nendstream endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF"
)

_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_WORD_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r" Target="word/document.xml" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/officeDocument"/></Relationships>'
    ),
    "word/document.xml": (
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        "<w:body><w:p><w:r><w:t>two</w:t></w:r></w:p></w:body></w:document>"
    ),
}


def _packed(parts: dict[str, str]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


SAMPLES: tuple[tuple[str, bytes], ...] = (
    ("a.txt", "größer".encode("cp1252")),
    ("a.md", b"# One\n\ntwo"),
    ("a.rst", b"One\n===\n\ntwo"),
    ("a.json", b'{"a": 1}'),
    ("a.xml", b"<a>1</a>"),
    ("a.ipynb", b'{"cells": [{"cell_type": "code", "source": "1"}], "nbformat": 4}'),
    ("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\nHello"),
    ("a.html", b"<html><body><article><h1>One</h1><p>two</p></article></body></html>"),
    ("a.pdf", _PDF),
    ("a.docx", _packed(_WORD_PARTS)),
    ("a.csv", b"a,b\n1,2"),
    ("a.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello"),
    ("a.rtf", rb"{\rtf1 two}"),
    ("a.tex", b"\\section{One} two"),
    ("a.eml", b"Subject: one\nFrom: a@example.org\n\ntwo"),
)
