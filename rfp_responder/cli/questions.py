"""``rfp search`` and ``rfp ask``: one question."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from rfp_responder.cli import app
from rfp_responder.cli.answers import answer_json, passage_json
from rfp_responder.cli.documents import IndexOption, JsonOption
from rfp_responder.cli.shown import lines_of_answer, passage_lines, print_json, show

if TYPE_CHECKING:
    from rfp_responder.domain import Scope

TopKOption = Annotated[int | None, typer.Option("--top-k", min=1, max=20, help="How many passages (default 3).")]

DocumentOption = Annotated[
    list[str] | None, typer.Option("--document", help="Only documents named like this (policies/*.pdf); repeatable.")
]
TagOption = Annotated[list[str] | None, typer.Option("--tag", help="Only documents with this tag; repeatable.")]
SinceOption = Annotated[
    datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="Only documents effective from this day on.")
]
UntilOption = Annotated[
    datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Only documents effective up to this day.")
]
AudienceOption = Annotated[
    str | None, typer.Option("--audience", help="Only documents for this audience, or for no one in particular.")
]


def _scope(
    document: list[str] | None, tag: list[str] | None, since: datetime | None, until: datetime | None,
    audience: str | None,
) -> Scope | None:  # fmt: skip
    """The documents that may be searched; None where every one may."""
    from rfp_responder.domain import Scope

    scope = Scope(
        documents=tuple(document or ()),
        tags=tuple(tag or ()),
        since=since.date() if since else None,
        until=until.date() if until else None,
        audience=audience or "",
    )
    return scope if scope != Scope() else None


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for.", show_default=False)],
    top_k: TopKOption = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show what found each passage, its scores and surroundings.")
    ] = False,
    document: DocumentOption = None,
    tag: TagOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    audience: AudienceOption = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find passages, without an answer."""
    from rfp_responder.assemble import make_responder
    from rfp_responder.responder import checked_question
    from rfp_responder.settings import load_settings

    checked_question(query)
    scope = _scope(document, tag, since, until, audience)
    responder = make_responder(load_settings(index=index, top_k=top_k, model=""))
    passages = responder.search(query, scope=scope)
    if as_json:
        print_json({"query": query, "passages": [passage_json(passage, explain=explain) for passage in passages]})
    else:
        typer.echo("\n".join(passage_lines(passages, explain=explain)).rstrip() or "no passage was found")
    for note in responder.warming():
        typer.echo(f"rfp: {note}", err=True)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question.", show_default=False)],
    top_k: TopKOption = None,
    choices: Annotated[str | None, typer.Option("--choices", help='Allowed values, as in "Yes,No,N/A".')] = None,
    max_words: Annotated[int | None, typer.Option("--max-words", min=1, help="Most words of the answer.")] = None,
    max_characters: Annotated[
        int | None, typer.Option("--max-characters", min=1, help="Most characters of the answer.")
    ] = None,
    document: DocumentOption = None,
    tag: TagOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    audience: AudienceOption = None,
    index: IndexOption = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show why each passage was found and each sentence chosen.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Answer one question, each claim cited to document and page."""
    from rfp_responder.assemble import Wiring, make_responder
    from rfp_responder.cli.live import draft_view
    from rfp_responder.domain import Question
    from rfp_responder.responder import checked_question
    from rfp_responder.settings import load_settings

    checked_question(question)
    allowed = tuple(dict.fromkeys(value.strip() for value in (choices or "").split(",") if value.strip()))
    asked = Question("", question, choices=allowed, max_words=max_words, max_characters=max_characters)
    scope = _scope(document, tag, since, until, audience)
    settings = load_settings(index=index, top_k=top_k, canary=0.0)  # the candidate gets rows of questionnaires alone
    with draft_view() as hear:
        answer = make_responder(settings, Wiring(listener=hear)).ask(asked, scope=scope)
    if as_json:
        print_json(answer_json(answer))
    else:
        show(lines_of_answer(answer, verbose=verbose))
