"""A file of each kind that is read, with a heading and a table where the kind has such things."""

from __future__ import annotations

import json

from tests.support.files.books import make_epub, make_latex, make_rtf
from tests.support.files.office import make_docx, make_pptx, make_xlsx
from tests.support.files.ole import make_msg
from tests.support.files.opendocument import make_odp, make_ods, make_odt
from tests.support.files.pdf import make_pdf
from tests.support.files.texts import make_eml, make_notebook, make_page

HEADING = "Walruses"
ROWS = (("animal", "weight"), ("walrus", "1200"))
SAID = "A walrus rests on the ice between two dives."
_MARKDOWN = f"# {HEADING}\n\n{SAID}\n\n| animal | weight |\n| --- | --- |\n| walrus | 1200 |\n"
_TABLE = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
_RTF_ROWS = "".join(
    rf"\trowd\cellx2000\cellx4000 {a}\intbl\cell {b}\intbl\cell\row " for a, b in ROWS
)
_LATEX_ROWS = r"\begin{tabular}{ll}animal & weight \\ walrus & 1200\end{tabular}"
_CUES = f"WEBVTT\n\n00:01.000 --> 00:03.000\n<v Anna>{SAID}\n"
_CHAT = [{"role": "user", "content": "What rests there?"}, {"role": "assistant", "content": SAID}]

ONE_OF_EACH: dict[str, tuple[str, bytes]] = {
    "PDF": ("pdf", make_pdf([[HEADING, SAID]], outline=[(HEADING, 0, 1)])),
    "Word": ("docx", make_docx([f"# {HEADING}", SAID, "\f", SAID], table=ROWS)),
    "PowerPoint": ("pptx", make_pptx([(HEADING, SAID, "")])),
    "Excel": ("xlsx", make_xlsx({HEADING: ROWS})),
    "OpenDocument text": ("odt", make_odt([f"# {HEADING}", SAID, "| animal | weight"])),
    "OpenDocument spreadsheet": ("ods", make_ods({HEADING: ROWS})),
    "OpenDocument presentation": ("odp", make_odp([(HEADING, SAID, "")])),
    "RTF": ("rtf", make_rtf(rf"{SAID}\par {_RTF_ROWS}")),
    "EPUB": ("epub", make_epub([(HEADING, SAID)])),
    "LaTeX": ("tex", make_latex(f"\\section{{{HEADING}}}\n{SAID}\n\n{_LATEX_ROWS}")),
    "Outlook letter": ("msg", make_msg(subject=HEADING, body=SAID, sender="a@example.org")),
    "e-mail": ("eml", make_eml(SAID, attachments=[("a.md", "text/markdown", _MARKDOWN.encode())])),
    "web page": ("html", make_page(f"<h1>{HEADING}</h1><p>{SAID}<table>{_TABLE}</table>").encode()),
    "Markdown": ("md", _MARKDOWN.encode()),
    "reStructuredText": ("rst", f"{HEADING}\n{'=' * len(HEADING)}\n\n{SAID}\n".encode()),
    "notebook": ("ipynb", make_notebook({"cell_type": "markdown", "source": _MARKDOWN}).encode()),
    "CSV": ("csv", b"animal,weight\nwalrus,1200\n"),
    "JSON": ("json", json.dumps({"animal": "walrus", "said": SAID}).encode()),
    "XML": ("xml", f"<a><b>{SAID}</b></a>".encode()),
    "YAML": ("yaml", f"animal: walrus\nsaid: {SAID}\n".encode()),
    "subtitles": ("vtt", _CUES.encode()),
    "chat export": ("json", json.dumps(_CHAT).encode()),
    "source code": ("py", f'"""{SAID}"""\n'.encode()),
    "plain text": ("txt", SAID.encode("utf-16")),
}
"""Its kind, the extension of its name, and its content."""
