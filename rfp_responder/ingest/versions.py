"""What version a document calls itself: read from the lines of its first page that say nothing else."""

from __future__ import annotations

import re

_SEARCHED = 4_000  # characters
_LINE = 80  # characters; a longer line is prose
_NUMBER = r"(?P<{0}>20\d\d-\d\d(?:-\d\d)?|\d{{1,4}}(?:\.\d{{1,4}}){{0,3}}[a-z]?)"
_SIGN = re.compile(
    r"(?<![\w.])(?:"
    rf"(?:version|ver\.?|release|revision|rev\.?|issue|edition)(?:\s?(?:no\.?|number|#))?\s{{0,3}}[:=]?\s{{0,3}}"
    rf"v?{_NUMBER.format('a')}"
    r"|(?:revision|rev\.?)\s{0,3}[:=]?\s{0,3}(?P<letter>[A-Z])"
    rf"|v\.?\s?(?P<b>\d{{1,4}}(?:\.\d{{1,4}}){{1,3}}|\d{{1,2}}(?=\s*$))"
    r")(?![\w.-]*\w)",
    re.I,
)
_OWN = re.compile(  # words that may stand beside the sign on its line: those of a title page
    r"\b(?:document|policy|policies|standard|procedure|plan|guide|guideline|handbook|manual|white ?paper|statement|"
    r"charter|framework|report|overview|description|specification|agreement|schedule|annex|questionnaire|playbook)\b",
    re.I,
)
_BESIDE = re.compile(  # and those that tell of the edition itself
    r"\b(?:date|dated|effective|approved|published|updated|revised|status|final|draft|public|internal|confidential|"
    r"owner|author|page|of|no|number|current|january|february|march|april|may|june|july|august|september|october|"
    r"november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b|\d+",
    re.I,
)
_FOREIGN = re.compile(  # whose version it is, where it is not the document's
    r"\b(?:tls|ssl|iso|iec|nist|sp|pci|dss|cis|csf|ccm|caiq|cvss|fips|soc|gdpr|http|https|api|sdk|tomcat|java|python|"
    r"linux|windows|android|ios|openssl|oauth|saml|ipv|wcag|owasp|cobit|sig|hitrust|bsi|c5|protocol|"
    r"licen[cs]e|gpl|apache|supported|minimum|required|requires?|least|or later|and above|"
    r"creative commons)\b",
    re.I,
)


def version(text: str) -> str:
    """The version a document gives itself within its first 4,000 characters (``"3.2"``), ``""`` where it gives none.

    The sign must stand on a short line that says nothing else, or right behind a word such as *Policy*; "TLS
    version 1.2" and "NIST SP 800-53 Rev. 5" are versions of something else.
    """
    lines = text[:_SEARCHED].split("\n")
    history: list[str] = []
    edition = ""  # an edition, release or issue, where the text tells no version beside it
    for place, line in enumerate(lines):
        line = line.strip()
        cells = line.split("\t")
        if len(cells) > 2:  # a row of a table: it may be a history, from the first edition to the last or the reverse
            history += filter(None, (_own_version(cell.strip()) for cell in (*cells, " ".join(cells[:2]))))
            continue
        found = _own_version(line.replace("\t", " "))
        if found and not re.search(r"\b(?:edition|release|issue)\b", line, re.I):
            return found
        edition = edition or found
        if re.fullmatch(r"(?:version|revision|version (?:no\.?|number)):?", line, re.I) and place + 1 < len(lines):
            below = _own_version(f"version {lines[place + 1].strip()}"[:_LINE])
            if below:
                return below
    return edition or max(history, key=_order, default="")


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _own_version(line: str) -> str:
    sign = _SIGN.search(line) if len(line) <= _LINE else None
    if sign is None or line.endswith((".", "?", "!", ";")):
        return ""
    before, behind = line[: sign.start()], line[sign.end() :]
    if _FOREIGN.search(line):
        return ""
    alone = not re.search(r"\w", _BESIDE.sub("", before)) and not re.search(r"\w", _BESIDE.sub("", behind))
    named = re.search(r"\w", before) and _OWN.search(before.split("|")[-1][-40:])
    if not alone and not (named and not re.search(r"\w", _BESIDE.sub("", behind))):
        return ""
    return (sign.group("a") or sign.group("b") or sign.group("letter").upper()).rstrip(".")
