"""The kinds of files that are read: their media types, their names for people, their extensions."""

from __future__ import annotations

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODP = "application/vnd.oasis.opendocument.presentation"
EPUB = "application/epub+zip"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
RTF = "application/rtf"
MSG = "application/vnd.ms-outlook"
EML = "message/rfc822"
HTML = "text/html"
MARKDOWN = "text/markdown"
RST = "text/x-rst"
LATEX = "text/x-tex"
PLAIN = "text/plain"
SOURCE = "text/x-source"
CSV = "text/csv"
TSV = "text/tab-separated-values"
JSON = "application/json"
JSONL = "application/x-ndjson"
NOTEBOOK = "application/x-ipynb+json"
XML = "application/xml"
YAML = "application/yaml"
VTT = "text/vtt"
SRT = "application/x-subrip"

NAMES = {
    PDF: "a PDF",
    DOCX: "a Word document",
    PPTX: "a PowerPoint presentation",
    XLSX: "an Excel workbook",
    ODT: "an OpenDocument text",
    ODS: "an OpenDocument spreadsheet",
    ODP: "an OpenDocument presentation",
    EPUB: "an EPUB book",
    DOC: "a Word 97 document",
    XLS: "an Excel 97 workbook",
    PPT: "a PowerPoint 97 presentation",
    RTF: "an RTF document",
    MSG: "an Outlook message",
    EML: "an e-mail",
    HTML: "a web page",
    MARKDOWN: "Markdown",
    RST: "reStructuredText",
    LATEX: "LaTeX",
    PLAIN: "plain text",
    SOURCE: "source code",
    CSV: "a CSV table",
    TSV: "a TSV table",
    JSON: "JSON",
    JSONL: "JSON lines",
    NOTEBOOK: "a Jupyter notebook",
    XML: "XML",
    YAML: "YAML",
    VTT: "WebVTT subtitles",
    SRT: "SubRip subtitles",
}
"""What each kind is called, as in "it is a Word document"."""

_SPELLINGS = {
    PDF: "pdf",
    DOCX: "docx docm dotx dotm",
    PPTX: "pptx pptm ppsx ppsm potx potm",
    XLSX: "xlsx xlsm xltx xltm",
    ODT: "odt ott",
    ODS: "ods ots",
    ODP: "odp otp",
    EPUB: "epub",
    DOC: "doc dot",
    XLS: "xls xlt",
    PPT: "ppt pps pot",
    RTF: "rtf",
    MSG: "msg",
    EML: "eml mht mhtml",
    HTML: "html htm xhtml xht",
    MARKDOWN: "md markdown mkd mdown mdx qmd",
    RST: "rst rest",
    LATEX: "tex latex ltx",
    PLAIN: "txt text log asc org adoc asciidoc textile diff patch",
    SOURCE: (
        "py pyi pyx r rb pl pm php js mjs cjs jsx ts tsx vue svelte css scss sass less c h cc cpp "
        "cxx hh hpp hxx m mm cs java kt kts scala groovy gradle go rs swift dart lua jl hs ml mli "
        "fs fsx ex exs erl hrl clj cljs lisp el scm vb vbs bas pas f90 f95 for asm s sh bash zsh "
        "fish ps1 bat cmd sql graphql gql proto thrift tf hcl nix cmake mk make dockerfile ini "
        "cfg conf properties env toml editorconfig jsp asp aspx erb ejs hbs mustache j2 jinja "
        "tmpl v sv vhd vhdl zig nim cr sol wat bib"
    ),
    CSV: "csv",
    TSV: "tsv tab",
    JSON: "json geojson har webmanifest",
    JSONL: "jsonl ndjson",
    NOTEBOOK: "ipynb",
    XML: "xml xsd xsl xslt svg rss atom kml gpx dita docbook dbk plist wsdl opml rdf owl xlf xliff",
    YAML: "yaml yml",
    VTT: "vtt",
    SRT: "srt",
}
_EXTENSIONS = {
    extension: kind for kind, spelled in _SPELLINGS.items() for extension in spelled.split()
}
_UNCLEAR = {"application/octet-stream", "binary/octet-stream", "application/x-download", ""}
_SYNONYMS = {
    "application/x-pdf": PDF,
    "text/rtf": RTF,
    "text/xml": XML,
    "application/xhtml+xml": HTML,
    "text/x-markdown": MARKDOWN,
    "text/prs.fallenstein.rst": RST,
    "application/x-tex": LATEX,
    "application/x-latex": LATEX,
    "text/x-latex": LATEX,
    "application/csv": CSV,
    "application/jsonl": JSONL,
    "application/x-jsonlines": JSONL,
    "text/json": JSON,
    "text/yaml": YAML,
    "text/x-yaml": YAML,
    "application/x-yaml": YAML,
    "text/srt": SRT,
}


def by_extension(name: str) -> str | None:
    """Return the media type that the end of `name` stands for, None where it says nothing."""
    last = name.replace("\\", "/").rpartition("/")[2].strip().lower()
    return _EXTENSIONS.get(last.rpartition(".")[2]) if last else None


def by_declaration(declared_type: str | None) -> str | None:
    """Return the media type that a sender's declaration names, None where it says nothing."""
    plain = (declared_type or "").partition(";")[0].strip().lower()
    return None if plain in _UNCLEAR else _SYNONYMS.get(plain, plain)


def name_of(media_type: str) -> str:
    """Return what people call a file of this kind."""
    return NAMES.get(media_type, media_type)
