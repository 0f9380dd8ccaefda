"""What a person may do with a case of oversight: the unit answers, those above it go on or end it."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.oversight import actions
from jieban.oversight import workflow as w
from jieban.oversight.models import Case
from jieban.oversight.rules import ladder, may_stand_over, next_rung
from jieban.web.desk import forms_exclusion as f
from jieban.web.desk.acts import Act, Given, Names
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.verbs.base import Button

NAMES = Names(w.STATE_NAMES, w.VERB_NAMES)


def _answer(case: Case, given: Given, desk: Sitting) -> Any:
    return actions.do_answer(case, given["words"], desk.actor, now=desk.now)


def _judge(case: Case, given: Given, desk: Sitting) -> Any:
    do = actions.do_accept if given["decision"] == "yes" else actions.do_not_enough
    return do(case, given["words"], desk.actor, now=desk.now, book=desk.book)


def _judged(case: Case, given: Given) -> str:
    if given["decision"] == "yes":
        return _("Accepted; the supervision has ended.")
    return _("Sent back, one rung up. The unit has the hours of that rung.")


def _raise(case: Case, given: Given, desk: Sitting) -> Any:
    return actions.do_raise(case, given["words"], desk.actor, now=desk.now, book=desk.book)


def _note(case: Case, given: Given, desk: Sitting) -> Any:
    zone = ZoneInfo(desk.book.identity.timezone)
    begin = datetime.combine(given["day"], time(0, 0), zone)
    talk = actions.Talk(begin, given["who"], given["result"])
    return actions.do_note_talk(case, talk, desk.actor, now=desk.now, book=desk.book)


def _mark(case: Case, given: Given, desk: Sitting) -> Any:
    return actions.do_mark(case, given["acts"], given["words"], desk.actor, now=desk.now, book=desk.book)


def _close(case: Case, given: Given, desk: Sitting) -> Any:
    return actions.do_close(case, given["words"], desk.actor, now=desk.now, book=desk.book)


def _above(case: Case, desk: Sitting) -> bool:
    return may_stand_over(desk.actor, str(case.lead_id), desk.book)


def _not_highest(case: Case, desk: Sitting) -> bool:
    return _above(case, desk) and next_rung(ladder(desk.book, desk.today), case.rung) is not None


ACTS: tuple[Act, ...] = (
    Act(
        "answer", ("answer",), gettext_lazy("Answer"), f.MeasuresForm, _answer,
        lambda case, given: _("Your answer lies with those who supervise."),
        (Button(gettext_lazy("Answer")),),
    ),
    Act(
        "judge", ("accept", "not_enough"), gettext_lazy("Look at the answer"), f.NoteForm, _judge, _judged,
        (Button(gettext_lazy("It is enough"), "yes"), Button(gettext_lazy("Not enough"), "no", "quiet")),
        _above,
    ),
    Act(
        "talk", ("note",), gettext_lazy("Note a talk-down"), f.TalkForm, _note,
        lambda case, given: _("The talk is noted."), (Button(gettext_lazy("Note it")),), _above,
    ),
    Act(
        "raise", ("raise",), gettext_lazy("Go one rung up"), f.NoteForm, _raise,
        lambda case, given: _("One rung up. The unit has the hours of that rung."),
        (Button(gettext_lazy("One rung up")),), _not_highest,
    ),
    Act(
        "mark", ("mark",), gettext_lazy("Mark a wrongful act (Art. 35)"), f.WrongForm, _mark,
        lambda case, given: _("Marked; the inspection sees it."),
        (Button(gettext_lazy("Mark it"), "", "quiet"),), _above,
    ),
    Act(
        "close", ("close",), gettext_lazy("End it without an answer"), f.GroundForm, _close,
        lambda case, given: _("Ended."), (Button(gettext_lazy("End it"), "", "quiet"),), _above,
    ),
)  # fmt: skip
"""In the order of the work."""
