"""This product: ``KnowledgeBase.ingest`` into a new index on disk, then ``Responder.search``.

Measured: ingest (parse, chunk, embed, both indexes, written to disk; workers' CPU included), queries, memory.
The peers keep theirs in memory. Parsing alone is measured by ``reading.py``: here it runs beside the rest.
"""

import tempfile
from pathlib import Path

from measure import Hit, Run


def main() -> None:
    """Measure. A function, since workers that are started afresh import this file and must not begin again."""
    run = Run.from_command_line()
    with run.phase("setup"):
        from rfp_responder.assemble import make_embedder
        from rfp_responder.knowledge import KnowledgeBase
        from rfp_responder.responder import Responder
        from rfp_responder.settings import load_settings

        embedder = make_embedder(load_settings())
        with tempfile.TemporaryDirectory() as folder:
            warm = Path(folder) / "warm.md"
            warm.write_text("# Warm up\n\nLate imports and the tokenizer.\n", "utf-8")
            KnowledgeBase(Path(folder) / "index", embedder, create=True).ingest([warm])
        run.pin_torch()

    with tempfile.TemporaryDirectory() as folder:
        with run.phase("ingest"):
            knowledge = KnowledgeBase(Path(folder) / "index", embedder, create=True)
            tally = knowledge.ingest(run.files)
        run.failed += [f"{name}: {reason}" for name, reason in tally.failed]
        responder = Responder.over(knowledge)

        def search(question: str) -> list[Hit]:
            """The best passages."""
            return [
                Hit(document=Path(p.chunk.document_name).name, page=p.chunk.page_number, score=float(p.score))
                for p in responder.search(question, run.top_k)
            ]

        run.ask(search)
        packages = ["rfp-responder", "pypdf", "pypdfium2", "chromadb", "openvino", "sentence-transformers", "torch"]
        run.write(packages, tally.chunks)


if __name__ == "__main__":
    main()
