"""The law of a ticket in one table: state, verb, who may say it, where it leads, and the article.

Read this table and ``flow.py`` and you know what the system does. No other code writes the state.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jieban.matters.rules import Transition as T
from jieban.matters.rules import Where, Workflow
from jieban.people.roles import Role

RECEIVED = "received"  # 已受理
ANSWERED = "answered"  # 直接答复
EXPLAINED = "explained"  # 不派单的六种情形
WAITING = "waiting"  # 待派
DISPATCHED = "dispatched"  # 已派
SIGNED = "signed"  # 已签收
HANDLING = "handling"  # 办理中
PAUSED = "paused"  # 暂停计时
OBJECTED = "objected"  # 派单异议
REPLIED = "replied"  # 已回复, 待审
SUBMITTED = "submitted"  # 已提交市中心
CALLBACK = "callback"  # 回访中
CLOSED = "closed"  # 已归档

STATE_NAMES = {
    RECEIVED: _("received"),
    ANSWERED: _("answered at once"),
    EXPLAINED: _("explained, not sent to a unit"),
    WAITING: _("waiting for dispatch"),
    DISPATCHED: _("sent to the unit"),
    SIGNED: _("signed for"),
    HANDLING: _("being handled"),
    PAUSED: _("paused"),
    OBJECTED: _("unit objects"),
    REPLIED: _("reply under review"),
    SUBMITTED: _("reply submitted"),
    CALLBACK: _("asking the requester"),
    CLOSED: _("closed"),
}

VERB_NAMES = {
    "receive": _("took in"),
    "answer": _("answered at once"),
    "explain": _("explained why no unit is charged"),
    "queue": _("put before a dispatcher"),
    "late": _("waited too long for dispatch"),
    "dispatch": _("dispatched"),
    "sign": _("signed for it"),
    "contact": _("contacted the requester"),
    "progress": _("reported progress"),
    "pause": _("paused the clock"),
    "resume": _("resumed the clock"),
    "object": _("objected to the dispatch"),
    "accept_objection": _("accepted the objection"),
    "reject_objection": _("rejected the objection"),
    "reply": _("wrote the reply"),
    "approve_reply": _("approved the reply"),
    "reject_reply": _("sent the reply back"),
    "expire": _("time limit reached"),
    "visit": _("tried to reach the requester"),
    "urge": _("urged"),
    "attach": _("added photos"),
    "close": _("closed with the requester's answers"),
    "close_unreached": _("closed, requester not reached"),
    "redo": _("sent back to be done again"),
}

SYSTEM = frozenset({Role.SYSTEM})
INTAKE = frozenset({Role.SEAT, Role.SUPERVISOR, Role.MACHINE, Role.REQUESTER, Role.SYSTEM})
DISPATCHERS = frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.SYSTEM})
CLERKS = frozenset({Role.CLERK, Role.REVIEWER})
REVIEWERS = frozenset({Role.REVIEWER, Role.LEADER})
CALLERS = frozenset({Role.CALLER, Role.SUPERVISOR, Role.SYSTEM})
VERDICT = CALLERS | {Role.REQUESTER}

AT_THE_UNIT = (DISPATCHED, SIGNED, HANDLING, PAUSED, OBJECTED, REPLIED, SUBMITTED)
EXPIRING = (DISPATCHED, SIGNED, HANDLING, PAUSED, REPLIED, SUBMITTED)  # an objection is ruled on first
OPEN = (RECEIVED, WAITING, *AT_THE_UNIT, CALLBACK)
CLOSED_STATES = (ANSWERED, EXPLAINED, CLOSED)

TABLE = (
    T("receive", (RECEIVED,), RECEIVED, INTAKE, needs=("number", "opened_at"), source="Ordinance Art. 10"),
    T(
        "answer",
        (RECEIVED, WAITING),
        ANSWERED,
        DISPATCHERS | {Role.SEAT},
        needs=("explanation",),
        source="Art. 11 ¶1",
    ),
    T(
        "explain",
        (RECEIVED, WAITING),
        EXPLAINED,
        DISPATCHERS | {Role.SEAT},
        needs=("branch", "explanation"),
        source="Art. 11 ¶3",
    ),
    T("queue", (RECEIVED,), WAITING, SYSTEM, needs=("queue", "due_at"), source="Art. 12"),
    T("late", (WAITING,), None, SYSTEM, source="rule dispatch.queue_hours"),
    T(
        "dispatch",
        (RECEIVED, WAITING),
        DISPATCHED,
        DISPATCHERS,
        needs=("lead_id", "due_at", "tier"),
        source="Art. 11 ¶2, 12, 13",
    ),
    T("sign", (DISPATCHED,), SIGNED, CLERKS, Where.OWN_UNIT, source="Art. 14"),
    T("contact", (SIGNED, HANDLING), HANDLING, CLERKS, Where.OWN_UNIT, source="Art. 15"),
    T("progress", (SIGNED, HANDLING, OBJECTED), None, CLERKS, Where.OWN_UNIT, source="Art. 14, 15"),
    T("pause", (HANDLING,), PAUSED, REVIEWERS, Where.OWN_UNIT, needs=("clock_at",), source="Art. 15"),
    T("resume", (PAUSED,), HANDLING, REVIEWERS | SYSTEM, Where.OWN_UNIT, needs=("due_at",), source="Art. 15"),
    T(
        "object",
        (DISPATCHED, SIGNED),
        OBJECTED,
        CLERKS,
        Where.OWN_UNIT,
        needs=("objection",),
        source="Art. 12 ¶3",
    ),
    T("accept_objection", (OBJECTED,), WAITING, DISPATCHERS, needs=("queue", "due_at"), source="Art. 12 ¶3"),
    T("reject_objection", (OBJECTED,), SIGNED, DISPATCHERS, source="Art. 12 ¶3"),
    T("reply", (HANDLING,), REPLIED, CLERKS, Where.OWN_UNIT, needs=("reply",), source="Art. 15"),
    T("approve_reply", (REPLIED,), SUBMITTED, REVIEWERS, Where.OWN_UNIT, source="Art. 15"),
    T("reject_reply", (REPLIED,), HANDLING, REVIEWERS, Where.OWN_UNIT, source="Art. 15"),
    T("expire", EXPIRING, CALLBACK, SYSTEM, needs=("due_at",), source="Art. 23"),
    T("visit", (CALLBACK,), None, CALLERS, source="Art. 23"),
    T("urge", OPEN, None, INTAKE, source="Beijing 2025 opinion: urging instead of a new ticket"),
    T("attach", OPEN, None, INTAKE, source="Ordinance Art. 8"),
    T("close", (CALLBACK,), CLOSED, VERDICT, needs=("visit_result",), source="Art. 23, 32"),
    T("close_unreached", (CALLBACK,), CLOSED, CALLERS, needs=("visit_result",), source="Art. 23"),
    T(
        "redo",
        (CALLBACK,),
        DISPATCHED,
        CALLERS | {Role.REQUESTER},
        needs=("lead_id", "due_at"),
        source="rule callback.redo_max; Jinan Art. 27",
    ),
)

WORKFLOW = Workflow(TABLE, initial=RECEIVED, closed=CLOSED_STATES)
