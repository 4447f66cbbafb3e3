"""The ends of names of files that a service may read; the service looks at what is in them."""

from __future__ import annotations

_DOCUMENTS = "pdf docx docm dotx pptx pptm ppsx xlsx xlsm odt ott ods ots odp otp rtf epub"
_LETTERS = "eml msg mht mhtml"
_TEXTS = "txt text md markdown mkd mdown mdx qmd rst rest tex latex ltx log asc org adoc asciidoc"
_PAGES = "html htm xhtml xht"
_TABLES_AND_DATA = "csv tsv tab json jsonl ndjson geojson xml yaml yml toml ipynb vtt srt"
_PROGRAMS = (
    "py pyi r rb pl php js mjs cjs jsx ts tsx vue svelte c h cc cpp cxx hh hpp hxx m mm cs java kt "
    "kts scala groovy gradle go rs swift dart lua jl hs ml mli fs fsx ex exs erl clj lisp el vb "
    "bas pas f90 f95 asm s sh bash zsh fish ps1 bat cmd sql graphql proto thrift tf hcl nix "
    "cmake mk ini cfg conf properties css scss sass less diff patch"
)

READ_SUFFIXES = frozenset(
    f".{suffix}"
    for group in (_DOCUMENTS, _LETTERS, _TEXTS, _PAGES, _TABLES_AND_DATA, _PROGRAMS)
    for suffix in group.split()
)
