"""The sample RFPs: their labels say what stands in them, and they can be made anew."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pypdfium2
import pytest

DATA = Path(__file__).parents[1] / "data"
NAMES = ("rfp-benefits-office", "rfp-insurer", "rfp-hospital-group")
VERBS = {"shall", "must", "will", "should", "may", "describe", "none"}
KINDS = {"mandatory", "scored", "informational"}
FIELDS = ["n", "text", "stem", "page", "section", "id", "verb", "kind", "limit", "deadline"]
rfps = pytest.mark.parametrize("name", NAMES)


@cache
def labels(name: str) -> list[dict[str, Any]]:
    path = DATA / "rfps" / f"{name}.labels.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@cache
def pages(name: str) -> list[str]:
    """Bare text of each page; a running head stands between two of them, as it does for a reader."""
    with pypdfium2.PdfDocument(DATA / "rfps" / f"{name}.pdf") as document:
        return [bare(page.get_textpage().get_text_range()) for page in document]


def bare(text: str) -> str:
    """Without white space and hyphens (pdfium turns one at the end of a line into U+FFFE), quotes straight."""
    return re.sub("[\\s\\-\ufffe\u0002\u00ad]", "", text.translate(str.maketrans("‘’“”", "''\"\"")))


def stands(text: str, page: int, name: str) -> bool:
    """Whether `text` begins on that one-based page: whole, or cut in two by the end of the page."""
    here, wanted = pages(name)[page - 1], bare(text)
    if wanted in here:
        return True
    after = pages(name)[page] if page < len(pages(name)) else ""
    return any(wanted[:cut] in here and wanted[cut:] in after for cut in range(10, len(wanted)))


@rfps
def test_an_rfp_has_twenty_pages_with_text(name: str) -> None:
    assert sum(len(text) > 300 for text in pages(name)) >= 20


@rfps
def test_every_label_stands_on_its_page(name: str) -> None:
    astray = [label["n"] for label in labels(name) if not stands(label["text"], label["page"], name)]
    assert astray == []


@rfps
def test_stems_ids_and_sections_are_printed(name: str) -> None:
    whole = "".join(pages(name))
    for label in labels(name):
        number, mark = re.fullmatch(r"(.*?)(\([a-z]+\))?", label["id"]).groups("")  # type: ignore[union-attr]
        for printed in (label["stem"], label["section"], number, mark):
            assert bare(printed) in whole, (label["n"], printed)
        assert label["section"]


@rfps
def test_labels_use_the_words_of_the_guide(name: str) -> None:
    for number, label in enumerate(labels(name), start=1):
        assert list(label) == FIELDS
        assert label["n"] == number
        assert label["verb"] in VERBS
        assert label["kind"] in KINDS
        assert label["text"] == " ".join(label["text"].split())
        limit = label["limit"]
        assert limit is None or (len(limit) == 1 and {"words", "pages", "characters"} >= set(limit)), number
        assert label["deadline"] is None or re.fullmatch(r"20\d\d-\d\d-\d\d(T\d\d:\d\d)?", label["deadline"]), number


@rfps
def test_the_verb_is_in_the_text_or_its_stem(name: str) -> None:
    for label in labels(name):
        if label["verb"] not in ("describe", "none"):
            assert re.search(rf"\b{label['verb']}\b", f"{label['stem']} {label['text']}", re.IGNORECASE), label["n"]


@rfps
def test_an_id_is_shared_only_by_neighbours_in_one_clause(name: str) -> None:
    ids = [label["id"] for label in labels(name)]
    starts = [now for before, now in pairwise(["", *ids]) if now and now != before]
    assert len(starts) == len(set(starts))
    rows = [identity for identity in ids if re.fullmatch(r"[A-Z]+-\d+", identity)]
    assert len(rows) == len(set(rows)) > 0


@rfps
def test_no_sentence_is_labelled_twice(name: str) -> None:
    texts = [(label["stem"], label["text"]) for label in labels(name)]
    assert len(texts) == len(set(texts))


@rfps
def test_the_vendor_is_not_named(name: str) -> None:
    assert "quillmere" not in "".join(pages(name)).lower()


@pytest.fixture(scope="module")
def builder() -> Iterator[ModuleType]:
    """The script that renders them; it needs the extra `data`."""
    pytest.importorskip("typst")
    spec = importlib.util.spec_from_file_location("rfps_builder", DATA / "sources" / "rfps.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@rfps
def test_an_rfp_is_rebuilt_byte_for_byte(name: str, builder: ModuleType, tmp_path: Path) -> None:
    builder.build(name, tmp_path)
    for file in (f"{name}.pdf", f"{name}.labels.jsonl"):
        assert (tmp_path / file).read_bytes() == (DATA / "rfps" / file).read_bytes(), file
