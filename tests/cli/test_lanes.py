"""A job that waits for another system keeps no other job waiting."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest
from procrastinate.contrib.django import app

from jieban.cli import worker

ENDED: list[str] = []


@pytest.mark.django_db(transaction=True)
def test_a_slow_draft_keeps_nothing_waiting() -> None:
    ENDED.clear()
    quick_done = threading.Event()

    @app.task(name="tests.slow", queue="drafts")
    def slow() -> None:
        quick_done.wait(20)
        ENDED.append("slow" if quick_done.is_set() else "slow first")

    @app.task(name="tests.quick", queue="work")
    def quick() -> None:
        ENDED.append("quick")
        quick_done.set()

    def end_soon() -> None:
        quick_done.wait(25)
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGINT)

    try:
        slow.defer()
        quick.defer()
        threading.Thread(target=end_soon, daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            worker.run_until_told()
    finally:
        del app.tasks["tests.slow"], app.tasks["tests.quick"]
    assert ENDED == ["quick", "slow"]


def test_every_queue_has_a_runner() -> None:
    house, others = worker._lanes(app)
    assert {task.queue for task in app.tasks.values()} <= {*house, *others}
    assert "work" in house
    assert others == ["drafts"]
