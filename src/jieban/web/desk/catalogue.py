"""What the dispatch catalogue could learn: proposals with a preview, and the owner's decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban.city.book import Book
from jieban.city.catalogue import BadSelector, split_selector
from jieban.dispatch.models import PROPOSED, CatalogueProposal
from jieban.dispatch.queries import PREVIEW_DAYS, previews, proposals
from jieban.dispatch.teaching import differs, do_approve, do_propose, do_reject
from jieban.dispatch.why.explain import name_of
from jieban.matters.rules import NotPossible
from jieban.people.access import page
from jieban.people.roles import Role
from jieban.tickets.models import Ticket
from jieban.web.desk.forms_asking import BasisForm
from jieban.web.desk.refusals import refusal_words
from jieban.web.desk.sitting import Sitting, sitting, ticket_or_refuse

PROPOSERS = frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.RULE_OWNER})


@page("catalogue.propose")
@never_cache
@require_GET
def catalogue(request: HttpRequest) -> HttpResponse:
    """The proposals, those that wait first. Two SQL statements besides the frame's."""
    return _show(request, sitting(request))


@page("catalogue.propose")
@never_cache
@require_POST
def propose(request: HttpRequest, number: str) -> HttpResponse:
    """Propose that matters like this ticket's go where it went."""
    desk = sitting(request)
    if not desk.roles & PROPOSERS:
        raise PermissionDenied("catalogue.propose")
    ticket = ticket_or_refuse(desk, number)
    try:
        do_propose(ticket, request.POST.get("basis", "")[:2000], desk.actor, now=desk.now, book=desk.book)
    except NotPossible as error:
        messages.warning(request, refusal_words(error))
    else:
        messages.success(request, _("Proposed. The owner of the catalogue sees it with a preview."))
    return redirect("ticket", number=number)


@page("reference.change")
@never_cache
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner approves or rejects a proposal."""
    desk = sitting(request)
    if Role.RULE_OWNER not in desk.roles:
        raise PermissionDenied("reference.change")
    found = CatalogueProposal.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    note = request.POST.get("note", "")[:2000]
    verdict = {"approve": do_approve, "reject": do_reject}.get(request.POST.get("decision", ""))
    if verdict is None:
        return _show(request, desk, refused=_("Choose one of the buttons below the form."), status=422)
    try:
        verdict(found, note, desk.actor, now=desk.now, book=desk.book)
    except NotPossible as error:
        return _show(request, desk, refused=refusal_words(error), status=422)
    if verdict is do_approve:
        messages.success(request, _("Approved. It holds from the day shown; until then nothing changes."))
    else:
        messages.success(request, _("Rejected, with your words to whoever proposed it."))
    return redirect("catalogue")


def _show(request: HttpRequest, desk: Sitting, *, refused: str = "", status: int = 200) -> HttpResponse:
    found = proposals()
    waiting = [one for one in found if one.state == PROPOSED]
    seen = previews(waiting, desk.book, desk.now)
    rows = [
        {
            "proposal": one,
            "lead": selector_words(one.lead, desk.book, desk.english),
            "today": _today(one, desk),
            "preview": seen.get(one.pk),
            "mine": one.proposed_by == desk.actor.id,
        }
        for one in found
    ]
    shown = {
        "desk": desk,
        "rows": rows,
        "refused": refused,
        "days": PREVIEW_DAYS,
        "may_decide": Role.RULE_OWNER in desk.roles,
    }
    return render(request, "desk/catalogue.html", shown, status=status)


def _today(one: CatalogueProposal, desk: Sitting) -> str:
    rows = desk.book.by_code("dispatch_catalogue").get(one.row, ())
    return selector_words(rows[-1].lead, desk.book, desk.english) if rows else ""


def selector_words(selector: str, book: Book, english: bool) -> str:
    """A selector of the catalogue in words: ``the street``, ``the market bureau of the district``."""
    try:
        form, name = split_selector(selector)
    except BadSelector:
        return selector
    if form == "street":
        return _("the street or town")
    if form == "district":
        return _("the district")
    if form == "unit:":
        return name_of(book, name, english)
    line = next((row for row in book.tables["lines"] if row.code == name), None)
    words = (line.name_en if english and line.name_en else line.name) if line else name
    if form == "city:":
        return _("the city's department for %(line)s") % {"line": words}
    return _("the district's department for %(line)s") % {"line": words}


def lesson(ticket: Ticket, desk: Sitting) -> dict[str, Any]:
    """For the page of a ticket that went elsewhere than the catalogue says: the form that proposes it."""
    if not desk.roles & PROPOSERS or not differs(ticket, desk.book, desk.today):
        return {}
    basis = _("Ruling on ticket %(number)s") % {"number": ticket.number}
    return {"lesson": BasisForm(auto_id="lesson_%s", initial={"basis": basis})}
