from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from netgpt_docs_service.errors import UnsafeFile
from netgpt_docs_service.extraction.reader import ReadLimits
from tests.support.files.reading_texts import is_sane, read
from tests.support.files.texts import make_eml, make_multipart, make_page

HEAD = """Subject: Grüße
From: Jörg <j@example.org>
To: b@example.org
Date: Mon, 02 Mar 2026 10:00:00 +0100

"""


def test_a_mail_is_its_headers_and_its_words() -> None:
    extracted = read(make_eml("Grüße\n# no heading\n-- \nJörg"), "a.eml")

    assert extracted.text == HEAD + "Grüße\n# no heading\n-- \nJörg"
    assert (extracted.title, extracted.layout.headings) == ("Grüße", ())
    assert extracted.metadata == {
        "author": "Jörg <j@example.org>",
        "created_at": "2026-03-02T10:00:00+01:00",
    }


def test_plain_words_go_before_the_same_words_as_a_page() -> None:
    assert read(make_eml("plain", page="<p>rich"), "a.eml").text == HEAD + "plain"


def test_a_page_is_read_where_the_plain_words_are_blank() -> None:
    assert (
        read(make_eml(" ", page=make_page("<h1>Rich</h1><p>x")), "a.eml").text
        == HEAD + "# Rich\n\nx"
    )


def test_a_page_is_read_where_the_plain_words_say_to_look_at_it() -> None:
    words = "<p>" + "The words of the letter itself. " * 10
    mail = make_eml("Please view this message in an HTML capable client.", page=make_page(words))

    assert read(mail, "a.eml").text == (HEAD + "The words of the letter itself. " * 10).strip()


def test_what_is_attached_to_an_alternative_that_is_not_shown_is_read() -> None:
    files = [("a.csv", "text/csv", b"x,y"), ("b.txt", "text/plain", b"bees")]
    mixed = message_from_bytes(make_eml(page="<p>rich", attachments=files), policy=default)
    mail = EmailMessage()
    mail.add_alternative("rich, in plain words")
    mail.attach(mixed)
    extracted = read(b"Subject: x\n" + mail.as_bytes(), "a.eml")

    assert extracted.text == (
        "Subject: x\n\nrich, in plain words\n\n# a.csv\n\nx,y\n\n# b.txt\n\nbees"
    )


def test_attachments_stand_under_their_names_with_their_headings_deeper() -> None:
    mail = make_eml("see", attachments=[("notes.md", "text/markdown", b"# One\n\nwords")])
    extracted = read(mail, "a.eml")
    headings = extracted.layout.headings or ()

    assert extracted.text == HEAD + "see\n\n# notes.md\n\n# One\n\nwords"
    assert [(each.level, each.title) for each in headings] == [(1, "notes.md"), (2, "One")]
    assert [extracted.text[each.start : each.end] for each in headings] == ["# notes.md", "# One"]


def test_an_attached_mail_is_read_with_what_is_attached_to_it() -> None:
    inner = make_eml("inner", attachments=[("a.csv", "text/csv", b"x,y")])
    mail = make_eml("outer", attachments=[("in.eml", "application/octet-stream", inner)])

    assert read(mail, "a.eml").text.endswith("inner\n\n# a.csv\n\nx,y")
    assert (
        "# re: x\n\nSubject: re: x\n\ninner words" in read(make_eml(letters=[b"re: x"]), "a").text
    )


def test_what_cannot_be_read_of_a_mail_is_a_warning() -> None:
    mail = make_eml(
        attachments=[
            ("../x.exe", "application/octet-stream", b"MZ\0\0"),
            ("a.png", "image/png", b"\x89PNG"),
            ("big.txt", "text/plain", b"word " * 100),
        ]
    )
    extracted = read(mail, "a.eml", limits=ReadLimits(text_bytes=200))

    assert extracted.text == HEAD + "Hello."
    assert extracted.warnings == (
        "attachment '../x.exe' was not read: the file is a Windows executable, which is not read",
        "attachment 'big.txt' was not read: the text of the file has 500 bytes; the limit is 193",
        "1 attached pictures were not read",
    )


def test_files_in_files_are_read_as_deep_as_the_limit_says() -> None:
    inner = make_eml("inner", attachments=[("a.csv", "text/csv", b"x,y")])
    mail = make_eml("outer", attachments=[("in.eml", "message/x", inner)])
    extracted = read(mail, "a.eml", limits=ReadLimits(nesting=1))

    assert "x,y" not in extracted.text
    assert (
        extracted.warnings[-1] == "in.eml: attachment 'a.csv' was not read: it is nested too deep"
    )


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (make_multipart(1_001), "more than 1000 parts"),
        (make_multipart(1, levels=5000), "more than 20 deep"),
        (b"Content-Type: message/rfc822\n\n" * 5000, "more than 20 deep"),
    ],
)
def test_a_mail_of_too_many_parts_or_levels_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(UnsafeFile, match=said):
        read(content, "a.eml")


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "content",
    [
        b"To: " + b", ".join(b'"A, %d" <a%d@b.c>' % (n, n) for n in range(100_000)) + b"\n\nhi",
        b"From: " + b"(" * 100_000 + b"\nSubject: =?utf-8?b?" + b"4pyT" * 9000 + b"?=\n\nhi",
        b"Subject: =?nope?q?=FF?=\nContent-Type: text/plain; charset=nope\nDate: never\n\nhi",
        b"Content-Type: text/plain; charset*=x''%\nContent-Transfer-Encoding: base64\n\naGk=!!",
        b"Subject: x\nContent-Type: multipart/mixed\n\nhi",
    ],
)
def test_headers_that_nobody_would_write_stop_no_mail(content: bytes) -> None:
    extracted = read(content, "a.eml")

    assert extracted.text.endswith("hi")
    assert is_sane(extracted)
