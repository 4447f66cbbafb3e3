from __future__ import annotations

import time

import pytest

from netgpt_docs_service.extraction.formats.latex_letters import with_letters
from tests.support.files.books import make_latex
from tests.support.files.reading import read


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (
            r"Schr\"odinger Gr\"o{\ss}e Ma\ss{} Stra\ss e",
            "Schr\u00f6dinger Gr\u00f6\u00dfe Ma\u00df Stra\u00dfe",
        ),
        (r"na\"{\i}ve na\"\i ve {\'e}l\`eve", "na\u00efve na\u00efve \u00e9l\u00e8ve"),
        (r"gar\c{c}on \c c \v{c}apek Erd\H{o}s", "gar\u00e7on \u00e7 \u010dapek Erd\u0151s"),
        (
            r"\ae\ \AE{} \o{} \aa ngstr\"om \L{}\'od\'z",
            r"\ae".replace(r"\ae", "\u00e6")
            + "\\ \u00c6 \u00f8 \u00e5ngstr\u00f6m \u0141\u00f3d\u017a",
        ),
        (r"\~n \^a \k{a} \textbf{\"o} \'{E}", "\u00f1 \u00e2 \u0105 \\textbf{\u00f6} \u00c9"),
        (
            r"\label{a} \caption{x} \item \today \LaTeX",
            r"\label{a} \caption{x} \item \today \LaTeX",
        ),
        (r"a\\'quoted' \url{a%20b} 100\% sure", r"a\\'quoted' \url{a%20b} 100\% sure"),
        (r"$\b{x} \c{y}$ and \(\v{x}\)", r"$\b{x} \c{y}$ and \(\v{x}\)"),
    ],
)
def test_letters_are_letters_and_commands_stay(source: str, text: str) -> None:
    assert with_letters(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("one % two\nthree", "one three"),
        ("one%\n\ntwo", "one\n\ntwo"),
        ("% all\none", "one"),
        (
            '\\begin{verbatim}\n5 % 3 \\"o\n\\end{verbatim} % x',
            '\\begin{verbatim}\n5 % 3 \\"o\n\\end{verbatim} ',
        ),
        ('costs $5\n\n% gone\n\\"o', "costs $5\n\n\n\u00f6".replace("\n\n\n", "\n\n")),
    ],
)
def test_comments_go_unless_they_are_none(source: str, text: str) -> None:
    assert with_letters(source) == text


def test_a_section_right_behind_the_beginning_is_read() -> None:
    source = "\\documentclass{article}\\begin{document}\\section{One}\nText.\\end{document}"

    assert read(source.encode(), "tex").text == "# One\n\nText."


def test_a_citation_stays_in_its_sentence() -> None:
    content = make_latex("It holds \\citep[p.~3]{a,b} there, see~\\cite{c}.", title=None)

    assert read(content, "tex").text == "It holds (a, b) there, see (c)."


@pytest.mark.parametrize(
    "piece",
    ["\\begin{verbatim}", "\\[", "$", '{\\"', "\\cite[", "%", "\\verb|", '{\\"{', "\\c ", "\\"],
)
def test_a_source_made_to_take_long_does_not(piece: str) -> None:
    started = time.process_time()
    with_letters(piece * 20_000)
    assert time.process_time() - started < 1
