"""The second check: closed tickets asked about again by another person, and how often both agree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban.callback import queries
from jieban.callback.checking import do_miss_check, do_second_check
from jieban.people.access import page
from jieban.people.actions import do_unmask
from jieban.people.roles import Role
from jieban.tickets.models import Ticket
from jieban.web.desk.calls import hours_words, settle
from jieban.web.desk.forms_calls import CallForm, MissedCheckForm
from jieban.web.desk.sitting import Sitting, sitting, ticket_or_refuse

SPAN = timedelta(days=90)
"""So far back the table of agreement looks."""


@page("ticket.call_back")
@never_cache
@require_GET
def check_list(request: HttpRequest) -> HttpResponse:
    """Whom to ask a second time. Three SQL statements."""
    desk = sitting(request)
    shown = {"desk": desk, "tickets": queries.to_check(desk.scope, desk.actor), **hours_words(desk)}
    return render(request, "desk/second_checks.html", shown)


@page("ticket.call_back")
@never_cache
@require_GET
def script(request: HttpRequest, number: str) -> HttpResponse:
    """The script of the second call. The first answers are not on it, so that nobody asks towards them."""
    desk = sitting(request)
    ticket = ticket_or_refuse(desk, number)
    return _show(request, desk, ticket) if _is_due(ticket, desk) else _not_due(request)


@page("ticket.call_back")
@never_cache
@require_POST
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """The script with the phone number; the look is recorded first (Art. 8)."""
    desk = sitting(request)
    ticket = ticket_or_refuse(desk, number)
    if not _is_due(ticket, desk):
        return _not_due(request)
    contact = do_unmask(desk.account, ticket.number, ticket.pk, ticket.requester, "callback", now=desk.now)
    return _show(request, desk, ticket, contact=contact)


@page("ticket.call_back")
@never_cache
@require_POST
def answers(request: HttpRequest, number: str) -> HttpResponse:
    """Write the second answers down."""
    desk = sitting(request)
    ticket = ticket_or_refuse(desk, number)
    form = CallForm(request.POST, desk=desk)
    if not form.is_valid():
        return _show(request, desk, ticket, form=form, status=422)
    by = "called_in" if form.cleaned_data["called_in"] else "phone"
    return _settle(
        request, desk, ticket, form,
        lambda: do_second_check(ticket, form.answers(), desk.actor, now=desk.now, book=desk.book, by=by),
    )  # fmt: skip


@page("ticket.call_back")
@never_cache
@require_POST
def not_reached(request: HttpRequest, number: str) -> HttpResponse:
    """The requester was not reached a second time."""
    desk = sitting(request)
    ticket = ticket_or_refuse(desk, number)
    form = MissedCheckForm(request.POST, auto_id="missed_%s")
    note = form.cleaned_data["note"] if form.is_valid() else ""
    return _settle(
        request, desk, ticket, form,
        lambda: do_miss_check(ticket, note, desk.actor, now=desk.now, book=desk.book),
    )  # fmt: skip


@page("ticket.call_back")
@never_cache
@require_GET
def agreement(request: HttpRequest) -> HttpResponse:
    """How often second answers agree with the first; an interviewer sees himself, the supervisor everybody.

    Five SQL statements.
    """
    desk = sitting(request)
    since = desk.now - SPAN
    everybody = Role.SUPERVISOR in desk.roles
    table = queries.agreement(desk.scope, since)
    shown = {
        "desk": desk,
        "days": SPAN.days,
        "table": [one for one in table if everybody or one.asked_by == desk.actor.id],
        "tickets": queries.differing(desk.scope, since, "" if everybody else desk.actor.id),
        "names": {one.asked_by: one.name for one in table},
    }
    return render(request, "desk/agreement.html", shown)


def _is_due(ticket: Ticket, desk: Sitting) -> bool:
    return ticket.checked == "due" and ticket.asked_by != desk.actor.id


def _not_due(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("The requester need not be asked a second time (any more), or not by you."))
    return redirect("check_list")


def _settle(
    request: HttpRequest, desk: Sitting, ticket: Ticket, form: forms.Form, do: Callable[[], Ticket]
) -> HttpResponse:
    def refused(words: str) -> HttpResponse:
        return _show(request, desk, ticket, form=form, refused=words, status=422)

    return settle(
        request, ticket, do, refused, words=lambda done: _SETTLED[done.checked](), back="check_list"
    )


_SETTLED: dict[str, Callable[[], str]] = {
    "agreed": lambda: _("Written down: the same answers as the first time."),
    "differs": lambda: _("Written down: other answers than the first time. From now on these count."),
    "unreached": lambda: _("Noted: not reached. The first answers stand."),
}


def _show(
    request: HttpRequest,
    desk: Sitting,
    ticket: Ticket,
    *,
    form: forms.Form | None = None,
    contact: dict[str, str] | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    missed = isinstance(form, MissedCheckForm)
    shown = {
        "desk": desk,
        "ticket": ticket,
        "contact": contact,
        "refused": refused,
        "form": form if form and not missed else CallForm(desk=desk),
        "missed_form": form if missed else MissedCheckForm(auto_id="missed_%s"),
        **hours_words(desk),
    }
    return render(request, "desk/second_check.html", shown, status=status)
