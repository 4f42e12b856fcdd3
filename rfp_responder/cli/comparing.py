"""``rfp eval --compare A B``: two versions of a prompt, or two runs that were saved, on the same cases."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rfp_responder.cli.measuring import PARTIAL, Build, alone, prepare
from rfp_responder.errors import CostLimitError, InputError, ModelError, RfpError

if TYPE_CHECKING:
    from rfp_responder.evaluation.gold import GoldCase, Split
    from rfp_responder.evaluation.report import Results
    from rfp_responder.evaluation.rows import Row
    from rfp_responder.evaluation.run import Provenance
    from rfp_responder.evaluation.versus import Source, Versus
    from rfp_responder.settings import Settings

_DIGESTS = ("prompt_sha256", "candidate_sha256")  # in the settings of a run; versus tells what they mean
_REF = re.compile(r"[a-z][a-z0-9_-]*(?:@[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Plan:
    """How two sides are compared: ``cases`` loads the cases where a side must be asked first, ``provenance`` tells of
    a run with these settings, ``gates`` are the metrics that count; ``split`` None: every split that both hold.

    ``build`` makes the responder, as in ``measuring``.
    """

    settings: Settings
    out: Path
    cases: Callable[[], Sequence[GoldCase]]
    provenance: Callable[[Settings], Provenance]
    gates: Sequence[str]
    split: str | None = None
    build: Build | None = None


def compare(names: tuple[str, str], plan: Plan) -> list[Versus]:
    """Measure what is not measured yet, compare by split, and save ``compare.json`` and ``compare.md``.

    A name is the folder of a saved run, or a prompt (``answer@2``, ``production``), whose run is saved in a folder of
    its name. Both prompts must be there before either is put to the model. A prompt's answers come from the model
    alone (and the small one, if any): no canary, and where the model fails the question is an error, and no other model
    nor the offline answerer steps in. Raises InputError
    for names that are neither, for one name twice, without a model, and where the cases are not the same.
    """
    from rfp_responder.evaluation.versus_table import as_json, markdown
    from rfp_responder.questionnaire.package import atomic

    _check(names, plan.settings)
    runs = _rows(names, plan)
    notes = (*_differences(names, plan), *_cached(names, plan.settings))
    found = [replace(one, notes=(*one.notes, *notes)) for one in _by_split(names, runs, plan)]
    plan.out.mkdir(parents=True, exist_ok=True)
    for name, text in (("compare.json", _json(as_json(found))), ("compare.md", markdown(found))):
        with atomic(plan.out / name) as file:
            file.write(text.encode("utf-8"))
    return found


def _json(value: object) -> str:
    import json

    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _is_run(name: str) -> bool:
    return (Path(name) / "rows.jsonl").is_file()


def _check(names: tuple[str, str], settings: Settings) -> None:
    if names[0] == names[1]:
        raise InputError(f"--compare {names[0]} {names[1]}: the same twice", "Name two prompts, or two saved runs")
    for name in names:
        if _is_run(name):
            continue
        if not _REF.fullmatch(name):
            raise InputError(
                f"--compare {name[:80]!r}: is no folder with rows.jsonl, and no prompt",
                "Name the folders of two runs, or two prompts as in answer@1 answer@2",
            )
        alone(settings, name)  # raises where no model is named


def _rows(names: tuple[str, str], plan: Plan) -> list[Sequence[Row]]:
    """The rows of both sides; nothing is asked before everything that could be missing was found."""
    from rfp_responder.evaluation.rows import load_rows

    saved = {name: load_rows(Path(name)) for name in names if _is_run(name)}
    ready = {name: prepare(alone(plan.settings, name), plan.build) for name in names if name not in saved}
    told = {name: plan.provenance(one.settings) for name, one in ready.items()}
    cases = plan.cases() if ready else ()
    measured: dict[str, Sequence[Row]] = {}
    for name, one in ready.items():
        try:
            result = one.run(cases, name, plan.out / name / PARTIAL)
        except (ModelError, CostLimitError) as error:
            raise _stopped(error, name, names, plan.out, [*saved, *measured]) from error
        result.save(plan.out / name, told[name])
        measured[name] = result.rows
    return [saved[name] if name in saved else measured[name] for name in names]


def _stopped(error: RfpError, name: str, names: tuple[str, str], out: Path, done: Collection[str]) -> RfpError:
    """The fault that ended a side's run, with the side, and the other side where that is measured already."""
    remedy = error.remedy
    for other in names:
        if other in done:
            kept = other if _is_run(other) else str(out / other)
            order = " ".join(kept if each == other else each for each in names)
            remedy = f"{remedy}. {other} is measured and is not asked again with --compare {order}"
    kind = CostLimitError if isinstance(error, CostLimitError) else ModelError
    return kind(f"{'AB'[names.index(name)]} ({name}): {error.what}", remedy)


def _by_split(names: tuple[str, str], runs: Sequence[Sequence[Row]], plan: Plan) -> list[Versus]:
    from rfp_responder.evaluation.gold import SPLITS
    from rfp_responder.evaluation.versus import versus

    held = [{row.split for row in rows} for rows in runs]
    splits: list[Split] = [each for each in SPLITS if plan.split in (None, each) and each in held[0] & held[1]]
    if not splits:
        raise InputError(
            f"--compare {names[0]} {names[1]}: hold no split{f' {plan.split!r}' if plan.split else ''} together",
            "Run both on one gold file, with the same --split",
        )
    a, b = (_source(name, plan.out) for name in names)
    return [versus(runs[0], runs[1], split, plan.gates, (a, b)) for split in splits]


def _results(name: str, out: Path) -> Results | None:
    """What a side's results.json tells; None where there is none."""
    from rfp_responder.evaluation.report import load_results

    file = (Path(name) if _is_run(name) else out / name) / "results.json"
    return load_results(file) if file.is_file() else None


def _source(name: str, out: Path) -> Source:
    from rfp_responder.evaluation.versus import Source

    label, told = f"{name} (saved run)" if _is_run(name) else name, _results(name, out)
    if told is None:
        return Source(label)
    digests = [str(told.settings.get(key, "")) for key in _DIGESTS]
    return Source(label, " ".join(each for each in digests if each), told.unpriced)


def _differences(names: tuple[str, str], plan: Plan) -> list[str]:
    """In what else two runs differ, by what stands in their results.json; a run without one tells nothing."""
    a, b = (_results(name, plan.out) for name in names)
    if a is None or b is None:
        return []
    notes = []
    if a.gold_sha256 != b.gold_sha256:
        notes.append(f"A and B were measured on two gold files ({a.gold_sha256[:12]}, {b.gold_sha256[:12]})")
    absent = "not told"
    odd = [
        f"{key} ({a.settings.get(key, absent)}, {b.settings.get(key, absent)})"
        for key in sorted({*a.settings, *b.settings} - {"prompt", *_DIGESTS})
        if a.settings.get(key, absent) != b.settings.get(key, absent)
    ]
    if odd:
        notes.append(f"A and B differ in more than the prompt: {', '.join(odd)}")
    return notes


def _cached(names: tuple[str, str], settings: Settings) -> list[str]:
    if settings.reply_cache == "off" or all(_is_run(name) for name in names):
        return []
    return ["replies may come from the cache: tokens, cost and seconds are those of this run, not those of the prompt"]
