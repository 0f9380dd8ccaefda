"""A house of its own for a bench: home folder, database, city, web server — gone afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from jieban.foundation import database


@dataclass
class House:
    """A running house: where it lives and how to reach it."""

    home: Path
    port: int
    web: subprocess.Popen[bytes] | None

    def cpu(self) -> dict[str, float]:
        """Processor seconds used so far by the web processes and by PostgreSQL."""
        web = psutil.Process(self.web.pid) if self.web else None
        parts = [web, *web.children(recursive=True)] if web else []
        servers = [one for one in psutil.process_iter(["name", "cmdline"]) if self._is_postgres(one)]
        return {"web": sum(map(seconds, parts)), "postgres": sum(map(seconds, servers))}

    def _is_postgres(self, process: psutil.Process) -> bool:
        try:
            parent = process.parent()
            lines = [process.cmdline(), parent.cmdline() if parent else []]
        except psutil.Error:
            return False
        return any(str(self.home) in " ".join(line) for line in lines) and "postgres" in process.name()


def seconds(process: psutil.Process) -> float:
    """Processor seconds that a process has used."""
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


@contextlib.contextmanager
def own_home() -> Iterator[Path]:
    """A home folder for this process and its children; set before Django is set up. Durable on disk."""
    home = Path(tempfile.mkdtemp(prefix="jieban-bench-", dir="/tmp"))
    home.chmod(0o755)
    os.environ["JIEBAN_HOME"] = str(home)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # measure as on a machine that keeps compiled modules
    try:
        yield home
    finally:
        database.stop(force=True)
        shutil.rmtree(home, ignore_errors=True)


def jieban(*words: str) -> str:
    """Run a jieban command in this environment; gives what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "jieban", *words], capture_output=True, text=True, check=False, env=os.environ
    )
    if done.returncode:
        raise RuntimeError(f"jieban {' '.join(words)}: {done.stderr[-2000:]}")
    return done.stdout


def inside(module: str, *words: object) -> dict[str, Any]:
    """Run ``bench.<module>`` as a process of its own in the bench's home; gives the JSON it prints last."""
    command = [sys.executable, "-m", f"bench.{module}", *map(str, words)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ, cwd=Path(__file__).parents[1]
    )
    if done.returncode:
        raise RuntimeError(f"bench.{module}: {done.stderr[-3000:]}")
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


@contextlib.contextmanager
def city(*, workers: int = 0) -> Iterator[House]:
    """A home with Beijing loaded, and a web server when ``workers`` is given."""
    with own_home() as home:
        jieban("migrate", "--verbosity", "0")
        jieban("city", "load", "beijing")
        database.ensure_running()  # stay a user of the server, so that it does not stop between commands
        house = House(home, free_port(), None)
        if workers:
            house.web = subprocess.Popen(
                [
                    *(sys.executable, "-m", "jieban", "serve", "--no-worker"),
                    *("--port", str(house.port), "--workers", str(workers)),
                ],
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
            _wait(house.port)
        try:
            yield house
        finally:
            if house.web:
                os.killpg(house.web.pid, signal.SIGKILL)
                house.web.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, limit: float = 60) -> None:
    end = time.monotonic() + limit
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/openapi.json", timeout=2)
            return
        time.sleep(0.2)
    raise RuntimeError("the web server did not come up")


def data_folder() -> Path:
    """Where real data may lie beside the checkout; it need not exist."""
    return Path(__file__).resolve().parents[2] / "shared" / "data"


def count_sql(what: str) -> int:
    """SQL statements of one action in the house of this environment (see ``bench/_count.py``)."""
    done = subprocess.run(
        [sys.executable, "-m", "bench._count", what],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[1],
    )
    return int(done.stdout.split()[-1])
