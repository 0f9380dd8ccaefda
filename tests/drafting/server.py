"""A stub of a language model: speaks OpenAI's protocol on this machine and answers as it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from jieban.foundation.env import ModelHelper

KEY = "sk-a-key-that-is-secret"


@dataclass
class Stub:
    """What it was asked, and what it answers: a status and a body, or a wait before them."""

    url: str
    bodies: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    status: int = 200
    answer: Callable[[dict[str, Any]], Any] = lambda asked: {}
    raw: bytes | None = None
    wait: float = 0.0
    drip: float = 0.0

    def helper(self, seconds: int = 5, schema: bool = True) -> ModelHelper:
        """The settings that lead here."""
        return ModelHelper(f"{self.url}/v1", "stub-model", KEY, seconds, schema)

    @property
    def sent(self) -> str:
        """All that has left the house, as one text."""
        return json.dumps(self.bodies, ensure_ascii=False)


def completion(content: Any, finish: str = "stop") -> bytes:
    """A chat completion that says ``content``; what is no text is said as JSON."""
    said = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    choice = {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": finish}
    return json.dumps({"id": "c1", "object": "chat.completion", "choices": [choice]}).encode()


@contextmanager
def stub_model() -> Iterator[Stub]:
    """A stub that runs."""

    class Talk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.bodies.append({"path": self.path, **asked})
            told.keys.append(self.headers.get("Authorization", ""))
            time.sleep(told.wait)
            body = told.raw if told.raw is not None else completion(told.answer(asked))
            try:
                self.send_response(told.status)
                self.send_header("Content-Length", str(len(body)))
                if told.status in (301, 302, 307, 308):
                    self.send_header("Location", f"{told.url}/elsewhere")
                self.end_headers()
                self._say(body)
            except OSError:
                return  # whoever asked has gone

        def _say(self, body: bytes) -> None:
            if not told.drip:
                self.wfile.write(body)
                return
            for sign in body:
                self.wfile.write(bytes([sign]))
                self.wfile.flush()
                time.sleep(told.drip)

        def do_GET(self) -> None:
            told.bodies.append({"path": self.path})

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Talk) as server:
        server.daemon_threads = True
        told = Stub(f"http://127.0.0.1:{server.server_address[1]}")
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield told
        finally:
            server.shutdown()


@contextmanager
def house_with_model(monkeypatch: Any) -> Iterator[Stub]:
    """A stub that the settings lead to."""
    with stub_model() as stub:
        monkeypatch.setenv("JIEBAN_MODEL_URL", f"{stub.url}/v1")
        monkeypatch.setenv("JIEBAN_MODEL_NAME", "stub-model")
        monkeypatch.setenv("JIEBAN_MODEL_KEY", KEY)
        monkeypatch.setenv("JIEBAN_MODEL_TIMEOUT", "5")
        yield stub
