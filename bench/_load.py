"""A small load generator: keep-alive HTTP over plain sockets, so that it takes little processor time."""

from __future__ import annotations

import json
import multiprocessing
import os
import socket
import threading
import time
from collections.abc import Sequence


def run_load(port: int, requests: Sequence[bytes], threads: int) -> dict[str, float]:
    """Send the requests from a process of its own over ``threads`` connections.

    Gives requests per second, latency in milliseconds (p50, p99), the statuses and the load
    generator's own processor seconds.
    """
    context = multiprocessing.get_context("spawn")
    inbox, outbox = context.Pipe()
    process = context.Process(target=_drive, args=(outbox, port, list(requests), threads))
    process.start()
    result: dict[str, float] = inbox.recv()
    process.join()
    return result


def _drive(
    pipe: multiprocessing.connection.Connection, port: int, requests: list[bytes], threads: int
) -> None:  # type: ignore[name-defined]
    took: list[float] = []
    statuses: dict[str, int] = {}
    lock = threading.Lock()
    queue = iter(requests)

    def work() -> None:
        link = socket.create_connection(("127.0.0.1", port))
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            with lock:
                body = next(queue, None)
            if body is None:
                break
            start = time.perf_counter()
            link.sendall(body)
            status = _answer(link)
            elapsed = time.perf_counter() - start
            with lock:
                took.append(elapsed)
                statuses[status] = statuses.get(status, 0) + 1
        link.close()

    begin = time.perf_counter()
    crew = [threading.Thread(target=work) for _ in range(threads)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    wall = time.perf_counter() - begin
    took.sort()
    times = os.times()
    pipe.send(
        {
            "per_s": round(len(took) / wall, 1),
            "p50_ms": round(took[len(took) // 2] * 1000, 2),
            "p99_ms": round(took[int(len(took) * 0.99)] * 1000, 2),
            "statuses": statuses,
            "client_cpu_s": round(times.user + times.system, 2),
            "wall_s": round(wall, 2),
        }
    )


def _answer(link: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data:
        part = link.recv(65536)
        if not part:
            return "closed"
        data += part
    head, _, rest = data.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(rest) < length:
        part = link.recv(65536)
        if not part:
            return "closed"
        rest += part
    return head.split(b" ", 2)[1].decode()


def http(method: str, path: str, key: str, body: object | None = None, idempotency: str = "") -> bytes:
    """One HTTP/1.1 request as bytes."""
    payload = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"X-API-Key: {key}", "Connection: keep-alive"]
    if idempotency:
        lines.append(f"Idempotency-Key: {idempotency}")
    if payload:
        lines += ["Content-Type: application/json", f"Content-Length: {len(payload)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + payload
