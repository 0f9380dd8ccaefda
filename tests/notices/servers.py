"""Real servers for tests of notices: one takes e-mail by SMTP, one takes text messages by HTTP."""

from __future__ import annotations

import email
import email.policy
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from jieban.notices.gateways import signature

SMS_KEY = "a key of sixteen signs"


class MailServer(socketserver.ThreadingTCPServer):
    """Takes e-mail. ``refuse`` gives the answer to an address, or nothing to take it."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _MailTalk)
        self.mails: list[EmailMessage] = []
        self.connections = 0
        self.refuse: Callable[[str], str] = lambda address: ""
        self.taken: Callable[[EmailMessage], None] = lambda mail: None

    @property
    def url(self) -> str:
        """The address for JIEBAN_SMTP_URL."""
        return f"smtp://127.0.0.1:{self.server_address[1]}?tls=none"


class _MailTalk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = cast(MailServer, self.server)
        server.connections += 1
        self._say("220 test")
        for line in self.rfile:
            words = line.decode().strip()
            verb = words[:4].upper()
            if verb == "DATA":
                self._take(server)
            elif verb == "RCPT":
                self._say(server.refuse(words) or "250 ok")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _take(self, server: MailServer) -> None:
        self._say("354 go on")
        lines = []
        for line in self.rfile:
            if line.rstrip(b"\r\n") == b".":
                break
            lines.append(line.removeprefix(b"."))
        mail = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        server.mails.append(mail)
        server.taken(mail)
        self._say("250 taken")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@dataclass
class Posted:
    """What came to the gateway for text messages."""

    headers: dict[str, str]
    body: dict[str, Any]
    signed: bool


@dataclass
class SmsServer:
    """Takes text messages. ``status`` is what it answers."""

    url: str
    posts: list[Posted] = field(default_factory=list)
    status: int = 200


@contextmanager
def mail_server(port: int = 0) -> Iterator[MailServer]:
    """A mail server that runs."""
    with MailServer(port) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


@contextmanager
def sms_server() -> Iterator[SmsServer]:
    """A gateway for text messages that runs."""

    class Talk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            moment = self.headers["X-Jieban-Time"]
            right = f"sha256={signature(SMS_KEY.encode(), moment, body)}"
            signed = self.headers["X-Jieban-Signature"] == right
            told.posts.append(Posted(dict(self.headers), json.loads(body), signed))
            answer = json.dumps({"receipt": f"r{len(told.posts)}"}).encode()
            self.send_response(told.status)
            self.send_header("Content-Length", str(len(answer)))
            if told.status in (301, 302):
                self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Talk) as server:
        told = SmsServer(f"http://127.0.0.1:{server.server_address[1]}/send")
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield told
        finally:
            server.shutdown()
