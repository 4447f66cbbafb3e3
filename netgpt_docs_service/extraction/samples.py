"""A tiny file of every kind, to load what reads it before the first real one comes."""

from __future__ import annotations

_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F"
    b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
    b"4 0 obj<</Length 33>>stream\nBT /F 9 Tf 9 9 Td (some) Tj ET    \nendstream endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF"
)

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
    ("a.rtf", rb"{\rtf1 two}"),
    ("a.tex", b"\\section{One} two"),
    ("a.eml", b"Subject: one\nFrom: a@example.org\n\ntwo"),
)
