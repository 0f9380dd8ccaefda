"""What a person may do with an application to leave a ticket out of the rates."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.exclusion import actions
from jieban.exclusion import workflow as w
from jieban.exclusion.models import Exclusion
from jieban.web.desk import forms_exclusion as f
from jieban.web.desk.acts import Act, Given, Names
from jieban.web.desk.forms import BareForm
from jieban.web.desk.sitting import Sitting
from jieban.web.desk.verbs.base import Button

NAMES = Names(w.STATE_NAMES, w.VERB_NAMES)


def _decide(exclusion: Exclusion, given: Given, desk: Sitting) -> Any:
    do = {"yes": actions.do_approve, "no": actions.do_refuse, "first": actions.do_endorse}[given["decision"]]
    return do(exclusion, given["ruling"], desk.actor, now=desk.now, book=desk.book)


def _decided(exclusion: Exclusion, given: Given) -> str:
    if given["decision"] == "yes":
        return _("Left out of the rates until the day shown; then it counts again by itself.")
    if given["decision"] == "first":
        return _("You have agreed as the first. Now another person decides.")
    return _("Refused. The unit reads your reason and may appeal.")


def _hear(exclusion: Exclusion, given: Given, desk: Sitting) -> Any:
    do = {"yes": actions.do_overturn, "no": actions.do_uphold, "first": actions.do_endorse}[given["decision"]]
    return do(exclusion, given["ruling"], desk.actor, now=desk.now, book=desk.book)


def _heard(exclusion: Exclusion, given: Given) -> str:
    if given["decision"] == "no":
        return _("The refusal stands. There is no further appeal.")
    return _decided(exclusion, given)


def _appeal(exclusion: Exclusion, given: Given, desk: Sitting) -> Any:
    return actions.do_appeal(exclusion, given["words"], desk.actor, now=desk.now, book=desk.book)


def _appealed(exclusion: Exclusion, given: Given) -> str:
    return _("Your appeal lies with the next higher level.")


def _withdraw(exclusion: Exclusion, given: Given, desk: Sitting) -> Any:
    return actions.do_withdraw(exclusion, desk.actor, now=desk.now, book=desk.book)


def _withdrawn(exclusion: Exclusion, given: Given) -> str:
    return _("Withdrawn. The ticket counts in the rates.")


def _revoke(exclusion: Exclusion, given: Given, desk: Sitting) -> Any:
    return actions.do_revoke(exclusion, given["ruling"], desk.actor, now=desk.now, book=desk.book)


def _may_rule(exclusion: Exclusion, desk: Sitting) -> bool:
    return actions.may_rule(exclusion, desk.actor, desk.book)


def _first(exclusion: Exclusion, desk: Sitting) -> bool:
    return _may_rule(exclusion, desk) and actions.wants_first(exclusion, desk.book)


def _last(exclusion: Exclusion, desk: Sitting) -> bool:
    return _may_rule(exclusion, desk) and not actions.wants_first(exclusion, desk.book)


AGREE = Button(gettext_lazy("Agree as the first of two"), "first")
COUNTS = Button(gettext_lazy("It counts"), "no", "quiet")
STANDS = Button(gettext_lazy("The refusal stands"), "no", "quiet")

ACTS: tuple[Act, ...] = (
    Act(
        "decide", ("approve",), gettext_lazy("Decide"), f.RulingForm, _decide, _decided,
        (Button(gettext_lazy("Leave it out"), "yes"), COUNTS), _last,
    ),
    Act(
        "agree", ("approve",), gettext_lazy("Decide, as the first of two"), f.RulingForm, _decide, _decided,
        (AGREE, COUNTS), _first,
    ),
    Act(
        "hear", ("overturn",), gettext_lazy("Decide on the appeal"), f.RulingForm, _hear, _heard,
        (Button(gettext_lazy("Leave it out after all"), "yes"), STANDS), _last,
    ),
    Act(
        "join", ("overturn",), gettext_lazy("Decide on the appeal, as the first of two"), f.RulingForm,
        _hear, _heard, (AGREE, STANDS), _first,
    ),
    Act(
        "appeal", ("appeal",), gettext_lazy("Appeal"), f.AppealForm, _appeal, _appealed,
        (Button(gettext_lazy("Appeal")),),
    ),
    Act(
        "withdraw", ("withdraw",), gettext_lazy("Withdraw the application"), BareForm, _withdraw, _withdrawn,
        (Button(gettext_lazy("Withdraw it"), "", "quiet"),),
    ),
    Act(
        "revoke", ("revoke",), gettext_lazy("Take the approval back"), f.RulingForm, _revoke, _withdrawn,
        (Button(gettext_lazy("Count it again"), "", "quiet"),), _may_rule,
    ),
)  # fmt: skip
"""In the order of the work."""
