"""Posting JSON to another system by HTTP: once, directly, no redirects, bounded in time and in size.

Every wait for the answer counts against one deadline, so that a server that sends a sign now and then
cannot hold a worker. Addresses come from settings only, never from what people write.
"""

from __future__ import annotations

import http.client
import io
import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit


class Unreachable(Exception):
    """No answer came: nobody there, a broken line, or an answer that is no HTTP. Names no content."""


class TooSlow(Unreachable):
    """The answer was not complete within the seconds given."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, whatever it is, and the body; ``cut`` where it goes on after that."""

    status: int
    body: bytes
    cut: bool = False


class _Until(io.RawIOBase):
    """Reads from a socket until a moment of the monotonic clock."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._until = sock, until
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_left(self._until))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Socket:
    """A socket as ``HTTPResponse`` wants it: something to make a file of."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._until = sock, until

    def makefile(self, *_: object, **__: object) -> io.BufferedReader:
        return io.BufferedReader(_Until(self._sock, self._until))


def _response(
    sock: socket.socket, *args: Any, until: float, **named: Any
) -> http.client.HTTPResponse:  # called by http.client in place of its class
    return http.client.HTTPResponse(_Socket(sock, until), *args, **named)  # type: ignore[arg-type]


def post_json(
    address: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    seconds: float,
    connect_seconds: float = 5.0,
    most: int = 10_000,
) -> Answer:
    """Post ``body`` and give the answer of any status, at most ``most`` bytes of it.

    Raises ``TooSlow`` after ``seconds`` in all, else ``Unreachable``.
    """
    parts, until = urlsplit(address), time.monotonic() + seconds
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        line = kind(parts.hostname or "", parts.port, timeout=min(connect_seconds, seconds))
        line.response_class = partial(_response, until=until)  # type: ignore[assignment]
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            line.connect()
            line.sock.settimeout(_left(until))
            line.request("POST", path, body, {"Content-Type": "application/json", **headers})
            answer = line.getresponse()
            found = answer.read(most + 1)
        finally:
            line.close()
    except TimeoutError as error:
        raise TooSlow(f"no answer within {seconds:g} s") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Unreachable(f"does not answer ({type(error).__name__})") from None
    return Answer(answer.status, found[:most], len(found) > most)


def as_body(value: Any) -> bytes:
    """A value as the body of a call."""
    return json.dumps(value, ensure_ascii=False).encode()


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
