"""The same metrics by slice: where a system is good on average and bad at something."""

from __future__ import annotations

from collections.abc import Sequence

from rfp_responder.evaluation.run import Row

SHOWN = ("page_hit_at_3", "key_fact_recall", "answer_rate", "refusal_recall", "wrong_among_answered")


def by_tag(rows: Sequence[Row]) -> str:
    """A text table: for each tag the number of cases and the mean of each shown metric over the scored ones.

    A dash says that no case of the tag was scored. Cases with several tags count in each.
    """
    import pandas as pd

    frame = pd.DataFrame(
        [{"tag": tag, **{name: row.scores.get(name) for name in SHOWN}} for row in rows for tag in row.tags]
    )
    if frame.empty:
        return ""
    values = frame[list(SHOWN)].apply(pd.to_numeric)
    table = values.groupby(frame["tag"]).mean().round(3)
    table.insert(0, "n", frame["tag"].value_counts())
    return str(table.sort_values("n", ascending=False).to_string(na_rep="-"))
