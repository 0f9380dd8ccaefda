"""The interviewer's list and script: three questions in the requester's own terms (Ordinance Art. 23)."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban.callback import queries, rules
from jieban.callback.actions import do_answers, do_visit, gap_of
from jieban.city.clock import local_day
from jieban.matters.actions import Overtaken
from jieban.matters.queries import timeline
from jieban.matters.rules import NotPossible, NotYours
from jieban.people.access import page
from jieban.people.actions import do_unmask
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket
from jieban.web.desk.forms_calls import CallForm, NotReachedForm
from jieban.web.desk.home import next_address
from jieban.web.desk.queries import paged
from jieban.web.desk.refusals import overtaken_words, refusal_words, seen
from jieban.web.desk.sitting import Sitting, sitting, ticket_or_refuse
from jieban.web.desk.story import history
from jieban.web.words import when_words


@page("ticket.call_back")
@never_cache
@require_GET
def call_list(request: HttpRequest) -> HttpResponse:
    """Whom to call: times agreed on first, then by the clock. Six SQL statements."""
    desk = sitting(request)
    gap, after = gap_of(desk.book, desk.now), request.GET.get("after", "")
    ready = paged(queries.to_call(desk.scope, desk.actor, now=desk.now, gap=gap), after)
    agreed = [] if after else queries.agreed(desk.scope, desk.actor)
    due = [ticket for ticket in agreed if ticket.visited_at and ticket.visited_at <= desk.now]
    shown = {
        "desk": desk,
        "page": ready,
        "due": due,
        "later": [ticket for ticket in agreed if ticket not in due],
        "waiting": queries.waiting(desk.scope, desk.actor, now=desk.now, gap=gap),
        "first": next(iter([*due, *ready.tickets]), None),
        "next": next_address(request, ready),
        **hours_words(desk),
    }
    return render(request, "desk/calls.html", shown)


def hours_words(desk: Sitting) -> dict[str, object]:
    """Whether one may call now, and the hours in words."""
    hours = rules.calling_hours(desk.book, desk.now)
    return {
        "quiet": not hours.allow(desk.now),
        "begin": rules.clock_words(hours.begin),
        "until": rules.clock_words(hours.until),
    }


@page("ticket.call_back")
@never_cache
@require_GET
def script(request: HttpRequest, number: str) -> HttpResponse:
    """The script for one ticket. Five SQL statements."""
    desk = sitting(request)
    ticket = ticket_or_refuse(desk, number)
    if ticket.state != w.CALLBACK:
        messages.info(request, _("The requester need not be asked (any more)."))
        return redirect("ticket", number=number)
    return _show(request, desk, ticket)


@page("ticket.call_back")
@never_cache
@require_POST
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """The script with the phone number; the look is recorded first (Art. 8)."""
    desk = sitting(request)
    ticket = ticket_or_refuse(desk, number)
    if ticket.state != w.CALLBACK:
        messages.info(request, _("The requester need not be asked (any more)."))
        return redirect("ticket", number=number)
    contact = do_unmask(desk.account, ticket.number, ticket.pk, ticket.requester, "callback", now=desk.now)
    return _show(request, desk, ticket, contact=contact)


@page("ticket.call_back")
@never_cache
@require_POST
def answers(request: HttpRequest, number: str) -> HttpResponse:
    """Write the answers down, then show whom to ask next."""
    desk = sitting(request)
    ticket = ticket_or_refuse(desk, number)
    form = CallForm(request.POST, desk=desk)
    if not form.is_valid():
        return _show(request, desk, ticket, form=form, status=422)
    by = "called_in" if form.cleaned_data["called_in"] else "phone"
    return _settle(
        request, desk, ticket, form,
        lambda: do_answers(ticket, form.answers(), desk.actor, now=desk.now, book=desk.book, by=by),
    )  # fmt: skip


@page("ticket.call_back")
@never_cache
@require_POST
def not_reached(request: HttpRequest, number: str) -> HttpResponse:
    """Note a call without answers, then show whom to ask next."""
    desk = sitting(request)
    ticket = ticket_or_refuse(desk, number)
    form = NotReachedForm(request.POST, auto_id="missed_%s")
    if not form.is_valid():
        return _show(request, desk, ticket, form=form, status=422)
    given = form.cleaned_data
    return _settle(
        request, desk, ticket, form,
        lambda: do_visit(
            ticket, given["note"], desk.actor, now=desk.now, book=desk.book,
            outcome=given["outcome"], again=given["again"],
        ),
    )  # fmt: skip


def _settle(
    request: HttpRequest, desk: Sitting, ticket: Ticket, form: forms.Form, do: Callable[[], Ticket]
) -> HttpResponse:
    def refused(words: str) -> HttpResponse:
        return _show(request, desk, ticket, form=form, refused=words, status=422)

    return settle(
        request, ticket, do, refused, words=lambda done: _settled_words(desk, done), back="call_list"
    )


def settle(
    request: HttpRequest,
    ticket: Ticket,
    do: Callable[[], Ticket],
    refused: Callable[[str], HttpResponse],
    *,
    words: Callable[[Ticket], str],
    back: str,
) -> HttpResponse:
    """Do what an interviewer wrote down, say what came of it, and lead back to his list ``back``.

    What is refused is shown again with the reason; who came second is told who was first.
    """
    try:
        seen(ticket, request.POST.get("version", ""))
        settled = do()
    except Overtaken as error:
        messages.info(request, overtaken_words(error))
        return redirect(back)
    except NotYours as error:
        raise PermissionDenied from error
    except NotPossible as error:
        return refused(refusal_words(error))
    messages.success(request, words(settled))
    return redirect(back)


def _settled_words(desk: Sitting, ticket: Ticket) -> str:
    if ticket.state == w.DISPATCHED:
        when = when_words(ticket.due_at, desk.now) if ticket.due_at else ""
        return _(
            "Written down. The unit does it again and reads the reasons; due %(when)s. "
            "A slip? The requester is asked once more then."
        ) % {"when": when}
    if ticket.state == w.CLOSED and ticket.visit_result == "refused":
        return _("Closed: the requester does not want to answer. It counts as not reached.")
    if ticket.state == w.CLOSED and ticket.visit_result == "unreachable":
        return _("Closed: the requester could not be reached in all the attempts that the rules allow.")
    if ticket.state == w.CLOSED:
        return _(
            "Written down and closed; the answers count as they are. "
            "A slip? Tell the supervisor at once: a closed ticket is not changed."
        )
    if ticket.visit_result == rules.LATER and ticket.visited_at:
        when = when_words(ticket.visited_at, desk.now)
        return _("Noted: call again %(when)s. It stands first in the list then.") % {"when": when}
    return _("Noted: not reached. It stays on the list for another attempt.")


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
    missed = isinstance(form, NotReachedForm)
    shown = {
        "desk": desk,
        "ticket": ticket,
        "contact": contact,
        "refused": refused,
        "form": form if form and not missed else CallForm(desk=desk),
        "missed_form": form if missed else NotReachedForm(auto_id="missed_%s"),
        "history": history(timeline(ticket.pk), desk)[:6],
        "most": int(desk.book.rule("callback.max_attempts", local_day(desk.book, desk.now))),
        "agreed": ticket.visited_at if ticket.visit_result == rules.LATER else None,
        **hours_words(desk),
    }
    return render(request, "desk/call.html", shown, status=status)
