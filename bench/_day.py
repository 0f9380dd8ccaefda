"""The inside of the bench of a day: worker processes play tickets through the real actions."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import sys
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import psutil

LATER = timedelta(days=40)
"""When the clock rings for the first round; each further round twice as late."""


def main(tickets: int, workers: int, seed: int) -> None:
    """Play and print what was measured."""
    share, rest = divmod(tickets, workers)
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers, initializer=_be_worker) as pool:
        pool.map(_play, [("day", seed * 1000 + index, 3, workers) for index in range(workers)], chunksize=1)
        before, begin = _postgres_seconds(), time.perf_counter()
        plans = [("day", seed * 100 + index, share + (index < rest), workers) for index in range(workers)]
        told = pool.map(_play, plans, chunksize=1)
        for turn in (1, 2, 3):
            told += pool.map(_play, [("clock", turn, 0, 1)], chunksize=1)
            for act in ("ask", "again"):
                plans = [(act, index, turn, workers) for index in range(workers)]
                told += pool.map(_play, plans, chunksize=1)
        jobs = max(pool.map(_do_jobs, range(workers), chunksize=1))
        seconds = time.perf_counter() - begin
        postgres = _postgres_seconds() - before
        states = pool.apply(_states)
    print(json.dumps({**_summary(told, tickets, seconds, postgres, jobs), "states": states}))


def _summary(
    told: list[dict[str, Any]], tickets: int, seconds: float, postgres: float, jobs: int
) -> dict[str, Any]:
    count, sql, cpu, most = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for one in told:
        count.update(one["count"])
        sql.update(one["sql"])
        cpu.update(one["cpu"])
        most |= Counter(one["most_sql"])
    verbs = sum(count.values())
    return {
        "tickets": tickets,
        "verbs": verbs,
        "seconds": round(seconds, 2),
        "tickets_per_s": round(tickets / seconds, 1),
        "verbs_per_s": round(verbs / seconds, 1),
        "jobs_done": jobs,
        "cpu_ms_per_ticket": round((sum(cpu.values()) + postgres) / tickets * 1000, 2),
        "cpu_ms_postgres_per_ticket": round(postgres / tickets * 1000, 2),
        "sql_per_verb_most": max(n for verb, n in most.items() if verb != "clock"),  # a tick serves many
        "by_verb": {
            verb: {
                "times": count[verb],
                "sql": round(sql[verb] / count[verb], 2),
                "sql_most": most[verb],
                "cpu_ms": round(cpu[verb] / count[verb] * 1000, 2),
            }
            for verb in sorted(count, key=lambda one: -count[one])
        },
    }


def _postgres_seconds() -> float:
    """Processor seconds of the PostgreSQL of this home."""
    home, total = os.environ["JIEBAN_HOME"], 0.0
    for process in psutil.process_iter(["name"]):
        try:
            if "postgres" in (process.info["name"] or "") and process.cwd().startswith(home):
                times = process.cpu_times()
                total += times.user + times.system
        except psutil.Error:
            continue
    return total


def _be_worker() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jieban.settings")
    import django

    django.setup()


def _do_jobs(_: int) -> int:
    """Do the background jobs that wait; gives how many."""
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.models import ProcrastinateJob

    def waiting() -> int:
        return ProcrastinateJob.objects.filter(status="todo").count()

    before = waiting()
    with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]
        worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, concurrency=1)
    return before - waiting()


class _Meter:
    """Counts times, statements and processor time of each verb."""

    def __init__(self) -> None:
        self.count, self.sql, self.most = Counter[str](), Counter[str](), Counter[str]()
        self.cpu: dict[str, float] = defaultdict(float)
        self._statements = 0

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: Any) -> Any:
        self._statements += 1
        return execute(sql, params, many, context)

    def say(self, verb: str, act: Callable[[], Any]) -> Any:
        """Say a verb, which opens its own transaction; BEGIN and COMMIT are counted too."""
        before, begin = self._statements, time.process_time()
        result = act()
        used = self._statements - before + 2
        self.count[verb] += 1
        self.sql[verb] += used
        self.most[verb] = max(self.most[verb], used)
        self.cpu[verb] += time.process_time() - begin
        return result


def _play(plan: tuple[str, int, int, int]) -> dict[str, Any]:
    """One worker's part of the day; what goes wrong is told in a plain text."""
    try:
        return _played(plan)
    except Exception:  # an exception of ours cannot be rebuilt in a process without Django
        raise RuntimeError(traceback.format_exc()) from None


def _played(plan: tuple[str, int, int, int]) -> dict[str, Any]:
    from django.db import connection

    act, seed, number, workers = plan
    meter = _Meter()
    player = _Player(seed, meter)
    with connection.execute_wrapper(meter):
        if act == "day":
            for _ in range(number):
                player.handle(player.file())
        elif act == "clock":
            player.clock(seed)
        else:
            player.walk(act, seed, number, workers)
    return {"count": meter.count, "sql": meter.sql, "most_sql": meter.most, "cpu": dict(meter.cpu)}


def _states() -> dict[str, int]:
    """How the tickets stand at the end."""
    from django.db.models import Count

    from jieban.tickets.models import Ticket

    return dict(Ticket.objects.order_by().values_list("state").annotate(n=Count("pk")))


class _Player:
    """The people of the city, as many as are needed."""

    def __init__(self, seed: int, meter: _Meter) -> None:
        from jieban.city.queries import book
        from jieban.reading.reader import reader_for

        self.seed, self.meter, self.chance = seed, meter, random.Random(seed)
        self.book = book()
        self.reader = reader_for(self.book)
        self.streets = [unit.code for unit in self.book.units.values() if unit.kind == "street"]
        self.now = datetime.now(UTC).replace(hour=4, minute=0)  # noon in Beijing: requesters may be called

    def clock(self, turn: int) -> None:
        """The limits of all tickets pass."""
        from jieban.matters.tick import tick

        while self.meter.say("clock", partial(tick, self.now + LATER * turn)):
            continue

    def walk(self, act: str, mine: int, turn: int, workers: int) -> None:
        """Ask the requesters of this worker's tickets, or do again what was sent back."""
        from django.db.models import F

        from jieban.tickets.models import Ticket

        now = self.now + LATER * turn
        state = "callback" if act == "ask" else "dispatched"
        tickets = Ticket.objects.filter(state=state).annotate(part=F("id") % workers).filter(part=mine)
        for ticket in tickets:
            if act == "ask":
                self.ask(ticket, now)
            else:
                self.work(ticket, now)

    def file(self) -> Any:
        """A request comes in."""
        from bench._texts import told
        from jieban.intake.actions import Request, do_take_in
        from jieban.matters.actors import PLATFORM
        from jieban.people.actions import Contact

        title, text = told(self.chance)
        serial = f"{self.seed}:{self.chance.getrandbits(60)}"
        contact = Contact(phone=f"139{self.chance.randrange(10**8):08d}", name="诉求人")
        request = Request("bench", serial, "", "call", title=title, text=text, contact=contact)
        (outcome,) = self.meter.say(
            "file", lambda: do_take_in([request], PLATFORM, now=self.now, book=self.book, reader=self.reader)
        )
        return outcome.ticket_row

    def handle(self, ticket: Any) -> Any:
        """Dispatch it where it waits; then the unit's work."""
        from bench._people import DISPATCHER, SUPERVISOR, clerk
        from jieban.dispatch.actions import Choice, do_dispatch, do_rule_on_objection
        from jieban.handling.actions import do_object

        if ticket.state == "waiting":
            self._dispatch(ticket, Choice(self._unit(ticket)), DISPATCHER, do_dispatch)
        if ticket.state == "dispatched" and self.chance.random() < 0.05:
            who, ground = clerk(ticket.lead_id), "按派单目录属于行业主管部门的职责，请改派。"
            self.meter.say("object", lambda: do_object(ticket, ground, who, now=self.now, book=self.book))
            self.meter.say(
                "rule",
                lambda: do_rule_on_objection(
                    ticket, False, "按目录裁定", SUPERVISOR, now=self.now, book=self.book
                ),
            )
        return self.work(ticket, self.now)

    def _dispatch(self, ticket: Any, choice: Any, who: Any, do: Callable[..., Any]) -> None:
        self.meter.say("dispatch", lambda: do(ticket, choice, who, now=self.now, book=self.book))

    def _unit(self, ticket: Any) -> str:
        candidates = [one["unit"] for one in ticket.proposal.get("candidates", ())]
        return str(candidates[0] if candidates else self.chance.choice(self.streets))

    def work(self, ticket: Any, now: datetime) -> Any:
        """The unit signs, reaches the requester, reports, replies, and its reviewer submits."""
        from bench._people import clerk, reviewer
        from jieban.handling import actions as h

        if ticket.state not in ("dispatched", "signed"):
            return ticket
        book, mine, boss = self.book, clerk(ticket.lead_id), reviewer(ticket.lead_id)
        words = "工作人员已到现场查看，更换了损坏的部件，恢复正常，并向诉求人说明了情况。"
        steps: list[tuple[str, Callable[[], Any]]] = [
            ("contact", lambda: h.do_contact(ticket, "reached", "", mine, now=now, book=book)),
            ("progress", lambda: h.do_progress(ticket, "已派人到现场", mine, now=now, book=book)),
            ("reply", lambda: h.do_reply(ticket, words, mine, now=now, book=book)),
            ("submit", lambda: h.do_review(ticket, True, "", boss, now=now, book=book)),
        ]
        if ticket.state == "dispatched":
            steps.insert(0, ("sign", lambda: h.do_sign(ticket, mine, now=now, book=book)))
        for verb, act in steps:
            self.meter.say(verb, act)
        return ticket

    def ask(self, ticket: Any, now: datetime) -> None:
        """The hotline asks; one in ten is not solved and goes back once."""
        from bench._people import CALLER
        from jieban.callback.actions import Answers, do_answers

        bad = self.chance.random() < 0.1
        answers = (
            Answers(True, "no", "dissatisfied", reasons=("S1", "D1"))
            if bad
            else Answers(True, "yes", "satisfied")
        )
        self.meter.say("answers", lambda: do_answers(ticket, answers, CALLER, now=now, book=self.book))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
