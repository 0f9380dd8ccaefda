"""Whistles in words: names instead of codes, the log of all who were called, refusals. Marks stay shut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from jieban.city.book import Book, MissingRule
from jieban.city.clock import local_day
from jieban.matters.actions import Overtaken
from jieban.matters.models import Event
from jieban.matters.rules import NotPossible
from jieban.web.desk.calling import kind_words
from jieban.web.desk.forms_whistle import LEVEL_WORDS, RESULT_WORDS
from jieban.web.desk.refusals import overtaken_words, refusal_words
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.story import Line, who
from jieban.web.words import NOTHING, unit_words
from jieban.whistle.models import ReportIn
from jieban.whistle.workflow import (
    REPORT_STATE_NAMES,
    REPORT_VERB_NAMES,
    STATE_NAMES,
    VERB_NAMES,
)

_SILENT = frozenset({"rate_unit", "rate_street"})
"""Verbs whose words are shut until both sides have rated."""


def state_words(state: str) -> Any:
    """The state of a whistle."""
    return STATE_NAMES.get(state, NOTHING)


def report_state_words(state: str) -> Any:
    """The state of a report-in."""
    return REPORT_STATE_NAMES.get(state, NOTHING)


def level_words(level: str) -> Any:
    """The level of who came."""
    return LEVEL_WORDS.get(level, NOTHING)


def solved_words(solved: str) -> Any:
    """Whether it is solved."""
    return RESULT_WORDS.get(solved, NOTHING)


def kind_name(book: Book, code: str, at: datetime, english: bool) -> str:
    """The kind of a whistle as it was called when it was blown."""
    try:
        return kind_words(book.dated("whistle_kinds", code, local_day(book, at)), english)
    except MissingRule:
        return code


def lines(events: Iterable[Event], reports: Sequence[ReportIn], desk: Sitting) -> list[Line]:
    """The log of a whistle and of all who were called, in the order given."""
    units = {report.pk: report.lead_id for report in reports}
    return [_line(event, units.get(event.matter), desk) for event in events]


def _line(event: Event, unit: str | None, desk: Sitting) -> Line:
    names = REPORT_VERB_NAMES if event.kind == "report" else VERB_NAMES
    said = {"unit": unit_words(desk.book, unit, desk.english), "what": names.get(event.verb, NOTHING)}
    own = unit is None or event.actor_unit == unit
    return Line(
        at=event.at,
        who=who(event),
        where=unit_words(desk.book, event.actor_unit, desk.english) if event.actor_unit else "",
        words=str(said["what"]) if own else _("%(unit)s: %(what)s") % said,
        note=_note(event),
    )


def _note(event: Event) -> str:
    if event.verb in _SILENT:
        return ""
    told = {**event.changes, **event.detail}
    if event.verb == "arrive":
        return f"{told.get('attended_by', '')} ({level_words(str(told.get('attended_as', '')))})"
    if event.verb == "give":
        return f"{solved_words(str(told.get('solved', '')))} · {told.get('result', '')}"
    return str(next((told[name] for name in ("note", "refusal", "ruling") if told.get(name)), ""))


def refused(error: NotPossible) -> str:
    """Why a verb is not possible, in words."""
    return refusal_words(error, {**STATE_NAMES, **REPORT_STATE_NAMES})


def overtaken(error: Overtaken) -> str:
    """Somebody else was first: who, when, what."""
    return overtaken_words(error, {**VERB_NAMES, **REPORT_VERB_NAMES})
