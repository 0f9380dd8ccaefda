"""``{% load whistles %}``: whistles in words, such as ``|whistle_state |report_state |whistle_kind``."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template

from jieban.city.queries import book
from jieban.web.context import is_english
from jieban.web.desk import whistle_story as story
from jieban.whistle.models import ReportIn, Whistle

register = template.Library()


@register.filter
def whistle_state(code: str) -> Any:
    """The state of a whistle."""
    return story.state_words(code)


@register.filter
def report_state(code: str) -> Any:
    """The state of a report-in."""
    return story.report_state_words(code)


@register.filter
def whistle_kind(matter: Whistle | ReportIn) -> str:
    """The kind of whistle."""
    return story.kind_name(book(), matter.whistle_kind, matter.opened_at, is_english())


@register.filter
def level(code: str) -> Any:
    """The level of who came."""
    return story.level_words(code)


@register.filter
def result(code: str) -> Any:
    """Whether it is solved."""
    return story.solved_words(code)


@register.filter
def percents(share: Decimal | None) -> Decimal | None:
    """A share of one as percent."""
    return None if share is None else share * 100
