"""Worker and web server keep each other's company: what ends unasked begins again."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from jieban.cli import worker
from jieban.cli.serving import Beside
from jieban.foundation.errors import DatabaseCannotStart


def test_the_runner_of_jobs_begins_again_however_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jieban.foundation.database.ensure_running", lambda: None)
    ends: list[BaseException | None] = [
        None,
        OSError("gone"),
        DatabaseCannotStart("It is down.", "Wait."),
        KeyboardInterrupt(),
    ]
    pauses: list[float] = []

    def run() -> None:
        end = ends.pop(0)
        if end is not None:
            raise end

    worker.keep_running(run, sleep=pauses.append)
    assert not ends
    assert pauses == [worker.FIRST_PAUSE * factor for factor in (1, 2, 4)]


def test_an_interruption_of_the_pause_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jieban.foundation.database.ensure_running", lambda: None)

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    worker.keep_running(lambda: None, sleep=interrupted)


def _wait_for(holds: Callable[[], bool]) -> None:
    for _ in range(200):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come true")


def test_a_process_that_dies_is_started_again_until_the_end() -> None:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]))
        return started[-1]

    beside = Beside(start, first_pause=0.01)
    beside.start()
    _wait_for(lambda: len(started) == 1)
    started[0].kill()
    _wait_for(lambda: len(started) == 2)
    beside.stop()
    time.sleep(0.1)
    assert len(started) == 2
    assert all(process.poll() is not None for process in started)


def test_stopping_kills_who_does_not_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jieban.cli.serving.END_SECONDS", 0.3)
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()
    beside = Beside(lambda: process)
    beside.start()
    _wait_for(lambda: beside.process is not None)
    beside.stop()
    assert process.wait(timeout=5) < 0
