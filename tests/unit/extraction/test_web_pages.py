from __future__ import annotations

import pytest

from tests.support.files.reading_texts import is_sane, read
from tests.support.files.texts import JAPANESE, make_page

PARAGRAPHS = "".join(f"<p>Paragraph {n} has words enough to be a text.</p>" for n in range(20))
ARTICLE = f"""
<div class="menu">{'<a href="/">Menu</a> ' * 40}</div>
<nav><a href="/">Home</a></nav>
<article><h1>Top</h1>{PARAGRAPHS}<h2>Lists</h2><ul><li>one</li><li>two</li></ul>
<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table></article>
<footer>Imprint</footer><script>track()</script>
"""


def test_an_article_is_read_without_its_frame() -> None:
    text = read(make_page(ARTICLE)).text

    assert "# Top\n\nParagraph 0 has" in text
    assert "## Lists\n\n- one\n- two\n\n| A | B |\n| --- | --- |\n| 1 | 2 |" in text
    assert not [word for word in ("Menu", "Home", "Imprint", "track") if word in text]


def test_a_page_says_its_title_language_author_and_date() -> None:
    head = """<title> The  page </title><meta name="author" content="Ann">
    <meta property="article:published_time" content="2026-03-02">"""
    extracted = read(make_page("<p>words", head=head))

    assert (extracted.title, extracted.language) == ("The page", "de")
    assert extracted.metadata == {"author": "Ann", "created_at": "2026-03-02"}


def test_headings_are_where_the_layout_says_and_a_line_with_a_hash_is_none() -> None:
    extracted = read(make_page("<h1>One</h1><p># no heading</p><h3>Two <b>b</b></h3><p>x"))
    headings = extracted.layout.headings or ()

    assert [(each.level, each.title) for each in headings] == [(1, "One"), (3, "Two b")]
    assert [extracted.text[each.start : each.end] for each in headings] == ["# One", "### Two b"]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("soft&shy;ware", "software"),
        ("e&#x301;t&#xE9;", "été"),
        ("a&#x2028;b&#x202e;c", "a bc"),
        ("One<br>Two", "One Two"),
        ("<div>One</div><div>Two</div>", "One Two"),
        ("<b>On</b>e <span>T</span>wo<br/>", "One Two"),
    ],
)
def test_a_heading_is_normalised_and_where_the_layout_says(title: str, text: str) -> None:
    words = "<p>soft&shy;ware e&#x301; in words</p>" * 3
    extracted = read(make_page(f"{words}<h1>{title}</h1>{words}<h2>{title}</h2>{words}"))
    headings = extracted.layout.headings or ()

    assert [each.title for each in headings] == [text, text]
    assert [extracted.text[each.start : each.end] for each in headings] == [
        f"# {text}",
        f"## {text}",
    ]
    assert extracted.title == text
    assert extracted.warnings == ()


@pytest.mark.parametrize("tag", ["noscript", "template"])
def test_a_page_of_words_for_those_without_scripts_is_read(tag: str) -> None:
    body = f"<script>run()</script><{tag}><h1>One</h1><p>words</p></{tag}>"

    assert read(make_page(body)).text == "# One\n\nwords"
    assert read(make_page(body + "<p>more")).text == "more"


def test_a_table_that_is_cut_is_a_warning() -> None:
    extracted = read(make_page("<table><tr>" + "<td>x" * 201 + "</table>"))

    assert extracted.text.count("x") == 200
    assert extracted.warnings == ("1 tables were cut after 200 columns",)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>short</p>", "short"),
        (
            "<table><tr><td>a<td>1 | 2<tr><td><i>b</i>c<td><p>3</table>",
            "| a | 1 \\| 2 |\n| --- | --- |\n| bc | 3 |",
        ),
        ("<table><tr><td><h2>laid</h2><td>out</table>", "## laid\n\nout"),
        ("<ul><li>one<ul><li>two</ul><li>three</ul>", "- one\n  - two\n- three"),
        ("<ol><li>one<li>two</ol>", "1. one\n2. two"),
        (
            "<form><label>Name</label><input value='Bob'><button>Send</button></form>",
            "Name Bob\n\nSend",
        ),
        ("<nav><a href='/'>only links</a></nav>", "only links"),
        ("<pre>def f():\n    return `1`</pre>", "```\ndef f():\n    return `1`\n```"),
        ("<blockquote><p>said</p></blockquote>", "> said"),
        ("a<br>b <i>c_d*</i>", "a\nb c_d*"),
        ("<p>seen<p hidden>not<p style='display: none'>nor", "seen"),
        ("<dl><dt>term<dd>meaning</dl>", "term\n\nmeaning"),
    ],
)
def test_no_words_of_a_small_page_are_lost(body: str, text: str) -> None:
    assert read(make_page(body)).text == text


@pytest.mark.parametrize(
    ("tag", "levels"),
    [
        ("div", 100_000),
        ("b", 100_000),
        ("blockquote", 10_000),
        ("ul><li", 10_000),
        ("table><td", 10_000),
    ],
)
def test_a_page_nested_beyond_all_measure_keeps_its_words(tag: str, levels: int) -> None:
    extracted = read(make_page(f"<p>intro</p>{f'<{tag}>' * levels}hello"))

    assert "hello" in extracted.text
    assert is_sane(extracted)


def test_the_encoding_that_a_page_names_is_used() -> None:
    page = make_page(f"<p>{JAPANESE}</p>", head='<meta charset="Shift_JIS">')

    assert read(page.encode("cp932"), "a.html").text == JAPANESE.strip()


def test_a_page_with_an_xml_declaration_and_zero_bytes_is_read() -> None:
    assert read("<?xml version='1.0' encoding='utf-8'?><html><p>a\0b</p></html>").text == "ab"
