"""LlamaIndex as its starter tutorial has it, with a local embedding model: files, VectorStoreIndex, retriever.

Measured: parse (SimpleDirectoryReader), ingest (parse, SentenceSplitter, embedding, vectors in memory), queries.
"""

from collections import Counter

from measure import Hit, Run

run = Run.from_command_line()
with run.phase("setup"):
    from llama_index.core import Document, Settings, SimpleDirectoryReader, VectorStoreIndex
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    Settings.embed_model = HuggingFaceEmbedding(model_name=run.model)
    run.pin_torch()
    # the tutorial's query engine would also take a language model; a retriever needs none
    VectorStoreIndex.from_documents([Document(text="Warm up: late imports and the tokenizer.")])

with run.phase("ingest"):
    with run.phase("parse"):
        documents = SimpleDirectoryReader(input_files=run.files).load_data()
    index = VectorStoreIndex.from_documents(documents)

# page_label is the printed label ("iv", "F-3"), not a count; the reader gives one document a page, in order
numbers: dict[str, int] = {}
seen: Counter[str] = Counter()
for document in documents:
    seen[document.metadata["file_name"]] += 1
    numbers[document.doc_id] = seen[document.metadata["file_name"]]
run.failed += [file.name for file in run.files if not seen[file.name]]
retriever = index.as_retriever(similarity_top_k=run.top_k)


def search(question: str) -> list[Hit]:
    """The nearest chunks."""
    return [
        Hit(document=n.metadata["file_name"], page=numbers[n.node.ref_doc_id], score=float(n.score or 0.0))
        for n in retriever.retrieve(question)
    ]


run.ask(search)
run.write(
    [
        "llama-index-core",
        "llama-index-embeddings-huggingface",
        "llama-index-readers-file",
        "pypdf",
        "sentence-transformers",
        "torch",
    ],
    chunks=len(index.docstore.docs),
)
