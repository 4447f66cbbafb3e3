"""Whether somebody asks something, and where: by rule, in any script that has a question mark."""

from __future__ import annotations

import re

_ENDERS = "[.!?\u2026\u061f]"
_WIDE_ENDERS = "[\u3002\uff01\uff1f]"  # need no space after them
_CLOSERS = "[\"')\\]\u00bb\u201d\u2019*_\u300d]"
_SENTENCE = re.compile(  # possessive: no run of marks is looked at twice
    rf"(?:[^.!?\u2026\u061f\u3002\uff01\uff1f]++|{_ENDERS}++(?!{_CLOSERS}*+(?:\s|\Z)))*+"
    rf"(?:(?:{_ENDERS}|{_WIDE_ENDERS})++{_CLOSERS}*+|\Z)"
)
_ASKS = re.compile(rf"[?\uff1f\u061f]{_CLOSERS}*$")
_WORD = re.compile(r"[^\W_]+")
_TAG = re.compile(r"<[^<>\n]{0,80}>")
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_FEWEST_WORDS = 3
_FEWEST_CHARACTERS = 4
_GREETING = 3  # words around small talk: "Hi Anna, how are you today?"
_FEW = 16  # characters that hold the mark and what closes after it
_LONGEST = 2_000  # characters of a sentence that are looked at: no question is longer
_ASKING = """
what who whom whose which where when why how was wer wen wem wessen wo wohin woher wann warum
wieso weshalb wie welche welcher welches welchen welchem wozu womit wofür qui quoi quel quelle
quels quelles où quand comment pourquoi combien qué quién quiénes cuál cuáles dónde adónde
cuándo cómo cuánto cuánta cuántos cuántas
"""
_INTERROGATIVES = frozenset(_ASKING.split())
_OPENINGS = ("est ce qu", "qu est ce", "por qu\u00e9", "de qu\u00e9", "para qu\u00e9")
_EXCLAMATIONS = ("what a ", "what an ")
_GREETINGS = """
how are you | how are you doing | how are you all | how is it going | how s it going | what s up
| how do you do | how have you been | can you hear me | can everyone hear me | are you there |
is that ok | is that okay | is that right | you know what i mean | does that make sense | wie
geht es dir | wie geht es ihnen | wie geht s | wie gehts | wie geht es euch | hört ihr mich |
hören sie mich | alles klar | comment ça va | comment vas tu | comment allez vous | ça va | qué
tal | cómo estás | cómo está | cómo está usted | cómo están | cómo te va | todo bien
"""
_SMALL_TALK = tuple(f" {' '.join(each.split())} " for each in _GREETINGS.split("|"))
_UNSPACED_SMALL_TALK = (
    "\u4f60\u597d\u5417",
    "\u60a8\u597d\u5417",
    "\u5143\u6c17\u3067\u3059\u304b",
)


def last_question(said: str) -> int | None:
    """Return where the last sentence of `said` that asks begins; None when none does.

    Greetings and "ok?" ask nothing. Without a question mark it is the first sentence that asks, by
    its first word.
    """
    found = None
    for sentence in _SENTENCE.finditer(said):
        if _ASKS.search(sentence[0][-_FEW:]) and _is_question(sentence[0]):
            found = sentence.start() + _blank_before(sentence[0])
    if found is not None:
        return found
    first = next((each for each in _SENTENCE.finditer(said) if _WORD.search(each[0])), None)
    if first is None or not _begins_as_question(first[0]):
        return None
    return first.start() + _blank_before(first[0])


def has_words(said: str) -> bool:
    """Whether there is anything in `said` but marks."""
    return _WORD.search(_TAG.sub(" ", said[:_LONGEST])) is not None


def _is_question(sentence: str) -> bool:
    words = _words(sentence)
    joined = f" {' '.join(words)} "
    if len(_UNSPACED.findall(joined)) >= _FEWEST_CHARACTERS:
        return not any(each in joined for each in _UNSPACED_SMALL_TALK)
    enough = 2 if words[:1] and words[0] in _INTERROGATIVES else _FEWEST_WORDS
    if len(words) < enough:
        return False
    return not any(
        each in joined and len(words) <= len(each.split()) + _GREETING for each in _SMALL_TALK
    )


def _begins_as_question(sentence: str) -> bool:
    """A comma makes it a statement: "When I was young, ..."."""
    words = _words(sentence)
    joined = " ".join(words) + " "
    if sentence.rstrip().endswith("!") or "," in sentence or joined.startswith(_EXCLAMATIONS):
        return False
    begins = words[:1] and words[0] in _INTERROGATIVES
    return bool(begins or joined.startswith(_OPENINGS)) and _is_question(sentence)


def _words(sentence: str) -> list[str]:
    return _WORD.findall(_TAG.sub(" ", sentence[-_LONGEST:]).casefold())


def _blank_before(sentence: str) -> int:
    return len(sentence) - len(sentence.lstrip())
