"""The web server (Granian) with a worker process beside it."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from granian.constants import Interfaces
from granian.server import Server

from jieban.cli.warm import warm
from jieban.foundation import env
from jieban.foundation.errors import OperatorError

THREADS = 4
"""Blocking threads of a web process: enough to wait for the database, few enough to share two cores."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before a worker that has died is started again; doubled with each death that follows at once."""
STEADY_SECONDS = 60.0
END_SECONDS = 20.0
"""How long the worker may take to finish what it does when all is to end."""

_log = logging.getLogger(__name__)


def serve(bind: str, port: int, workers: int, *, worker: bool) -> None:
    """Serve until interrupted. Raises ``OperatorError`` when the port is taken."""
    _check_free(bind, port)
    env.make_folder(env.home() / "static")  # the server of static files looks for it
    warm()  # here first, so that the web processes find the reader's model kept
    beside = Beside(_start_worker) if worker else None
    if beside is not None:
        beside.start()
    try:
        Server(
            "jieban.wsgi:application",
            address=bind,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=THREADS,
            log_enabled=True,
            log_level="warning",  # type: ignore[arg-type]
            respawn_failed_workers=True,
            websockets=False,
        ).serve()
    finally:
        if beside is not None:
            beside.stop()


class Beside:
    """A process beside the web server: however it ends, it is started again, until ``stop``."""

    def __init__(
        self, start: Callable[[], subprocess.Popen[bytes]], first_pause: float = FIRST_PAUSE
    ) -> None:
        self._start = start
        self._first_pause = first_pause
        self._ending = threading.Event()
        self._change = threading.Lock()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="worker-keeper")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and watch over it."""
        self._thread.start()

    def stop(self) -> None:
        """End the process in the ordinary way, and hard when that takes too long."""
        with self._change:  # after this, no new one is started
            self._ending.set()
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(timeout=END_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self._thread.join(timeout=END_SECONDS)

    def _watch(self) -> None:
        pause = self._first_pause
        while True:
            began = time.monotonic()
            code = self._run_once()
            if self._ending.is_set():
                return
            if time.monotonic() - began > STEADY_SECONDS:
                pause = self._first_pause
            _log.warning("the worker has ended (%s), it is started again in %g s", code, pause)
            self._ending.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _run_once(self) -> int | str:
        with self._change:
            if self._ending.is_set():
                return 0
            try:
                self.process = self._start()
            except OSError as error:  # no memory, no processes left: later perhaps
                return str(error)
        return self.process.wait()


def _start_worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "jieban", "worker"], env=env.child_environment(), stdout=subprocess.DEVNULL
    )


def _check_free(bind: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind.strip("[]"), port))
        except OSError as error:
            raise OperatorError(
                f"Nothing can be served on {bind}:{port}: {error.strerror}.",
                "Choose another port with --port, or stop the program that holds it.",
            ) from error
