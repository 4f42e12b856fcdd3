"""What the words of a header say of their column, in the languages that questionnaires come in.

Weights are judgements, checked on the structure gold and on made-up layouts (``evals/structure_study.py``): 3 says so
plainly, 2 usually means it, 1 may mean it. Nothing here knows a particular file.
"""

from __future__ import annotations

import re
from typing import Literal

from rfp_responder.questionnaire.rules import is_choice
from rfp_responder.text import fold

Role = Literal["question", "answer", "comment", "id", "section", "reference", "other"]


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


_ID = re.compile(
    r"(?:#|(?:.*\b)?(?:id|ids|no|nos|nr|num|number|ref|reference|index|code|sno|sr)\b\.?|.*#|"
    r"[a-z]{1,4}id|s\.? ?no\.?|(?:lfd\.? ?)?nr\.?|n[°º]\.?|núm\.?|num\.?|ziffer|kennung|lp\.?|č\.?|"
    r"item|q\.?|req\.? ?#?)\s*",
    re.IGNORECASE,
)
_NO_ID = _words(r"evidence|documents?|documentation|yes ?[/,|] ?no|y ?/ ?n|policy|standard|link")
_REFERENCE = re.compile(
    r"(?:.*\b(?:proposal|response|bid|tender|offer|documents?|documentation|docs?|evidence|polic(?:y|ies)|page|source|"
    r"supporting|attachments?|artefacts?|artifacts?|link|url|vendor|supplier|bidder|cross)\b.*[ -/]"
    r"(?:ref|refs|reference|references|link|links|url|location|page|pages|section|number|no|name|title)\b\.?|"
    r"references?|evidence|evidences|(?:supporting|attached) (?:documents?|documentation|evidence|material)|"
    r"references? (?:to|in|in the) .*|where addressed|location in (?:the )?(?:proposal|response|bid|document\w*)|"
    r"nachweis\w*|belege?|preuves?|justificatifs?|referencias?|referências?|evidencias?|evidências?|bewijs\w*|"
    r"verwijzing\w*|"
    r"fundstelle\w*|file ?names?|cross[- ]?references?|attachments?|links?|urls?|documents?|document(?:ed)? evidence|"
    r"evidence (?:provided|of .*))",
    re.IGNORECASE,
)
_ABOUT = _words(  # about the question or the answer, not the thing itself
    r"expected|typical|suggested|possible|allowed|valid|sample|example|model|type|format|options?|weight\w*|scor\w+|"
    r"points?|rating|"
    r"max\w*|previous|prior|mapping|guidance|guideline\w*|hints?|tips?|help|instructions?|mandatory|"
    r"due|date|count|priorit\w+|gewicht\w*|punkte?|poids|peso|hinweis\w*|ayuda|ajuda|aide|beispiel\w*|exemple|ejemplo|exemplo"
)
_OTHERS = _words(
    r"reviewer\w*|evaluat\w+|internal|buyer\w*|customer|client|auditor\w*|assessor\w*|prüfer\w*|auftraggeber\w*|"
    r"intern|interne?s?|acheteur|comprador|(?:office|our) use|kunde\w*|bewert\w+|évaluat\w+|evaluaci\w+|avaliaç\w+"
)
_WEIGHTS: tuple[tuple[Role, float, re.Pattern[str]], ...] = (
    (
        "answer",
        3.0,
        _words(
            r"answers?|responses?|reply|replies|respond|antwort\w*|réponses?|respuestas?|rispost[ae]|respostas?|"
            r"antwoord\w*|odpowied\w*|odpověď|svar|vastau\w*|ihre angaben?|"
            r"your (?:answers?|details|input|position|statement)"
        ),
    ),
    (
        "answer",
        2.0,
        _words(
            r"complian(?:ce|t)|compl(?:y|ies)|conform\w*|erfüllt|erfüllung|cumpl\w+|yes ?[/,|] ?no|y ?/ ?n|"
            r"fulfil\w*|meets?|supported|in place"
        ),
    ),
    (
        "answer",
        1.5,
        _words(
            r"vendor|supplier|bidder|provider|tenderer|contractor|respondent|offeror|to be completed|bieter|anbieter|"
            r"auftragnehmer|fournisseur|soumissionnaire|proveedor|fornecedor|fornitore|leverancier|inschrijver|status"
        ),
    ),
    (
        "comment",
        3.0,
        _words(
            r"comments?|commentary|remarks?|explanations?|justifications?|rationale|clarifications?|kommentar\w*|"
            r"bemerkung\w*|anmerkung\w*|erläuterung\w*|begründung\w*|commentaires?|observations?|précisions?|"
            r"comentarios?|comentários?|observaciones|observações|aclaraciones|opmerking\w*|toelichting\w*|"
            r"osservazioni|commenti|uwagi|komentarz\w*|poznámk\w*|merknad\w*|bemærkning\w*|huomautuk\w*"
        ),
    ),
    (
        "comment",
        2.5,
        _words(
            r"notes?|notas?|notiz\w*|(?:additional|further|supporting|more) (?:info\w*|details?|comments?|evidence)"
        ),
    ),
    (
        "comment",
        2.0,
        _words(r"implementation (?:description|details?)|details?|explain|narrative|elaborat\w+|if (?:yes|no)"),
    ),
    ("comment", 1.5, _words(r"evidence|(?:supporting )?documentation|proof")),
    (
        "question",
        3.0,
        _words(
            r"questions?|frage\w*|preguntas?|perguntas?|domand[ae]|queries|query|enquir(?:y|ies)|vra(?:ag|gen)|pytani\w+|"
            r"fråg\w+|spørgsmål|spørsmål|otázk\w+|kysymy\w+"
        ),
    ),
    (
        "question",
        2.0,
        _words(
            r"requirements?|criteri(?:a|on)|specifications?|statements?|asks?|prompts?|anforderung\w*|exigences?|requisitos?|"
            r"requisit[oi]|eis(?:en)?|vereisten?|wymagani\w+|krav|požadav\w+|what we (?:need|ask|want|require)\b.*|"
            r"requests?|"
            r"(?:information|documents?|details) (?:requested|required|needed|sought)"
        ),
    ),
    (
        "question",
        1.0,
        _words(r"descriptions?|controls?|items?|features?|functionality|capabilit(?:y|ies)|topic|details?"),
    ),
    (
        "section",
        2.0,
        _words(
            r"sections?|domains?|categor(?:y|ies)|areas?|topics?|themes?|famil(?:y|ies)|chapters?|modules?|bereich\w*|"
            r"kategorien?|kapitel|abschnitt\w*|thema|themen\w*|domaines?|thèmes?|rubriques?|catégories?|chapitres?|categorías?|"
            r"áreas?|temas?|categorias?|capítulos?|secci[óo]n|secções|seção|onderwerp\w*|rubriek\w*|categorie\w*|sezion[ei]"
        ),
    ),
    ("section", 1.5, _words(r"(?:sub)?groups?|title|function|practice|discipline")),
)
_EXPLANATION = re.compile(r"\([^)]*\)|\s[-–—]\s.*")
_BRACKETS = re.compile(r"[(\[]([^()\[\]]{3,80})[)\]]")
_LISTED = re.compile(
    r"\b(?:(yes|y)\s*(?:[/,|;]|or)\s*(no|n))((?:\s*(?:[/,|;]|or)\s*(?:n/?a|not applicable|"
    r"partial(?:ly)?))*)\b(?!/)",
    re.IGNORECASE,
)
_KIND_HEADER = re.compile(
    r"(?:\w+ ){0,2}(?:type|kind)|mandatory\b.{0,40}|(?:m/d|m/s|m/o|m/d/o|must/should(?:/could)?|moscow)|"
    r"(?:requirement )?(?:obligation|necessity|level of requirement|requirement level|criticality)",
    re.IGNORECASE,
)
_LIMIT_HEADER = re.compile(
    r"(?:answer |response )?(?:word|character|char|length)s? ?(?:limit|count|max\w*)?|(?:answer |response )?limit|"
    r"(?:max\w*\.?|limit)(?: of| no\.? of| number of)? ?(?:words?|char\w*|length)(?: allowed)?",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(
    r"\b(?:to|for) (?:the )?(?:buyer|customer|client|reviewer|auditor|evaluator)s?\b", re.IGNORECASE
)
_OPTIONS_HEADER = re.compile(
    r"(?:(?:response|answer|allowed|acceptable|valid|possible|available|predefined|permitted|drop[- ]?down) )?"
    r"(?:options?|choices?|values?|pick ?list)|"
    r"(?:allowed|acceptable|possible|permitted) (?:answers?|responses?)",
    re.IGNORECASE,
)
_HEADER_LENGTH = 400  # characters; also bounds the work on hostile cells
_HEADER_WORDS = 25  # a header cell may carry an instruction, a data cell is longer


def roles(header: str) -> dict[Role, float]:
    """What a header's words say its column is for: role -> weight (0..3); empty for none."""
    text = fold(header).replace("_", " ")
    if (
        not text
        or len(text) > _HEADER_LENGTH
        or len(text.split()) > _HEADER_WORDS
        or (text.endswith("?") and len(text.split()) > 4)
    ):
        return {}
    if says_limit(text):
        return {"other": 2.0}
    if text.casefold().rstrip(".:") in {"item", "items"}:
        return {"id": 1.5, "question": 1.0}  # the number of a row as often as what it is about
    if len(text) <= 60 and _REFERENCE.fullmatch(_EXPLANATION.sub("", text).rstrip(" :")):
        # "Reference" numbers the rows on the left of the questions and takes pages on their right
        meant: dict[Role, float] = {"reference": 2.5, "comment": 1.5}
        if text.casefold().startswith("reference"):
            meant["id"] = 3.0
        return meant
    if len(text) <= 40 and _ID.fullmatch(text.rstrip(":")) and not _NO_ID.search(text):
        return {"id": 3.0}
    # what stands in brackets or behind a dash explains the name of the column
    text = _EXPLANATION.sub("", text).strip() or text
    found: dict[Role, float] = {}
    for role, weight, pattern in _WEIGHTS:
        if pattern.search(text):
            found[role] = max(found.get(role, 0.0), weight)
    if listed_choices(header):
        found["answer"] = max(found.get("answer", 0.0), 2.0)
    if _ABOUT.search(text) and not listed_choices(header):
        found = {"other": 2.0}
    elif _OTHERS.search(_ADDRESSED.sub("", text)) and found.keys() & {"answer", "comment"}:
        found = {"other": 2.0}  # the buyer's own columns
    elif found.get("answer", 0) >= 2 and "comment" in found:
        # "Response comments" is for comments, "Comments / response" takes the answer
        found.pop(
            "comment"
            if re.search(r"^(?:your|ihre|votre|vos|sus?|uw)\b", text, re.IGNORECASE)
            or re.search(r"[/&,]| (?:and|or) ", text)
            else "answer"
        )
    # the longer the header, the less its words say about the column
    fade = 1.0 if len(text.split()) <= 8 else 0.7
    return {role: weight * fade for role, weight in found.items()}


def listed_choices(header: str) -> tuple[str, ...]:
    """Allowed values that a header spells out: ``"Compliant (Yes/No/NA)" -> ("Yes", "No", "NA")``.

    Any short list in brackets will do where at least two of its items are usual answers:
    ``"Response (Comply / Partially / Exception)"``.
    """
    text = fold(header)
    for inner in _BRACKETS.findall(text):
        items = tuple(item.strip() for item in re.split(r"[/|;,]|\bor\b", re.sub(r"\bN/A\b", "N_A", inner, flags=re.I)))
        items = tuple(item.replace("N_A", "N/A") for item in items)
        if 2 <= len(items) <= 6 and all(items) and sum(is_choice(item) for item in items) >= 2:
            return items
    match = _LISTED.search(text)
    if not match:
        return ()
    rest = re.findall(r"n/?a|not applicable|partial(?:ly)?", match[3], re.IGNORECASE)
    return (match[1], match[2], *rest)


def is_others(header: str) -> bool:
    """Whether a column is for somebody else: the buyer, a reviewer, an auditor."""
    return bool(_OTHERS.search(fold(header)))


def says_kind(header: str) -> bool:
    """Whether a column tells what each row is (``"Type"``, ``"Question Type"``, ``"Mandatory/Desirable"``)."""
    return _KIND_HEADER.fullmatch(fold(header).replace("_", " ").rstrip(":?*")) is not None


def says_limit(header: str) -> bool:
    """Whether a column says how long an answer may be (``"Word limit"``, ``"Max. characters"``)."""
    return _LIMIT_HEADER.fullmatch(fold(header).replace("_", " ").rstrip(":?*")) is not None


def says_answer_kind(header: str) -> bool:
    """Whether a column tells what kind of answer a row takes (``"Answer Type"``), not how binding it is."""
    return bool(re.match(r"(?:answer|response|question|field|input|data|item|row)\b", fold(header), re.IGNORECASE))


def says_options(header: str) -> bool:
    """Whether a column lists the allowed values of each row (``"Response Options"``)."""
    return _OPTIONS_HEADER.fullmatch(_EXPLANATION.sub("", fold(header).replace("_", " ")).strip(" :?*")) is not None
