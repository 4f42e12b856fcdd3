"""Whatever is added, changed and removed: the index agrees with itself and with the files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfp_responder.index.embed import HashingEmbedder
from rfp_responder.knowledge import KnowledgeBase
from rfp_responder.knowledge.tally import IngestOptions
from tests.holdings import (
    CHANGED,
    PARAGRAPH,
    column,
    faults,
    names,
    titled,
)
from tests.makers import SECURITY, file, folder, knowledge

CONTENTS = (
    SECURITY,
    CHANGED,
    titled("Alpha product guide", PARAGRAPH),
    titled("Beta product guide", PARAGRAPH + "\n\n## Faults\n\nIt is supported."),
    titled("Beta product guide", "It is supported."),
    "",
)
NAMES = st.sampled_from(["a.md", "b.md", "sub/c.md"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), NAMES, st.integers(0, len(CONTENTS) - 1)),
        st.tuples(st.just("delete"), NAMES, st.just(0)),
        st.tuples(st.just("remove"), NAMES, st.just(0)),
        st.tuples(st.sampled_from(["ingest", "prune", "later", "embed", "reindex"]), st.just(""), st.just(0)),
    ),
    min_size=3,
    max_size=12,
)


def take(base: KnowledgeBase, documents: Path, step: tuple[str, str, int]) -> None:
    what, name, content = step
    if what == "write":
        file(documents / name, CONTENTS[content])
    elif what == "delete":
        (documents / name).unlink(missing_ok=True)
    elif what == "remove":
        base.remove([name])
    elif what == "embed":
        base.embed_waiting()
    elif what == "reindex":
        base.reindex()
    else:
        base.ingest([documents], options=IngestOptions(prune=what == "prune", later=what == "later"))


@pytest.mark.parametrize(("on_disk", "examples"), [(False, 60), (True, 12)])
def test_whatever_is_added_changed_and_removed_the_index_agrees_with_itself_and_with_the_files(
    on_disk: bool, examples: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(STEPS)
    def law(steps: list[tuple[str, str, int]]) -> None:
        place = tmp_path_factory.mktemp("law")
        documents = folder(place / "docs", {})
        base = KnowledgeBase(place / "index" if on_disk else None, HashingEmbedder(), create=True)
        for step in steps:
            take(base, documents, step)
            assert faults(base, embedded=False) == []
        base.ingest([documents], prune=True)
        assert faults(base) == []
        if all(path.read_text() for path in documents.rglob("*.md")):  # an empty file's earlier version stays in
            fresh, _ = knowledge(None, documents)
            assert names(base) == names(fresh)
            assert base.manifest.chunk_ids() == fresh.manifest.chunk_ids()
            assert column(base, "SELECT key FROM blocks") == column(fresh, "SELECT key FROM blocks")
        base.manifest.close()

    law()
