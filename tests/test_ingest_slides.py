"""Presentations in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from rfp_responder.errors import DocumentError
from rfp_responder.ingest import read
from rfp_responder.ingest.slides import read_slides
from tests.makers import file
from tests.office import OLE, box, headed, slide, slides, zipped


def test_a_slide_is_a_page_with_its_title_as_heading(tmp_path: Path) -> None:
    path = slides(tmp_path / "a.pptx", slide("Encryption", "All disks."), slide("Backups", "Every night."))
    first, second = read_slides(path).pages
    assert (first.number, first.label, first.text) == (1, "1", "Encryption\nAll disks.")
    assert (second.number, headed(second)) == (2, [(1, "Backups")])


def test_points_are_marked_and_a_lone_paragraph_is_none(tmp_path: Path) -> None:
    path = slides(tmp_path / "a.pptx", slide("Encryption", "disks", "backups"))
    assert read_slides(path).pages[0].text == "Encryption\n• disks\n• backups"


def test_notes_stand_below_the_slide(tmp_path: Path) -> None:
    path = slides(tmp_path / "a.pptx", slide("Keys", "Rotated.", notes="Every 90 days.\nBy the KMS."))
    assert read_slides(path).pages[0].text == "Keys\nRotated.\nNotes:\nEvery 90 days.\nBy the KMS."


def test_boxes_are_read_from_the_top_down_and_from_left_to_right(tmp_path: Path) -> None:
    def draw(made: Any) -> None:
        made.shapes.title.text = "Order"
        box(made.shapes, "low", 1, 6)
        box(made.shapes, "right", 5, 3.05)
        box(made.shapes, "left", 1, 3.1)

    assert read_slides(slides(tmp_path / "a.pptx", draw)).pages[0].text.split("\n") == ["Order", "left", "right", "low"]


def test_groups_are_entered_and_tables_name_their_columns(tmp_path: Path) -> None:
    def draw(made: Any) -> None:
        made.shapes.title.text = "Plans"
        box(made.shapes.add_group_shape().shapes, "grouped", 1, 2)
        grid = made.shapes.add_table(2, 3, Inches(1), Inches(4), Inches(6), Inches(1)).table
        for place, text in enumerate(("Plan", "Uptime", "Credit", "Gold", "99.9 %", "10 %")):
            grid.cell(place // 3, place % 3).text = text

    text = read_slides(slides(tmp_path / "a.pptx", draw)).pages[0].text
    assert text == "Plans\ngrouped\nPlan: Gold\tUptime: 99.9 %\tCredit: 10 %"


def test_hidden_slides_are_read_and_charts_are_not_and_both_are_said(tmp_path: Path) -> None:
    def draw(made: Any) -> None:
        made._element.set("show", "0")
        data = CategoryChartData()
        data.categories = ["a"]
        data.add_series("s", (1,))
        made.shapes.add_chart(XL_CHART_TYPE.PIE, 0, 0, Inches(2), Inches(2), data)
        made.shapes.title.text = "Secret"

    content = read_slides(slides(tmp_path / "a.pptx", slide("Open"), draw))
    assert content.pages[1].text == "Secret"
    assert content.notes == (
        "hidden slides were read too: 2",
        "the text of charts and diagrams was not read on slides: 2",
    )


def test_the_core_propertys_title_is_the_documents(tmp_path: Path) -> None:
    assert (
        read(slides(tmp_path / "a.pptx", slide("One"), title="Trust Center 2025"), "a.pptx").title
        == "Trust Center 2025"
    )


def test_what_is_no_presentation_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="encrypted or of the legacy format"):
        read_slides(file(tmp_path / "a.pptx", OLE))
    with pytest.raises(DocumentError, match="is damaged or no PowerPoint presentation") as caught:
        read_slides(zipped(tmp_path / "b.pptx", {"ppt/presentation.xml": "<p/>"}))
    assert "\n" not in str(caught.value)
