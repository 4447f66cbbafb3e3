"""Lines that begin with the name of a speaker, in the forms that transcripts have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from netgpt_docs_service.usecases.dialogue.stamps import STAMP

MOST_LABELS = 200_000
"""Of a text with more lines that look like labels no turns are told."""

_MARKS = "[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]*"  # of direction: WhatsApp begins lines so
_BEFORE = rf"(?:[\[(]?(?P<before>{STAMP})[\])]?[ \t]*(?:[-\u2013\u2014][ \t]*)?)?{_MARKS}"
_EMOJI = "\u200d\ufe0f\u2600-\u27bf\u2b50\U0001f000-\U0001faff"
_NAME = rf"(?P<name>(?:~[ \u202f]?|@|\+(?=\d))?[^\W_][\w .'\u2019&#/()\u00a0{_EMOJI}-]{{0,47}}?)"
_AFTER = rf"(?:[ \t]*[\[(](?P<after>{STAMP})[\])]|[ \t]+(?P<bare>{STAMP}))?"
_HEAD = rf"^{_MARKS}[ \t]{{0,4}}{_BEFORE}(?:\*\*|__)?{_NAME}"
_COLON = r"(?::(?=(?:\*\*|__)?(?:\s|\Z))|\uff1a)"
_SAID = re.compile(rf"{_HEAD}(?:\*\*|__)?{_AFTER}{_COLON}(?:\*\*|__)?[ \t]*", re.MULTILINE)
_ALONE = re.compile(rf"{_HEAD}(?:\*\*|__)?{_AFTER}[ \t\r]*$\n?(?=[^\r\n])", re.MULTILINE)
_STAMPED = re.compile(  # whatever stands before the colon: where a time does, it is a name
    rf"^{_MARKS}[ \t]{{0,4}}[\[(]?(?P<stamp>{STAMP})(?![\w:])[\])]?"
    rf"[ \t]*(?:[-\u2013\u2014][ \t]*)?{_MARKS}"
    rf"(?:(?:\*\*|__)?(?P<name>[^\n:\uff1a]{{1,48}}){_COLON}(?:\*\*|__)?[ \t]*)?",
    re.MULTILINE,
)
_ZOOM = re.compile(r"(?:From (?P<one>.+?)(?: to .+)?|Von (?P<einer>.+?) an .+)")
_AROUND = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff* "
_WORDS = 5
_PARTICLE = 3  # von, der, de la
_PROSE = """
achtung added advertencia an args arguments astuce asunto attention attribution author authors
avertissement aviso bcc beispiel betreff caution cc changed command commands comment comments
consejo copyright date datum de debug default deprecated description disclaimer edit ejemplo
error example examples exemple features fecha fehler file files fixed fixme from fuente fwd hint
hinweis hinweise http https image important importante info information input installation key
license link links name nota note notes objet optional output package packages para parameters
params path quelle re reference references remarque remember removed required requirements
result results return returns security see since source sources status step steps subject
summary time tip tipp title to todo trace type update url usage value version von warning
warnung what why wichtig zusammenfassung
"""
_FELDER = """
abfahrt abgabe absender adresse alter ankunft anlage anmeldung ansprechpartner antrag
anzahl aufgabe autor bearbeitung bemerkung bemerkungen beruf beschreibung bestellnummer betrag
betrifft dauer einleitung empfänger ergebnis ergebnisse ersteller fazit fax format frist gebühr
geburtsdatum gewicht größe herkunft hersteller inhalt inhalte kategorie konto kosten kunde
kundennummer lieferung material maße menge name nummer ort preis problem projekt raum rechnung
schritt status stelle stichwort straße tätigkeit telefon telefax termin thema titel treffpunkt
uhrzeit unterschrift veranstalter verfasser voraussetzung voraussetzungen vorname website
zeit zeitraum ziel zielgruppe zubereitung zutaten zweck
"""
_LEVELS = frozenset(
    ("debug", "info", "notice", "warn", "warning", "error", "critical", "fatal", "trace", "severe")
)
_NO_NAMES = frozenset((*_PROSE.split(), *_FELDER.split(), *_LEVELS))


class Label(NamedTuple):
    """A line's beginning that names who speaks from there on; `stamp` is its time as written."""

    start: int
    said_start: int
    name: str
    stamp: str | None


def labels_with_colon(text: str) -> list[Label]:
    """Return every `Name: ` at the beginning of a line that may be a speaker's, with its time."""
    return list(_labels(_SAID, text))


def names_alone(text: str) -> list[Label]:
    """Return every line that may be a speaker's name and nothing else but a time."""
    return list(_labels(_ALONE, text))


def stamped_lines(text: str) -> list[Label]:
    """Return every line that begins with a time; its name is empty where it has none."""
    return [
        Label(
            found.start(),
            found.end() if name or not found["name"] else found.start("name"),
            name,
            found["stamp"],
        )
        for found in _STAMPED.finditer(text)
        for name in [_plain(found["name"] or "", is_stamped=True)]
    ]


def may_be_told_alone(name: str) -> bool:
    """Whether `name` can be a speaker's where no time stands beside it.

    It is no word that prose writes before a colon (`Note`), and has no longer word in small
    letters unless it is one word.
    """
    words = name.split()
    if name.casefold() in _NO_NAMES:
        return False
    return len(words) == 1 or not any(word[0].islower() for word in words if len(word) > _PARTICLE)


def is_of_a_log(name: str) -> bool:
    """Whether `name` is what prose or a log writes before a colon: `ERROR`, `[INFO] main`."""
    words = re.findall(r"\w+", name.casefold())
    return name.casefold() in _NO_NAMES or not _LEVELS.isdisjoint(words)


def _labels(pattern: re.Pattern[str], text: str) -> Iterator[Label]:
    for found in pattern.finditer(text):
        stamp = found["before"] or found["after"] or found["bare"]
        name = _plain(found["name"], is_stamped=stamp is not None)
        if name and _is_name(name, is_stamped=stamp is not None):
            yield Label(found.start(), found.end(), name, stamp)


def _plain(name: str, *, is_stamped: bool) -> str:
    """Return a name without marks around it, of Zoom's only who speaks; empty for a sentence."""
    plain = " ".join(name.split()).strip(_AROUND).lstrip("~@ ")
    zoom = _ZOOM.fullmatch(plain) if is_stamped else None
    plain = (zoom["one"] or zoom["einer"]) if zoom else plain
    return plain if len(plain.split()) <= _WORDS else ""


def _is_name(name: str, *, is_stamped: bool) -> bool:
    if not any(letter.isalpha() for letter in name):
        return is_stamped and name[:1] == "+"  # someone who is not in the phone's contacts
    return name[0].isalpha()
