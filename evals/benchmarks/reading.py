"""Text of every page, by one reader in one process: ours, pypdf or pypdfium2. Measured: CPU and wall seconds.

``reading.py JOB.json RESULT.json``; the job's ``model`` names the reader, since no embedding model takes part.
"""

from measure import Run


def main() -> None:
    """Measure. A function, as in ``ours.py``."""
    run = Run.from_command_line()
    with run.phase("setup"):
        import pypdf
        import pypdfium2

        from rfp_responder.ingest import read

        reader = run.model

    pages = 0
    with run.phase("parse"):
        for file in run.files:
            try:
                if reader == "ours":
                    texts = [page.text for page in read(file, file.name).pages]
                elif reader == "pypdf":
                    texts = [page.extract_text() for page in pypdf.PdfReader(file).pages]
                else:
                    texts = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(file)]
            except Exception as error:  # each library raises its own kinds; one file must not end the run
                run.failed.append(f"{file.name}: {type(error).__name__}")
                continue
            pages += len(texts)

    run.write(["pypdf", "pypdfium2", "rfp-responder"], chunks=pages)


if __name__ == "__main__":
    main()
