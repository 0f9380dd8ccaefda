"""The law of a ticket in one table: state, verb, who may say it, where it leads, and the article.

Read this table and ``flow.py`` and you know what the system does. No other code writes the state.
``docs/lifecycle.md`` draws it; ``docs/roles.md`` lists it by role. The names that people read stand in
``names.py``.
"""

from __future__ import annotations

from jieban.matters.rules import Transition as T
from jieban.matters.rules import Where, Workflow
from jieban.people.roles import Role

RECEIVED = "received"  # 已受理
ANSWERED = "answered"  # 直接答复
EXPLAINED = "explained"  # 不派单的六种情形
HANDED_OVER = "handed_over"  # 已转紧急热线, 待确认
WAITING = "waiting"  # 待派
CONSULTING = "consulting"  # 会商
DISPATCHED = "dispatched"  # 已派
SIGNED = "signed"  # 已签收
HANDLING = "handling"  # 办理中
PAUSED = "paused"  # 暂停计时
SHELVED = "shelved"  # 挂账
OBJECTED = "objected"  # 派单异议
REPLIED = "replied"  # 已回复, 待审
SUBMITTED = "submitted"  # 已提交市中心
CALLBACK = "callback"  # 回访中
CLOSED = "closed"  # 已归档

SYSTEM = frozenset({Role.SYSTEM})
INTAKE = frozenset({Role.SEAT, Role.SUPERVISOR, Role.MACHINE, Role.REQUESTER, Role.SYSTEM})
DISPATCHERS = frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.SYSTEM})
HOTLINE = DISPATCHERS | {Role.SEAT}
CLERKS = frozenset({Role.CLERK, Role.REVIEWER})
REVIEWERS = frozenset({Role.REVIEWER, Role.LEADER})
UNIT = CLERKS | REVIEWERS
CALLERS = frozenset({Role.CALLER, Role.SUPERVISOR, Role.SYSTEM})
VERDICT = CALLERS | {Role.REQUESTER}
OVERSEERS = frozenset({Role.SUPERVISOR, Role.LEADER, Role.SYSTEM})

OWN, OTHER, COPIED = Where.OWN_UNIT, Where.OTHER_UNIT, Where.COPIED

AT_THE_HOTLINE = (WAITING, CONSULTING, HANDED_OVER)
RUNNING = (DISPATCHED, SIGNED, HANDLING, REPLIED, SUBMITTED)  # the unit's limit runs
AT_THE_UNIT = (DISPATCHED, SIGNED, HANDLING, PAUSED, SHELVED, OBJECTED, REPLIED, SUBMITTED)
WORKING = (SIGNED, HANDLING, PAUSED, SHELVED)
EXPIRING = (DISPATCHED, SIGNED, HANDLING, PAUSED, REPLIED, SUBMITTED)  # an objection is ruled on first
OPEN = (RECEIVED, *AT_THE_HOTLINE, *AT_THE_UNIT, CALLBACK)
CLOSED_STATES = (ANSWERED, EXPLAINED, CLOSED)
COUNTED = (*AT_THE_UNIT, CALLBACK, CLOSED)  # what the ruler will see

INTAKE_LAW = (
    T("receive", (RECEIVED,), RECEIVED, INTAKE, needs=("number", "opened_at"), source="Ordinance Art. 10"),
    T("answer", (RECEIVED, WAITING), ANSWERED, HOTLINE, needs=("explanation",), source="Art. 11 ¶1"),
    T(
        "explain",
        (RECEIVED, WAITING),
        EXPLAINED,
        HOTLINE,
        needs=("branch", "explanation"),
        source="Art. 11 ¶3 (2)-(6)",
    ),
    T(
        "hand_over",
        (RECEIVED, WAITING),
        HANDED_OVER,
        HOTLINE,
        needs=("handed_to", "queue", "due_at"),
        source="Art. 11 ¶3 (1)",
    ),
    T(
        "acknowledge",
        (HANDED_OVER,),
        EXPLAINED,
        HOTLINE | {Role.MACHINE},
        needs=("handed_to", "handover_receipt", "branch", "explanation"),
        source="Art. 11 ¶3 (1)",
    ),
    T("take_back", (HANDED_OVER,), WAITING, HOTLINE, needs=("queue", "due_at"), source="Art. 11 ¶3 (1)"),
    T("queue", (RECEIVED,), WAITING, SYSTEM, needs=("queue", "due_at"), source="Art. 12"),
    T("late", AT_THE_HOTLINE, None, SYSTEM, source="rule dispatch.queue_hours"),
    T("amend", OPEN, None, INTAKE | DISPATCHERS, source="Art. 10: complete and accurate"),
    T("protect", OPEN, None, HOTLINE, source="Art. 8; Jinan 2018: recusal, never to the reported party"),
    T("link", OPEN, None, HOTLINE, needs=("cluster",), source="opinion 66 of 2025: duplicates are merged"),
    T("unlink", OPEN, None, DISPATCHERS, source="opinion 66 of 2025: duplicates are merged"),
    T("split", OPEN, None, HOTLINE, source="Art. 11: each of several matters goes to the unit whose it is"),
    T("urge", OPEN, None, INTAKE, source="Beijing 2025 opinion: urging instead of a new ticket"),
    T("repeat", CLOSED_STATES, None, INTAKE, source="Art. 11 ¶3 (3): told the result"),
    T("attach", OPEN, None, INTAKE, source="Ordinance Art. 8"),
    T("enclose", AT_THE_UNIT, None, CLERKS, OWN, source="Art. 15: the reply is shown by photos"),
)

DISPATCH_LAW = (
    T("consult", (WAITING,), CONSULTING, DISPATCHERS, needs=("queue", "due_at"), source="Art. 12 (会商)"),
    T("conclude", (CONSULTING,), WAITING, DISPATCHERS, needs=("queue", "due_at"), source="Art. 12 (会商)"),
    T(
        "dispatch",
        (RECEIVED, WAITING, CONSULTING),
        DISPATCHED,
        DISPATCHERS,
        needs=("lead_id", "due_at", "tier"),
        source="Art. 11 ¶2, 12, 13",
    ),
    T(
        "pass_on",
        (DISPATCHED, SIGNED),
        DISPATCHED,
        UNIT,
        OWN,
        needs=("lead_id", "due_at"),
        source="Art. 12 (b): the district organises",
    ),
    T(
        "recall",
        (DISPATCHED, SIGNED, HANDLING),
        WAITING,
        DISPATCHERS,
        needs=("queue", "due_at"),
        source="Art. 12: sent wrongly",
    ),
    T("object", (DISPATCHED, SIGNED), OBJECTED, CLERKS, OWN, needs=("objection",), source="Art. 12 ¶3"),
    T("accept_objection", (OBJECTED,), WAITING, DISPATCHERS, needs=("queue", "due_at"), source="Art. 12 ¶3"),
    T(
        "redirect",
        (OBJECTED,),
        DISPATCHED,
        DISPATCHERS,
        needs=("lead_id", "due_at", "tier"),
        source="Art. 12 ¶3; Shenzhen practice: fast ruling, opinion [R:NDA]",
    ),
    T("reject_objection", (OBJECTED,), SIGNED, DISPATCHERS, source="Art. 12 ¶3"),
)

HANDLING_LAW = (
    T("sign", (DISPATCHED,), SIGNED, CLERKS, OWN, source="Art. 14"),
    T("contact", (SIGNED, HANDLING), HANDLING, CLERKS, OWN, source="Art. 15"),
    T("relay", (SIGNED, HANDLING), HANDLING, CALLERS | {Role.SEAT}, source="Art. 8, 15: confidential"),
    T("progress", (*WORKING, OBJECTED), None, CLERKS, OWN, source="Art. 14, 15"),
    T("ask", WORKING, None, UNIT, OWN, source="Art. 14, 20"),
    T("returned", AT_THE_UNIT, None, SYSTEM, source="Art. 14: results return to the lead"),
    T("whistle", WORKING, None, UNIT, OWN, source="Art. 16"),
    T("extend", (SIGNED, HANDLING), None, REVIEWERS, OWN, needs=("due_at",), source="Art. 15"),
    T("ask_extension", (SIGNED, HANDLING), None, REVIEWERS, OWN, source="Art. 15"),
    T("grant_extension", (SIGNED, HANDLING), None, DISPATCHERS, needs=("due_at",), source="Art. 15"),
    T("refuse_extension", (SIGNED, HANDLING), None, DISPATCHERS, source="Art. 15"),
    T("pause", (HANDLING,), PAUSED, REVIEWERS, OWN, needs=("clock_at",), source="Art. 15"),
    T("resume", (PAUSED,), HANDLING, REVIEWERS | SYSTEM, OWN, needs=("due_at",), source="Art. 15"),
    T(
        "shelve",
        (HANDLING,),
        SHELVED,
        REVIEWERS,
        OWN,
        needs=("shelf_code", "shelved_until", "shelf_plan"),
        source="Art. 15, 24 (挂账)",
    ),
    T("review_shelf", (SHELVED,), None, REVIEWERS, OWN, source="Art. 24"),
    T("unshelve", (SHELVED,), HANDLING, REVIEWERS | SYSTEM, OWN, needs=("due_at",), source="Art. 15, 24"),
    T("reply", (HANDLING,), REPLIED, CLERKS, OWN, needs=("reply", "outcome"), source="Art. 15"),
    T("approve_reply", (REPLIED,), SUBMITTED, REVIEWERS, OWN, source="Art. 15"),
    T("reject_reply", (REPLIED,), HANDLING, REVIEWERS, OWN, source="Art. 15"),
    T("remind", AT_THE_UNIT, None, SYSTEM, source="Art. 13, 15; rule limit_tiers.warn_hours"),
    T("recompute", AT_THE_UNIT, None, SYSTEM, needs=("due_at",), source="Art. 13: limits are adjusted"),
    T("press", AT_THE_UNIT, None, UNIT, COPIED, source="Art. 12: the district urges and coordinates"),
    T("supervise", OPEN, None, OVERSEERS, source="Art. 5, 24; rule oversight_triggers.csv"),
    T("supervision_over", (*OPEN, *CLOSED_STATES), None, OVERSEERS, source="rule oversight_triggers.csv"),
    T("instruct", OPEN, None, frozenset({Role.LEADER}), source="Art. 24; opinion of the seed documents"),
)

CALLBACK_LAW = (
    T("expire", EXPIRING, CALLBACK, SYSTEM, needs=("due_at",), source="Art. 23"),
    T(
        "rate",
        (SUBMITTED,),
        None,
        frozenset({Role.REQUESTER}),
        needs=("solved", "satisfied"),
        source="Art. 8: the right to rate",
    ),
    T("visit", (CALLBACK,), None, CALLERS, OTHER, source="Art. 23"),
    T("close", (CALLBACK,), CLOSED, VERDICT, OTHER, needs=("visit_result",), source="Art. 23, 32"),
    T("close_unreached", (CALLBACK,), CLOSED, CALLERS, OTHER, needs=("visit_result",), source="Art. 23"),
    T(
        "redo",
        (CALLBACK,),
        DISPATCHED,
        VERDICT,
        OTHER,
        needs=("lead_id", "due_at"),
        source="rule callback.redo_max; Jinan Art. 27",
    ),
    T(
        "second_check",
        (CLOSED,),
        None,
        CALLERS,
        OTHER,
        needs=("checked",),
        source="rule callback.check",
    ),
    T("revise", (CLOSED,), None, VERDICT, OTHER, needs=("solved", "satisfied"), source="Art. 8, 23"),
    T("ask_exclusion", COUNTED, None, UNIT, OWN, source="Art. 32; rule exclusion.apply_days"),
    T(
        "exclude",
        COUNTED,
        None,
        frozenset({Role.SUPERVISOR, Role.REVIEWER, Role.LEADER}),
        OTHER,
        needs=("exclusion", "exclusion_until"),
        source="Art. 32; Beijing 2025 opinion",
    ),
    T(
        "include",
        (*OPEN, *CLOSED_STATES),
        None,
        SYSTEM,
        source="Art. 32; follows from the decision on an exclusion",
    ),
)

TABLE = (*INTAKE_LAW, *DISPATCH_LAW, *HANDLING_LAW, *CALLBACK_LAW)

WORKFLOW = Workflow(TABLE, initial=RECEIVED, closed=CLOSED_STATES)
