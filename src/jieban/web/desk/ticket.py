"""The page of one ticket, the same for everyone; on the right only what this person may do now."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban.intake.asking import answers_told, missing_words
from jieban.matters.queries import attachments, timeline
from jieban.people.access import page
from jieban.people.actions import do_unmask
from jieban.people.roles import allowed
from jieban.tickets import workflow as w
from jieban.tickets.clocks import contact_by, sign_by
from jieban.tickets.models import Ticket
from jieban.web.desk import drafts, queries, why
from jieban.web.desk.acting import Tried, say_verb
from jieban.web.desk.around import around
from jieban.web.desk.asked import rows_of
from jieban.web.desk.catalogue import lesson
from jieban.web.desk.facts import contact_hidden, handling_facts, starting_words
from jieban.web.desk.forms import UnmaskForm
from jieban.web.desk.refusals import overtaken_words
from jieban.web.desk.sitting import Sitting, sitting, ticket_or_refuse
from jieban.web.desk.story import history
from jieban.web.desk.verbs import VERBS, form_of, may_say, verbs_for
from jieban.web.desk.verbs.groups import heading, next_step
from jieban.web.desk.verbs.intake import branches
from jieban.web.desk.words import SATISFIED_WORDS, SOLVED_WORDS, sentences
from jieban.whistle.queries import of_ticket


@page("ticket.view")
@never_cache
@require_GET
def ticket(request: HttpRequest, number: str) -> HttpResponse:
    """One ticket. Six SQL statements with session, account and the city's serial (one more for photos)."""
    desk = sitting(request)
    start, draft = request.GET.get("start", ""), request.GET.get("draft", "")
    return show(request, desk, ticket_or_refuse(desk, number), start=start, draft=draft)


@page("ticket.view")
@never_cache
@require_POST
def say(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Say a verb on a ticket; what was typed stays when it cannot be done."""
    desk = sitting(request)
    if verb not in VERBS:
        raise Http404
    found = ticket_or_refuse(desk, number)
    tried = say_verb(request, desk, found, VERBS[verb])
    if tried.done:
        messages.success(request, tried.done)
        return redirect("ticket", number=number)
    if tried.overtaken is not None:
        return show(request, desk, ticket_or_refuse(desk, number), tried=tried, status=409)
    return show(request, desk, found, tried=tried, status=422)


@page("ticket.unmask")
@never_cache
@require_POST
def unmask(request: HttpRequest, number: str) -> HttpResponse:
    """Show contact and original words in this one answer; the look is recorded first (Art. 8)."""
    desk = sitting(request)
    found = ticket_or_refuse(desk, number)
    if contact_hidden(found, desk):
        raise PermissionDenied("ticket.unmask")
    form = UnmaskForm(request.POST, auto_id="unmask_%s")
    if not form.is_valid():
        return show(request, desk, found, unmask_form=form, status=422)
    why = form.cleaned_data["why"]
    contact = do_unmask(
        desk.account,
        found.number,
        found.pk,
        found.requester,
        why,
        now=desk.now,
        secrecy=found.secrecy,
        minor=found.minor,
    )
    return show(request, desk, found, contact=contact)


def show(
    request: HttpRequest,
    desk: Sitting,
    found: Ticket,
    *,
    tried: Tried | None = None,
    contact: dict[str, str] | None = None,
    unmask_form: UnmaskForm | None = None,
    start: str = "",
    draft: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page, with what was tried and refused, or with the contact that was asked for.

    ``start``: the code of the standard words from which the reply begins; ``draft``: the id of a draft
    from which a verb's form does.
    """
    draft = request.POST.get("draft", "") if tried else draft
    begun = drafts.begun(draft, found, desk) if draft else None
    events = timeline(found.pk)
    shown = {
        "desk": desk,
        "ticket": found,
        "tried": tried,
        "refused": _refused(tried),
        "contact": contact,
        "may_unmask": allowed("ticket.unmask", desk.roles) and not contact_hidden(found, desk),
        "unmask_form": unmask_form or UnmaskForm(auto_id="unmask_%s"),
        "why": why.shown(found, desk),
        "same_title": found.text.startswith(found.title),
        "told": answers_told(found.answers, desk.book, desk.english),
        "missing": missing_words(found, desk.book, desk.today, desk.english),
        "history": history(events, desk),
        "photos": attachments(found.pk) if found.photos else [],
        "whistles": of_ticket(found.pk) if found.whistled else [],
        "same": queries.of_requester(desk.scope, found.requester, but=found.pk),
        "verbs": _verbs(found, desk, tried, starting_words(found, desk, start) if start else "", begun),
        "begun": begun,
        "helper": drafts.offered(found, desk),
        "branches": branches(desk),
        "asked": rows_of(found, desk),
        "go_dispatch": found.state == w.WAITING and may_say(found, desk, "dispatch"),
        "go_call": may_say(found, desk, "visit") and allowed("ticket.call_back", desk.roles),
        **lesson(found, desk),
        **handling_facts(found, events, desk),
        **around(found, desk),
        **_moments(found, desk),
        **_verdict(found),
    }
    return render(request, "desk/ticket.html", shown, status=status)


def _verbs(
    found: Ticket, desk: Sitting, tried: Tried | None, words: str = "", begun: drafts.Begun | None = None
) -> list[dict[str, Any]]:
    """The verbs with their forms, group by group; the next step lies open, or the one that was tried."""
    listed = []
    for verb in verbs_for(found, desk):
        mine = tried is not None and tried.verb == verb.name
        form = tried.form if tried and mine else form_of(verb, found, desk)
        if words and verb.name == "reply":
            form.initial, mine = {"reply": words}, True
        if begun and begun.verb == verb.name and not mine:
            form.initial, mine = begun.initial, True
        not_now = verb.not_now(found, desk)
        group = heading(verb.name)
        listed.append({"verb": verb, "form": form, "not_now": not_now, "open": mine, "group": group})
    if not any(one["open"] for one in listed):
        step = next_step({one["verb"].name for one in listed if not one["not_now"]})
        for one in listed:
            one["open"] = one["verb"].name == step
    return listed


def _refused(tried: Tried | None) -> str:
    if tried is None:
        return ""
    if tried.overtaken is not None:
        again = _("What you typed is kept below; look at the ticket as it is now, then send it again.")
        return sentences(overtaken_words(tried.overtaken), again)
    return tried.refused


def _moments(found: Ticket, desk: Sitting) -> dict[str, Any]:
    """The smaller limits that still run."""
    at_unit = found.state in (w.DISPATCHED, w.SIGNED, w.HANDLING)
    owed = at_unit and found.contacted_at is None and found.secrecy != "anonymous"
    return {
        "sign_by": sign_by(found.row(), desk.book) if found.state == w.DISPATCHED else None,
        "contact_by": contact_by(found.row(), desk.book) if owed else None,
    }


def _verdict(found: Ticket) -> dict[str, Any]:
    """What the requester answered, in words."""
    return {
        "solved_words": SOLVED_WORDS.get(found.solved, ""),
        "satisfied_words": SATISFIED_WORDS.get(found.satisfied, ""),
    }
