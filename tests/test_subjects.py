"""Whom a pronoun means is told from the sentence before or the heading, and never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rfp_responder.answer.subjects import subject_of, with_subject


@pytest.mark.parametrize(
    ("sentence", "before", "heading", "said"),
    [
        ("It is rotated.", "The data key is made anew.", "Keys", "It [the data key] is rotated."),
        ("They are kept.", "Access logs are written.", "", "They [Access logs] are kept."),
        ("They are tested.", "Backups and restores are logged.", "", "They [Backups and restores] are tested."),
        ("These are kept.", "Logs and traces are taken.", "", "These [Logs and traces] are kept."),
        ("It runs daily.", "", "3.3 Trust Algorithm", "It [Trust Algorithm] runs daily."),
        ("They are kept.", "It is so.", "Section 4. Nightly backups", "They [Nightly backups] are kept."),
        (
            "In this model, the gateway stands first.",
            "",
            "3.2.1 Resource Portal Model",
            "In this model [Resource Portal Model], the gateway stands first.",
        ),
        ("These controls apply.", "", "Network Controls", "These controls [Network Controls] apply."),
        ("Such accounts are locked.", "", "Dormant Account", "Such accounts [Dormant Account] are locked."),
    ],
)
def test_the_subject_is_added_in_brackets_behind_what_stands_for_it(
    sentence: str, before: str, heading: str, said: str
) -> None:
    added = subject_of(sentence, before, heading)
    assert with_subject(sentence, added) == said


@pytest.mark.parametrize(
    ("sentence", "before", "heading"),
    [
        ("Data is kept.", "The key is old.", "Keys"),
        ("It is kept.", "The keys are old.", "Keys"),
        ("They are kept.", "The key is old.", "Encryption"),
        ("It is kept.", "They are old.", ""),
        ("It is kept.", "If a key, or a lock, is lost: tell us.", "Is it safe?"),
        ("It is kept.", "", "{{.Name}} Policy"),
        ("It is kept.", "", "[company name] plan"),
        ("It is kept.", "", "one two three four five six seven eight nine"),
        ("It is kept.", "", "1 Introduction"),
        ("It is kept.", "", "How it works"),
        ("This is kept.", "", "Quality of Service"),
        ("These are kept.", "", "Backups"),
        ("This increases load.", "The gateway is here.", "Load Model"),
        ("This is defined there.", "Security is everyone's task.", "Security"),
        ("This process is audited.", "", "Configuration Processes"),
        ("It is important to note that keys are old.", "", "Periodic Evaluation"),
        ("It cannot be read again.", "", "curl -X POST api/keys"),
        ("This process is run.", "The gateway is here.", "Load"),
        ("This model is used.", "", "Model"),
        ("We have had for all of these years this model.", "", "Portal Model"),
        ("", "", ""),
    ],
)
def test_nothing_is_added_where_neither_gives_a_name(sentence: str, before: str, heading: str) -> None:
    assert subject_of(sentence, before, heading) == ""


@given(st.text(max_size=120), st.text(max_size=120), st.text(max_size=60))
def test_what_is_added_stands_in_the_sentence_before_or_in_the_heading(rest: str, before: str, heading: str) -> None:
    for start in ("It is ", "They are ", "In this model ", ""):
        added = subject_of(start + rest, before, heading)
        assert added.casefold() in f"{before} {heading}".casefold()
        assert len(added.split()) <= 8
        if added:
            said = with_subject(start + rest, added)
            assert f"[{added}]" in said
