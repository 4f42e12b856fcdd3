"""Plain BM25 over pages: pypdf's text, bm25s with its own tokenizer, English stop words and stemming.

Measured: parse (pypdf), ingest (parse, tokenize, index), queries, memory. No embedding model.
"""

from measure import Hit, Run

run = Run.from_command_line()
with run.phase("setup"):
    import bm25s
    import Stemmer
    from pypdf import PdfReader

    stemmer = Stemmer.Stemmer("english")


def tokens(texts: list[str]) -> object:
    """As bm25s's README does it."""
    return bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False)


with run.phase("ingest"):
    with run.phase("parse"):
        pages: list[tuple[str, int]] = []
        texts: list[str] = []
        for file in run.files:
            try:
                told = [page.extract_text() for page in PdfReader(file).pages]
            except Exception as error:  # whatever pypdf raises, one file must not end the run
                run.failed.append(f"{file.name}: {type(error).__name__}")
                continue
            texts += told
            pages += [(file.name, number) for number in range(1, len(told) + 1)]
    retriever = bm25s.BM25()
    retriever.index(tokens(texts), show_progress=False)


def search(question: str) -> list[Hit]:
    """The best pages."""
    found, scores = retriever.retrieve(tokens([question]), k=min(run.top_k, len(pages)), show_progress=False)
    places = [pages[index] for index in found[0]]
    return [Hit(document=d, page=n, score=float(s)) for (d, n), s in zip(places, scores[0], strict=True)]


run.ask(search)
run.write(["bm25s", "PyStemmer", "pypdf", "numpy"], chunks=len(pages))
