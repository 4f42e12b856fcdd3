"""The last part of the report page: what was proved of the delivered file, and the documents answers rest on."""

from __future__ import annotations

from collections import Counter

from rfp_responder.questionnaire.account import Proof, Report
from rfp_responder.questionnaire.report_text import counted, file_link, shown, text

_CELLS = 60  # names of cells or parts that are shown
_DOCUMENTS = 500


def proof(report: Report) -> str:
    """What was proved, the digests of the two files, the documents that are cited."""
    proved = _proved(report.proof) if report.proof else "<p>Nothing was proved of the delivered file.</p>"
    return (
        '<section id="proof" aria-labelledby="proof-h"><h2 id="proof-h">Proof</h2>'
        f"{proved}{_digests(report)}{_documents(report)}</section>"
    )


def _proved(found: Proof) -> str:
    checks = "".join(f'<li dir="auto">{shown(check, 400)}</li>' for check in found.checks)
    sentence = found.sentence[:1].upper() + found.sentence[1:]
    changed = f"<p>Parts that differ: {_some(found.changed)}</p>" if found.changed else ""
    cells = tuple(f"{sheet}!{cell}" for sheet, cell in found.stale)
    stale = (
        f"<p>{counted(len(cells), 'formula')} still {'shows' if len(cells) == 1 else 'show'} the value of before the "
        f"answers; open the file in a spreadsheet program and let it calculate: {_some(cells)}</p>"
        if cells
        else ""
    )
    held = f"<p>What was checked, and held:</p><ul>{checks}</ul>" if checks else ""
    return f"<p>{text(sentence)}.</p>{held}{changed}{stale}"


def _some(names: tuple[str, ...]) -> str:
    shown_names = ", ".join(f"<code>{text(name)}</code>" for name in names[:_CELLS])
    return shown_names + (f" and {len(names) - _CELLS} more" if names[_CELLS:] else "")


def _digests(report: Report) -> str:
    lines = "".join(f"<li>{text(name)}: <code>{text(digest)}</code></li>" for name, digest in report.digests.items())
    return f'<h3>Digests (sha256)</h3><ul class="digests">{lines}</ul>' if lines else ""


def _documents(report: Report) -> str:
    cited = Counter(str(each.get("document", "")) for row in report.rows for each in row.citations)
    if not report.sources:
        return ""
    lines = []
    for source in report.sources[:_DOCUMENTS]:
        link = file_link(source.path, None)
        name = f'<a href="{text(link)}">{text(source.name)}</a>' if link else text(source.name)
        lines.append(
            f'<tr><th scope="row" dir="auto">{name}</th><td class="num" data-l="Quotes">{cited[source.name]}</td>'
            f'<td data-l="sha256"><code>{text(source.digest)}</code></td></tr>'
        )
    return (
        '<h3>Documents that answers rest on</h3><table><thead><tr><th scope="col">Document</th>'
        '<th scope="col" class="num">Quotes</th><th scope="col">sha256 when it was cited</th></tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table>"
    )
