"""A chat model as answerer: it proposes claims with quotes as JSON, validated here; grounding disposes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from rfp_responder.answer.context import Context, Packing, pack
from rfp_responder.answer.contracts import Said, contract
from rfp_responder.answer.dated import RAN_OUT
from rfp_responder.answer.heard import ClaimsHeard
from rfp_responder.answer.lapses import lapses
from rfp_responder.asked import parts
from rfp_responder.domain import Draft, Passage, Proposal, Question, Quote, Usage
from rfp_responder.errors import ModelError, ModelReplyError
from rfp_responder.prompts import PromptVersion, load_prompt
from rfp_responder.protocols import ChatModel, Listener, ModelReply, ModelRequest
from rfp_responder.text import content_stems

PROMPT = "answer@1"
MOST_PARTS = 8  # parts of one question that are told apart; more are no question but a questionnaire
_NOT_GIVEN = 0  # the rank of no passage: grounding drops a claim that quotes it


class UnusableReplyError(ModelReplyError):
    """A reply that is not of its form, twice, or once where the model could not be asked again; ``usage`` was spent."""

    def __init__(self, what: str, remedy: str, usage: Usage) -> None:
        super().__init__(what, remedy)
        self.usage = usage


class ChatAnswerer:
    """Asks the model once, and once more with the fault when the reply is not of the form that the prompt asks for."""

    def __init__(
        self,
        model: ChatModel,
        prompt: PromptVersion | None = None,
        packing: Packing | None = None,
        listener: Listener | None = None,
        today: date | None = None,
    ) -> None:
        """``listener`` hears the texts of claims while the model writes them: unchecked, each once. ``today`` is the
        day that a certificate's end is held against; None: nothing is held against it.

        Raises InputError where the prompt asks for a form of reply that is not known.
        """
        self._model = model
        self._prompt = prompt or load_prompt(PROMPT)
        self._packing = packing or Packing()
        self._listener = listener
        self._today = today
        self._contract = contract(self._prompt.contract)

    @property
    def author(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def reads(self) -> int:
        """How many passages are shown to the model where they fit."""
        return self._packing.passages

    def draft(self, question: Question, passages: Sequence[Passage]) -> Draft:
        """The model's proposal; raises ModelError when the server fails or the second reply is invalid too."""
        if not passages:
            return Draft((), None, (), self.author, 0.0, self._prompt.ref, notes=("no passage was found",))
        context = pack(question.text, passages, self._packing, numbered=self._contract.numbered)
        asked = () if self._contract.numbered else _parts(question)
        user = _user(self._prompt, question, context, asked)
        request = ModelRequest(self._prompt.system, user, self._contract.schema, self._prompt.sampling)
        said, replies = self._said(request)
        draft = _as_draft(_to_the_point(said, question, passages), context, passages, asked)
        again = ("the reply was not of the schema and was asked for again",) if len(replies) > 1 else ()
        past = lapses(draft.proposals, passages, self._today) if self._today else ()
        ran_out = draft.stance == "yes" and any(note.startswith(RAN_OUT) for note in past)
        return replace(
            draft,
            author=self.author,
            prompt=self._prompt.ref,
            usage=used(replies),
            notes=(*again, *past),
            stance=None if ran_out else draft.stance,
        )

    def _said(self, request: ModelRequest) -> tuple[Said, list[ModelReply]]:
        """What the model says, and every reply that it took."""
        heard = ClaimsHeard(self._listener) if self._listener else None
        replies = [self._model.reply(request, heard)]
        try:
            return self._contract.read(replies[0].text), replies
        except ValueError as error:
            fault = str(error)
        again = f"{request.user}\n\nYour last reply was not valid ({fault}). Reply again with valid JSON only."
        if heard:
            heard.anew()
        try:
            replies.append(self._model.reply(replace(request, user=again), heard))
        except ModelError as error:
            raise UnusableReplyError(
                f"model {self.author}: its reply is not of the schema ({fault}), and asking again failed: {error.what}",
                error.remedy,
                used(replies, error.spent_usd),
            ) from error
        try:
            return self._contract.read(replies[1].text), replies
        except ValueError as error:
            raise UnusableReplyError(
                f"model {self.author}: its reply is not of the schema, twice ({error})",
                "Name a model that can write JSON, or unset RFP_MODEL to answer offline",
                used(replies),
            ) from error


def used(replies: Sequence[ModelReply], more_usd: float = 0.0) -> Usage:
    """What the replies cost together, and dollars beside them."""
    return Usage(
        input_tokens=sum(reply.input_tokens for reply in replies),
        output_tokens=sum(reply.output_tokens for reply in replies),
        cost_usd=sum(reply.cost_usd for reply in replies) + more_usd,
    )


def _parts(question: Question) -> tuple[str, ...]:
    """The parts of the question that are told apart; none of a simple one."""
    found = tuple(" ".join(part.split()) for part in parts(question.text)[:MOST_PARTS])
    return found if len(found) > 1 else ()


def _to_the_point(said: Said, question: Question, passages: Sequence[Passage]) -> Said:
    """The reply without what cannot be of use to the reader of a note: something missing that shares no word with the
    question or the passages, and a question back that asks nothing. Small models write both."""
    words = " ".join([question.section, question.text, *(f"{p.chunk.heading} {p.chunk.text}" for p in passages)])
    known = set(content_stems(words))
    missing = tuple(part for part in said.missing if known.intersection(content_stems(part)))
    return replace(said, missing=missing, clarification=said.clarification if "?" in said.clarification else "")


def _as_draft(said: Said, context: Context, passages: Sequence[Passage], asked: Sequence[str]) -> Draft:
    """The reply as a draft without its author: names become ranks, unknown ones the rank of no passage.

    The confidence is the score of the best passage that is quoted; grounding weighs it (``ground.weighed``).
    """
    proposals = tuple(
        Proposal(
            claim.text,
            tuple(Quote(context.named.get(_name(name), _NOT_GIVEN), words) for name, words in claim.quotes),
            part=claim.part if claim.part <= len(asked) else 0,
        )
        for claim in said.claims
    )
    quoted = {quote.passage for proposal in proposals for quote in proposal.quotes}
    lacking = [asked[number - 1] for number in said.unanswered if number <= len(asked)]
    return Draft(
        proposals=proposals,
        stance=said.stance,
        missing=tuple(dict.fromkeys([*lacking, *said.missing])),
        author="",
        confidence=max((p.score for p in passages if p.rank in quoted), default=0.0),
        parts=tuple(asked),
        clarification=said.clarification,
    )


def _name(name: str) -> str:
    return name.strip().lower()


def _user(prompt: PromptVersion, question: Question, context: Context, asked: Sequence[str]) -> str:
    """The prompt's user message: passages and question between marks that a document cannot know."""
    numbered = [f"{number}. {part}" for number, part in enumerate(asked, 1)]
    return prompt.render(
        passages=context.text,
        question=f"<question-{context.mark}>\n{_sendable(question.text)}\n</question-{context.mark}>",
        parts="\n".join(["The question has these parts:", *numbered]) if asked else "",
        constraints="\n".join(_constraints(question)),
    )


def _constraints(question: Question) -> list[str]:
    lines = []
    if question.section:
        lines.append(f"Section of the questionnaire: {_line(question.section)}")
    if question.choices:
        lines.append(f"Allowed values: {', '.join(_line(choice) for choice in question.choices)}")
    if question.max_words:
        lines.append(f"At most {question.max_words} words.")
    if question.max_characters:
        lines.append(f"At most {question.max_characters} characters.")
    return lines


def _line(text: str) -> str:
    return " ".join(_sendable(text).split())


def _sendable(text: str) -> str:
    """The text without halves of characters, which no request can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")
