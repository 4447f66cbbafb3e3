from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netgpt_docs_service.domain.files import Extracted
from netgpt_docs_service.domain.layout import Layout
from netgpt_docs_service.errors import LimitExceeded, NoExtractableText
from netgpt_docs_service.extraction import encoding
from netgpt_docs_service.extraction.reader import ReadLimits
from netgpt_docs_service.extraction.reading import warm_up
from netgpt_docs_service.extraction.results import finished
from netgpt_docs_service.extraction.samples import SAMPLES
from tests.support.files.reading_texts import LIMITS, is_sane, read, read_if_taken
from tests.support.files.texts import JAPANESE, make_eml, make_page
from tests.support.files.zips import make_office_zip

ODD_HEADINGS = "<h1>One&shy;<br>e&#x301;</h1><p>&shy;a b&shy;</p><h2>Two&#x202e;</h2><p>x"
EXTENSIONS = ("", ".txt", ".md", ".json", ".ipynb", ".eml", ".srt", ".xml", ".csv", ".docx")


@pytest.mark.parametrize(
    ("content", "name", "text"),
    [
        ("# no heading\n", "a.py", "# no heading\n"),
        ("# comment\na: 1\n", "a.yaml", "# comment\na: 1\n"),
        ("a,b\r\n1,2\r\n", "a.csv", "a,b\n1,2\n"),
        ("a\tb", "a.tsv", "a\tb"),
        ('{"a": 1}\n{"a": 2}\n', "a.jsonl", '{"a": 1}\n{"a": 2}\n'),
        ('{"n": 1.10,\n "n": 2}', "a.json", '{"n": 1.10,\n "n": 2}'),
        ("<a><b>1</b></a>", "a.xml", "<a><b>1</b></a>"),
    ],
)
def test_data_and_code_are_read_as_they_stand_without_headings(
    content: str, name: str, text: str
) -> None:
    extracted = read(content, name)

    assert extracted.text == text
    assert (extracted.text_type, extracted.layout) == ("text/plain", Layout(headings=()))


def test_markdown_is_named_by_its_front_matter() -> None:
    extracted = read("---\ntitle: 'The book'\nauthor: Ann\nlang: en\n---\n# One\n", "a.md")

    assert (extracted.title, extracted.language) == ("The book", "en")
    assert (extracted.metadata, extracted.layout) == ({"author": "Ann"}, Layout())


@pytest.mark.parametrize(
    ("content", "name"),
    [("# One #\n\ntwo", "a.md"), ("One\n===\n", "a.rst"), ("===\n One\n===\n", "a.rst")],
)
def test_markup_without_a_title_is_named_by_its_first_heading(content: str, name: str) -> None:
    assert read(content.replace("===", "====="), name).title == "One"


def test_json_of_one_long_line_gets_a_line_for_each_value_and_keeps_its_spelling() -> None:
    content = '{"rows": [' + '{"id": 1.10, "s": "a,b\\"]"}, ' * 200 + '{}], "big": 1e400}'
    text = read(content, "a.json").text

    assert text.startswith('{\n "rows": [\n  {\n   "id": 1.10,\n   "s": "a,b\\"]"\n  },\n  {')
    assert "".join(text.split()) == "".join(content.split())


def test_xml_is_never_parsed() -> None:
    bomb = (
        '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    )
    content = f"{bomb}<l>&b;&x;</l>"

    assert read(content, "a.xml").text == content


def test_a_quadratic_blow_up_costs_nothing() -> None:
    content = '<!DOCTYPE l [<!ENTITY a "' + "a" * 100_000 + '">]><l>' + "&a;" * 100_000 + "</l>"

    assert len(read(content, "a.xml").text) < 2 * len(content)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \r\n\t", b"\0\0"])
def test_a_file_without_text_says_so(content: bytes) -> None:
    with pytest.raises(NoExtractableText):
        read(content, "a.txt")


@pytest.mark.timeout(10)
def test_a_text_over_the_limit_is_refused_with_both_numbers() -> None:
    with pytest.raises(LimitExceeded, match="6000000 bytes; the limit is 4000000"):
        read(b"a,b,c\n" * 1_000_000, "a.csv")


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"[" + b"[]," * 12_000_000 + b"1]", "a.json"),
        (b"[" + b"[]," * 12_000_000 + b"1]", ""),
        (b'{"cells": [' + b"[]," * 12_000_000 + b"1]}", "a.ipynb"),
    ],
)
def test_json_over_the_limit_is_refused_before_it_is_parsed(
    content: bytes, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json, "loads", pytest.fail)

    with pytest.raises(LimitExceeded, match="limit is"):
        read(content, name)


@pytest.mark.timeout(10)
def test_lines_that_are_just_not_long_take_little_time() -> None:
    content = ('"' + "x" * 1990 + '",\n') * 1_900

    assert len(read(f"[{content}1]", "a.json").text) > 3_000_000


def test_a_text_in_a_guessed_encoding_is_decoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    guesses = iter([["cp1252"]])  # a second one would be StopIteration
    monkeypatch.setattr(encoding, "guessed_encodings", lambda _: next(guesses))

    assert read("caf\xe9".encode("cp1252"), "a.txt").text == "café"


def test_a_text_is_normalised() -> None:
    assert read("a\r\nb\u0000e\u0301\u202e", "a.txt").text == "a\nb\u00e9"


def test_the_declared_charset_is_used() -> None:
    assert read(JAPANESE.encode("cp932"), declared="text/plain; charset=shift_jis").text == JAPANESE


def test_what_a_file_says_of_itself_is_cut_to_a_label() -> None:
    extracted = finished(
        Extracted(
            text="x",
            media_type="",
            title=" a\0\n" + "b" * 9999,
            metadata={"author": "\ud800", "k": "v"},
            warnings=("w",) * 60,
        ),
        LIMITS,
    )

    assert extracted.title is not None
    assert len(extracted.title) == 500
    assert extracted.metadata == {"k": "v"}
    assert extracted.warnings[-1] == "and 10 more"


@pytest.mark.parametrize("starts", [(0, 5), (3, 1), (-1,)])
def test_pages_that_cannot_be_are_dropped_with_a_warning(starts: tuple[int, ...]) -> None:
    extracted = finished(
        Extracted(text="word", media_type="", layout=Layout(page_starts=starts)), LIMITS
    )

    assert extracted.layout == Layout()
    assert extracted.warnings == ("where its pages and headings are could not be told",)


def test_too_many_pages_are_refused_with_both_numbers() -> None:
    many = Extracted(text="word", media_type="", layout=Layout(page_starts=(0, 1, 2)))

    with pytest.raises(LimitExceeded, match="3 pages; the limit is 2"):
        finished(many, ReadLimits(pages=2))


@pytest.mark.parametrize(
    "sample",
    [
        *SAMPLES,
        ("b.html", make_page(ODD_HEADINGS).encode()),
        ("b.eml", make_eml(" ", page=make_page(ODD_HEADINGS))),
        ("c.eml", make_eml(attachments=[("x\u00ad.htm", "text/html", ODD_HEADINGS.encode())])),
        ("d.eml", make_eml(attachments=[("x.md", "text/markdown", b"# e\xcc\x81\n\n## b\nx")])),
    ],
    ids=lambda sample: sample[0],
)
def test_where_a_heading_is_its_title_stands(sample: tuple[str, bytes]) -> None:
    name, content = sample
    extracted = read(content, name)

    assert is_sane(extracted)
    assert "could not be told" not in "".join(extracted.warnings)


def test_warming_up_reads_every_sample() -> None:
    warm_up()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=300), st.sampled_from(EXTENSIONS))
def test_any_bytes_are_refused_or_give_a_sane_text(content: bytes, extension: str) -> None:
    extracted = read_if_taken(content, f"a{extension}")

    assert extracted is None or is_sane(extracted)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(
        [*SAMPLES, ("a.eml", make_eml("x", page="<p>y")), ("a.docx", make_office_zip())]
    ),
    st.integers(0, 400),
    st.binary(max_size=4),
    st.integers(0, 9),
)
def test_a_good_file_that_was_broken_is_refused_or_gives_a_sane_text(
    sample: tuple[str, bytes], at: int, put: bytes, cut: int
) -> None:
    name, content = sample
    extracted = read_if_taken(content[:at] + put + content[at + cut :], name)

    assert extracted is None or is_sane(extracted)
