"""A walk through an RFP's blocks: sentences, lead-ins with their items, rows; what is kept, and why the rest is not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from rfp_responder.questionnaire.obligations import first_verb, judge, speaks_of_today, stem_demand
from rfp_responder.questionnaire.obligations_model import (
    DEFINES,
    EXAMPLE,
    Finding,
    Kind,
    Obligation,
    Party,
    Refused,
    Verb,
)
from rfp_responder.questionnaire.obligations_parties import Parties
from rfp_responder.questionnaire.requirements_blocks import Block, coded
from rfp_responder.questionnaire.requirements_details import find_limit, is_only_limit
from rfp_responder.questionnaire.requirements_heads import Table, head_of, kind_of, named_head
from rfp_responder.questionnaire.requirements_stems import (
    Stem,
    is_stem,
    overrides,
    spans,
    style_of,
    takes,
    with_mark,
)
from rfp_responder.questionnaire.requirements_tables import RowParts, lost_gutter, named_parts, parts

_CONTENTS = "are lines of a table of contents"
_EXAMPLE_CELL = re.compile(r"^\W*(?:example|ex\.|e\.g\.|sample)\W*(?:\d+\W*)?$|^\W*example\s*:", re.I)
_TAG = re.compile(r"[\[(]([A-Za-z -]{1,16})[\])]\s*[.;]?$")


@dataclass(slots=True)
class Found:
    """A requirement before it has its id. ``code`` is the id printed for it, ``limit`` a cell that limits it."""

    section: str
    page: int
    text: str
    verb: Verb
    kind: Kind
    stem: str = ""
    code: str = ""
    limit: str = ""


@dataclass(slots=True)
class Walk:
    """Takes the blocks of a document in order; ``found`` grows, ``left_out`` counts what looked alike, by reason."""

    parties: Parties
    legend: Mapping[str, Kind]
    found: list[Found] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    _stems: list[Stem] = field(default_factory=list)
    _table: Table | None = None
    _in_table: bool = False
    _code: str = ""
    _carried: Party = "unknown"
    _limit: str = ""  # told before the question that it limits: in its heading, or beside its number

    def take(self, block: Block) -> None:
        """Read one block."""
        if block.kind == "heading":
            self.close()
            self._table, self._code, self._carried = None, "", "unknown"
            self._limit = block.text if find_limit(block.text) else ""
        elif block.field:
            self.close()
        elif block.topic == "contents":
            self.left_out[_CONTENTS] += 1
        elif block.note:
            self._sentences(block, "")
        else:
            if self._is_row(block):
                self._row(block)
                return
            self._code = block.code or self._code
            self._in_table = False
            if is_only_limit(block.text) and self.found and self.found[-1].verb == "describe":
                self.found[-1].limit = block.text
            elif not self._item_of_stem(block):
                self.close()
                self._sentences(block, with_mark(self._code, block))

    def _is_row(self, block: Block) -> bool:
        if block.kind == "row" or not self._table or not self._table.asks:
            return block.kind == "row"
        return coded(block) or (self._in_table and lost_gutter(block, self._table, self.legend))

    def close(self) -> None:
        """No item follows the open stems: those that had none are requirements themselves."""
        while self._stems:
            self._pop()

    # -- lead-ins and items

    def _item_of_stem(self, block: Block) -> bool:
        """Read a block as an item of an open stem; False where it is none."""
        style = style_of(block, self._stems)
        while style and self._stems:
            stem = self._stems[-1]
            if takes(stem, style, block):
                stem.style, stem.last = style, block.mark
                stem.items += 1
                self._item(block, stem)
                return True
            self._pop()
        return False

    def _item(self, block: Block, stem: Stem) -> None:
        code = with_mark(stem.code, block) if block.mark else (block.code or stem.code)
        demanded = isinstance(stem.finding, Obligation)
        if is_stem(block.text):
            whole = f"{stem.text.rstrip(' :–—-')} {block.text}"
            finding = stem.finding if demanded else judge(whole, self.parties, block.topic)
            text = f"{stem.text} {block.text}" if demanded else block.text
            self._stems.append(Stem(text, finding, block, block.page_at(0), code, len(self.found)))
            return
        own = judge(block.text, self.parties, block.topic)
        if isinstance(stem.finding, Obligation):
            if isinstance(own, Obligation) and overrides(own, block.text, stem):
                self._sentences(block, code)
            else:
                self._add(block, block.text, 0, stem.finding, (stem.text, code))
        elif isinstance(own, Obligation) and (
            block.text[:1].isupper() or stem.finding.subject not in {"buyer", "paper"}
        ):
            self._sentences(block, code)
        else:
            self._refuse(stem.finding)

    def _pop(self) -> None:
        stem = self._stems.pop()
        if stem.items:
            return
        if isinstance(stem.finding, Obligation):
            made = self._made(stem.block, stem.text, stem.page, stem.finding, ("", stem.code))
            self.found.insert(stem.place, made)
        else:
            self._refuse(stem.finding)

    # -- sentences

    def _sentences(self, block: Block, code: str) -> None:
        """Judge each sentence of a block; its last is a stem where it leads into items."""
        asked: Obligation | None = None
        cut = spans(block.text)
        topic = block.topic
        for start, first, end in cut:
            sentence = block.text[start:end]
            topic = "background" if not topic and speaks_of_today(sentence) else topic
            finding = judge(block.text[start:first], self.parties, topic, self._carried)
            if finding.subject != "unknown" or len(sentence.split()) > 3:
                self._carried = finding.subject
            if end == cut[-1][2] and is_stem(sentence):
                whole = finding if isinstance(finding, Obligation) else stem_demand(sentence) or finding
                self._stems.append(Stem(sentence, whole, block, block.page_at(start), code, len(self.found)))
            elif isinstance(finding, Obligation):
                if asked and re.match(r"(?:please\s+)?include\b", sentence, re.I):
                    finding = asked  # "Explain how ... . Include the time that it takes."
                asked = finding if finding.verb == "describe" else None
                self._add(block, sentence, start, finding, ("", code))
            else:
                self._refuse(finding)

    # -- rows

    def _row(self, block: Block) -> None:
        cells = (block.code, *block.cells) if block.code else block.cells
        above, self._code = self._code, block.code or self._code
        head = head_of(cells) if block.kind == "row" else None
        if head and not (self._in_table and any(map(str.isdigit, block.text))):  # no row of the table it stands in
            if head.asks and self._stems and not self._stems[-1].items:
                self._stems.clear()  # its rows are labelled one by one
            self.close()
            self._table, self._in_table = head, True
            return
        named = named_head(block.cells)
        if named and named.asks:
            self._code = above  # the id of a row is not that of what follows the table
            self._keep_row(block, named_parts(block, named, self.legend))
        elif self._table and self._table.asks and (self._in_table or coded(block)):
            self._code = above
            self._keep_row(block, parts(block, self._table, self.legend))
        else:
            self.close()
            self._cells(block, defines=bool(self._table and self._in_table and self._table.defines))

    def _keep_row(self, block: Block, told: RowParts) -> None:
        """A row of a table of requirements: one requirement, unless it only heads the rows below it."""
        self._stems.clear()
        if not re.search("[A-Za-z]{2}", told.text) or (not told.code and not told.kind and len(block.cells) == 1):
            return
        if any(_EXAMPLE_CELL.match(cell) for cell in (told.code, *block.cells)):
            self.left_out[EXAMPLE] += 1
            return
        finding = judge(told.text, self.parties)
        kind: Kind = finding.kind if isinstance(finding, Obligation) else "mandatory"
        verb = finding.verb if isinstance(finding, Obligation) else first_verb(told.text)
        if told.question and verb == "none":
            verb, kind = "describe", "scored"
        self.found.append(
            Found(
                block.section,
                block.pages[0][1],
                told.text,
                verb,
                told.kind or kind,
                code=told.code or self._code,
                limit=told.limit,
            )
        )

    def _cells(self, block: Block, *, defines: bool) -> None:
        """The sentences in the cells of a row of any other table."""
        for cell in block.cells:
            self._limit = cell if block.code and is_only_limit(cell) else self._limit
            for start, first, end in spans(cell):
                finding: Finding = Refused(DEFINES) if defines else judge(cell[start:first], self.parties, block.topic)
                if isinstance(finding, Refused):
                    self._refuse(finding)
                elif cell[end - 1] in ".?!" or len(cell[start:end].split()) > 6:
                    at = max(0, block.text.find(cell[start:end]))
                    self._add(block, cell[start:end], at, finding, ("", self._code))

    # -- what is kept

    def _add(self, block: Block, text: str, start: int, finding: Obligation, names: tuple[str, str]) -> None:
        self.found.append(self._made(block, text, block.page_at(start), finding, names))

    def _made(self, block: Block, text: str, page: int, finding: Obligation, names: tuple[str, str]) -> Found:
        """``names``: the stem and the printed id."""
        tag = _TAG.search(text)
        kind = (kind_of(tag.group(1), self.legend) if tag else None) or finding.kind
        limit = ""
        if finding.verb == "describe":
            limit, self._limit = self._limit, ""
        return Found(block.section, page, text, finding.verb, kind, stem=names[0], code=names[1], limit=limit)

    def _refuse(self, finding: Finding) -> None:
        if isinstance(finding, Refused) and finding.counted:
            self.left_out[finding.reason] += 1
