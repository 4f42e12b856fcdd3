"""A model server on a real socket that speaks the OpenAI protocol, or misbehaves as it is told."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rfp_responder.chat.server import Server


@dataclass
class Sent:
    """What the server sends back for one request.

    ``pieces`` are sent as they come, in chunks, in place of ``body``. ``promised`` is a content-length other than the
    body's; ``cut`` drops the connection behind what was sent; ``hang`` sends nothing at all until the server is gone,
    ``drop`` closes the connection at once.
    """

    body: bytes = b""
    status: int = 200
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: Callable[[], Iterator[bytes]] | None = None
    promised: int | None = None
    cut: bool = False
    hang: bool = False
    drop: bool = False


@dataclass
class ModelServer:
    """``reply`` turns a request's JSON into what is sent; ``asked`` keeps the requests, ``keys`` their keys.

    ``most_at_once`` is how many requests were answered at the same time at most; ``times`` when each came, in seconds.
    """

    url: str = ""
    reply: Callable[[dict[str, Any]], Sent] = lambda _: said("{}")
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    most_at_once: int = 0
    running: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def server(self, **options: Any) -> Server:
        """Its address with short patience."""
        return Server(self.url, **{"timeout": 5.0, **options})

    def in_turn(self, *sent: Sent) -> None:
        """Send these one after another, the last one again and again."""
        left = list(sent)

        def reply(_: dict[str, Any]) -> Sent:
            with self.lock:
                return left.pop(0) if len(left) > 1 else left[0]

        self.reply = reply

    def endless(self, piece: bytes, pause: float = 0.0, kind: str = "text/event-stream") -> Sent:
        """The same piece until the client has gone, or the test is over."""

        def pieces() -> Iterator[bytes]:
            while not self.released.is_set():
                yield piece
                if pause:
                    self.released.wait(pause)

        return Sent(kind=kind, pieces=pieces)


def said(text: str | None, finish: str = "stop", **usage: int) -> Sent:
    """A completion with this text."""
    counted = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18} | usage
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    body = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": counted}
    return Sent(json.dumps(body).encode())


def event(text: str | None = None, finish: str | None = None, **more: Any) -> bytes:
    """One event of a stream."""
    delta = {} if text is None else {"content": text}
    choices = [] if "usage" in more and text is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    held = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices, **more}
    return b"data: " + json.dumps(held).encode() + b"\n\n"


def streamed(
    *texts: str, usage: bool = True, finish: str | None = "stop", done: bool = True, cut: bool = False
) -> Sent:
    """A completion in pieces, with what a good server sends at its end, or without."""

    def pieces() -> Iterator[bytes]:
        yield event("")
        for text in texts:
            yield event(text)
        if finish:
            yield event(None, finish)
        if usage:
            yield event(usage={"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18})
        if done:
            yield b"data: [DONE]\n\n"

    return Sent(kind="text/event-stream", pieces=pieces, cut=cut)


def fault(status: int, message: str = "no", headers: Mapping[str, str] | None = None, **fields: Any) -> Sent:
    """An error as OpenAI's servers send it; ``fields`` are those of the error (param, code)."""
    body = {"error": {"message": message, "type": "x", "code": None, **fields}}
    return Sent(json.dumps(body).encode(), status, headers=headers or {})


def drafted(*claims: tuple[str, str], stance: str | None = None, missing: tuple[str, ...] = ()) -> str:
    """The JSON of a reply: claims with a quote each from passage 1."""
    shown = [{"text": text, "quotes": [{"passage": 1, "text": quote}]} for text, quote in claims]
    return json.dumps({"claims": shown, "stance": stance, "missing": list(missing)})


def keyed(request: Mapping[str, Any], *claims: tuple[str, str], **more: object) -> str:
    """The JSON of a reply in the second form: claims (text, quote), each quote with the key of the passage it is in.

    A quote that stands in no passage gets the first passage's key. ``more`` are further fields of the reply.
    """
    shown = re.findall(r"<passage (\w+)>(.*?)</passage \1>", str(request["messages"][-1]["content"]), re.S)
    made = []
    for number, (text, quote) in enumerate(claims, 1):
        key = next((key for key, body in shown if quote in body), shown[0][0] if shown else "nokey")
        made.append({"text": text, "part": number if more.get("parts") else 0, "quotes": [{"key": key, "text": quote}]})
    empty = {"parts": [], "stance": None, "missing": [], "clarification": None}
    return json.dumps({"claims": made, **empty, **more})


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """A server on a free port of this machine, gone afterwards."""
    state = ModelServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else a body that comes in two writes waits for an acknowledgement

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with state.lock:
                state.asked.append(request)
                state.keys.append(self.headers.get("authorization", ""))
                state.times.append(time.monotonic())
                state.running += 1
                state.most_at_once = max(state.most_at_once, state.running)
            try:
                sent = state.reply(request)
            finally:
                with state.lock:
                    state.running -= 1
            try:
                self._send(sent)
            except OSError:
                self.close_connection = True  # the client has given up

        def _send(self, sent: Sent) -> None:
            if sent.hang or sent.drop:
                if sent.hang:
                    state.released.wait(30)
                self.close_connection = True
                return
            self.send_response(sent.status)
            self.send_header("content-type", sent.kind)
            for name, value in sent.headers.items():
                self.send_header(name, value)
            if sent.pieces is None:
                length = len(sent.body) if sent.promised is None else sent.promised
                self.send_header("content-length", str(length))
                self.end_headers()
                self.wfile.write(sent.body)
                self.close_connection = self.close_connection or sent.promised is not None
                return
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for piece in sent.pieces():
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            if sent.cut:
                self.close_connection = True
            else:
                self.wfile.write(b"0\r\n\r\n")

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that goes away is what many tests are about."""

    server = Quiet(("127.0.0.1", 0), Handler)
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
