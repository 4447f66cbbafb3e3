"""Real documents that every installation has: the long descriptions of installed packages."""

from __future__ import annotations

from importlib.metadata import distributions

_MEDIA_SUFFIX = {"text/markdown": ".md", "text/x-rst": ".rst"}


def installed_documents() -> list[dict[str, str]]:
    """Return the description of every installed package as a document, the shortest first."""
    documents: dict[str, dict[str, str]] = {}
    for distribution in distributions():
        metadata = distribution.metadata.json
        name, text = str(metadata.get("name", "")), str(metadata.get("description", ""))
        if not name or not text.strip():
            continue
        content_type = str(metadata.get("description_content_type", ""))
        media_type = content_type.partition(";")[0].strip()
        documents[name.lower()] = {
            "doc_id": name.lower(),
            "title": f"{name} {metadata.get('version', '')}".strip(),
            "text": text,
            "source": name.lower() + _MEDIA_SUFFIX.get(media_type, ".txt"),
        }
    return sorted(documents.values(), key=lambda each: (len(each["text"]), each["doc_id"]))
