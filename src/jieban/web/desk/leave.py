"""Leave: who is away and who stands in for him (Ordinance Art. 5: each duty has somebody who does it)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from jieban.people.access import page
from jieban.people.leave import (
    LeaveRefused,
    colleagues,
    do_end_leave,
    do_set_leave,
    leaves_to_come,
    may_set,
    nobody_reviews,
)
from jieban.people.models import Account
from jieban.web.desk.forms_limits import day_field
from jieban.web.desk.sitting import Sitting, sitting
from jieban.web.words import when_words

ONE = {"required": gettext_lazy("Choose one."), "invalid_choice": gettext_lazy("Choose one.")}
SELECT = {"class": "select"}


class LeaveForm(forms.Form):
    """Who is away, from when to when, and who stands in."""

    who = forms.ChoiceField(
        label=gettext_lazy("Who is away?"), widget=forms.Select(SELECT), error_messages=ONE
    )
    deputy = forms.ChoiceField(
        label=gettext_lazy("Who stands in?"),
        help_text=gettext_lazy("Your deputy may do all that you may, and each record names both of you."),
        required=False,
        widget=forms.Select(SELECT),
        error_messages=ONE,
    )
    begin = day_field(gettext_lazy("First day"))
    end = day_field(gettext_lazy("Last day"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Optional; your colleagues can read it"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, people: list[Account], account: Account, **more: Any) -> None:
        super().__init__(*args, **more)
        named = [(str(one.pk), str(one)) for one in people]
        mine = [pair for pair, one in zip(named, people, strict=True) if may_set(account, one)]
        for name, choices in (("who", mine), ("deputy", [("", _("nobody")), *named])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        self.fields["who"].initial = str(account.pk)


@page("delegation.use")
@never_cache
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """The leaves of one's unit, and a form for one more. Four SQL statements to look."""
    desk = sitting(request)
    people = colleagues(desk.account)
    form = LeaveForm(request.POST or None, auto_id="leave_%s", people=people, account=desk.account)
    refused = ""
    if request.method == "POST" and form.is_valid():
        refused = _set(request, form.cleaned_data, people, desk)
        if not refused:
            return redirect("leave")
    leaves = [
        (one, may_set(desk.account, one.from_account)) for one in leaves_to_come(desk.account, desk.now)
    ]
    shown = {
        "desk": desk,
        "form": form,
        "refused": refused,
        "leaves": leaves,
        "stands_in_for": desk.account.stands_in_for,
    }
    return render(request, "desk/leave.html", shown, status=422 if request.method == "POST" else 200)


@page("delegation.use")
@never_cache
@require_POST
def end(request: HttpRequest, code: str) -> HttpResponse:
    """End a leave now; the deputy's powers end with it."""
    desk = sitting(request)
    found = next((one for one in leaves_to_come(desk.account, desk.now) if str(one.pk) == code), None)
    if found is None:
        raise Http404
    try:
        do_end_leave(found, desk.account, now=desk.now)
    except LeaveRefused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The leave has ended; everybody has his own duties again."))
    return redirect("leave")


def _set(request: HttpRequest, given: dict[str, Any], people: list[Account], desk: Sitting) -> str:
    """Set the leave; gives why not, or an empty text."""
    by_key = {str(one.pk): one for one in people}
    who, deputy = by_key[given["who"]], by_key.get(given["deputy"])
    zone = ZoneInfo(desk.book.identity.timezone)
    begin = max(datetime.combine(given["begin"], time.min, zone), desk.now)
    until = datetime.combine(given["end"] + timedelta(days=1), time.min, zone)
    try:
        do_set_leave(who, deputy, begin, until, given["reason"], desk.account, now=desk.now)
    except LeaveRefused as error:
        return str(error)
    said = {"who": who, "until": when_words(until, desk.now)}
    messages.success(request, _("Set: %(who)s is away until %(until)s.") % said)
    if deputy is None and nobody_reviews(who, begin, until):
        messages.warning(
            request,
            _("Nobody else of the unit can review replies then: name a deputy, or nothing is submitted."),
        )
    return ""
