"""What our own code costs a question that a model answers: retrieval, packing, checking; the model's time left out.

    python evals/overhead.py [--chunks 10000] [--index FOLDER]

The index is made once, of the sample documents' sentences with other words and numbers (``benchmarks/growth.py``), with
real vectors. The model is a function that answers at once, quoting the two sentences nearest to the question: once in
the process (its time is taken off), once behind a real socket in another process (its time and the client's are in).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))

from growth import questions, source_sections, write_documents

from rfp_responder.answer.chat import ChatAnswerer
from rfp_responder.answer.route import RoutedAnswerer
from rfp_responder.assemble import make_offline_answerer, open_knowledge_base, responder_over
from rfp_responder.assemble.models import ModelKit, Wiring, find_prompt
from rfp_responder.evaluation.metrics import percentile
from rfp_responder.protocols import Listener, ModelReply, ModelRequest
from rfp_responder.responder import Responder
from rfp_responder.settings import load_settings
from rfp_responder.text import sentences

ASKED = 100
_PASSAGE = re.compile(r"<passage (\w+)>.*?\nText:\n(.*?)\n</passage", re.S)


def quoting(user: str) -> str:
    """A reply with two claims: the sentences that share most words with the question, each with its passage's key."""
    asked = set(re.findall(r"[a-z]{4,}", user.rsplit("<question-", 1)[-1].lower()))
    told = [
        (len(asked & set(re.findall(r"[a-z]{4,}", quote.lower()))), key, quote)
        for key, text in _PASSAGE.findall(user)
        for start, end in sentences(text)
        if (quote := text[start:end]).endswith(".") and len(quote.split()) > 5
    ]
    best = sorted(told, key=lambda one: -one[0])[:2]
    claims = [{"text": quote, "part": 0, "quotes": [{"key": key, "text": quote}]} for _, key, quote in best]
    return json.dumps({"claims": claims, "parts": [], "stance": None, "missing": [], "clarification": None})


@dataclass(slots=True)
class InstantModel:
    """Answers at once; ``seconds`` is the time that it took itself, in all."""

    name: str = "instant"
    seconds: float = 0.0

    def reply(self, request: ModelRequest, listener: Listener | None = None) -> ModelReply:
        """Two claims."""
        began = time.perf_counter()
        said = quoting(request.user)
        self.seconds += time.perf_counter() - began
        return ModelReply(said, 1, 1)


def serve(ready: Connection) -> None:
    """An OpenAI-protocol server on a free port that answers at once; sends its port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # header and body in one packet: two would wait for each other, 40 ms

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            message = {"role": "assistant", "content": quoting(asked["messages"][-1]["content"])}
            usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            shown = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
            body = json.dumps(shown | {"usage": usage}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ready.send(server.server_port)
    server.serve_forever()


def built(index: Path, chunks: int) -> None:
    """An index of so many chunks, unless it is there."""
    settings = load_settings(index=index, model="")
    if (index / "manifest.sqlite").is_file():
        return
    base = open_knowledge_base(settings, create=True)
    with tempfile.TemporaryDirectory() as made:
        write_documents(Path(made), source_sections(), chunks)
        base.ingest([Path(made)])


def timed(responder: Responder, instant: InstantModel | None) -> dict[str, list[float]]:
    """Milliseconds a question, the instant model's own time left out: all, and those of which nothing was left.

    For the latter the offline answerer is asked for a suggestion, too.
    """
    asked = questions()[:ASKED]
    for text in asked[:3]:
        responder.ask(text)
    taken: dict[str, list[float]] = {"all": [], "with a claim left": [], "with nothing left": []}
    for text in asked:
        before = instant.seconds if instant else 0.0
        began = time.perf_counter()
        left = bool(responder.ask(text).claims)
        own = 1000 * (time.perf_counter() - began - ((instant.seconds if instant else 0.0) - before))
        taken["all"].append(own)
        taken["with a claim left" if left else "with nothing left"].append(own)
    return taken


def main() -> None:
    """Build where need be, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chunks", type=int, default=10_000)
    parser.add_argument("--index", type=Path, default=Path(".bench/overhead"))
    given = parser.parse_args()
    built(given.index, given.chunks)
    settings = load_settings(index=given.index, model="instant", small_model="instant")
    knowledge = open_knowledge_base(settings)
    offline = make_offline_answerer(settings, knowledge)
    packing, prompt = ModelKit(settings, Wiring()).packing(), find_prompt(settings, settings.prompt)
    instant = InstantModel()
    model = ChatAnswerer(instant, prompt, packing)
    inside = Responder.over(knowledge, answerer=RoutedAnswerer(model, model, [], offline)).with_suggester(offline)
    rows = {"in the process": timed(inside, instant)}
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(there,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{here.recv()}/v1"
    rows["over a socket"] = timed(responder_over(settings.model_copy(update={"base_url": url}), knowledge), None)
    server.terminate()
    print(f"{knowledge.warming()[1]:,} distinct texts, prompt {prompt.ref}, {ASKED} questions, ms a question")
    for name, by_end in rows.items():
        for which, taken in by_end.items():
            p50, p95 = percentile(taken, 0.5), percentile(taken, 0.95)
            if p50 is not None and p95 is not None:
                print(f"{name}, {which} ({len(taken)}): p50 {p50:.1f}, p95 {p95:.1f}")


if __name__ == "__main__":
    main()
