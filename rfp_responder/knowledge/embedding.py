"""Vectors for the blocks that wait for them, and Chroma's copy kept in step."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from rfp_responder.index.store import ChromaStore

if TYPE_CHECKING:
    from rfp_responder.knowledge.base import KnowledgeBase, Progress

GROUP = 1_024  # blocks embedded together: enough to sort by length, few enough to lose little when killed
_BATCH = 5_000  # vectors handed to Chroma at once
_CHURN = 0.3  # share of the vectors that Chroma may have had to delete before its folder is made anew
_CHURN_FROM = 1_000  # deletions: fewer are not worth it


def embed_waiting(
    knowledge: KnowledgeBase,
    progress: Progress | None = None,
    alone: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> int:
    """Give every block that waits for one its vector, oldest first; gives how many there were.

    Killed at any place, it goes on from there: each group is kept in a transaction of its own. ``alone`` is entered
    to write and not to compute, so that another process may write in between.
    """
    first, _ = knowledge.vectors.pending()
    done = 0
    while keys := knowledge.vectors.waiting(GROUP):
        if progress:
            progress("embedding", done, first)
        held, made = knowledge.embedded(keys)
        with alone():
            knowledge.check_model()
            with knowledge.manifest.transaction():
                knowledge.vectors.put(held, made)
        done += len(keys)
    if progress and first:
        progress("", first, first)
    with alone():
        tell_chroma(knowledge)
    return first


def tell_chroma(knowledge: KnowledgeBase) -> None:
    """Bring Chroma's copy in step with the manifest's vectors; safe to be killed and to be done twice."""
    vectors, manifest = knowledge.vectors, knowledge.manifest
    if knowledge.folder is None:
        return
    discarded = vectors.discarded()
    total, stored = vectors.count()
    lost = bool(stored) and not knowledge.nearest.chroma_folder().is_dir()
    if not discarded and total == stored and not lost:
        return
    churn = int(manifest.value("churn") or 0) + len(discarded)
    if lost or churn > max(_CHURN_FROM, _CHURN * total):
        renew_chroma(knowledge)
        return
    chroma = knowledge.nearest.chroma(create=True)
    try:
        _fill(knowledge, chroma)
        if discarded:
            chroma.delete(discarded)
            with manifest.transaction():
                vectors.forget_discarded(discarded)
                manifest.put_value("churn", str(churn))
    finally:
        chroma.close()
    _remove_old(knowledge)


def next_generation(knowledge: KnowledgeBase) -> None:
    """Have Chroma begin anew in another folder; call it within a transaction."""
    manifest = knowledge.manifest
    manifest.put_value("generation", str(int(manifest.value("generation") or 1) + 1))
    manifest.put_value("churn", "0")
    knowledge.vectors.mark_none_stored()


def renew_chroma(knowledge: KnowledgeBase) -> None:
    """Fill a new folder from the manifest's vectors, then remove the old ones: Chroma's disk never shrinks."""
    assert knowledge.folder is not None
    manifest = knowledge.manifest
    knowledge.nearest.let_go()
    with manifest.transaction():
        next_generation(knowledge)
    present = knowledge.nearest.chroma_folder()
    shutil.rmtree(present, ignore_errors=True)  # left by a process that was killed
    chroma = knowledge.nearest.chroma(create=True)
    try:
        _fill(knowledge, chroma)
    finally:
        chroma.close()
    _remove_old(knowledge)


def _remove_old(knowledge: KnowledgeBase) -> None:
    """Folders of earlier generations, this process's or one's that was killed."""
    assert knowledge.folder is not None
    present = knowledge.nearest.chroma_folder()
    for other in knowledge.folder.glob("vectors*"):
        if other != present:
            shutil.rmtree(other, ignore_errors=True)


def _fill(knowledge: KnowledgeBase, chroma: ChromaStore) -> None:
    for keys, vectors in knowledge.vectors.unstored(_BATCH):
        chroma.add(keys, vectors)
        with knowledge.manifest.transaction():
            knowledge.vectors.mark_stored(keys)
