"""The words of one message: a template filled in for one reader, with links and names of states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import translation

from jieban.city.book import Book
from jieban.foundation import env
from jieban.matters.models import Matter
from jieban.notices import rules
from jieban.notices.rules import Told, Wanted
from jieban.subtickets.workflow import STATE_NAMES as SUBTICKET_STATES
from jieban.tickets.links import follow_url, query_code, rating_url
from jieban.tickets.models import Ticket
from jieban.tickets.names import STATE_NAMES as TICKET_STATES

_STATES: dict[str, dict[str, Any]] = {"ticket": TICKET_STATES, "subticket": SUBTICKET_STATES}
SUBJECT_CHARS = 200


@dataclass(frozen=True, slots=True)
class Message:
    """What one reader reads."""

    subject: str
    text: str


def message(one: Wanted, matter: Matter, told: Told, book: Book, language: str) -> Message:
    """The message in the reader's language: English where asked for and there is some, else Chinese."""
    template = one.template
    english = language.startswith("en") and bool(template.text_en)
    values = _values(one, matter, told, book, english)
    subject, text = (
        (template.subject_en or template.subject, template.text_en)
        if english
        else (template.subject, template.text)
    )
    chars = rules.WORDS_CHARS[template.medium]
    return Message(
        " ".join(rules.fill(subject, values, chars).split())[:SUBJECT_CHARS], rules.fill(text, values, chars)
    )


def _values(one: Wanted, matter: Matter, told: Told, book: Book, english: bool) -> dict[str, str]:
    to_requester = one.template.audience == rules.REQUESTER
    states = _states(told, english) if "{state}" in _written(one) else {}
    links = _links(matter, told, to_requester)
    values = rules.fillings(told, book, english, links, states, one.template.audience)
    if to_requester and told.secrecy:
        return rules.neutral(values)
    return values


def _written(one: Wanted) -> str:
    """All that is written in a template."""
    row = one.template
    return "".join((row.subject, row.subject_en, row.text, row.text_en))


def _states(told: Told, english: bool) -> dict[str, str]:
    state = told.row["state"]
    with translation.override("en" if english else "zh-hans"):
        return {state: str(_STATES.get(told.kind, {}).get(state, ""))}


def _links(matter: Matter, told: Told, to_requester: bool) -> dict[str, str]:
    """A requester's links hold keys to his ticket; a unit's lead to the desk, where one has to sign in."""
    public = env.public_url()
    if not to_requester:
        where = f"tickets/{told.number}/" if told.page == "ticket" else "messages/"
        return {"url": f"{public}/desk/{where}" if public else ""}
    if not isinstance(matter, Ticket):
        return {}
    url = rating_url(matter) if told.verb == "expire" else follow_url(matter)
    return {"code": query_code(matter.pk), "url": url if public else ""}
