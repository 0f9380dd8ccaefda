"""The web server (Granian) with a worker process beside it."""

from __future__ import annotations

import socket
import subprocess
import sys

from granian.constants import Interfaces
from granian.server import Server

from jieban.cli.warm import warm
from jieban.foundation import env
from jieban.foundation.errors import OperatorError

THREADS = 4
"""Blocking threads of a web process: enough to wait for the database, few enough to share two cores."""


def serve(bind: str, port: int, workers: int, *, worker: bool) -> None:
    """Serve until interrupted. Raises ``OperatorError`` when the port is taken."""
    _check_free(bind, port)
    env.make_folder(env.home() / "static")  # the server of static files looks for it
    warm()  # here first, so that the web processes find the reader's model kept
    beside = _start_worker() if worker else None
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
            beside.terminate()
            beside.wait(timeout=20)


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
