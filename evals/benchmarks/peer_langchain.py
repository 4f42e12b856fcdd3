"""LangChain as its semantic-search tutorial has it: PyPDFLoader, RecursiveCharacterTextSplitter 1000/200, in memory.

Measured: parse (the loader), ingest (parse, split, embedding, InMemoryVectorStore), queries.
"""

from pathlib import Path

from measure import Hit, Run

run = Run.from_command_line()
with run.phase("setup"):
    from langchain_community.document_loaders import PyPDFLoader
    from langchain_core.documents import Document
    from langchain_core.vectorstores import InMemoryVectorStore
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    embeddings = HuggingFaceEmbeddings(model_name=run.model)
    run.pin_torch()
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
    warm = [Document(page_content="Warm up: late imports and the tokenizer.")]
    InMemoryVectorStore(embeddings).add_documents(documents=splitter.split_documents(warm))

with run.phase("ingest"):
    with run.phase("parse"):
        pages = []
        for file in run.files:
            try:
                pages += PyPDFLoader(str(file)).load()
            except Exception as error:  # whatever pypdf raises, one file must not end the run
                run.failed.append(f"{file.name}: {type(error).__name__}")
    store = InMemoryVectorStore(embeddings)
    ids = store.add_documents(documents=splitter.split_documents(pages))


def search(question: str) -> list[Hit]:
    """The nearest chunks; the loader counts pages from 0."""
    return [
        Hit(document=Path(d.metadata["source"]).name, page=int(d.metadata["page"]) + 1, score=float(score))
        for d, score in store.similarity_search_with_score(question, k=run.top_k)
    ]


run.ask(search)
run.write(
    [
        "langchain-core",
        "langchain-community",
        "langchain-huggingface",
        "langchain-text-splitters",
        "pypdf",
        "sentence-transformers",
        "torch",
    ],
    chunks=len(ids),
)
