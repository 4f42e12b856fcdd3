"""``rfp search`` and ``rfp ask``: one question."""

from __future__ import annotations

from typing import Annotated

import typer

from rfp_responder.cli import app
from rfp_responder.cli.documents import IndexOption, JsonOption
from rfp_responder.cli.shown import answer_json, answer_lines, passage_json, passage_lines, print_json

TopKOption = Annotated[int | None, typer.Option("--top-k", min=1, max=20, help="How many passages (default 3).")]


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for.", show_default=False)],
    top_k: TopKOption = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find passages, without an answer."""
    from rfp_responder.assemble import make_responder
    from rfp_responder.responder import checked_question
    from rfp_responder.settings import load_settings

    checked_question(query)
    passages = make_responder(load_settings(index=index, top_k=top_k, model="")).search(query)
    if as_json:
        print_json({"query": query, "passages": [passage_json(passage) for passage in passages]})
    else:
        typer.echo("\n".join(passage_lines(passages)).rstrip() or "no passage was found")


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question.", show_default=False)],
    top_k: TopKOption = None,
    choices: Annotated[str | None, typer.Option("--choices", help='Allowed values, as in "Yes,No,N/A".')] = None,
    max_words: Annotated[int | None, typer.Option("--max-words", min=1, help="Most words of the answer.")] = None,
    max_characters: Annotated[
        int | None, typer.Option("--max-characters", min=1, help="Most characters of the answer.")
    ] = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer one question, each claim cited to document and page."""
    from rfp_responder.assemble import make_responder
    from rfp_responder.domain import Question
    from rfp_responder.responder import checked_question
    from rfp_responder.settings import load_settings

    checked_question(question)
    allowed = tuple(dict.fromkeys(value.strip() for value in (choices or "").split(",") if value.strip()))
    asked = Question("", question, choices=allowed, max_words=max_words, max_characters=max_characters)
    answer = make_responder(load_settings(index=index, top_k=top_k)).ask(asked)
    if as_json:
        print_json(answer_json(answer))
    else:
        typer.echo("\n".join(answer_lines(answer)))
