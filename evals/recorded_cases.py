"""Questions with passages that never change, so that a real model's replies to them can be recorded and replayed.

    python evals/recorded_cases.py BASE_URL MODEL      records evals/recorded/replies.jsonl anew

``tests/test_recorded_replies.py`` replays them: what a model of 135 million parameters really says, without a server.
They are recorded anew (``make test-local-model RECORD=1``) when the prompt, a request's form or these passages change.
"""

from __future__ import annotations

import sys
from pathlib import Path

from rfp_responder.answer.chat import ChatAnswerer
from rfp_responder.answer.context import Packing
from rfp_responder.chat.recorded import RecordingChat
from rfp_responder.chat.server import OpenAIChat, Server
from rfp_responder.domain import Chunk, Passage, Question
from rfp_responder.errors import RfpError
from rfp_responder.prompts import load_prompt
from rfp_responder.protocols import ChatModel

REPLIES = Path(__file__).parent / "recorded" / "replies.jsonl"
MODEL = "smollm2-135m"
PROMPTS = ("answer@1", "answer@2")

_TEXTS = {
    "Backups": "A full backup is taken every night at 02:00 UTC. Backups are kept for 35 days and are encrypted with a "
    "key of their own. A restore is rehearsed twice a year.",
    "Encryption": "Stored customer data is encrypted with AES-256. Traffic is protected by TLS 1.2 or later. Keys are "
    "rotated every 12 months. Customers may not bring keys of their own.",
    "Access": "Access to production requires a hardware token. Rights are reviewed every quarter by the owner of each "
    "system. All staff shall lock their screens when they leave their desks.",
    "Incidents": "Customers are told of a breach of their data within 48 hours. The incident team is on call at any "
    "hour. A report on the cause is usually sent within 10 business days.",
    "Availability": "The availability promised is 99.9 % a month, planned work aside. In 2025 it was 99.94 %. Credits "
    "are paid on request only.",
    "Data centres": "Data is held in Frankfurt and, for customers in Canada, in Montreal. It is not copied to other "
    "countries. A site in Sydney is planned for 2027.",
}
_QUESTIONS = {
    "How long are backups kept, and how often is a restore rehearsed?": ("Backups", "Encryption", "Availability"),
    "Is customer data encrypted at rest?": ("Encryption", "Backups", "Access"),
    "Can we bring our own encryption keys?": ("Encryption", "Access", "Data centres"),
    "Do all staff lock their screens?": ("Access", "Incidents", "Encryption"),
    "Within how many hours are customers told of a breach?": ("Incidents", "Access", "Availability"),
    "What availability do you promise?": ("Availability", "Incidents", "Backups"),
    "Is data held in Australia?": ("Data centres", "Backups", "Availability"),
    "Who is your insurer?": ("Incidents", "Availability", "Access"),
    "Are access rights reviewed, and by whom?": ("Access", "Data centres", "Encryption"),
    "Do you pay credits automatically when availability is missed?": ("Availability", "Incidents", "Backups"),
    "Which TLS version is required?": ("Encryption", "Access", "Incidents"),
    "Do you hold a FedRAMP authorisation?": ("Data centres", "Encryption", "Access"),
}


def _passage(heading: str, rank: int) -> Passage:
    text = _TEXTS[heading]
    page = list(_TEXTS).index(heading) + 1
    chunk = Chunk(
        heading, "handbook", "handbook.pdf", "Security handbook", page, str(page), heading, 0, len(text), text
    )
    return Passage(chunk, rank, 1.0 - rank / 10)


CASES = [
    (Question(str(number), asked), [_passage(heading, rank) for rank, heading in enumerate(headings, 1)])
    for number, (asked, headings) in enumerate(_QUESTIONS.items(), 1)
]


def answerer(model: ChatModel, prompt: str) -> ChatAnswerer:
    """The model with keys that are the same at every run."""
    return ChatAnswerer(model, load_prompt(prompt), Packing(secret=b"recorded, so no secret"))


def main() -> None:
    """Ask every case with every prompt, and keep what was said."""
    base_url, name = sys.argv[1:3]
    REPLIES.parent.mkdir(exist_ok=True)
    staged = REPLIES.with_suffix(".new")
    staged.unlink(missing_ok=True)
    model = RecordingChat(OpenAIChat(name, Server(base_url, timeout=180.0)), staged)
    for prompt in PROMPTS:
        for question, passages in CASES:
            try:
                answerer(model, prompt).draft(question, passages)
            except RfpError as error:
                print(f"{prompt}, question {question.id}: {error}", file=sys.stderr)
    staged.replace(REPLIES)


if __name__ == "__main__":
    main()
