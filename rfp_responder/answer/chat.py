"""A chat model as answerer: it proposes claims with quotes as JSON, validated here; grounding disposes."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rfp_responder.domain import Draft, Passage, Proposal, Question, Quote, Stance, Usage
from rfp_responder.errors import ModelReplyError
from rfp_responder.prompts import load_prompt
from rfp_responder.protocols import ChatModel, ModelReply, ModelRequest

PROMPT = "answer@1"


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _QuoteReply(_Reply):
    passage: int
    text: str


class _ClaimReply(_Reply):
    text: str
    quotes: list[_QuoteReply]


class _AnswerReply(_Reply):
    claims: list[_ClaimReply] = Field(max_length=8)
    stance: Stance | None
    missing: list[str] = Field(max_length=8)


class ChatAnswerer:
    """Asks the model once, and once more with the fault when the reply is not of the schema."""

    def __init__(self, model: ChatModel, prompt: str = PROMPT) -> None:
        self._model = model
        self._prompt = prompt

    @property
    def author(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def reads(self) -> int:
        """What the settings say: every passage costs tokens."""
        return 0

    def draft(self, question: Question, passages: Sequence[Passage]) -> Draft:
        """The model's proposal; raises ModelError when the server fails or the second reply is invalid too."""
        if not passages:
            return Draft((), None, (), self.author, 0.0, self._prompt, notes=("no passage was found",))
        prompt = load_prompt(self._prompt)
        user, schema = _message(question, passages), _AnswerReply.model_json_schema()
        request = ModelRequest(prompt.system, user, schema, prompt.sampling)
        first = self._model.reply(request)
        replies = [first]
        try:
            reply = _parse(first.text)
        except ValueError as fault:
            again = f"{user}\n\nYour last reply was not valid ({fault}). Reply again with valid JSON only."
            replies.append(self._model.reply(replace(request, user=again)))
            try:
                reply = _parse(replies[-1].text)
            except ValueError as error:
                raise ModelReplyError(
                    f"model {self.author}: its reply is not of the schema, twice ({error})",
                    "Name a model that can write JSON, or unset RFP_MODEL to answer offline",
                ) from error
        return self._as_draft(reply, replies, passages)

    def _as_draft(self, reply: _AnswerReply, replies: Sequence[ModelReply], passages: Sequence[Passage]) -> Draft:
        proposals = tuple(
            Proposal(claim.text, tuple(Quote(quote.passage, quote.text) for quote in claim.quotes))
            for claim in reply.claims
        )
        cited = {quote.passage for proposal in proposals for quote in proposal.quotes}
        best = max((p.score for p in passages if p.rank in cited), default=0.0)
        return Draft(
            proposals=proposals,
            stance=reply.stance,
            missing=tuple(" ".join(part.split())[:200] for part in reply.missing if part.strip()),
            author=self.author,
            confidence=best,
            prompt=self._prompt,
            usage=Usage(sum(r.input_tokens for r in replies), sum(r.output_tokens for r in replies)),
            notes=("the reply was not of the schema and was asked for again",) if len(replies) > 1 else (),
        )


def _message(question: Question, passages: Sequence[Passage]) -> str:
    """The question and passages between marks that a document cannot know."""
    mark = secrets.token_hex(6)
    blocks = []
    for passage in passages:
        chunk = passage.chunk
        dated = f", effective {chunk.effective.isoformat()}" if chunk.effective else ""
        where = f"{chunk.document_name}, page {chunk.page_number}{dated}, {chunk.heading}"
        blocks.append(f"<passage-{mark} number={passage.rank}>\n[{where}]\n{chunk.text}\n</passage-{mark}>")
    lines = [*blocks, f"<question-{mark}>\n{question.text}\n</question-{mark}>"]
    if question.section:
        lines.append(f"Section of the questionnaire: {question.section}")
    if question.choices:
        lines.append(f"Allowed values: {', '.join(question.choices)}")
    if question.max_words:
        lines.append(f"At most {question.max_words} words.")
    if question.max_characters:
        lines.append(f"At most {question.max_characters} characters.")
    return "\n\n".join(lines)


def _parse(text: str) -> _AnswerReply:
    """The reply as JSON, bare or in one code fence; raises ValueError with the fault in one line."""
    body = text.strip()
    if body.startswith("```"):
        body = body.split("\n", 1)[-1].rsplit("```", 1)[0]
    try:
        return _AnswerReply.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{where}: {first['msg']}" if where else first["msg"]) from error
