"""kill -9 in the middle: every acknowledged request is there afterwards, exactly once (real processes)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.survival.house import Callers, House, kill_group, open_house, wait_for

from jieban.foundation import env

pytestmark = pytest.mark.slow

ROWS = 3000


@pytest.fixture(scope="module")
def models() -> Path:
    """The trained reader of this test run; trained now where no test has done it."""
    from jieban.city.pack import book_from_files
    from jieban.reading.reader import reader_for

    reader_for(book_from_files("beijing"))
    return env.home() / "models"


@pytest.fixture(scope="module")
def house(models: Path) -> Iterator[House]:
    with open_house(models) as opened:
        yield opened


def _all_is_there_once(house: House, callers: Callers) -> None:
    numbers = house.tickets()
    assert len(numbers) == len(set(numbers))
    lost = set(callers.acknowledged.values()) - set(numbers)
    assert not lost, f"{len(lost)} acknowledged requests are gone"
    assert json.loads(house.run("rebuild", "--json"))["differences"] == 0
    before = dict(callers.acknowledged)
    for key, body in list(callers.sent.items()):
        assert callers.file(key, body) in (200, 201)
    assert callers.acknowledged.items() >= before.items()
    ours = house.query("SELECT count(*) FROM intake_receipt WHERE source LIKE 'key:%'")
    assert ours == [len(callers.sent)], "a request sent again makes no second ticket"
    assert sorted(house.tickets()) == sorted({*numbers, *callers.acknowledged.values()})


def _some_are_acknowledged(callers: Callers, more: int) -> None:
    enough = len(callers.acknowledged) + more
    wait_for(lambda: len(callers.acknowledged) >= enough, f"{more} more requests are acknowledged")


def test_acknowledged_requests_survive_the_death_of_web_database_and_worker(house: House) -> None:
    web = house.serve()
    with Callers(house) as callers:
        _some_are_acknowledged(callers, 30)

        worker = house.worker()
        assert worker is not None
        os.kill(worker, signal.SIGKILL)
        _some_are_acknowledged(callers, 20)

        old = house.postmaster()
        os.kill(old, signal.SIGKILL)
        _some_are_acknowledged(callers, 20)
        assert house.postmaster() != old, "the web process has started the database again"

        kill_group(web)
        time.sleep(0.2)
        web = house.serve()
        _some_are_acknowledged(callers, 20)
    _all_is_there_once(house, callers)
    wait_for(house.worker, "the worker is there again")
    kill_group(web)


def _many(path: Path, name: str, count: int) -> Path:
    """Rows of as many people: the same words from one phone would be one matter, urged again."""
    rows = [f"{name}{n},双井街道第{n}号楼前的路灯坏了,139{ord(name):03d}{n:05d}" for n in range(count)]
    path.write_text("\n".join(["external_id,text,phone", *rows]), encoding="utf-8")
    return path


def test_a_file_that_was_killed_in_the_middle_goes_in_whole_and_once(house: House, tmp_path: Path) -> None:
    path = _many(tmp_path / "many.csv", "R", ROWS)
    count = "SELECT count(*) FROM tickets_ticket WHERE external_id LIKE 'R%'"
    process = house.start("take-in", str(path), "--json")
    wait_for(
        lambda: process.poll() is not None or house.query(count)[0] >= ROWS / 3, "a third of the rows is in"
    )
    assert process.poll() is None, "it was to be killed in the middle"
    kill_group(process)
    there = house.query(count)[0]
    assert 0 < there < ROWS
    told = json.loads(house.run("take-in", str(path), "--json"))
    assert (told["read"], told["rejected"]) == (ROWS, 0)
    assert told["accepted"] + told["duplicate"] == ROWS
    assert told["duplicate"] == there, "what was committed before the kill counts, nothing else"
    assert house.query(count) == [ROWS]
    assert house.query(count.replace("*", "DISTINCT external_id")) == [ROWS]
    assert json.loads(house.run("rebuild", "--json"))["differences"] == 0


def test_a_worker_that_was_killed_leaves_no_clock_behind(house: House, tmp_path: Path) -> None:
    """What was due while nobody watched is done by the next worker, once."""
    house.run("take-in", str(_many(tmp_path / "some.csv", "W", 300)), "--source", "clocks")
    due = "SELECT count(*) FROM tickets_ticket WHERE clock_at < now() - interval '1 minute'"
    shift = (
        "UPDATE tickets_ticket SET clock_at = clock_at - interval '60 days' WHERE clock <> '' "
        "AND id IN (SELECT id FROM tickets_ticket ORDER BY id LIMIT 300) RETURNING 1"
    )
    moved = len(house.query(shift))
    assert moved
    worker = house.start("worker", "--every", "0.05")
    wait_for(lambda: house.query(due)[0] < moved, "the worker has begun")
    kill_group(worker)
    house.run("worker", "--once")
    assert house.query(due) == [0]
    twice = (
        "SELECT matter FROM matters_event WHERE verb IN ('expire', 'late') "
        "GROUP BY matter, verb, at HAVING count(*) > 1"
    )
    assert house.query(twice) == []


def test_worker_comes_back_and_clocks_ring_after_worker_and_database_were_killed(
    house: House, tmp_path: Path
) -> None:
    web = house.serve()
    wait_for(house.worker, "the worker is there")
    first = house.worker()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: house.worker() not in (None, first), "the worker has been started again")
    second = house.worker()

    house.run("take-in", str(_many(tmp_path / "late.csv", "L", 20)), "--source", "ringing")
    os.kill(house.postmaster(), signal.SIGKILL)
    moved = house.query(
        "UPDATE tickets_ticket SET clock_at = clock_at - interval '60 days' WHERE clock <> '' "
        "AND external_id LIKE 'L%' RETURNING 1"
    )
    assert moved
    due = "SELECT count(*) FROM tickets_ticket WHERE clock_at < now() - interval '1 minute'"
    wait_for(lambda: house.query(due) == [0], "the clocks have rung")
    stopped = (
        "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '15 seconds'"
    )
    time.sleep(20)  # the runner of jobs has seen by then that its connection is dead
    wait_for(lambda: house.query(stopped)[0] >= 1, "a runner of jobs is at work")
    assert house.worker() == second, "it has lived through the death of the database"
    kill_group(web)


def test_stopping_in_the_ordinary_way_ends_all_processes(house: House) -> None:
    web = house.serve()
    wait_for(house.worker, "the worker is there")
    web.send_signal(signal.SIGTERM)
    try:
        web.wait(timeout=30)
    except subprocess.TimeoutExpired:
        pytest.fail("SIGTERM did not end the web server")
    wait_for(lambda: house.worker() is None, "the worker has ended with it")
    assert house.call("GET", "/api/v1/tickets")[0] == 0
