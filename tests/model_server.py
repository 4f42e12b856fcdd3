"""A model server on a real socket that speaks the OpenAI protocol, or misbehaves as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rfp_responder.chat.server import Server


@dataclass
class Sent:
    """What the server sends back for one request."""

    body: bytes
    status: int = 200
    kind: str = "application/json"


@dataclass
class ModelServer:
    """``reply`` turns a request's JSON into what is sent; ``asked`` keeps the requests, ``keys`` their keys."""

    url: str = ""
    reply: Callable[[dict[str, Any]], Sent] = lambda _: said("{}")
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def server(self, **options: Any) -> Server:
        """Its address with short patience."""
        return Server(self.url, **{"timeout": 5.0, "max_retries": 0, **options})


def said(text: str, **usage: int) -> Sent:
    """A completion with this text."""
    counted = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18} | usage
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    body = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": counted}
    return Sent(json.dumps(body).encode())


def fault(status: int, message: str = "no") -> Sent:
    """An error as OpenAI's servers send it."""
    return Sent(json.dumps({"error": {"message": message, "type": "x", "code": None}}).encode(), status)


def drafted(*claims: tuple[str, str], stance: str | None = None, missing: tuple[str, ...] = ()) -> str:
    """The JSON of a reply: claims with a quote each from passage 1."""
    shown = [{"text": text, "quotes": [{"passage": 1, "text": quote}]} for text, quote in claims]
    return json.dumps({"claims": shown, "stance": stance, "missing": list(missing)})


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """A server on a free port of this machine, gone afterwards."""
    state = ModelServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            state.asked.append(request)
            state.keys.append(self.headers.get("authorization", ""))
            sent = state.reply(request)
            try:
                self.send_response(sent.status)
                self.send_header("content-type", sent.kind)
                self.send_header("content-length", str(len(sent.body)))
                self.end_headers()
                self.wfile.write(sent.body)
            except OSError:
                return  # the client has given up

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
