"""What a PDF holds beside its pages' text: the values of its form's fields, the names of files embedded in it.

Works on pypdf's reader and its dictionaries; ``pdf.py`` opens it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def attached(reader: Any) -> Iterator[str]:
    """Names of the files embedded in the document."""
    names = reader.root_object.get("/Names")
    if names is not None and "/EmbeddedFiles" in names.get_object():
        yield from (" ".join(str(entry.name).split())[:80] for entry in reader.attachment_list)


def filled_fields(reader: Any) -> dict[int, list[tuple[str, str]]]:
    """Names and values of the text fields, lists and checked boxes that hold something, by page number."""
    form = reader.root_object.get("/AcroForm")
    form = form.get_object() if form is not None else {}
    found: dict[int, list[tuple[str, str]]] = {}
    if not form.get("/Fields"):
        return found
    for number, page in enumerate(reader.pages, 1):
        annotations = page.get("/Annots")
        for annotation in annotations.get_object() if annotations is not None else ():
            widget = annotation.get_object()
            if widget.get("/Subtype") == "/Widget" and (filled := _field(widget))[1]:
                found.setdefault(number, []).append(filled)
    return found


def _field(widget: Any) -> tuple[str, str]:
    """A field's name (as told to a person, else as it is called) and its value, empty where it has none."""
    chain = [widget]
    while (parent := chain[-1].get("/Parent")) is not None and len(chain) < 32:
        chain.append(parent.get_object())

    def inherited(key: str) -> Any:
        return next((node[key] for node in chain if key in node), None)

    names = [str(node["/T"]) for node in reversed(chain) if "/T" in node]
    name = " ".join(str(inherited("/TU") or ".".join(names)).split())
    value = inherited("/V")
    kind = inherited("/FT")
    if kind == "/Btn":
        state = str(widget.get("/AS", value or "/Off"))
        value = "" if state == "/Off" or int(inherited("/Ff") or 0) & 1 << 16 else state.lstrip("/")
    elif kind == "/Ch" and isinstance(value, list):
        value = ", ".join(map(str, value))
    elif kind not in ("/Tx", "/Ch"):
        value = ""
    return name, " ".join(str(value or "").split())
