"""What a person may do with a sub-ticket: one line per verb, as with a ticket (``verbs``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.handling import returning
from jieban.subtickets import actions as subs
from jieban.subtickets import workflow as w
from jieban.subtickets.kind import SUBTICKET
from jieban.subtickets.models import SubTicket
from jieban.web.desk import forms_asking as f
from jieban.web.desk.forms import BareForm
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.verbs.asking import until
from jieban.web.desk.verbs.base import Button, Cleaned


@dataclass(frozen=True, slots=True)
class SubVerb:
    """A verb of a sub-ticket as a person meets it; ``says`` is the verb of its workflow."""

    name: str
    says: str
    title: Any
    form: type[forms.Form]
    do: Callable[[SubTicket, Cleaned, Sitting], SubTicket]
    done: Callable[[SubTicket, Cleaned, Sitting], str]
    buttons: tuple[Button, ...]


def _sign(sub: SubTicket, given: Cleaned, desk: Sitting) -> SubTicket:
    return subs.do_sign(sub, desk.actor, now=desk.now)


def _interim(sub: SubTicket, given: Cleaned, desk: Sitting) -> SubTicket:
    return returning.do_report_interim(sub, given["words"], desk.actor, now=desk.now, book=desk.book)


def _give(sub: SubTicket, given: Cleaned, desk: Sitting) -> SubTicket:
    return returning.do_give_result(
        sub,
        given["result"],
        desk.actor,
        now=desk.now,
        book=desk.book,
        stance=given.get("stance", ""),
        points_to=given.get("other", ""),
    )


def _refuse(sub: SubTicket, given: Cleaned, desk: Sitting) -> SubTicket:
    return returning.do_refuse_with_reasons(sub, given["reasons"], desk.actor, now=desk.now, book=desk.book)


def _settle(sub: SubTicket, given: Cleaned, desk: Sitting) -> SubTicket:
    return returning.do_settle(
        sub,
        given["decision"],
        desk.actor,
        now=desk.now,
        book=desk.book,
        words=given["words"],
        until=until(given, desk),
    )


def _withdraw(sub: SubTicket, given: Cleaned, desk: Sitting) -> SubTicket:
    return returning.do_settle(sub, "withdraw", desk.actor, now=desk.now, book=desk.book)


def _prolong(sub: SubTicket, given: Cleaned, desk: Sitting) -> SubTicket:
    moment = until(given, desk) or desk.now
    return returning.do_give_more_time(sub, moment, desk.actor, now=desk.now, book=desk.book)


def _settled(sub: SubTicket, given: Cleaned, desk: Sitting) -> str:
    if given["decision"] == "accept":
        return _("Accepted. Use it in your reply.")
    return _("Sent back with your words; the unit works on it again.")


_SAID = {
    "sign": gettext_lazy("Signed for. Next: give the result before the limit."),
    "interim": gettext_lazy("Whoever asked reads this now. To correct it, report once more."),
    "give": gettext_lazy("Given to whoever asked. Something wrong in it? Ask them to send it back."),
    "refuse": gettext_lazy("Whoever asked reads your reasons now and decides."),
    "prolong": gettext_lazy("The unit has more time. Too much? Withdraw the request and ask again."),
    "withdraw": gettext_lazy("Withdrawn. The unit need not answer any more."),
}


def _said(name: str) -> Callable[[SubTicket, Cleaned, Sitting], str]:
    return lambda sub, given, desk: str(_SAID[name])


_VERBS = (
    SubVerb(
        "give", "give", gettext_lazy("Give the result"), f.GiveForm, _give, _said("give"),
        (Button(gettext_lazy("Submit the result")),),
    ),
    SubVerb(
        "sign", "sign", gettext_lazy("Sign for it"), BareForm, _sign, _said("sign"),
        (Button(gettext_lazy("We take it on")),),
    ),
    SubVerb(
        "interim", "interim", gettext_lazy("Report how far it is"), f.InterimForm, _interim, _said("interim"),
        (Button(gettext_lazy("Report")),),
    ),
    SubVerb(
        "refuse", "refuse", gettext_lazy("Say why it cannot be done"), f.RefuseForm, _refuse,
        _said("refuse"), (Button(gettext_lazy("Give the reasons"), "", "quiet"),),
    ),
    SubVerb(
        "settle", "accept", gettext_lazy("Take what came back"), f.SettleForm, _settle, _settled,
        (Button(gettext_lazy("Accept"), "accept"), Button(gettext_lazy("Send back"), "send_back", "quiet")),
    ),
    SubVerb(
        "prolong", "prolong", gettext_lazy("Give more time"), f.ProlongForm, _prolong,
        _said("prolong"), (Button(gettext_lazy("Give more time")),),
    ),
    SubVerb(
        "withdraw", "withdraw", gettext_lazy("Withdraw the request"), BareForm, _withdraw,
        _said("withdraw"), (Button(gettext_lazy("Withdraw it"), "", "quiet"),),
    ),
)  # fmt: skip

SUB_VERBS = {verb.name: verb for verb in _VERBS}
"""Name -> verb, in the order of the work."""


def sub_verbs(sub: SubTicket, desk: Sitting) -> list[SubVerb]:
    """The verbs that this person may use on this sub-ticket now."""
    allowed = set(SUBTICKET.workflow.verbs(sub.row(), desk.actor))
    return [verb for verb in _VERBS if verb.says in allowed]


def sub_form(
    verb: SubVerb, sub: SubTicket, desk: Sitting, data: Mapping[str, Any] | None = None
) -> forms.Form:
    """The form of a verb, empty or with what was typed; an opinion has a form of its own (Art. 12)."""
    if verb.name == "give" and sub.purpose == w.OPINION:
        leads = [
            unit
            for unit in desk.book.tables["units"]
            if unit.can_lead and unit.code != sub.lead_id and unit.in_force(desk.today)
        ]
        return f.OpinionForm(data, auto_id=f"{verb.name}_%s", pool=leads, english=desk.english)
    return verb.form(data, auto_id=f"{verb.name}_%s")
