"""What a person may do with a whistle and its report-ins: one line per button, as for tickets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.web.desk import forms_whistle as f
from jieban.web.desk.forms import BareForm
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.verbs.base import Button
from jieban.web.words import when_words
from jieban.whistle import actions, joining, rating
from jieban.whistle.kind import REPORT, WHISTLE
from jieban.whistle.models import ReportIn, Whistle

type Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """A verb on a report-in (or on the whistle itself) as a person meets it; see ``verbs.base.Verb``."""

    name: str
    says: tuple[str, ...]
    title: Any
    form: type[forms.Form]
    do: Callable[[Any, Given, Sitting], Any]
    done: Callable[[Any, Given], str]
    buttons: tuple[Button, ...]
    not_now: Callable[[Any], str] = field(default=lambda matter: "")


def _arrive(report: ReportIn, given: Given, desk: Sitting) -> Any:
    return actions.do_arrive(report, given["who"], given["level"], desk.actor, now=desk.now, book=desk.book)


def _give(report: ReportIn, given: Given, desk: Sitting) -> Any:
    return actions.do_give(report, given["result"], given["solved"], desk.actor, now=desk.now, book=desk.book)


def _rule(report: ReportIn, given: Given, desk: Sitting) -> Any:
    accept = given["decision"] == "accept"
    return joining.do_rule(report, accept, given["note"], desk.actor, now=desk.now, book=desk.book)


def _ruled(report: ReportIn, given: Given) -> str:
    if given["decision"] == "accept":
        return _("The refusal stands; the unit need not come.")
    when = when_words(report.due_at, report.updated_at) if report.due_at else ""
    return _("The unit is ordered in; it must report by %(when)s.") % {"when": when}


def _join(report: ReportIn, given: Given, desk: Sitting) -> Any:
    do = joining.do_join if given["decision"] == "join" else joining.do_decline
    return do(report, given["note"], desk.actor, now=desk.now, book=desk.book)


def _joined(report: ReportIn, given: Given) -> str:
    if given["decision"] == "join":
        return _("You have joined; the unit is called and its time runs.")
    return _("You have not joined; the street reads your reason.")


def _rate_unit(report: ReportIn, given: Given, desk: Sitting) -> Any:
    marks = rating.UnitMarks(given["timeliness"], given["attendance"], given["effect"], given["comment"])
    return rating.do_rate_unit(report, marks, desk.actor, now=desk.now)


def _rate_street(report: ReportIn, given: Given, desk: Sitting) -> Any:
    unnecessary = given["unnecessary"] == "yes"
    marks = rating.StreetMarks(given["necessity"], given["preparation"], unnecessary, given["comment"])
    return rating.do_rate_street(report, marks, desk.actor, now=desk.now)


def _unit_rated(report: ReportIn) -> str:
    return _waiting() if report.unit_rated_at else ""


def _street_rated(report: ReportIn) -> str:
    return _waiting() if report.street_rated_at else ""


def _waiting() -> str:
    return _("You have rated. Both ratings open when the other side has rated too, or the days are over.")


def _refused_before(report: ReportIn) -> str:
    return _("Your district has ruled on this: report in.") if report.refusals else ""


REPORT_ACTS: dict[str, Act] = {act.name: act for act in (
    Act(
        "acknowledge", ("acknowledge",), gettext_lazy("We are coming"), BareForm,
        lambda report, given, desk: actions.do_acknowledge(report, desk.actor, now=desk.now),
        lambda report, given: _("The street knows that you are coming. Note it when you have arrived."),
        (Button(gettext_lazy("We are coming")),),
    ),
    Act(
        "arrive", ("arrive",), gettext_lazy("We are there"), f.ArriveForm, _arrive,
        lambda report, given: _("You have reported in. Next: write down what you do, then the result."),
        (Button(gettext_lazy("Report in")),),
    ),
    Act(
        "act", ("act",), gettext_lazy("Write down what was done"), f.ActForm,
        lambda report, given, desk: actions.do_act(report, given["note"], desk.actor, now=desk.now),
        lambda report, given: _("Noted; all who were called can read it."),
        (Button(gettext_lazy("Note it")),),
    ),
    Act(
        "give", ("give",), gettext_lazy("Give the result"), f.GiveForm, _give,
        lambda report, given: _("Your result is with the street. Now you can rate the whistle."),
        (Button(gettext_lazy("Give the result")),),
    ),
    Act(
        "refuse", ("refuse",), gettext_lazy("We do not come"), f.RefuseForm,
        lambda report, given, desk: joining.do_refuse(
            report, given["note"], desk.actor, now=desk.now, book=desk.book
        ),
        lambda report, given: _("Your refusal lies before your district. Until it rules, nobody need go."),
        (Button(gettext_lazy("Refuse, with this reason"), "", "quiet"),), _refused_before,
    ),
    Act(
        "rule", ("order_in", "accept_refusal"), gettext_lazy("Rule on the refusal"), f.RulingForm,
        _rule, _ruled,
        (
            Button(gettext_lazy("Order the unit in"), "order"),
            Button(gettext_lazy("Accept the refusal"), "accept", "quiet"),
        ),
    ),
    Act(
        "join", ("join", "decline"), gettext_lazy("Join the whistle"), f.JoinForm, _join, _joined,
        (
            Button(gettext_lazy("We join, call the unit"), "join"),
            Button(gettext_lazy("We do not join"), "decline", "quiet"),
        ),
    ),
    Act(
        "rate_unit", ("rate_unit",), gettext_lazy("Rate the unit"), f.RateUnitForm, _rate_unit,
        lambda report, given: _("Rated. The unit sees it when it has rated too, or the days are over."),
        (Button(gettext_lazy("Rate")),), _unit_rated,
    ),
    Act(
        "rate_street", ("rate_street",), gettext_lazy("Rate the whistle"), f.RateStreetForm, _rate_street,
        lambda report, given: _("Rated. The street sees it when it has rated too, or the days are over."),
        (Button(gettext_lazy("Rate")),), _street_rated,
    ),
    Act(
        "withdraw", ("withdraw",), gettext_lazy("This unit is not needed"), f.ReasonForm,
        lambda report, given, desk: actions.do_withdraw(
            report, given["note"], desk.actor, now=desk.now, book=desk.book
        ),
        lambda report, given: _("The unit is told that it is not needed any more."),
        (Button(gettext_lazy("Let it go"), "", "quiet"),),
    ),
)}  # fmt: skip
"""Name -> act on a report-in, in the order of the work."""

WHISTLE_ACTS: dict[str, Act] = {act.name: act for act in (
    Act(
        "log", ("log",), gettext_lazy("Write down what was done"), f.ActForm,
        lambda whistle, given, desk: actions.do_log(whistle, given["note"], desk.actor, now=desk.now),
        lambda whistle, given: _("Noted; all who were called can read it."),
        (Button(gettext_lazy("Note it")),),
    ),
    Act(
        "cancel", ("cancel",), gettext_lazy("Call the whistle off"), f.ReasonForm,
        lambda whistle, given, desk: actions.do_cancel(whistle, given["note"], desk.actor, now=desk.now),
        lambda whistle, given: _("The whistle is called off; everybody who was called is told."),
        (Button(gettext_lazy("Call it off"), "", "quiet"),),
    ),
)}  # fmt: skip
"""Name -> act on the whistle itself: the street's."""


def acts_on_report(report: ReportIn, desk: Sitting) -> list[Act]:
    """What this person may do with a report-in now."""
    allowed = set(REPORT.workflow.verbs(report.row(), desk.actor))
    return [act for act in REPORT_ACTS.values() if allowed & set(act.says)]


def acts_on_whistle(whistle: Whistle, desk: Sitting) -> list[Act]:
    """What this person may do with the whistle itself now."""
    allowed = set(WHISTLE.workflow.verbs(whistle.row(), desk.actor))
    return [act for act in WHISTLE_ACTS.values() if allowed & set(act.says)]
