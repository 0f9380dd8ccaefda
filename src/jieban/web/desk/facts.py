"""What a ticket's page tells of its handling: tries to reach the requester, the ledger, an extension
asked for, words from which a reply may begin; and who may see the requester's contact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from jieban.city.law import StandardReply
from jieban.handling.queries import attempts
from jieban.matters.models import Event
from jieban.people.roles import HOTLINE_ROLES
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket
from jieban.tickets.workflow import WORKFLOW
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.words import CONTACT_WORDS, OUTCOME_WORDS


@dataclass(frozen=True, slots=True)
class Tries:
    """The tries to reach the requester: how many in all, how many by outcome, and whether so many were
    refused that the record shows it (exclusion E7)."""

    total: int
    by_outcome: tuple[tuple[Any, int], ...]
    refused: int
    on_record: bool


def handling_facts(found: Ticket, events: Sequence[Event], desk: Sitting) -> dict[str, Any]:
    """What the page of a ticket shows of its handling. No SQL statement."""
    return {
        "tries": tries(events, desk),
        "outcome_words": OUTCOME_WORDS.get(found.outcome, ""),
        "reply_basis": _basis(events) if found.reply else "",
        "ledger": _ledger(found, desk) if found.state == w.SHELVED else None,
        "starters": starters(found, desk) if "reply" in WORKFLOW.verbs(found.row(), desk.actor) else [],
        "may_add_photos": may_add_photos(found, desk),
    }


def tries(events: Iterable[Event], desk: Sitting) -> Tries | None:
    """The tries to reach the requester; None when nobody has tried."""
    counted = attempts(events)
    if not counted:
        return None
    refused = counted["refused"]
    return Tries(
        total=counted.total(),
        by_outcome=tuple((CONTACT_WORDS[one], counted[one]) for one in CONTACT_WORDS if counted[one]),
        refused=refused,
        on_record=refused >= int(desk.book.rule("exclusion.refused_contacts", desk.today)),
    )


def starters(found: Ticket, desk: Sitting) -> list[StandardReply]:
    """The standard replies that fit the matter, the most fitting first."""
    code = found.category_id or ""
    fitting: list[tuple[int, StandardReply]] = []
    for row in desk.book.current("standard_replies", desk.today):
        lengths = [len(one) for one in row.categories if code.startswith(one)]
        if lengths or not row.categories:
            fitting.append((max(lengths, default=0), row))
    return [row for _, row in sorted(fitting, key=lambda pair: -pair[0])]


def starting_words(found: Ticket, desk: Sitting, code: str) -> str:
    """The words of the standard reply with this code, in the reader's language; empty for an unknown one."""
    for row in starters(found, desk):
        if row.code == code:
            return row.text_en if desk.english and row.text_en else row.text
    return ""


def contact_hidden(found: Ticket, desk: Sitting) -> bool:
    """Whether the requester's contact stays with the hotline (Art. 8): confidential tickets."""
    return found.secrecy == "confidential" and not desk.roles & HOTLINE_ROLES


def may_add_photos(found: Ticket, desk: Sitting) -> bool:
    """Whether this person's unit handles the ticket and may add photos to it (Art. 8)."""
    return found.state in w.AT_THE_UNIT and "enclose" in WORKFLOW.verbs(found.row(), desk.actor)


def _ledger(found: Ticket, desk: Sitting) -> dict[str, Any]:
    for row in desk.book.by_code("exclusions").get(found.shelf_code, ()):
        name = row.name_en if desk.english and row.name_en else row.name
        return {"name": name, "look": found.clock_at}
    return {"name": found.shelf_code, "look": found.clock_at}


def _basis(events: Iterable[Event]) -> str:
    """The law or plan behind the reply that stands now."""
    for event in sorted(events, key=lambda one: -one.seq):
        if event.verb == "reply":
            return str(event.detail.get("basis", ""))
    return ""
