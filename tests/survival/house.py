"""A whole house as its users have it: real processes, a durable database of its own, an API key."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil
import psycopg

from jieban.foundation.embedded import EmbeddedServer

READY_SECONDS = 120
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class House:
    """One installation under a folder of its own."""

    home: Path
    port: int
    key: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        ours = ("JIEBAN_", "DJANGO_", "DATABASE_URL", "PYTEST", "COV")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return kept | {
            "JIEBAN_HOME": str(self.home),
            "JIEBAN_DURABLE": "1",
            "JIEBAN_CITY": "beijing",
            "PYTHONPATH": str(ROOT / "src"),
        }

    def run(self, *words: str) -> str:
        """Run a command to its end; gives what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "jieban", *words], env=self.environment(), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a command in a process group of its own."""
        process = subprocess.Popen(
            [sys.executable, "-m", "jieban", *words],
            env=self.environment(),
            stdout=subprocess.DEVNULL,
            stderr=(self.home / f"{words[0]}.log").open("ab"),
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def serve(self) -> subprocess.Popen[bytes]:
        """Serve pages, API and worker; returns when the API answers."""
        process = self.start("serve", "--port", str(self.port))
        try:
            wait_for(
                lambda: process.poll() is not None or self.call("GET", "/api/v1/tickets")[0] == 200,
                "the API answers",
            )
            assert process.poll() is None, "the web server has ended"
        except AssertionError as error:
            said = (self.home / "serve.log").read_text(errors="replace")[-3000:]
            raise AssertionError(f"{error}; it said:\n{said}") from error
        return process

    def call(self, method: str, path: str, body: Any = None, idempotency: str = "") -> tuple[int, Any]:
        """One request on a connection of its own; 0 when nobody answered."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"X-API-Key": self.key, "Content-Type": "application/json", "Idempotency-Key": idempotency}
        try:
            link.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = link.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        except (OSError, http.client.HTTPException, ValueError):
            return 0, None
        finally:
            link.close()

    def tickets(self) -> list[str]:
        """The numbers of all tickets, as the database has them."""
        return self.query("SELECT number FROM tickets_ticket")

    def query(self, statement: str) -> list[Any]:
        """The first column of what a statement gives; what it changes is committed."""
        self.server.ensure_running()
        with psycopg.connect(self.server.url) as link:
            return [row[0] for row in link.execute(statement.encode())]

    @cached_property
    def server(self) -> EmbeddedServer:
        """The database of this house, as this process sees it."""
        return EmbeddedServer(self.home / "database", durable=True)

    def postmaster(self) -> int:
        """The process id of the database server."""
        return int((self.home / "database" / "data" / "postmaster.pid").read_text().splitlines()[0])

    def worker(self) -> int | None:
        """The process id of the worker beside the web server."""
        for process in psutil.process_iter(["cmdline", "environ"]):
            words, surroundings = process.info["cmdline"] or [], process.info["environ"] or {}
            if words[-2:] == ["jieban", "worker"] and surroundings.get("JIEBAN_HOME") == str(self.home):
                found: int = process.pid
                return found
        return None

    def close(self) -> None:
        """End everything that this house has started."""
        for process in self.processes:
            kill_group(process)
        self.server.stop(force=True)
        self.server.leave()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of a process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(holds: Callable[[], Any], what: str) -> None:
    """Wait until something holds."""
    for _ in range(READY_SECONDS * 10):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError(f"after {READY_SECONDS} seconds still not true: {what}")


@contextmanager
def open_house(models: Path) -> Iterator[House]:
    """A fresh installation with Beijing loaded and an API key; removed at the end.

    ``models`` holds the trained reader, so that it is not trained again.
    """
    home = Path(tempfile.mkdtemp(prefix="jieban-survival-"))
    home.chmod(0o755)
    house = House(home, _free_port())
    try:
        if models.exists():
            shutil.copytree(models, home / "models")
        house.run("migrate", "--verbosity", "0")
        house.run("city", "load", "beijing")
        house.key = house.run("api-key", "survivor").split("X-API-Key: ")[1].split()[0]
        yield house
    finally:
        house.close()
        shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Callers:
    """People who file one request after the other, each under its idempotency key, until told to stop."""

    def __init__(self, house: House, count: int = 4) -> None:
        self.house = house
        self.sent: dict[str, dict[str, str]] = {}
        self.acknowledged: dict[str, str] = {}
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._go_on, args=(n,)) for n in range(count)]

    def __enter__(self) -> Callers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _go_on(self, caller: int) -> None:
        number = 0
        while not self._stopped.is_set():
            number += 1
            key = f"{caller}-{number}"
            body = {"text": f"双井街道第{key}号路灯坏了", "phone": f"1380000{caller:04d}"}
            while self.file(key, body) not in (200, 201) and not self._stopped.wait(0.05):
                pass  # as a connected system does: the same request under the same key, until it is answered

    def file(self, key: str, body: dict[str, str]) -> int:
        """File one request; what was acknowledged is remembered, never with another number."""
        self.sent[key] = body
        status, told = self.house.call("POST", "/api/v1/tickets", body, key)
        if status in (200, 201):
            known = self.acknowledged.setdefault(key, told["number"])
            assert known == told["number"], f"{key} was acknowledged as {known} and as {told['number']}"
        return status
