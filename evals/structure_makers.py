"""Questionnaires with the truth about their structure known by construction: one file per layout and half.

    python evals/structure_makers.py FOLDER [--half dev|held]

writes the files and ``truth.json``. The words are the benchmark's own (``structure_words.txt``). The two files of a
layout differ in topics, words, headers, order of columns and size; rules may be tuned on the dev half, and the
held half says what they are worth.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import structure_layouts_answers
import structure_layouts_exports
import structure_layouts_headers
import structure_layouts_noise
import structure_layouts_rows
import structure_layouts_shapes
from structure_render import write
from structure_sheet import Book, Truth
from structure_variant import HALVES, Variant

LAYOUTS: dict[str, Callable[[Variant], Book]] = {
    **structure_layouts_headers.LAYOUTS,
    **structure_layouts_rows.LAYOUTS,
    **structure_layouts_answers.LAYOUTS,
    **structure_layouts_exports.LAYOUTS,
    **structure_layouts_shapes.LAYOUTS,
    **structure_layouts_noise.LAYOUTS,
}


def drawn(layout: str, half: str) -> tuple[Book, Truth]:
    """A layout's book of one half and its truth; the same at every call."""
    book = LAYOUTS[layout](Variant(layout, half, tuple(LAYOUTS).index(layout)))
    name = f"{layout}_{half}.{book.kind}"
    if book.kind == "csv":
        book.pages[0].name = name.removesuffix(".csv")
    return book, book.truth(name, layout, half)


def make(folder: Path, half: str) -> list[Truth]:
    """Write every file of a half into ``folder``; the truths in the order of the layouts."""
    truths = []
    for layout in LAYOUTS:
        book, truth = drawn(layout, half)
        write(book, folder / truth.file)
        truths.append(truth)
    return truths


def main() -> None:
    """Write the files of one half or of both, with their truth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", choices=HALVES)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    truths = [truth for half in HALVES if given.half in {None, half} for truth in make(given.folder, half)]
    text = json.dumps([truth.as_json() for truth in truths], indent=1, ensure_ascii=False)
    (given.folder / "truth.json").write_text(text + "\n", "utf-8")
    rows = sum(len(sheet.questions) for truth in truths for sheet in truth.sheets)
    print(f"{len(truths)} files, {rows} questions -> {given.folder}")


if __name__ == "__main__":
    main()
