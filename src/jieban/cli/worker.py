"""The worker: a ticker that moves clocks, and the runner of background jobs."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from procrastinate.contrib.django import app

from jieban.matters.tick import tick

_log = logging.getLogger(__name__)


class Ticker:
    """Looks at the clocks every ``seconds``; lives through a database that comes and goes."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ended = threading.Event()

    def run(self) -> None:
        """Tick until ``stop``."""
        while not self._ended.wait(self._seconds):
            try:
                close_old_connections()
                tick(datetime.now(UTC))
            except (DatabaseError, InterfaceError) as error:
                _log.warning("the database does not answer, trying again: %s", error)
                connection.close()
            except Exception:
                _log.exception("the clocks could not be moved, trying again")
                connection.close()

    def stop(self) -> None:
        """End ``run`` soon."""
        self._ended.set()


def run_jobs(*, wait: bool) -> None:
    """Run background jobs; with ``wait`` until interrupted, else until none is left."""
    with app.replace_connector(app.connector.get_worker_connector()) as worker_app:  # type: ignore[attr-defined]
        worker_app.run_worker(
            wait=wait, install_signal_handlers=wait, listen_notify=wait, delete_jobs="successful"
        )
