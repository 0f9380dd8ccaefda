"""The tables of a pack that carry the law of a ticket: who is asked what, told what, and by when.

Each is optional in a pack: a city without the file does without the rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from jieban.city.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class TierChoice(Row):
    """A time limit that follows from the type of demand or the matter, not from the catalogue (Art. 13).

    ``demand_type``, ``category`` (any level) and ``channel`` must fit where they are filled. ``redo``:
    only for what is done again; ``alarm``: only where words of alarm were found.
    """

    code: str
    demand_type: str = ""
    category: str = ""
    channel: str = ""
    redo: bool
    alarm: bool
    tier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyLine(Row):
    """An emergency line (110, 119, 120, 122) to which a request is handed over (Art. 11 ¶3 (1))."""

    code: str
    name: str
    name_en: str = ""
    acknowledge_minutes: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField(Row):
    """A field that requests of some matters need besides time, matter and contact (Art. 10).

    ``kind``: ``text``, ``number``, ``money`` (yuan), ``date``, ``yesno``, ``choice``. ``categories``
    (any level) and ``demand_types`` choose the requests; an empty list fits all.
    """

    code: str
    form: str
    name: str
    name_en: str = ""
    kind: str
    required: bool
    choices: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    demand_types: tuple[str, ...] = ()
    requester_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger(Row):
    """A special ledger (台账): requests of some matters, tags or requesters, kept in one list.

    ``direction``: ``serve`` (requests of central or military bodies that the city serves), ``ask``
    (support that the city asks of them), or empty. ``coordinator``: the only unit through which such
    requests go in and out (统进统出).
    """

    code: str
    name: str
    name_en: str = ""
    direction: str = ""
    party_kind: str = ""
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    requester_kinds: tuple[str, ...] = ()
    coordinator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party(Row):
    """A body outside the city's command (Art. 22): central organ, central enterprise, troops.

    ``phrases`` are the words by which a request that concerns it is noticed.
    """

    code: str
    name: str
    name_en: str = ""
    kind: str
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedDuty(Row):
    """Who leads where the words name an operator or a thing (点名职责), finer than any category (Art. 11 ¶2).

    Where a request of one of ``categories`` (codes of any level; empty: of any matter) has one of
    ``phrases``, ``lead`` (a selector, docs/city-pack.md) leads instead of the catalogue's unit.
    """

    code: str
    name: str
    name_en: str = ""
    categories: tuple[str, ...] = ()
    phrases: tuple[str, ...]
    lead: str
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskGroup(Row):
    """People at risk (困难群体) whom a request concerns: how they are noticed, and what it changes.

    ``phrases`` as in ``alarms``; an age said of somebody counts where it is at least ``min_age`` or at most
    ``max_age`` years. ``months`` (1 to 12): the only months in which the row holds, empty for all.
    ``tier``: the limit that it demands, or empty; ``weight``: the points that it gives in a queue. These
    rows are the only things about a requester that may move his request forward.
    """

    code: str
    name: str
    name_en: str = ""
    phrases: tuple[str, ...] = ()
    min_age: int | None = None
    max_age: int | None = None
    months: tuple[str, ...] = ()
    tier: str = ""
    weight: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge(Row):
    """A topic that fills the lines for a time: its own queue and form, and a feed of corrections."""

    code: str
    name: str
    name_en: str = ""
    phrases: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    form: str = ""
    feed_hours: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityDuty(Row):
    """A line of the list of what communities may help with (Art. 17); all else is off the list."""

    code: str
    name: str
    name_en: str = ""
    categories: tuple[str, ...] = ()
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardReply(Row):
    """Words from which a reply may begin, for matters of ``categories`` (any level; empty fits all)."""

    code: str
    name: str
    name_en: str = ""
    categories: tuple[str, ...] = ()
    text: str
    text_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackReason(Row):
    """Why a requester says no: ``question`` is ``contacted``, ``solved`` or ``satisfied`` (Art. 23, 32)."""

    code: str
    name: str
    name_en: str = ""
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhistleKind(Row):
    """A kind of whistle (哨) with its limit for reporting in (Art. 16; Street-office Ordinance Art. 5)."""

    code: str
    name: str
    name_en: str = ""
    report_minutes: Decimal
    calendar: str
    situation: str = ""
    situation_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OversightTrigger(Row):
    """What puts a ticket or a unit under supervision (督办): ``measure`` at least ``threshold``.

    ``step``: the rung of the ladder on which it begins.
    """

    code: str
    name: str
    name_en: str = ""
    measure: str
    threshold: Decimal
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OversightStep(Row):
    """A rung of the ladder of supervision, from a reminder to a talk-down (约谈), lowest ``rung`` first."""

    code: str
    name: str
    name_en: str = ""
    rung: int
    answer_hours: Decimal
    calendar: str


NOTICE_WORDS = ("number", "unit", "due", "state", "code", "url", "words")
"""What texts of notices may have filled in: ``{number}``, ``{unit}`` and so on."""

NOTICE_SUBJECT_WORDS = ("number", "unit", "due", "state")
"""What may stand in a subject line: nothing that is personal, secret or written freely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTemplate(Row):
    """Words by which somebody is told of an event.

    ``event``: ``<kind of matter>.<verb>``, with ``.<variant>`` after it where a verb says several things
    (``ticket.remind.sign``); ``ticket.neutral`` stands for any event of a confidential ticket.
    ``audience``: ``requester``, ``lead``, ``former``, ``copied``, ``sender``, ``hotline``;
    ``medium``: ``sms``, ``email``, ``desk``. In texts, ``NOTICE_WORDS`` are filled in. Subjects carry no
    personal data.
    ``urgent`` ones are sent at any hour.
    """

    code: str
    event: str
    audience: str
    medium: str
    subject: str = ""
    subject_en: str = ""
    text: str
    text_en: str = ""
    urgent: bool


LAW_TABLES: dict[str, type[Row]] = {
    "tier_choices": TierChoice,
    "emergency_lines": EmergencyLine,
    "form_fields": FormField,
    "ledgers": Ledger,
    "parties": Party,
    "named_duties": NamedDuty,
    "risk_groups": RiskGroup,
    "surges": Surge,
    "community_duties": CommunityDuty,
    "standard_replies": StandardReply,
    "callback_reasons": CallbackReason,
    "whistle_kinds": WhistleKind,
    "oversight_triggers": OversightTrigger,
    "oversight_steps": OversightStep,
    "notice_templates": NoticeTemplate,
}
"""File name of an optional table -> the class of its rows."""
