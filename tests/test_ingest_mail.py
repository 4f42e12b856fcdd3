"""E-mails in."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfp_responder.errors import DocumentError
from rfp_responder.ingest import read
from rfp_responder.ingest.mail import read_mail
from tests.makers import file
from tests.office import headed, mail

HEADERS = {"Subject": "Backup retention", "From": "Ann <ann@a.example>", "To": "bob@b.example"}


def body(path: Path) -> str:
    return read_mail(path).pages[0].text.split("bob@b.example\n", 1)[1]


def test_subject_sender_and_date_stand_above_the_text(tmp_path: Path) -> None:
    path = mail(tmp_path / "a.eml", "We keep them 35 days.", Date="Mon, 03 Mar 2025 10:00:00 +0000", **HEADERS)
    content = read_mail(path)
    assert content.title == "Backup retention"
    assert content.effective is None
    assert headed(content.pages[0]) == [(1, "Backup retention")]
    assert content.pages[0].text.split("\n") == [
        "Backup retention",
        "From: Ann <ann@a.example>",
        "To: bob@b.example",
        "Date: Mon, 03 Mar 2025 10:00:00 +0000",
        "We keep them 35 days.",
    ]


def test_the_plain_text_is_preferred_and_html_read_where_there_is_none(tmp_path: Path) -> None:
    both = mail(tmp_path / "a.eml", "plain", "<p>rich</p>", **HEADERS)
    rich = mail(tmp_path / "b.eml", html="<h2>Keys</h2><ul><li>rotated</ul>", **HEADERS)
    blank = mail(tmp_path / "c.eml", "  \n", "<p>rich</p>", **HEADERS)
    assert (body(both), body(rich), body(blank)) == ("plain", "Keys\n• rotated", "rich")
    assert headed(read_mail(rich).pages[0])[-1] == (2, "Keys")


def test_replies_are_kept_without_their_marks_and_broken_lines_are_joined(tmp_path: Path) -> None:
    text = (
        "Yes.\n\nOn Monday Bob wrote:\n"
        "> How long do you keep the backups of the production databases in\n> the second region?\n"
        ">> Thanks in advance\n- first\n- second\n"
    )
    assert body(mail(tmp_path / "a.eml", text, **HEADERS)).split("\n") == [
        "Yes.",
        "On Monday Bob wrote:",
        "How long do you keep the backups of the production databases in the second region?",
        "Thanks in advance",
        "- first",
        "- second",
    ]


def test_attachments_are_named_and_not_read(tmp_path: Path) -> None:
    content = read_mail(mail(tmp_path / "a.eml", "see there", attach={"soc2.pdf": b"%PDF-"}, **HEADERS))
    assert content.notes == ("attachment not read: soc2.pdf",)


def test_encodings_of_header_and_text_are_undone(tmp_path: Path) -> None:
    raw = (
        b"Subject: =?utf-8?q?Gr=C3=B6=C3=9Fe?=\r\nTo: bob@b.example\r\n"
        b"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\ngr=F6=DFer"
    )
    path = file(tmp_path / "a.eml", raw)
    assert (read_mail(path).title, body(path)) == ("Größe", "größer")


def test_an_unknown_charset_costs_its_letters_not_the_mail(tmp_path: Path) -> None:
    raw = b"Subject: a b\nTo: bob@b.example\nContent-Type: text/plain; charset=x-none\n\nwords"
    assert body(file(tmp_path / "a.eml", raw)) == "words"


def test_what_is_no_mail_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="is no e-mail"):
        read(file(tmp_path / "a.eml", "just words\nand more"), "a.eml")


@given(st.binary(max_size=300), st.sampled_from(["text/html", "text/plain", "multipart/mixed; boundary=x", "a/b/c"]))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_behind_a_subject_are_read_or_refused_in_one_line(tmp_path: Path, data: bytes, kind: str) -> None:
    path = file(tmp_path / "p.eml", b"Subject: s t\nContent-Type: " + kind.encode() + b"\n\n--x\n" + data)
    try:
        headed(read_mail(path).pages[0])
    except DocumentError as error:
        assert "\n" not in str(error)
