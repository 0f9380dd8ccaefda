"""The requester's own pages: where his request is, in plain words, and what he may say to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jieban.callback.actions import AnswersRefused
from jieban.callback.rating import may_rate, revisable_until
from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.city.queries import book
from jieban.intake import asking
from jieban.intake import draft as drafts
from jieban.intake.amending import do_amend
from jieban.intake.following import UrgedAlready, do_urge, next_urge
from jieban.intake.parting import filed_parts
from jieban.matters.actions import Overtaken
from jieban.matters.actors import requester
from jieban.matters.queries import attachments, timeline
from jieban.matters.rules import NotPossible
from jieban.people.access import public
from jieban.tickets import workflow
from jieban.tickets.links import query_code_fits
from jieban.tickets.models import Ticket
from jieban.tickets.queries import by_number
from jieban.web import throttle, told
from jieban.web.context import is_english
from jieban.web.rating import AnswersForm, give
from jieban.web.words import when_words


class LookupForm(forms.Form):
    """Number and query code."""

    number = forms.CharField(
        max_length=40, error_messages={"required": gettext_lazy("Type the number of your request.")}
    )
    code = forms.CharField(max_length=20, error_messages={"required": gettext_lazy("Type the query code.")})


@public
@never_cache
@require_http_methods(["GET", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """Number and code; three SQL statements at most. What was wrong is never told apart."""
    if request.method != "POST":
        return render(request, "web/my/lookup.html", {"form": LookupForm(initial=request.GET.dict())})
    form = LookupForm(request.POST)
    limits = throttle.lookup_limits(request)
    if throttle.too_many(limits):
        form.add_error(None, _("That was tried too often. Please wait a quarter of an hour, or call us."))
    elif form.is_valid():
        ticket = _opened_by(form.cleaned_data["number"], form.cleaned_data["code"])
        if ticket is not None:
            drafts.remember_mine(request.session, ticket.pk)
            return redirect("my_ticket", ticket.number)
        throttle.count_failure(limits)
        form.add_error(None, _("Number and query code do not go together. Both stand on your receipt."))
    return render(request, "web/my/lookup.html", {"form": form}, status=422)


def _opened_by(number: str, code: str) -> Ticket | None:
    """The ticket that number and code open together; as much work for a wrong number as for a wrong code."""
    ticket = by_number("".join(number.split()))
    fits = query_code_fits(ticket.pk if ticket else 0, code)
    return ticket if ticket and fits else None


def _mine(request: HttpRequest, number: str) -> Ticket | None:
    ticket = by_number(number)
    return ticket if ticket and drafts.is_mine(request.session, ticket.pk) else None


@public
@never_cache
@require_GET
def ticket(request: HttpRequest, number: str) -> HttpResponse:
    """Where the request is. Four SQL statements besides the session's."""
    mine = _mine(request, number)
    if mine is None:
        return redirect(f"/my/?number={number}")
    return _show(request, mine)


def _parts(request: HttpRequest, mine: Ticket) -> list[Ticket]:
    """The other matters of the same message, which whoever may see this one may see, too.

    One SQL statement where there are some.
    """
    numbers = [one.number for one in filed_parts(mine)]
    if not numbers:
        return []
    parts = list(Ticket.objects.filter(number__in=numbers, requester=mine.requester).order_by("pk"))
    for part in parts:
        if not drafts.is_mine(request.session, part.pk):
            drafts.remember_mine(request.session, part.pk)
    return parts


def _show(request: HttpRequest, mine: Ticket, status: int = 200, **context: Any) -> HttpResponse:
    city, now = book(), datetime.now(UTC)
    verbs = workflow.WORKFLOW.verbs(mine.row(), requester(mine.number))
    revise_until = revisable_until(mine, city)
    shown = {
        "ticket": mine,
        "state": told.STATES[mine.state],
        "story": told.story(timeline(mine.pk), city, is_english(), now),
        "photos": attachments(mine.pk) if mine.photos else (),
        "parts": _parts(request, mine),
        "asked": _asked(mine, city) if "amend" in verbs and mine.state != workflow.CALLBACK else None,
        "may_urge": "urge" in verbs and mine.state != workflow.CALLBACK,
        "urge_again": next_urge(mine, now=now, book=city),
        "may_answer": mine.state == workflow.CALLBACK,
        "may_rate": may_rate(mine),
        "revise_until": revise_until if revise_until and now <= revise_until else None,
        "answers": AnswersForm(city=city, now=now),
        "solved": told.SOLVED_WORDS.get(mine.solved),
        "satisfied": told.SATISFIED_WORDS.get(mine.satisfied),
        **context,
    }
    return render(request, "web/my/ticket.html", shown, status=status)


@public
@never_cache
@require_POST
def urge(request: HttpRequest, number: str) -> HttpResponse:
    """Urge the request on, with a note."""
    mine = _needed(request, number)
    city, now = book(), datetime.now(UTC)

    def act() -> str:
        do_urge(mine, request.POST.get("note", ""), requester(number), now=now, book=city)
        return _("We have passed it on. The unit sees it at the top of its list.")

    return _say(request, number, act)


def _asked(mine: Ticket, city: Book, data: Any = None) -> asking.AnswersForm | None:
    """The questions of the matter that are still open; None where there is none."""
    on = local_day(city, datetime.now(UTC))
    lacking = asking.missing_now(mine, city, on)
    rows = [row for row in asking.rows_for(mine, city, on) if row.code in lacking]
    return asking.AnswersForm(data, rows=rows, english=is_english()) if rows else None


@public
@never_cache
@require_POST
def amend(request: HttpRequest, number: str) -> HttpResponse:
    """The requester's answers to what was not asked at first (Ordinance Art. 10)."""
    mine = _needed(request, number)
    city, now = book(), datetime.now(UTC)
    form = _asked(mine, city, request.POST)
    if form is None:
        return redirect("my_ticket", number)
    if not form.is_valid():
        return _show(request, mine, status=422, asked=form)
    if not any(form.answers.values()):
        messages.warning(request, _("Nothing was filled in. Answer what you know, and leave the rest open."))
        return redirect("my_ticket", number)

    def act() -> str:
        do_amend(mine, form.answers, requester(number), now=now, book=city)
        return _("Thank you. The unit sees it with your request.")

    return _say(request, number, act)


@public
@never_cache
@require_POST
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """The requester's own answers: before he is asked, when he is asked, and once more after the end."""
    mine = _needed(request, number)
    city, now = book(), datetime.now(UTC)
    form = AnswersForm(request.POST, city=city, now=now)
    if not form.is_valid():
        return _show(request, mine, status=422, answers=form)
    return _say(request, number, lambda: give(mine, form.answers(), now=now, city=city, by="web"))


def _needed(request: HttpRequest, number: str) -> Ticket:
    mine = _mine(request, number)
    if mine is None:
        raise Http404
    return mine


def _say(request: HttpRequest, number: str, act: Callable[[], str]) -> HttpResponse:
    """Do it, and tell on the request's page what came of it."""
    try:
        messages.success(request, act())
    except UrgedAlready as early:
        words = {"when": when_words(early.again, datetime.now(UTC))}
        messages.warning(request, _("You urged it not long ago. From %(when)s on you can again.") % words)
    except AnswersRefused as refused:
        messages.warning(request, str(refused))
    except (NotPossible, Overtaken):
        messages.warning(request, _("Your request has just moved on. Look at where it is now."))
    return redirect("my_ticket", number)
