from __future__ import annotations

import pytest

from netgpt_docs_service.errors import DamagedFile, NoExtractableText
from tests.support.files.reading_texts import read
from tests.support.files.texts import make_notebook

PYTHON = {"kernelspec": {"language": "python"}}


def test_a_notebook_is_its_words_its_code_and_what_it_printed() -> None:
    notebook = make_notebook(
        {"cell_type": "markdown", "source": ["# Title\n", "\n", "words"]},
        {
            "cell_type": "code",
            "source": "print('```')",
            "outputs": [
                {"output_type": "stream", "text": ["\x1b[31m```\x1b[0m\n"]},
                {"data": {"image/png": "AAAA", "text/plain": "<Figure>"}},
                {"data": {"image/png": "AAAA"}},
                {"traceback": ["Error:", "no"]},
            ],
        },
        metadata=PYTHON,
    )
    extracted = read(notebook, "a.ipynb")

    assert extracted.text == (
        "# Title\n\nwords\n\n````python\nprint('```')\n````\n\n````\n```\n````\n\n"
        "```\n<Figure>\n```\n\n```\nError:\nno\n```"
    )
    assert (extracted.title, extracted.text_type) == ("Title", "text/markdown")
    assert extracted.warnings == ("1 outputs without text, such as pictures, were not read",)


def test_a_long_output_is_cut_and_said_to_be() -> None:
    cell = {"cell_type": "code", "source": "1", "outputs": [{"text": "x" * 5000}]}
    extracted = read(make_notebook(cell), "a.ipynb")

    assert "x" * 2000 + "\n" in extracted.text
    assert extracted.warnings == ("1 outputs were cut after 2000 characters",)


def test_a_comment_in_code_names_no_notebook() -> None:
    code = {"cell_type": "code", "source": "# Load the data\nload()"}
    words = {"cell_type": "markdown", "source": "# Weather"}

    assert read(make_notebook(code), "a.ipynb").title is None
    assert read(make_notebook(code, words), "a.ipynb").title == "Weather"


@pytest.mark.parametrize("content", ["{", "[]", '{"cells": [1, null]}', "[" * 100_000])
def test_what_is_no_notebook_is_damaged(content: str) -> None:
    with pytest.raises(DamagedFile):
        read(content, "a.ipynb")


def test_a_notebook_of_anything_at_all_stops_nothing() -> None:
    odd = {"cell_type": "code", "source": {"a": 1}, "outputs": [{"data": [], "text": 1}, 2]}

    with pytest.raises(NoExtractableText):
        read(make_notebook(odd), "a.ipynb")
