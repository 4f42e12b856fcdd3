"""Haystack as its documentation has it: converter, cleaner, splitter, embedder and writer in a pipeline, in memory.

Measured: parse (PyPDFToDocument), ingest (parse, DocumentCleaner, DocumentSplitter, embedding, writing), queries.
"""

from pathlib import Path

from measure import Hit, Run

run = Run.from_command_line()
with run.phase("setup"):
    from haystack import Document, Pipeline
    from haystack.components.converters import PyPDFToDocument
    from haystack.components.preprocessors import DocumentCleaner, DocumentSplitter
    from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
    from haystack.components.writers import DocumentWriter
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
        SentenceTransformersTextEmbedder,
    )

    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    indexing = Pipeline()
    indexing.add_component("cleaner", DocumentCleaner())
    indexing.add_component("splitter", DocumentSplitter())
    indexing.add_component("embedder", SentenceTransformersDocumentEmbedder(model=run.model, progress_bar=False))
    indexing.add_component("writer", DocumentWriter(document_store=store))
    indexing.connect("cleaner", "splitter")
    indexing.connect("splitter", "embedder")
    indexing.connect("embedder", "writer")
    querying = Pipeline()
    querying.add_component("embedder", SentenceTransformersTextEmbedder(model=run.model, progress_bar=False))
    querying.add_component("retriever", InMemoryEmbeddingRetriever(document_store=store, top_k=run.top_k))
    querying.connect("embedder.embedding", "retriever.query_embedding")
    indexing.run({"cleaner": {"documents": [Document(content="Warm up: late imports and the tokenizer.")]}})
    run.pin_torch()
    store.delete_documents([document.id for document in store.filter_documents()])

with run.phase("ingest"):
    with run.phase("parse"):
        # run by itself, so that reading can be told from the rest; in the documentation it is the pipeline's first part
        documents = PyPDFToDocument().run(sources=run.files)["documents"]
    indexing.run({"cleaner": {"documents": documents}})

read = {Path(document.meta["file_path"]).name for document in documents}
run.failed += [file.name for file in run.files if file.name not in read]


def search(question: str) -> list[Hit]:
    """The nearest chunks; a chunk that crosses pages carries the page it begins on, from 1."""
    found = querying.run({"embedder": {"text": question}})["retriever"]["documents"]
    return [
        Hit(document=Path(d.meta["file_path"]).name, page=int(d.meta["page_number"]), score=float(d.score))
        for d in found
    ]


run.ask(search)
run.write(
    ["haystack-ai", "sentence-transformers-haystack", "pypdf", "sentence-transformers", "torch"],
    chunks=store.count_documents(),
)
