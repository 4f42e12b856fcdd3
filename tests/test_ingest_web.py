"""Web pages in."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rfp_responder.errors import DocumentError
from rfp_responder.ingest import read
from rfp_responder.ingest.web import html_text, read_web
from tests.makers import file
from tests.office import headed

LONG = "We keep backups for 35 days in two regions, and each restore is tested once a quarter. " * 4


def text(source: str) -> str:
    return html_text(source, "a.html")[0].page(1).text


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("<p>one <b>two</b>\n three</p>four", "one two three\nfour"),
        ("<ul><li>one<li><p>two</p></ul>", "• one\n• two"),
        ("<ol><li>one<ul><li>inner</ul></ol>", "• one\n• inner"),
        ("a<br>b", "a\nb"),
        ("<pre>one\n  two</pre>", "one\ntwo"),
        ("<p>a &amp; b &lt;c&gt; &nbsp; d</p>", "a & b <c> d"),
        ("<script>x()</script><style>p{}</style><p>seen</p><noscript>no</noscript>", "seen"),
        ("<p hidden>a</p><p style='display: none'>b</p><p aria-hidden=true>c</p><p>seen</p>", "seen"),
        ("<!-- no --><p>yes</p>", "yes"),
        ("<table><tr><td>key<td>value</table>", "key\tvalue"),
        (
            "<table><tr><th>Plan<th>Uptime<th>Credit<tr><td>Gold<td>9<td>1</table>",
            "Plan: Gold\tUptime: 9\tCredit: 1",
        ),
        (
            "<table><tr><th>P<th>U<th>C<tr><td rowspan=2>Gold<td>9<td>1<tr><td>8<td>2</table>",
            "P: Gold\tU: 9\tC: 1\nP: Gold\tU: 8\tC: 2",
        ),
        ("<table><tr><td><h2>Laid out</h2><td>beside</table>", "Laid out\nbeside"),
        ("<dl><dt>Term<dd>Meaning</dl>", "Term\nMeaning"),
    ],
)
def test_markup_is_taken_off_and_words_stay(source: str, shown: str) -> None:
    assert text(source) == shown


def test_headings_are_kept_with_their_level_and_place() -> None:
    page = html_text("<h1>Top <i>one</i></h1><p>x<h3>Deep¶</h3>", "a.html")[0].page(1)
    assert headed(page) == [(1, "Top one"), (3, "Deep")]


@pytest.mark.parametrize(
    "source",
    [
        f"<nav>Home</nav><main><header><h1>Backups</h1></header><p>{LONG}</p></main><footer>Imprint</footer>",
        f"<header>Home</header><article><h1>Backups</h1><p>{LONG}</p></article><aside>Ads</aside>",
        f"<div role=navigation>Home</div><div><h1>Backups</h1><p>{LONG}</p></div><footer>Imprint</footer>",
    ],
)
def test_what_stands_around_the_content_is_left_out(source: str) -> None:
    assert text(source) == f"Backups\n{LONG.strip()}"


def test_a_page_of_nothing_but_its_frame_keeps_it() -> None:
    assert text("<header>We keep backups.</header>") == "We keep backups."


@pytest.mark.parametrize(
    "data",
    [
        "<meta charset=utf-8><p>größer".encode(),
        "<p>größer".encode("utf-8-sig"),
        "<meta charset='iso-8859-1'><p>größer".encode("latin-1"),
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1252"><p>größer'.encode("cp1252"),
        "<p>größer".encode("cp1252"),
        "<p>größer".encode("utf-16"),
        "<meta charset=no-such-thing><p>größer".encode(),
        "<meta charset=base64><p>größer".encode(),
    ],
)
def test_the_charset_is_found(data: bytes, tmp_path: Path) -> None:
    assert read_web(file(tmp_path / "a.html", data)).pages[0].text == "größer"


def test_the_title_is_the_pages(tmp_path: Path) -> None:
    found = read(file(tmp_path / "a.htm", "<title>Trust center</title><h1>Backups</h1><p>Nightly.</p>"), "a.htm")
    assert (found.title, found.media_type, found.pages[0].label) == ("Trust center", "text/html", "1")


def test_entities_of_a_document_type_are_not_resolved() -> None:
    assert "passwd" not in text('<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>&x;</p>').replace(
        "///", ""
    )


def test_a_page_beyond_the_engines_limits_is_refused_rather_than_cut(tmp_path: Path) -> None:
    for source in ("<div>" * 5000 + "x", "<p>" + "word " * 3_000_000):
        with pytest.raises(DocumentError, match="nests elements deeper"):
            html_text(source, "a.html")
    with pytest.raises(DocumentError, match="is no readable HTML"):
        read_web(file(tmp_path / "a.html", b" "))


def test_spans_of_thousands_do_not_blow_a_table_up() -> None:
    row = "<tr><td colspan=9999 rowspan=9999>a<td rowspan=9999>b</tr>"
    assert len(text(f"<table>{row * 3000}</table>")) < 2_000_000


pieces = st.lists(
    st.sampled_from(["<p>", "</p>", "<h2>", "</h2>", "<table>", "<tr>", "<td>", "</table>", "<li>", "w1", " ", "<b>"]),
    max_size=30,
)


@example(["<table>", "<tr>", "w1", "<td>", "<td>"])
@example(["<table>", "<li>", "<tr>", "<td>", "<td>", "w1"])
@example(["<table>", "<td>", "w1", "<tr>", "<td>", "<td>"])
@example(["<table>", "<li>", "<td>", "w1", "<tr>", "<td>", "<td>"])
@given(pieces)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_soup_of_tags_keeps_its_words_and_its_headings_places(soup: list[str]) -> None:
    source = "".join(soup)
    try:
        page = html_text(source, "a.html")[0].page(1)
    except DocumentError:
        assert "w1" not in source
        return
    headed(page)
    assert page.text.count("w1") == source.count("w1")
