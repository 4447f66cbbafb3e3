"""Real documents that every installation has: the long descriptions of installed packages."""

from __future__ import annotations

from importlib.metadata import distributions

_MEDIA_SUFFIX = {"text/markdown": ".md", "text/x-rst": ".rst"}


def installed_documents() -> list[dict[str, str]]:
    """Return the description of every installed package as a document, the shortest first."""
    documents: dict[str, dict[str, str]] = {}
    for distribution in distributions():
        metadata = distribution.metadata
        name = metadata.get("Name")
        text = metadata.get("Description") or str(metadata.get_payload() or "")
        if not name or not text.strip():
            continue
        media_type = (metadata.get("Description-Content-Type") or "").partition(";")[0].strip()
        documents[name.lower()] = {
            "doc_id": name.lower(),
            "title": f"{name} {metadata.get('Version', '')}".strip(),
            "text": text,
            "source": name.lower() + _MEDIA_SUFFIX.get(media_type, ".txt"),
        }
    return sorted(documents.values(), key=lambda each: (len(each["text"]), each["doc_id"]))
