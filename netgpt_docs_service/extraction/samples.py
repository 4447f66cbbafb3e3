"""A tiny file of every kind, to load what reads it before the first real one comes."""

from __future__ import annotations

SAMPLES: tuple[tuple[str, bytes], ...] = (
    ("a.txt", "größer".encode("cp1252")),
    ("a.md", b"# One\n\ntwo"),
    ("a.rst", b"One\n===\n\ntwo"),
    ("a.json", b'{"a": 1}'),
    ("a.xml", b"<a>1</a>"),
    ("a.ipynb", b'{"cells": [{"cell_type": "code", "source": "1"}], "nbformat": 4}'),
    ("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\nHello"),
    ("a.html", b"<html><body><article><h1>One</h1><p>two</p></article></body></html>"),
    ("a.eml", b"Subject: one\nFrom: a@example.org\n\ntwo"),
)
