"""Promised numbers of SQL statements: a request, a list, a verb and a batch cost the same at any size."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.tickets.stage import (
    CALLER,
    DISPATCHER,
    DISTRICT,
    GROUND,
    HEATING,
    REPLY,
    SEAT,
    SUPERVISOR,
    clerk,
    member,
    reviewer,
    ticket_in,
)

from jieban.callback.actions import Answers, do_answers, do_give_up, do_limit_reached, do_visit
from jieban.city.book import Book
from jieban.city.queries import book
from jieban.dispatch.actions import (
    Choice,
    do_answer,
    do_dispatch,
    do_explain,
    do_mark_late,
    do_rule_on_objection,
)
from jieban.handling.actions import (
    do_contact,
    do_object,
    do_pause,
    do_progress,
    do_reply,
    do_resume,
    do_review,
    do_sign,
)
from jieban.handling.extending import Extension, do_extend
from jieban.handling.shelving import Shelving, do_shelve
from jieban.handling.urging import do_instruct, do_press
from jieban.intake.actions import Request, do_take_in
from jieban.intake.following import do_urge
from jieban.matters.actions import BLOCK, series
from jieban.matters.actors import PLATFORM
from jieban.people.actions import Contact, do_make_api_key
from jieban.people.queries import forget_keys
from jieban.people.roles import Role
from jieban.reading.reader import Reader
from jieban.tickets import workflow
from jieban.tickets.models import Ticket

FILE, LIST, VERB, BATCH = 12, 6, 6, 10
"""The promises of the house (BEGIN and COMMIT counted for the first)."""


class _Count:
    statements = 0


@contextmanager
def counted(at_most: int) -> Iterator[_Count]:
    """Count the statements within; fails beyond ``at_most`` and shows them."""
    count = _Count()
    book()  # a process looks at the reference data once in two seconds, not with each request
    with CaptureQueriesContext(connection) as captured:
        yield count
    told = [query["sql"][:160] for query in captured.captured_queries]
    count.statements = len(told)
    assert len(told) <= at_most, "\n".join(told)


@pytest.mark.django_db(transaction=True)
def test_filing_over_the_api(live_city: Book, now: datetime, client: Client) -> None:
    key = do_make_api_key("neighbour", now=now)

    def file(text: str) -> int:
        body = json.dumps({"text": text, "phone": "13812345678", "external_id": text})
        headers = {"X-API-Key": key, "Idempotency-Key": text}
        return client.post(
            "/api/v1/tickets", body, content_type="application/json", headers=headers
        ).status_code

    file("路灯坏了")
    series.forget()  # the dearest case: a new block of numbers is due
    with counted(FILE):
        assert file("双井街道暖气不热") == 201
    with counted(FILE):
        assert file("双井街道暖气不热") == 200


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?state=dispatched", "?district=110105&category=04", "?open=false"])
def test_a_list_of_twenty_costs_the_same_among_twenty_and_a_hundred(
    query: str, city: Book, now: datetime, client: Client
) -> None:
    headers = {"X-API-Key": do_make_api_key("neighbour", now=now)}
    costs = []
    client.get("/api/v1/tickets", headers=headers)
    for more in (20, 80):
        for _ in range(more):
            ticket_in(workflow.DISPATCHED, city, now)
        forget_keys()
        with counted(LIST) as count:
            answer = client.get(f"/api/v1/tickets{query}", headers=headers)
        assert len(answer.json()["tickets"]) == 20
        costs.append(count.statements)
    assert costs[0] == costs[1]


MORE = Extension(5, "需要检测", "检测管理办法")
LEADER = member(Role.LEADER, "110000")


def _shelving(now: datetime) -> Shelving:
    return Shelving("H1", now + timedelta(days=60), "需列入计划", "明年六月完工")


UNSOLVED = Answers(True, "no", "dissatisfied", reasons=("S1",))

VERBS: dict[str, tuple[str, Callable[[Ticket, Book, datetime], object]]] = {
    "dispatch": ("waiting", lambda t, b, n: do_dispatch(t, Choice(HEATING), DISPATCHER, now=n, book=b)),
    "answer": ("waiting", lambda t, b, n: do_answer(t, "已答复", SEAT, now=n)),
    "explain": ("waiting", lambda t, b, n: do_explain(t, "SECRET", "说明", SEAT, now=n, book=b)),
    "late": ("waiting", lambda t, b, n: do_mark_late(t, PLATFORM, now=n, book=b)),
    "sign": ("dispatched", lambda t, b, n: do_sign(t, clerk(), now=n, book=b)),
    "object": ("dispatched", lambda t, b, n: do_object(t, GROUND, clerk(), now=n, book=b)),
    "contact": ("signed", lambda t, b, n: do_contact(t, "reached", "", clerk(), now=n, book=b)),
    "progress": ("signed", lambda t, b, n: do_progress(t, "已到现场", clerk(), now=n, book=b)),
    "reply": ("handling", lambda t, b, n: do_reply(t, REPLY, clerk(), now=n, book=b)),
    "pause": (
        "handling",
        lambda t, b, n: do_pause(t, n + timedelta(days=1), "等待检测", reviewer(), now=n, book=b),
    ),
    "resume": ("paused", lambda t, b, n: do_resume(t, reviewer(), now=n, book=b)),
    "approve": ("replied", lambda t, b, n: do_review(t, True, "", reviewer(), now=n, book=b)),
    "send back": ("replied", lambda t, b, n: do_review(t, False, "请补充", reviewer(), now=n, book=b)),
    "accept objection": (
        "objected",
        lambda t, b, n: do_rule_on_objection(t, True, "", SUPERVISOR, now=n, book=b),
    ),
    "reject objection": (
        "objected",
        lambda t, b, n: do_rule_on_objection(t, False, "", SUPERVISOR, now=n, book=b),
    ),
    "extend": ("handling", lambda t, b, n: do_extend(t, MORE, reviewer(), now=n, book=b)),
    "shelve": ("handling", lambda t, b, n: do_shelve(t, _shelving(n), reviewer(), now=n, book=b)),
    "press": ("handling", lambda t, b, n: do_press(t, "请今天上门", clerk(DISTRICT), now=n, book=b)),
    "instruct": ("handling", lambda t, b, n: do_instruct(t, "请办好", LEADER, now=n, book=b)),
    "expire": ("submitted", lambda t, b, n: do_limit_reached(t, PLATFORM, now=n, book=b)),
    "visit": ("callback", lambda t, b, n: do_visit(t, "", CALLER, now=n, book=b)),
    "close": (
        "callback",
        lambda t, b, n: do_answers(t, Answers(True, "yes", "satisfied"), CALLER, now=n, book=b),
    ),
    "redo": ("callback", lambda t, b, n: do_answers(t, UNSOLVED, CALLER, now=n, book=b)),
    "give up": ("callback", lambda t, b, n: do_give_up(t, PLATFORM, now=n)),
    "urge": ("signed", lambda t, b, n: do_urge(t, "请加快", SEAT, now=n, book=b)),
}


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb(verb: str, city: Book, now: datetime) -> None:
    state, say = VERBS[verb]
    ticket = ticket_in(state, city, now)
    with counted(VERB) as count:
        say(ticket, city, now)
    assert count.statements >= 2, "a verb writes its row and its event"


@pytest.mark.django_db
def test_a_batch_of_two_hundred_costs_what_one_costs(city: Book, reader: Reader, now: datetime) -> None:
    costs = {}
    for size in (1, 200):
        requests = [
            Request(
                "test", f"{size}-{n}", "", "file", text=f"第{n}号路灯坏了", contact=Contact(f"1390000{n:04d}")
            )
            for n in range(size)
        ]
        series.forget()
        with counted(BATCH + size // BLOCK + 1) as count:
            do_take_in(requests, PLATFORM, now=now, book=city, reader=reader)
        costs[size] = count.statements
    numbers = 200 // BLOCK - 1  # one statement for each further block of numbers
    assert costs[200] == costs[1] + numbers
    assert costs[1] <= BATCH
