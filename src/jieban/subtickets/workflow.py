"""The law of a sub-ticket in one table. Its clock runs inside the clock of its ticket."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jieban.matters.rules import Transition as T
from jieban.matters.rules import Where, Workflow
from jieban.people.roles import Role

ASSIST = "assist"  # 协办: helps the lead (Art. 14)
INTERNAL = "internal"  # 内部派单: an office, a community, a property company helps its street
INDUSTRY = "industry"  # 双派: the industry's department acts beside the territory
OPINION = "opinion"  # 会商: says before dispatch whose duty it is (Art. 12)
ESCALATION = "escalation"  # 提级: a higher level gives its opinion and acts (Art. 20)
EXTERNAL = "external"  # 央地、军地: a body outside the city is asked through its coordinator (Art. 22)
PURPOSES = (ASSIST, INTERNAL, INDUSTRY, OPINION, ESCALATION, EXTERNAL)

PURPOSE_NAMES = {
    ASSIST: _("assistance"),
    INTERNAL: _("internal work"),
    INDUSTRY: _("dual dispatch"),
    OPINION: _("opinion before dispatch"),
    ESCALATION: _("escalation"),
    EXTERNAL: _("central or military body"),
}

OURS, NOT_OURS, THEIRS = STANCES = ("ours", "not_ours", "theirs")
STANCE_NAMES = {
    OURS: _("it is ours"),
    NOT_OURS: _("it is not ours"),
    THEIRS: _("it is another unit's"),
}

SENT = "sent"  # 待签收
SIGNED = "signed"  # 已签收
RETURNED = "returned"  # 已反馈
REFUSED = "refused"  # 说明不能办理的理由
ACCEPTED = "accepted"  # 已采纳
WITHDRAWN = "withdrawn"  # 已撤回

STATE_NAMES = {
    SENT: _("sent, not signed for"),
    SIGNED: _("signed for"),
    RETURNED: _("result came back"),
    REFUSED: _("cannot help, with reasons"),
    ACCEPTED: _("accepted"),
    WITHDRAWN: _("withdrawn"),
}

VERB_NAMES = {
    "send": _("asked the unit"),
    "sign": _("signed for it"),
    "interim": _("reported how far it is"),
    "give": _("gave the result"),
    "refuse": _("gave reasons why it cannot help"),
    "accept": _("accepted the result"),
    "send_back": _("sent the result back"),
    "withdraw": _("withdrew the request"),
    "late": _("missed its limit"),
    "prolong": _("was given more time"),
    "keep_out": _("kept somebody out of it"),
}

SYSTEM = frozenset({Role.SYSTEM})
UNIT = frozenset({Role.CLERK, Role.REVIEWER, Role.LEADER})
ASKERS = UNIT | {Role.DISPATCHER, Role.SUPERVISOR}
OPEN = (SENT, SIGNED, RETURNED, REFUSED)
CLOSED_STATES = (ACCEPTED, WITHDRAWN)
OWN, SENDER = Where.OWN_UNIT, Where.SENDER

TABLE = (
    T("send", (SENT,), SENT, ASKERS | SYSTEM, needs=("lead_id", "due_at", "words"), source="Art. 12, 14, 20"),
    T("sign", (SENT,), SIGNED, UNIT, OWN, source="Art. 14"),
    T("interim", (SENT, SIGNED), SIGNED, UNIT, OWN, source="Art. 14: interim progress"),
    T("give", (SENT, SIGNED), RETURNED, UNIT, OWN, needs=("result",), source="Art. 14: in the set time"),
    T("refuse", (SENT, SIGNED), REFUSED, UNIT, OWN, needs=("result",), source="Art. 14: or gives reasons"),
    T("accept", (RETURNED, REFUSED), ACCEPTED, ASKERS | SYSTEM, SENDER, source="Art. 14: the lead gathers"),
    T("send_back", (RETURNED, REFUSED), SIGNED, ASKERS, SENDER, needs=("due_at",), source="Art. 14"),
    T("withdraw", OPEN, WITHDRAWN, ASKERS | SYSTEM, SENDER, source="Art. 14: the lead decides whom it asks"),
    T("late", (SENT, SIGNED), None, SYSTEM, source="Art. 14; rule assist.hours"),
    T(
        "keep_out",
        (*OPEN, *CLOSED_STATES),
        None,
        SYSTEM,
        source="Art. 8: as the ticket; whoever is recused sees nothing more",
    ),
    T("prolong", (SENT, SIGNED), None, ASKERS, SENDER, needs=("due_at",), source="Art. 14"),
)

WORKFLOW = Workflow(TABLE, initial=SENT, closed=CLOSED_STATES)
