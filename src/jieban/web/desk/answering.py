"""What the knowledge base answers to a ticket, and answering the requester with it at once (Art. 11 ¶1)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban.dispatch.actions import do_answer
from jieban.knowledge.models import Article
from jieban.knowledge.search import Found, near_ones, search
from jieban.matters.actions import Overtaken
from jieban.matters.rules import NotPossible, NotYours
from jieban.people.access import page
from jieban.tickets.models import Ticket
from jieban.web.desk.forms_knowledge import CitedForm
from jieban.web.desk.refusals import overtaken_words, refusal_words, seen
from jieban.web.desk.sitting import Sitting, sitting, ticket_or_refuse
from jieban.web.desk.verbs import may_say

MOST = 5
MOST_WORDS = 1500
"""So much of an article is put into an answer; the rest is to be read there."""


@page("ticket.view")
@never_cache
@require_GET
def for_ticket(request: HttpRequest, number: str) -> HttpResponse:
    """The articles that answer a ticket. Three SQL statements besides the frame's."""
    desk = sitting(request)
    return _show(request, desk, ticket_or_refuse(desk, number))


@page("ticket.view")
@never_cache
@require_POST
def answer_with(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Answer a ticket at once with an article; the event names the article and its version."""
    desk = sitting(request)
    found = ticket_or_refuse(desk, number)
    article = Article.objects.filter(pk=pk, current=True, withdrawn=False).first()
    if article is None:
        raise Http404
    form = CitedForm(request.POST)
    if not form.is_valid():
        return _show(request, desk, found, bound=(article.pk, form), status=422)
    try:
        seen(found, request.POST.get("version", ""))
        words = form.cleaned_data["explanation"]
        do_answer(found, words, desk.actor, now=desk.now, cited=article.cited)
    except Overtaken as error:
        return _show(request, desk, ticket_or_refuse(desk, number), overtaken_words(error), status=409)
    except NotYours as error:
        raise PermissionDenied from error
    except NotPossible as error:
        return _show(request, desk, found, refusal_words(error), status=422)
    messages.success(request, _("Answered with %(article)s and closed.") % {"article": article.name})
    return redirect("ticket", number=number)


def found_for(ticket: Ticket, desk: Sitting) -> list[Found]:
    """The articles that come near to answering a ticket, the best first. Two SQL statements."""
    title = "" if ticket.text.startswith(ticket.title) else ticket.title
    asked = (title, ticket.text) if title else (ticket.text or ticket.title, "")
    return near_ones(search(*asked, book=desk.book, on=desk.today, most=MOST), desk.book, desk.today)


def words_of(article: Article) -> str:
    """What an answer begins with: the article's words, where they stand, and where to read on."""
    words = article.body if len(article.body) <= MOST_WORDS else article.body[:MOST_WORDS] + "…"
    source = _("Source: %(source)s") % {"source": article.source} if article.source else ""
    return "\n".join(part for part in (words, source) if part)


def _show(
    request: HttpRequest,
    desk: Sitting,
    ticket: Ticket,
    refused: str = "",
    bound: tuple[int, CitedForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    may_answer = may_say(ticket, desk, "answer")
    rows: list[dict[str, Any]] = []
    for one in found_for(ticket, desk):
        tried = bound is not None and bound[0] == one.article.pk
        first = {"explanation": words_of(one.article)}
        form = bound[1] if bound and tried else CitedForm(initial=first, auto_id=f"a{one.article.pk}_%s")
        rows.append({"found": one, "form": form, "open": tried})
    shown = {"desk": desk, "ticket": ticket, "rows": rows, "may_answer": may_answer, "refused": refused}
    return render(request, "desk/answers_found.html", shown, status=status)
