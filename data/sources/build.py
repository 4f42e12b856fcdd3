"""Render the sample knowledge base: data/sources/<stem>.typ to data/documents/<stem>.pdf."""

from __future__ import annotations

import argparse
import io
import random
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pypdfium2
import typst
import yaml
from PIL import Image, ImageChops, ImageFilter
from pypdf import PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle

SOURCES = Path(__file__).resolve().parent
DOCUMENTS = SOURCES.parent / "documents"
SCAN_DPI = 110
OWNER_PASSWORD = "quillmere-sample"  # a public sample: the password protects nothing


def registry() -> dict[str, dict[str, Any]]:
    """Read the list of documents with their layout options."""
    text = (SOURCES / "documents.yaml").read_text(encoding="utf-8")
    documents: dict[str, dict[str, Any]] = yaml.safe_load(text)["documents"]
    return documents


def effective_date(entry: dict[str, Any]) -> datetime:
    """The date a document gives itself; it stands in for the creation date."""
    stated = str(entry.get("revised", entry["date"]))
    return datetime.strptime(stated, "%d %B %Y").replace(hour=9, tzinfo=UTC)


def typeset(stem: str, entry: dict[str, Any]) -> bytes:
    """Compile one Typst source with the bundled fonts only."""
    compiler = typst.Compiler(root=str(SOURCES), ignore_system_fonts=True)
    pdf = compiler.compile(
        str(SOURCES / f"{stem}.typ"),
        format="pdf",
        timestamp=int(effective_date(entry).timestamp()),
    )
    if not isinstance(pdf, bytes):
        raise TypeError(f"{stem}: Typst gave back more than one file")
    return pdf


def scanned_page(page: Image.Image, seed: int) -> Image.Image:
    """Make a clean rendering look like a page from an office scanner."""
    noise = random.Random(seed)
    grey = page.convert("L").rotate(noise.uniform(-0.5, 0.5), resample=Image.Resampling.BICUBIC, fillcolor=255)
    grain = Image.frombytes("L", grey.size, noise.randbytes(grey.width * grey.height))
    grain = grain.point([value // 20 for value in range(256)])
    soft = grey.filter(ImageFilter.GaussianBlur(0.35))
    return ImageChops.subtract(soft, grain)


def scan(pdf: bytes) -> bytes:
    """Turn a PDF into an image-only one: no text layer is left."""
    with pypdfium2.PdfDocument(pdf) as source:
        pages = [scanned_page(page.render(scale=SCAN_DPI / 72).to_pil(), seed) for seed, page in enumerate(source)]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=SCAN_DPI, quality=55)
    return out.getvalue()


def finish(pdf: bytes, entry: dict[str, Any]) -> bytes:
    """Set the metadata, and encrypt when asked; the same input gives the same bytes."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    stamp = effective_date(entry).strftime("D:%Y%m%d%H%M%S+00'00'")
    writer.add_metadata(
        {
            "/Title": f"{entry['title']} ({entry['subtitle']})",
            "/Author": "Quillmere Software Ltd",
            "/Producer": "sample build",
            "/CreationDate": stamp,
            "/ModDate": stamp,
        }
    )
    if entry.get("scan"):
        writer.set_page_label(0, len(writer.pages) - 1, style=PageLabelStyle.DECIMAL)
    seeded = random.Random(f"{entry['title']} {entry['version']}")
    out = io.BytesIO()
    with patch("secrets.token_bytes", seeded.randbytes):
        if entry.get("encrypt"):
            writer.encrypt("", owner_password=OWNER_PASSWORD, algorithm="AES-256")
        writer.write(out)
    return out.getvalue()


def build(stem: str, entry: dict[str, Any], target: Path) -> list[str]:
    """Render one document and return its page labels."""
    pdf = typeset(stem, entry)
    if entry.get("scan"):
        pdf = scan(pdf)
    path = target / f"{stem}.pdf"
    path.write_bytes(finish(pdf, entry))
    return PdfReader(path).page_labels


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stems", nargs="*", help="documents to build (all of them by default)")
    parser.add_argument("--out", type=Path, default=DOCUMENTS, help="where the PDFs go")
    return parser.parse_args()


def main() -> int:
    """Build what was asked for; report pages per document and the total."""
    args = arguments()
    entries = registry()
    unknown = sorted(set(args.stems) - set(entries))
    if unknown:
        print(f"not in documents.yaml: {', '.join(unknown)}", file=sys.stderr)
        return 2
    args.out.mkdir(parents=True, exist_ok=True)
    total = failed = 0
    for stem in args.stems or entries:
        if not (SOURCES / f"{stem}.typ").exists():
            print(f"{stem:36} skipped: no {stem}.typ yet")
            continue
        try:
            labels = build(stem, entries[stem], args.out)
        except typst.TypstError as error:
            failed += 1
            print(f"{stem:36} FAILED: {error.diagnostic}", file=sys.stderr)
            continue
        total += len(labels)
        print(f"{stem:36} {len(labels):3} pages (aim {entries[stem]['pages']}): {' '.join(labels)}")
    print(f"{'total':36} {total:3} pages")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
