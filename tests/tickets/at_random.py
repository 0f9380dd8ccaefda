"""What anybody may try on a ticket, for the state machine of ``test_machine``: verb -> how it is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.tickets.stage import (
    CALLER,
    COMMUNITY,
    DISPATCHER,
    DISTRICT,
    HEATING,
    OTHER_STREET,
    SEAT,
    STREET,
    SUPERVISOR,
    clerk,
    member,
    reviewer,
)

from jieban.callback.actions import Answers, do_answers, do_give_up, do_limit_reached, do_visit
from jieban.callback.checking import do_second_check
from jieban.callback.rating import do_rate, do_revise
from jieban.city.book import Book
from jieban.dispatch.actions import (
    Choice,
    do_answer,
    do_dispatch,
    do_explain,
    do_mark_late,
    do_rule_on_objection,
)
from jieban.dispatch.consulting import do_conclude, do_consult, do_decide
from jieban.dispatch.handover import do_acknowledge, do_hand_over, do_take_back
from jieban.dispatch.passing import do_pass_on, do_recall
from jieban.exclusion.actions import Application, do_apply, do_approve
from jieban.exclusion.models import Exclusion
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
from jieban.handling.asking import do_ask, do_escalate
from jieban.handling.extending import Extension, do_extend
from jieban.handling.relaying import do_relay
from jieban.handling.returning import do_give_result, do_settle
from jieban.handling.shelving import Shelving, do_review_shelf, do_shelve, do_unshelve
from jieban.handling.urging import do_instruct, do_press
from jieban.intake.following import do_urge
from jieban.intake.protection import do_protect
from jieban.matters.actors import PLATFORM
from jieban.matters.rules import Actor, NotPossible
from jieban.oversight.actions import do_supervise
from jieban.people.roles import Role
from jieban.subtickets.models import SubTicket
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket
from jieban.whistle.actions import Blow, do_blow

LEADER = member(Role.LEADER, DISTRICT)
OF_DISTRICT = member(Role.CLERK, DISTRICT)
UNITS = (STREET, OTHER_STREET, HEATING, DISTRICT, COMMUNITY, "110105.commerce", "hotline", "nobody")
PEOPLE: tuple[Actor, ...] = (
    DISPATCHER,
    SUPERVISOR,
    CALLER,
    SEAT,
    PLATFORM,
    LEADER,
    OF_DISTRICT,
    *(one(unit) for unit in (STREET, OTHER_STREET, HEATING) for one in (clerk, reviewer)),
)
YES = Answers(True, "yes", "satisfied")
NO = Answers(False, "no", "dissatisfied", reasons=("C1", "S1", "D1"))

type Said = tuple[Ticket, Actor, datetime, Book, str, str]
"""Ticket, actor, moment, book, words, unit."""


def _sub(ticket: Ticket) -> SubTicket:
    found = SubTicket.objects.filter(ticket=ticket.pk).order_by("-id").first()
    if found is None:
        raise NotPossible("nothing was asked")
    return found


def _exclusion(ticket: Ticket) -> Exclusion:
    found = Exclusion.objects.filter(ticket=ticket.pk).order_by("-id").first()
    if found is None:
        raise NotPossible("nothing was applied for")
    return found


def _shelving(now: datetime, words: str) -> Shelving:
    return Shelving("H1", now + timedelta(days=20), f"需要列入改造计划{words}", f"列入明年计划{words}")


SAY: dict[str, Callable[..., Any]] = {
    "dispatch": lambda t, a, n, b, words, unit: do_dispatch(t, Choice(unit, note=words), a, now=n, book=b),
    "answer": lambda t, a, n, b, words, unit: do_answer(t, words, a, now=n),
    "explain": lambda t, a, n, b, words, unit: do_explain(t, "SECRET", words, a, now=n, book=b),
    "late": lambda t, a, n, b, words, unit: do_mark_late(t, a, now=n, book=b),
    "hand over": lambda t, a, n, b, words, unit: do_hand_over(t, "119", words, a, now=n, book=b),
    "acknowledge": lambda t, a, n, b, words, unit: do_acknowledge(t, f"值班员3号{words}", a, now=n, book=b),
    "take back": lambda t, a, n, b, words, unit: do_take_back(t, f"对方未受理{words}", a, now=n, book=b),
    "consult": lambda t, a, n, b, words, unit: do_consult(t, [unit], f"是谁的职责{words}", a, now=n, book=b),
    "decide": lambda t, a, n, b, words, unit: do_decide(
        t, Choice(unit), f"会商裁定{words}", a, now=n, book=b
    ),
    "conclude": lambda t, a, n, b, words, unit: do_conclude(t, words, a, now=n, book=b),
    "pass on": lambda t, a, n, b, words, unit: do_pass_on(t, Choice(unit), a, now=n, book=b),
    "recall": lambda t, a, n, b, words, unit: do_recall(t, f"派错了单位{words}", a, now=n, book=b),
    "sign": lambda t, a, n, b, words, unit: do_sign(t, a, now=n, book=b),
    "contact": lambda t, a, n, b, words, unit: do_contact(t, "reached", words, a, now=n, book=b),
    "miss": lambda t, a, n, b, words, unit: do_contact(t, "no_answer", words, a, now=n, book=b),
    "relay": lambda t, a, n, b, words, unit: do_relay(t, words, "reached", a, now=n, book=b),
    "progress": lambda t, a, n, b, words, unit: do_progress(t, words, a, now=n, book=b),
    "ask": lambda t, a, n, b, words, unit: do_ask(t, [unit], f"请协助{words}", "assist", a, now=n, book=b),
    "escalate": lambda t, a, n, b, words, unit: do_escalate(t, unit, f"请给意见{words}", a, now=n, book=b),
    "give": lambda t, a, n, b, words, unit: do_give_result(_sub(t), f"已查看{words}", a, now=n, book=b),
    "settle": lambda t, a, n, b, words, unit: do_settle(_sub(t), "accept", a, now=n, book=b),
    "whistle": lambda t, a, n, b, words, unit: do_blow(
        Blow("routine", [unit], f"请到场{words}", f"街道已劝阻两次{words}"), [t], a, now=n, book=b
    ),
    "object": lambda t, a, n, b, words, unit: do_object(t, words, a, now=n, book=b),
    "reply": lambda t, a, n, b, words, unit: do_reply(t, words, a, now=n, book=b),
    "approve": lambda t, a, n, b, words, unit: do_review(t, True, words, a, now=n, book=b),
    "send back": lambda t, a, n, b, words, unit: do_review(t, False, words, a, now=n, book=b),
    "extend": lambda t, a, n, b, words, unit: do_extend(
        t, Extension(2, f"需要检测鉴定{words}", "行政许可法第四十五条"), a, now=n, book=b
    ),
    "pause": lambda t, a, n, b, words, unit: do_pause(t, n + timedelta(days=3), words, a, now=n, book=b),
    "resume": lambda t, a, n, b, words, unit: do_resume(t, a, now=n, book=b),
    "shelve": lambda t, a, n, b, words, unit: do_shelve(t, _shelving(n, words), a, now=n, book=b),
    "review shelf": lambda t, a, n, b, words, unit: do_review_shelf(t, f"计划照旧{words}", a, now=n, book=b),
    "unshelve": lambda t, a, n, b, words, unit: do_unshelve(t, f"条件已具备{words}", a, now=n, book=b),
    "press": lambda t, a, n, b, words, unit: do_press(t, f"请抓紧{words}", a, now=n, book=b),
    "instruct": lambda t, a, n, b, words, unit: do_instruct(t, f"请认真研究解决{words}", a, now=n, book=b),
    "supervise": lambda t, a, n, b, words, unit: do_supervise(
        t, "media", f"媒体报道{words}", a, now=n, book=b
    ),
    "protect": lambda t, a, n, b, words, unit: do_protect(t, "confidential", [unit], words, a, now=n, book=b),
    "accept": lambda t, a, n, b, words, unit: do_rule_on_objection(t, True, words, a, now=n, book=b),
    "redirect": lambda t, a, n, b, words, unit: do_rule_on_objection(
        t, True, words, a, now=n, book=b, unit=unit
    ),
    "reject": lambda t, a, n, b, words, unit: do_rule_on_objection(t, False, words, a, now=n, book=b),
    "expire": lambda t, a, n, b, words, unit: do_limit_reached(t, a, now=n, book=b),
    "rate": lambda t, a, n, b, words, unit: do_rate(t, NO if unit == STREET else YES, a, now=n, book=b),
    "visit": lambda t, a, n, b, words, unit: do_visit(t, words, a, now=n, book=b),
    "give up": lambda t, a, n, b, words, unit: do_give_up(t, a, now=n),
    "yes": lambda t, a, n, b, words, unit: do_answers(t, YES, a, now=n, book=b),
    "no": lambda t, a, n, b, words, unit: do_answers(t, NO, a, now=n, book=b),
    "revise": lambda t, a, n, b, words, unit: do_revise(t, NO, a, now=n, book=b),
    "second check": lambda t, a, n, b, words, unit: do_second_check(t, NO, a, now=n, book=b),
    "apply": lambda t, a, n, b, words, unit: do_apply(
        t, Application("E4", f"属于市场调节的事项{words}"), a, now=n, book=b
    ),
    "approve exclusion": lambda t, a, n, b, words, unit: do_approve(
        _exclusion(t), f"符合规则{words}", a, now=n, book=b
    ),
    "urge": lambda t, a, n, b, words, unit: do_urge(t, words, a, now=n, book=b),
}


def _clerk(ticket: Ticket) -> Actor:
    return clerk(ticket.lead_id or "")


def _reviewer(ticket: Ticket) -> Actor:
    return reviewer(ticket.lead_id or "")


def _just(actor: Actor) -> Callable[[Ticket], Actor]:
    return lambda ticket: actor


NEXT: dict[str, tuple[tuple[str, Callable[[Ticket], Actor]], ...]] = {
    w.WAITING: (
        ("dispatch", _just(DISPATCHER)),
        ("consult", _just(DISPATCHER)),
        ("hand over", _just(DISPATCHER)),
    ),
    w.CONSULTING: (("decide", _just(SUPERVISOR)), ("conclude", _just(DISPATCHER))),
    w.HANDED_OVER: (("take back", _just(SEAT)), ("acknowledge", _just(SEAT))),
    w.DISPATCHED: (("sign", _clerk), ("object", _clerk), ("pass on", _clerk), ("press", _just(OF_DISTRICT))),
    w.SIGNED: (("contact", _clerk), ("object", _clerk), ("ask", _clerk)),
    w.HANDLING: (
        ("reply", _clerk),
        ("pause", _reviewer),
        ("shelve", _reviewer),
        ("extend", _reviewer),
        ("whistle", _clerk),
        ("escalate", _clerk),
        ("give", _just(OF_DISTRICT)),
    ),
    w.PAUSED: (("resume", _reviewer),),
    w.SHELVED: (("review shelf", _reviewer), ("unshelve", _reviewer)),
    w.OBJECTED: (
        ("accept", _just(SUPERVISOR)),
        ("reject", _just(SUPERVISOR)),
        ("redirect", _just(SUPERVISOR)),
    ),
    w.REPLIED: (("approve", _reviewer),),
    w.SUBMITTED: (("expire", _just(PLATFORM)),),
    w.CALLBACK: (("no", _just(CALLER)), ("visit", _just(CALLER)), ("yes", _just(CALLER))),
    w.CLOSED: (
        ("second check", _just(SUPERVISOR)),
        ("apply", _reviewer),
        ("approve exclusion", _just(SUPERVISOR)),
    ),
}
"""What usually comes next, so that the machine reaches every state and not only refusals."""
