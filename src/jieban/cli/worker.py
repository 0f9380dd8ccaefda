"""The worker: a ticker that moves clocks, one that delivers notices, and the runner of background jobs."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from procrastinate import App
from procrastinate.contrib.django import app

from jieban.foundation import database
from jieban.matters.tick import tick

_log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before the runner of jobs begins again; doubled with each failure that follows at once."""
WAITING_FOR_OTHERS = frozenset({"drafts"})
"""Queues whose jobs may wait long for another system; they have a runner of their own."""
STEADY_SECONDS = 60.0
"""Whoever has run for so long begins again with the first pause."""


class Ticker:
    """Does what is due every ``seconds``; lives through a database that comes and goes.

    ``do`` is given the moment (aware); without one, the clocks are looked at.
    """

    def __init__(self, seconds: float, do: Callable[[datetime], object] | None = None) -> None:
        self._seconds = seconds
        self._do = do or (lambda now: tick(now))  # looked up at each call, as tests put another in its place
        self._ended = threading.Event()

    def run(self) -> None:
        """Tick until ``stop``."""
        while not self._ended.wait(self._seconds):
            try:
                close_old_connections()
                self._do(datetime.now(UTC))
            except (DatabaseError, InterfaceError) as error:
                _log.warning("the database does not answer, trying again: %s", error)
                connection.close()
            except Exception:
                _log.exception("what is due could not be done, trying again")
                connection.close()

    def stop(self) -> None:
        """End ``run`` soon."""
        self._ended.set()


def run_jobs() -> None:
    """Run the background jobs that are there, until none is left."""
    with app.replace_connector(app.connector.get_worker_connector()) as worker_app:  # type: ignore[attr-defined]
        worker_app.run_worker(
            wait=False, install_signal_handlers=False, listen_notify=False, delete_jobs="successful"
        )


def run_until_told() -> None:
    """Run background jobs until SIGINT or SIGTERM (then ``KeyboardInterrupt``). Returns by itself, or
    raises, where the database has gone away: the runner of jobs ends with its connections."""
    if asyncio.run(_jobs_until_told()):
        raise KeyboardInterrupt


def keep_running(
    run: Callable[[], object] = run_until_told, sleep: Callable[[float], object] = time.sleep
) -> None:
    """Run jobs until interrupted; however the runner ends, it begins again after a pause."""
    pause = FIRST_PAUSE
    try:
        while True:
            began = time.monotonic()
            try:
                database.ensure_running()
                run()
                _log.warning("the runner of jobs has ended, it begins again in %g s", pause)
            except Exception as error:
                _log.warning("the runner of jobs begins again in %g s: %s", pause, error)
            if time.monotonic() - began > STEADY_SECONDS:
                pause = FIRST_PAUSE
            sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
    except KeyboardInterrupt:
        return


def _lanes(worker_app: App) -> tuple[list[str], list[str]]:
    """The queues of the house, and those whose jobs wait for other systems: a runner for each of the two."""
    queues = {task.queue for task in worker_app.tasks.values()}
    return sorted(queues - WAITING_FOR_OTHERS), sorted(WAITING_FOR_OTHERS)


async def _runner(worker_app: App, queues: list[str]) -> None:
    await worker_app.run_worker_async(queues=queues, install_signal_handlers=False, delete_jobs="successful")


async def _jobs_until_told() -> bool:
    """Run jobs; gives whether somebody has told the process to end."""
    told = False
    ended = asyncio.Event()

    def end() -> None:
        nonlocal told
        told = True
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
    with app.replace_connector(app.connector.get_worker_connector()) as worker_app:  # type: ignore[attr-defined]
        async with worker_app.open_async():
            runners = [asyncio.create_task(_runner(worker_app, queues)) for queues in _lanes(worker_app)]
            running = {*runners, asyncio.create_task(ended.wait())}
            done, others = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for other in others:
                other.cancel()  # a runner ends the jobs that it has begun
            await asyncio.gather(*done, *others, return_exceptions=True)
    return told
