"""The law of an exclusion (剔除) in one table: who applies, who decides, who hears the appeal (Art. 32)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jieban.matters.rules import Transition as T
from jieban.matters.rules import Where, Workflow
from jieban.people.roles import Role

APPLIED = "applied"  # 待审核
ENDORSED = "endorsed"  # 一人已同意, 待复核
APPROVED = "approved"  # 同意剔除
REFUSED = "refused"  # 不予剔除
APPEALED = "appealed"  # 申诉中
UPHELD = "upheld"  # 维持不予剔除
OVERTURNED = "overturned"  # 改为同意剔除
FINAL = "final"  # 未申诉, 不予剔除生效
EXPIRED = "expired"  # 剔除到期
WITHDRAWN = "withdrawn"  # 已撤回

STATE_NAMES = {
    APPLIED: _("waits for a decision"),
    ENDORSED: _("one of two has agreed"),
    APPROVED: _("left out of the rates"),
    REFUSED: _("refused, may be appealed"),
    APPEALED: _("under appeal"),
    UPHELD: _("refused on appeal"),
    OVERTURNED: _("left out of the rates on appeal"),
    FINAL: _("refused, no appeal"),
    EXPIRED: _("time is over, counted again"),
    WITHDRAWN: _("withdrawn, counts"),
}

VERB_NAMES = {
    "apply": _("asked to leave the ticket out"),
    "attach": _("added evidence"),
    "endorse": _("agreed as the first of two"),
    "approve": _("approved leaving it out"),
    "refuse": _("refused to leave it out"),
    "appeal": _("appealed against the refusal"),
    "uphold": _("upheld the refusal"),
    "overturn": _("overturned the refusal"),
    "withdraw": _("withdrew the application"),
    "revoke": _("took the approval back"),
    "late": _("was not decided in time"),
    "settle": _("let the refusal stand: nobody appealed"),
    "expire": _("ended the exclusion: its time is over"),
    "lapse": _("ended it: the ticket went to another unit"),
    "keep_out": _("kept somebody out of it"),
}

SYSTEM = frozenset({Role.SYSTEM})
UNIT = frozenset({Role.CLERK, Role.REVIEWER, Role.LEADER})
DECIDERS = frozenset({Role.SUPERVISOR, Role.REVIEWER, Role.LEADER})
IN_FORCE = (APPROVED, OVERTURNED)
UNDECIDED = (APPLIED, ENDORSED, APPEALED)
OPEN = (*UNDECIDED, REFUSED, *IN_FORCE)
CLOSED_STATES = (UPHELD, FINAL, EXPIRED, WITHDRAWN)
OWN, OTHER = Where.OWN_UNIT, Where.OTHER_UNIT
EXPIRY = "Beijing 2025 opinion: an exclusion has an end; exclusions.csv days"

TABLE = (
    T(
        "apply",
        (APPLIED,),
        APPLIED,
        UNIT,
        needs=("lead_id", "code", "words", "due_at"),
        source="Art. 32; rule exclusion.apply_days",
    ),
    T("attach", UNDECIDED, None, UNIT, OWN, source="Art. 32: true and fair"),
    T("endorse", (APPLIED,), ENDORSED, DECIDERS, OTHER, needs=("endorsed_by",), source="Art. 9, 32, 37"),
    T("endorse", (APPEALED,), None, DECIDERS, OTHER, needs=("endorsed_by",), source="Art. 9, 32, 37"),
    T("approve", (APPLIED, ENDORSED), APPROVED, DECIDERS, OTHER, needs=("until",), source="Art. 32"),
    T(
        "refuse",
        (APPLIED, ENDORSED),
        REFUSED,
        DECIDERS,
        OTHER,
        needs=("ruling", "due_at"),
        source="Art. 32; rule exclusion.review_days",
    ),
    T(
        "appeal",
        (REFUSED,),
        APPEALED,
        UNIT,
        OWN,
        needs=("appeal", "due_at"),
        source="Art. 32; rule exclusion.appeal_days",
    ),
    T("uphold", (APPEALED,), UPHELD, DECIDERS, OTHER, needs=("appeal_ruling",), source="Art. 32"),
    T("overturn", (APPEALED,), OVERTURNED, DECIDERS, OTHER, needs=("until",), source="Art. 32"),
    T("withdraw", OPEN, WITHDRAWN, UNIT, OWN, source="Art. 32: the applicant's own application"),
    T("revoke", IN_FORCE, WITHDRAWN, DECIDERS, OTHER, needs=("ruling",), source="Art. 32: true and fair"),
    T("late", UNDECIDED, None, SYSTEM, source="rule exclusion.review_days"),
    T("settle", (REFUSED,), FINAL, SYSTEM, source="rule exclusion.appeal_days"),
    T("expire", IN_FORCE, EXPIRED, SYSTEM, source=EXPIRY),
    T("lapse", (*UNDECIDED, *IN_FORCE), WITHDRAWN, SYSTEM, source="Art. 32: asked for by the unit that led"),
    T("keep_out", (*OPEN, *CLOSED_STATES), None, SYSTEM, source="Art. 8: as the ticket"),
)

WORKFLOW = Workflow(TABLE, initial=APPLIED, closed=CLOSED_STATES)
