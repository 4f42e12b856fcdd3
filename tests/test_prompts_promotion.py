"""A version answers only after it was measured; whatever happens to an alias is recorded, and can be taken back."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st
from prompt_makers import FLOORS, put, result, ticking, version

from rfp_responder.errors import InputError, ModelDownError, ModelError
from rfp_responder.evaluation.gates import Gate, load_gates
from rfp_responder.evaluation.promotion import Promotion, Trial, clearly_worse
from rfp_responder.evaluation.prompt_page import markdown_page
from rfp_responder.evaluation.run import Provenance, RunResult, load_rows
from rfp_responder.prompts import PromptLibrary, PromptVersion
from rfp_responder.prompts.folder import Event, PromptFolder

PRODUCTION = PromptLibrary().aliases()["production"]
FIRST = max(PromptLibrary().numbers("answer")) + 1
A, B, C = (f"answer@{FIRST + step}" for step in range(3))
GOLD = "ab" * 32
GOOD, BAD, MIDDLE = [1.0] * 12, [0.0] * 12, [1.0] * 3 + [0.0] * 9


@dataclass
class Measured:
    """Stands in for a run with a model: gives each version what the test says, and notes who was measured."""

    results: dict[str, RunResult]
    asked: list[str] = field(default_factory=list)

    def __call__(self, version: PromptVersion) -> RunResult:
        self.asked.append(version.ref)
        return self.results[version.ref]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    for number in range(FIRST, FIRST + 3):
        put(tmp_path / "prompts", version(number))
    return tmp_path / "prompts"


def promotion(own: Path, by: str = "Ann") -> Promotion:
    return Promotion(PromptLibrary(own), ticking(), by)


def trial(results: dict[str, Sequence[float]], gates: Sequence[Gate] | None = None) -> tuple[Trial, Measured]:
    measured = Measured({ref: result(facts) for ref, facts in results.items()})
    floors = (Gate("page_hit_at_3", 0.5), Gate("key_fact_recall", 0.25)) if gates is None else tuple(gates)
    provenance = Provenance(GOLD, "c0ffee", "2026-02-01", {"model": "org/small:7b"})
    return Trial(measured, lambda _: provenance, floors, GOLD, "org/small:7b"), measured


def log(own: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (own / "log.jsonl").read_text("utf-8").splitlines()]


def state(own: Path) -> dict[str, bytes]:
    """Everything but the log, the runs and the locks."""
    found = (path for path in own.rglob("*") if path.is_file() and "runs" not in path.parts)
    return {str(path): path.read_bytes() for path in found if path.suffix != ".lock" and path.name != "log.jsonl"}


def test_a_version_that_holds_every_gate_answers_from_now_on_and_never_changes(own: Path) -> None:
    how, measured = trial({A: GOOD, PRODUCTION: MIDDLE})
    event = promotion(own).promote(A, how)
    library = PromptLibrary(own)
    assert (event.what, event.before, event.after, event.by) == ("promoted", PRODUCTION, A, "Ann")
    assert measured.asked == [A, PRODUCTION]
    assert library.find("production").ref == A
    assert library.is_released(library.find(A))
    (told,) = log(own)
    assert told["when"] == "2026-02-01T09:01:00+00:00"
    assert told["figures"] == {"page_hit_at_3": 1.0, "key_fact_recall": 1.0}
    assert told["figures_before"] == {"page_hit_at_3": 1.0, "key_fact_recall": 0.25}
    assert told["run"] == f"runs/{A}-abababab-org-small-7b"
    assert load_rows(own / str(told["run"])) == result(GOOD).rows
    assert not list(own.rglob("*.part"))
    page = markdown_page(library, PromptFolder(library).events())
    assert "| org/small:7b | 1.000" in page, "its results lie beside it"


def test_a_version_below_a_floor_is_refused_nothing_changes_and_the_refusal_is_recorded(own: Path) -> None:
    before = state(own)
    how, measured = trial({A: BAD})
    event = promotion(own).promote(A, how)
    assert event.what == "refused"
    assert event.reasons == ("key_fact_recall: 0.000, expected at least 0.25 (n = 12)",)
    assert measured.asked == [A], "the version that answers now is not paid for in vain"
    assert state(own) == before
    assert PromptLibrary(own).find("production").ref == PRODUCTION
    (told,) = log(own)
    assert (told["what"], told["before"], told["after"]) == ("refused", PRODUCTION, A)
    assert told["reasons"] == list(event.reasons)
    assert (own / str(told["run"]) / "rows.jsonl").is_file()


def test_a_version_that_holds_the_floors_but_is_clearly_worse_is_refused(own: Path) -> None:
    before = state(own)
    how, measured = trial({A: MIDDLE, PRODUCTION: GOOD})
    event = promotion(own).promote(A, how)
    assert event.what == "refused"
    assert measured.asked == [A, PRODUCTION]
    (reason,) = event.reasons
    assert reason.startswith(
        f"key_fact_recall: 0.250, clearly worse than 1.000 of {PRODUCTION} (difference -0.750, 95 %"
    )
    assert state(own) == before


def test_a_difference_that_may_be_chance_refuses_nobody(own: Path) -> None:
    how, _ = trial({A: [*GOOD[:-1], 0.0], PRODUCTION: GOOD})
    assert promotion(own).promote(A, how).what == "promoted"


def test_where_lower_is_better_the_worse_side_is_the_upper_one() -> None:
    good, bad = result(GOOD, wrong=[0.0] * 12), result(GOOD, wrong=[1.0] * 10 + [0.0] * 2)
    gates = [Gate("wrong_among_answered", 0.9)]
    (line,) = clearly_worse(good, bad, gates, "answer@1")
    assert line.startswith("wrong_among_answered: 0.833, clearly worse than 0.000 of answer@1")
    assert clearly_worse(bad, good, gates, "answer@1") == []
    assert clearly_worse(good, bad, [Gate("key_fact_recall", 0.1)], "answer@1") == [], "only metrics of the gates count"


def test_a_question_that_ended_in_an_error_refuses_the_version(own: Path) -> None:
    how, measured = trial({A: GOOD})
    measured.results[A] = result(GOOD, error=True)
    assert promotion(own).promote(A, how).reasons == ("errors: 1 questions ended in an error, expected none",)


def test_production_that_fails_half_of_its_questions_is_no_measure_for_another(own: Path) -> None:
    before, (how, measured) = state(own), trial({A: MIDDLE})
    measured.results[PRODUCTION] = result(GOOD, error=True)
    with pytest.raises(ModelError, match="production could not be measured: 1 of 12 questions put to answer@"):
        promotion(own).promote(A, how)
    assert state(own) == before
    assert not (own / "log.jsonl").exists()
    assert sorted(path.name.split("-")[0] for path in (own / "runs").iterdir()) == sorted([A, PRODUCTION])


def test_answering_what_was_left_blank_wrongly_is_clearly_worse() -> None:
    # every case that both answer is the same: a comparison of pairs alone sees nothing
    careful = result(GOOD, wrong=[0.0] * 12)
    rows = [
        replace(row, scores=dict(row.scores) | {"wrong_among_answered": None if number >= 5 else 0.0})
        for number, row in enumerate(careful.rows)
    ]
    careful, rash = RunResult(tuple(rows)), result(GOOD, wrong=[0.0] * 5 + [1.0] * 7)
    (line,) = clearly_worse(careful, rash, [Gate("wrong_among_answered", 0.9)], "answer@1")
    assert line.startswith("wrong_among_answered: 0.583, clearly worse than 0.000 of answer@1")
    assert line.endswith("n = 5 and 12)")


def test_a_rollback_never_puts_another_text_under_the_name_that_was_promoted(own: Path) -> None:
    promotion(own).promote(A, trial({A: GOOD, PRODUCTION: GOOD})[0])
    promotion(own).promote(B, trial({B: GOOD, A: GOOD})[0])
    (own / "released.toml").unlink()
    put(own, version(FIRST, system="Another text."))
    with pytest.raises(InputError, match=f"{A}: its text is not the one that was promoted"):
        promotion(own).rollback("production")
    assert PromptLibrary(own).find("production").ref == B


@pytest.mark.parametrize(
    ("named", "told"),
    [
        (PRODUCTION, f"{PRODUCTION}: is production already"),
        ("production", "is production already"),
        (C, "why is empty"),
    ],
)
def test_what_cannot_be_promoted_is_told_before_anything_is_measured(own: Path, named: str, told: str) -> None:
    put(own, version(FIRST + 2, why=" "))
    how, measured = trial({})
    with pytest.raises(InputError, match=told):
        promotion(own).promote(named, how)
    with pytest.raises(InputError, match="no floor is named"):
        promotion(own).promote(A, trial({}, gates=())[0])
    assert measured.asked == []
    assert not (own / "log.jsonl").exists()


def test_a_candidate_needs_no_gates_but_a_reason_and_is_released(own: Path) -> None:
    event = promotion(own).nominate(A)
    library = PromptLibrary(own)
    assert (event.alias, event.before, event.after, event.run) == ("candidate", None, A, "")
    assert library.find("candidate").ref == A
    assert library.is_released(library.find(A))
    assert library.find("production").ref == PRODUCTION
    put(own, version(FIRST + 1, why=""))
    with pytest.raises(InputError, match="its field why is empty"):
        promotion(own).nominate(B)


def test_rollbacks_in_a_row_go_further_back_and_end_where_nothing_is_recorded(own: Path) -> None:
    for ref, before in ((A, PRODUCTION), (B, A), (C, B)):
        assert promotion(own).promote(ref, trial({ref: GOOD, before: GOOD})[0]).what == "promoted"
    seen = [promotion(own).rollback("production") for _ in range(2)]
    assert [(event.before, event.after) for event in seen] == [(C, B), (B, A)]
    assert PromptLibrary(own).find("production").ref == A
    # a promotion in between is the one that is taken back next
    assert promotion(own).promote(C, trial({C: GOOD, A: GOOD})[0]).before == A
    assert [promotion(own).rollback("production").after for _ in range(2)] == [A, PRODUCTION]
    with pytest.raises(InputError, match="no promotion is left to roll back"):
        promotion(own).rollback("production")
    assert [one["what"] for one in log(own)].count("rolled back") == 4
    assert PromptLibrary(own).find("production").ref == PRODUCTION


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.sampled_from([A, B, C, "back", "production", "candidate"]), max_size=12))
def test_whatever_is_promoted_and_rolled_back_the_alias_is_what_the_last_step_left(steps: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        own, history = Path(folder), [PRODUCTION]
        for number in range(FIRST, FIRST + 3):
            put(own, version(number))
        for step in steps:
            how, _ = trial(dict.fromkeys((A, B, C, PRODUCTION), GOOD))
            try:
                if step == "back":
                    promotion(own).rollback("production")
                elif step == "candidate":
                    promotion(own).nominate(A)
                else:
                    promotion(own).promote(step, how)
            except InputError:
                assert step in {"production", "candidate", history[-1]} or (step == "back" and len(history) == 1)
                continue
            if step == "back":
                history.pop()
            elif step != "candidate":
                history.append(step)
            assert PromptLibrary(own).find("production").ref == history[-1]


def test_nothing_is_written_where_nothing_can_be_rolled_back(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no promotion is left"):
        promotion(tmp_path / "none").rollback("production")
    assert not (tmp_path / "none").exists()


def test_a_refusal_is_nothing_to_roll_back_and_the_aliases_roll_back_apart(own: Path) -> None:
    promotion(own).promote(A, trial({A: BAD})[0])
    promotion(own).nominate(B)
    with pytest.raises(InputError, match="no promotion is left"):
        promotion(own).rollback("production")
    assert promotion(own).rollback("candidate").after is None
    assert "candidate" not in PromptLibrary(own).aliases()


def test_a_rollback_to_a_version_that_has_changed_is_refused(own: Path) -> None:
    promotion(own).promote(A, trial({A: GOOD, PRODUCTION: GOOD})[0])
    promotion(own).promote(B, trial({B: GOOD, A: GOOD})[0])
    put(own, version(FIRST, system="Say yes to everything."))
    with pytest.raises(InputError, match=f"{A} is released and its file has changed"):
        promotion(own).rollback("production")
    assert PromptLibrary(own).find("production").ref == B
    assert len(log(own)) == 2


def test_a_file_that_changes_while_it_is_measured_is_not_promoted(own: Path) -> None:
    how, measured = trial({A: GOOD, PRODUCTION: GOOD})

    def meddled(made: PromptVersion) -> RunResult:
        put(own, version(FIRST, system="Something else."))
        return measured(made)

    with pytest.raises(InputError, match="prompts have changed while it was measured"):
        promotion(own).promote(A, Trial(meddled, how.provenance, how.gates, GOLD, "m"))
    assert PromptLibrary(own).find("production").ref == PRODUCTION
    assert not (own / "log.jsonl").exists()


def test_a_model_that_fails_leaves_everything_as_it_was(own: Path) -> None:
    def down(made: PromptVersion) -> RunResult:
        raise ModelDownError("model m: no connection")

    before, (how, _) = state(own), trial({})
    with pytest.raises(ModelDownError):
        promotion(own).promote(A, Trial(down, how.provenance, how.gates, GOLD, "m"))
    assert state(own) == before
    assert not (own / "log.jsonl").exists()
    assert promotion(own).nominate(A).what == "promoted", "the lock is free again"


@pytest.mark.parametrize("failing", ["released.toml", "log.jsonl", "aliases.toml"])
def test_a_write_that_fails_leaves_the_file_as_it_was_and_no_version_answers_unrecorded(
    own: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    promotion(own).nominate(A)
    before, replace = {path: path.read_bytes() for path in own.glob("*.*")}, Path.replace

    def full(self: Path, target: Path) -> Path:
        if target.name == failing:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        promotion(own).nominate(B)
    assert (own / failing).read_bytes() == before[own / failing]
    assert PromptLibrary(own).find("candidate").ref == A
    assert not list(own.rglob("*.part"))


def test_two_promotions_at_once_are_told(own: Path) -> None:
    how, measured = trial({A: GOOD})
    with FileLock(own / ".promotion.lock"), pytest.raises(InputError, match="another promotion is under way"):
        promotion(own).promote(A, how)
    assert measured.asked == []


def test_a_run_that_the_log_names_is_never_written_over(own: Path) -> None:
    promotion(own).promote(A, trial({A: BAD})[0])
    promotion(own).promote(A, trial({A: GOOD, PRODUCTION: MIDDLE})[0])
    first, second = log(own)
    assert (first["what"], second["what"]) == ("refused", "promoted")
    assert load_rows(own / str(first["run"])) == result(BAD).rows
    assert load_rows(own / str(second["run"])) == result(GOOD).rows
    assert second["run"] == f"{first['run']}-2"
    assert load_rows(own / str(second["run_before"])) == result(MIDDLE).rows


@pytest.mark.parametrize("damage", ["{", '{"when": "noon"}', "\ud800", "[]"])
def test_a_damaged_log_is_told_with_its_line_before_anything_is_measured(own: Path, damage: str) -> None:
    promotion(own).nominate(A)
    with (own / "log.jsonl").open("ab") as file:
        file.write(damage.encode("utf-8", "surrogatepass") + b"\n")
    how, measured = trial({B: GOOD})
    with pytest.raises(InputError, match=r"log.jsonl, line 2: is no entry of the log"):
        promotion(own).promote(B, how)
    assert measured.asked == []


def test_the_log_gives_back_what_was_recorded(own: Path) -> None:
    events = [promotion(own, by="Ann").nominate(A), promotion(own, by="").promote(B, trial({B: BAD})[0])]
    assert PromptFolder(PromptLibrary(own)).events() == tuple(events)
    assert all(isinstance(event, Event) for event in events)


def test_the_gates_of_a_file_are_those_of_a_trial(tmp_path: Path) -> None:
    (tmp_path / "gates.toml").write_text(FLOORS, "utf-8")
    how, _ = trial({}, gates=load_gates(tmp_path / "gates.toml"))
    assert [gate.metric for gate in how.gates] == ["page_hit_at_3", "key_fact_recall", "wrong_among_answered"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("floors = 3", "floors is 3, expected a table"),
        ('floors = ["a"]', "expected a table"),
        ("[floors]\nkey_fact_recall = nan", "key_fact_recall = nan is no share"),
        ("[floors]\nkey_fact_recall = -inf", "key_fact_recall = -inf is no share"),
        ("[floors]\nwrong_among_answered = 42", "wrong_among_answered = 42 is no share"),
        ("[floors]\nkey_fact_recall = -0.1", "key_fact_recall = -0.1 is no share"),
        ("[floors]\nkey_fact_recall = true", "is no number"),
    ],
)
def test_a_floor_that_could_never_fail_or_hold_is_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "gates.toml").write_text(text, "utf-8")
    with pytest.raises(InputError, match=told):
        load_gates(tmp_path / "gates.toml")
