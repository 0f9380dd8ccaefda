"""The law of a case of oversight (督办) in one table: who opens it, who answers, who says it is enough."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jieban.matters.rules import Transition as T
from jieban.matters.rules import Where, Workflow
from jieban.people.roles import Role

OPENED = "opened"  # 督办中, 待反馈
ANSWERED = "answered"  # 已反馈, 待认可
CLOSED = "closed"  # 已结束

STATE_NAMES = {
    OPENED: _("waits for the unit's answer"),
    ANSWERED: _("answered, to be looked at"),
    CLOSED: _("ended"),
}

VERB_NAMES = {
    "open": _("put it under supervision"),
    "answer": _("told which measures were taken"),
    "accept": _("accepted the answer"),
    "not_enough": _("found the answer not enough: one rung up"),
    "raise": _("went one rung up"),
    "late": _("got no answer on the highest rung"),
    "note": _("noted the talk-down"),
    "mark": _("marked a wrongful act"),
    "close": _("ended it"),
    "move": _("moved it to the unit that must answer now"),
    "keep_out": _("kept somebody out of it"),
}

WRONGFUL_ACTS = {
    "rude": _("rude or rough to requesters"),
    "not_handling": _("did not handle it, or late, without a good reason"),
    "faking": _("shirked, went through the motions, or faked"),
    "leak": _("leaked secrets or privacy"),
    "suppression": _("suppressed or took revenge on requesters"),
    "other": _("other abuse or neglect of duty"),
}
"""The six wrongful acts of Ordinance Art. 35, in its order."""

SYSTEM = frozenset({Role.SYSTEM})
OVERSEERS = frozenset({Role.SUPERVISOR, Role.LEADER})
UNIT = frozenset({Role.CLERK, Role.REVIEWER, Role.LEADER})
OPEN = (OPENED, ANSWERED)
CLOSED_STATES = (CLOSED,)
OWN, OTHER = Where.OWN_UNIT, Where.OTHER_UNIT
LADDER = "rule oversight_steps.csv; Art. 5, 24"

TABLE = (
    T(
        "open",
        (OPENED,),
        OPENED,
        OVERSEERS | SYSTEM,
        needs=("lead_id", "trigger", "step", "due_at"),
        source="Art. 5, 24; opinion 66 of 2025; rule oversight_triggers.csv",
    ),
    T("answer", (OPENED,), ANSWERED, UNIT, OWN, needs=("answer",), source="Art. 24: measures"),
    T("accept", (ANSWERED,), CLOSED, OVERSEERS, OTHER, source="Art. 5: the hotline supervises"),
    T("not_enough", (ANSWERED,), OPENED, OVERSEERS, OTHER, needs=("step", "due_at"), source=LADDER),
    T("raise", (OPENED,), None, OVERSEERS | SYSTEM, OTHER, needs=("step", "due_at"), source=LADDER),
    T("late", (OPENED,), None, SYSTEM, source=LADDER),
    T("note", OPEN, None, OVERSEERS, OTHER, needs=("talked_at",), source="Art. 24, 32 (约谈)"),
    T("mark", (*OPEN, CLOSED), None, OVERSEERS, OTHER, source="Art. 35"),
    T("move", OPEN, OPENED, SYSTEM, needs=("lead_id", "due_at"), source="Art. 5, 12: whoever leads answers"),
    T("keep_out", (*OPEN, CLOSED), None, SYSTEM, source="Art. 8: as the ticket"),
    T("close", OPEN, CLOSED, OVERSEERS | SYSTEM, OTHER, source="Art. 5, 24"),
)

WORKFLOW = Workflow(TABLE, initial=OPENED, closed=CLOSED_STATES)
