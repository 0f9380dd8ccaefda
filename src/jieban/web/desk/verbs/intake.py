"""The verbs of the hotline before dispatch: answer, explain; and to urge."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jieban.city.rows import Branch
from jieban.dispatch.actions import do_answer, do_explain
from jieban.intake.following import do_urge
from jieban.intake.matching import do_same
from jieban.intake.repeats import BRANCH as SAME_MATTER
from jieban.tickets.models import Ticket
from jieban.web.desk import forms as f
from jieban.web.desk import forms_asking as fa
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.units import near
from jieban.web.desk.verbs.base import Button, Cleaned, Verb


def branches(desk: Sitting) -> list[Branch]:
    """The branches of Art. 11 ¶3 in force today; the answer and the hand-over are verbs of their own."""
    others = ("DIRECT_ANSWER", "EMERGENCY")
    return [row for row in desk.book.current("branches", desk.today) if row.code not in others]


def branch_name(row: Branch, english: bool) -> str:
    """The name of a branch in the reader's language."""
    return row.name_en if english and row.name_en else row.name


def _answer(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return do_answer(ticket, given["explanation"], desk.actor, now=desk.now)


def _answered(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("Answered and closed. If the requester needs more, a new request opens a new ticket.")


def _explain(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    if given["branch"] == SAME_MATTER:
        return do_same(ticket, given["number"], desk.actor, now=desk.now, book=desk.book)
    row = next(row for row in branches(desk) if row.code == given["branch"])
    words = given["explanation"].strip() or row.explanation
    return do_explain(
        ticket, row.code, words, desk.actor, now=desk.now, book=desk.book, copied_to=given["copy"]
    )


def _explained(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("Explained and closed. The requester reads your words; new facts open a new ticket.")


def _urge(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return do_urge(ticket, given["note"], desk.actor, now=desk.now, book=desk.book)


def _urged(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return ngettext("Urged, %(n)s time so far.", "Urged, %(n)s times so far.", ticket.urged) % {
        "n": ticket.urged
    }


def _branch_choices(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    return {
        "branches": [(row.code, branch_name(row, desk.english)) for row in branches(desk)],
        "pool": [unit for unit in desk.book.tables["units"] if unit.can_lead and unit.in_force(desk.today)],
        "listed": near(desk.book, ticket.district, desk.today),
        "english": desk.english,
    }


VERBS = (
    Verb(
        "answer", ("answer",), gettext_lazy("Answer at once"), f.AnswerForm, _answer, _answered,
        (Button(gettext_lazy("Answer and close")),),
    ),
    Verb(
        "explain", ("explain",), gettext_lazy("Explain, no unit"), fa.ExplainForm, _explain, _explained,
        (Button(gettext_lazy("Explain and close")),), choices=_branch_choices,
    ),
    Verb(
        "urge", ("urge",), gettext_lazy("Urge"), f.UrgeForm, _urge, _urged,
        (Button(gettext_lazy("Urge")),),
    ),
)  # fmt: skip
