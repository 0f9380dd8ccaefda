"""The law of a whistle and of the report-ins it calls, in two tables (Ordinance Art. 16, 33).

A whistle (哨) is one blow by a street; each unit that is called has a report-in (报到) of its own, with
its own clock. The whistle is over when nothing of its report-ins is open any more.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jieban.matters.rules import Transition as T
from jieban.matters.rules import Where, Workflow
from jieban.people.roles import Role

BLOWN = "blown"  # 已吹哨
GATHERED = "gathered"  # 已有部门报到
DONE = "done"  # 已有结果, 待互评
RATED = "rated"  # 已互评
CANCELLED = "cancelled"  # 已撤哨

JOINING = "joining"  # 待对方区确认联合
CALLED = "called"  # 待应哨
ACKNOWLEDGED = "acknowledged"  # 已应哨
ARRIVED = "arrived"  # 已报到
ACTING = "acting"  # 联合处置中
REFUSED = "refused"  # 拒绝, 待区裁定
RESULT = "result"  # 已反馈结果
EXCUSED = "excused"  # 不需报到
WITHDRAWN = "withdrawn"  # 街道不再需要
ABSENT = "absent"  # 逾期未报到或未反馈

STATE_NAMES = {
    BLOWN: _("blown, nobody has come yet"),
    GATHERED: _("units are on the spot"),
    DONE: _("results are in, both sides rate"),
    RATED: _("rated by both sides"),
    CANCELLED: _("called off"),
}

REPORT_STATE_NAMES = {
    JOINING: _("the other district is asked"),
    CALLED: _("called"),
    ACKNOWLEDGED: _("on its way"),
    ARRIVED: _("has reported in"),
    ACTING: _("acts with the street"),
    REFUSED: _("refuses to come"),
    RESULT: _("gave its result"),
    RATED: _("rated by both sides"),
    EXCUSED: _("need not come"),
    WITHDRAWN: _("not needed any more"),
    ABSENT: _("never came, or gave no result"),
}

VERB_NAMES = {
    "blow": _("blew the whistle"),
    "gather": _("the first unit has reported in"),
    "log": _("noted what was done together"),
    "settle": _("all results are in"),
    "cancel": _("called the whistle off"),
    "detach": _("a ticket left the whistle"),
    "keep_out": _("kept somebody out of it"),
    "rated": _("both sides have been rated"),
}

REPORT_VERB_NAMES = {
    "call": _("called the unit"),
    "ask_to_join": _("asked the other district to join"),
    "join": _("joined, the unit is called"),
    "decline": _("does not join"),
    "join_late": _("the other district has not answered in time"),
    "acknowledge": _("heard the whistle and is on its way"),
    "arrive": _("reported in"),
    "act": _("wrote down what it does"),
    "give": _("gave its result"),
    "refuse": _("refused to report in"),
    "order_in": _("ordered the unit to report in"),
    "accept_refusal": _("accepted the refusal"),
    "late": _("did not report in within the time"),
    "result_late": _("owes its result"),
    "give_up": _("is not waited for any more"),
    "withdraw": _("was told that it is not needed any more"),
    "keep_out": _("kept somebody out of it"),
    "rate_unit": _("rated the unit"),
    "rate_street": _("rated the street"),
    "reveal": _("both ratings are open now"),
}

SYSTEM = frozenset({Role.SYSTEM})
UNIT = frozenset({Role.CLERK, Role.REVIEWER, Role.LEADER})
HEADS = frozenset({Role.REVIEWER, Role.LEADER})
JUDGES = frozenset({Role.LEADER, Role.SUPERVISOR})
OWN, SENDER, COPIED = Where.OWN_UNIT, Where.SENDER, Where.COPIED

RUNNING = (BLOWN, GATHERED)
CLOSED_STATES = (RATED, CANCELLED)

AWAITED = (CALLED, ACKNOWLEDGED)
WORKING = (ARRIVED, ACTING)
OWING = (JOINING, *AWAITED, *WORKING, REFUSED)  # the whistle waits for these
REPORT_CLOSED = (RATED, EXCUSED, WITHDRAWN, ABSENT)

TABLE = (
    T("blow", (BLOWN,), BLOWN, UNIT, needs=("lead_id", "due_at", "words", "tried"), source="Art. 16; STO 5"),
    T("gather", (BLOWN,), GATHERED, SYSTEM, source="Art. 16"),
    T("log", RUNNING, None, UNIT, OWN, source="STO Art. 11: the street commands joint work"),
    T("settle", RUNNING, DONE, SYSTEM, needs=("due_at", "solved"), source="Art. 16, 33"),
    T("cancel", RUNNING, CANCELLED, UNIT | SYSTEM, OWN, needs=("closed_at",), source="STO Art. 5"),
    T("detach", RUNNING, None, SYSTEM, source="Art. 14, 16: a ticket that the street no longer leads"),
    T("keep_out", (*RUNNING, DONE, *CLOSED_STATES), None, SYSTEM, source="Art. 8: as the ticket"),
    T("rated", (DONE,), RATED, SYSTEM, needs=("closed_at",), source="Art. 33; rule whistle.rate_days"),
)
"""STO is the Street-office Ordinance of Beijing (北京市街道办事处条例) of 2019-11-27."""

REPORT_TABLE = (
    T("call", (CALLED,), CALLED, UNIT, needs=("lead_id", "sender_id", "due_at"), source="Art. 16; STO 5"),
    T("ask_to_join", (CALLED,), JOINING, UNIT, needs=("lead_id", "copied_to", "due_at"), source="Art. 16"),
    T("join", (JOINING,), CALLED, JUDGES, COPIED, needs=("due_at",), source="Art. 16; Fengtai-Xicheng 2018"),
    T("decline", (JOINING,), EXCUSED, JUDGES, COPIED, needs=("ruling", "closed_at"), source="Art. 16"),
    T("join_late", (JOINING,), None, SYSTEM, source="Art. 16; rule whistle.join_hours"),
    T("acknowledge", (CALLED,), ACKNOWLEDGED, UNIT, OWN, source="Art. 16"),
    T(
        "arrive",
        AWAITED,
        ARRIVED,
        UNIT,
        OWN,
        needs=("arrived_at", "attended_by", "attended_as", "due_at"),
        source="Art. 16; STO 5",
    ),
    T("act", WORKING, ACTING, UNIT, OWN, source="STO Art. 11: joint work"),
    T("give", WORKING, RESULT, UNIT, OWN, needs=("result", "solved"), source="Art. 14, 16"),
    T("refuse", AWAITED, REFUSED, HEADS, OWN, needs=("refusal", "copied_to", "due_at"), source="STO Art. 44"),
    T("order_in", (REFUSED,), CALLED, JUDGES | SYSTEM, COPIED, needs=("due_at",), source="STO Art. 44"),
    T(
        "accept_refusal",
        (REFUSED,),
        EXCUSED,
        JUDGES,
        COPIED,
        needs=("ruling", "closed_at"),
        source="STO Art. 44: the district investigates",
    ),
    T("late", AWAITED, None, SYSTEM, source="rule whistle_kinds.report_minutes"),
    T("result_late", WORKING, None, SYSTEM, source="rule whistle.result_days"),
    T("give_up", (JOINING,), EXCUSED, SYSTEM, needs=("closed_at",), source="rule whistle.give_up_days"),
    T(
        "give_up",
        (*AWAITED, *WORKING),
        ABSENT,
        SYSTEM,
        needs=("closed_at",),
        source="rule whistle.give_up_days",
    ),
    T("keep_out", (*OWING, RESULT, *REPORT_CLOSED), None, SYSTEM, source="Art. 8: as the ticket"),
    T("withdraw", OWING, WITHDRAWN, UNIT | SYSTEM, SENDER, needs=("closed_at",), source="STO Art. 5"),
    T(
        "rate_unit",
        (RESULT,),
        None,
        UNIT,
        SENDER,
        needs=("timeliness", "attendance", "effect", "unit_rated_at"),
        source="Art. 33; STO 44: streets rate departments",
    ),
    T(
        "rate_street",
        (RESULT,),
        None,
        UNIT,
        OWN,
        needs=("necessity", "preparation", "unnecessary", "street_rated_at"),
        source="Art. 33: the whistling street is assessed too",
    ),
    T("reveal", (RESULT,), RATED, SYSTEM, needs=("closed_at",), source="Art. 33; rule whistle.rate_days"),
)

WORKFLOW = Workflow(TABLE, initial=BLOWN, closed=CLOSED_STATES)
REPORT_WORKFLOW = Workflow(REPORT_TABLE, initial=CALLED, closed=REPORT_CLOSED)
