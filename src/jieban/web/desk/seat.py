"""The seat's page: what the caller says on the left, what is understood of it on the right."""

from __future__ import annotations

import secrets
from dataclasses import replace
from threading import Thread
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from jieban.dispatch.ranker.effects import pairs_of
from jieban.dispatch.ranker.history import history_for
from jieban.dispatch.ranker.learned import learned_for
from jieban.dispatch.rules import propose
from jieban.intake.actions import Answered, Outcome, do_take_in
from jieban.intake.channels import as_request, read_fields
from jieban.intake.mapping import Refusal
from jieban.intake.text import is_blank
from jieban.knowledge.models import Article
from jieban.knowledge.search import Found, search
from jieban.people.access import page
from jieban.people.flags import flag_of
from jieban.reading.reader import reader_for
from jieban.reading.result import Reading
from jieban.tickets.links import query_code
from jieban.tickets.models import Ticket
from jieban.web.desk import queries, seat_answers
from jieban.web.desk.answering import words_of
from jieban.web.desk.forms_protection import CallForm
from jieban.web.desk.sitting import Sitting, sitting, ticket_or_refuse
from jieban.web.desk.words import SECRET_WORDS, sure_words

SOURCE = "seat"
CHANNEL = "phone"
CONSULTATION = "CONSULT"
MOST_ANSWERS = 3


@page("ticket.take_in")
@never_cache
@require_http_methods(["GET", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """The form, and what it becomes: a ticket with its receipt."""
    desk = sitting(request)
    if request.method == "GET":
        _warm(desk)
        form = CallForm(most=_most(desk), desk=desk, initial={"token": _token()})
        return render(request, "desk/take_in.html", {"desk": desk, "form": form})
    form = CallForm(request.POST, most=_most(desk), desk=desk)
    before = ""
    if form.is_valid():
        taken_as = _take(desk, form)
        if isinstance(taken_as, Refusal):
            form.add_error(_field_of(form, taken_as), _why(taken_as, form))
        elif taken_as.result != "conflict":
            return redirect("taken", number=taken_as.number)
        else:
            before = taken_as.number
            form.renew(_token())
    shown = {"desk": desk, "form": form, "before": before, **_understood(desk, request.POST.dict())}
    return render(request, "desk/take_in.html", shown, status=422)


def _token() -> str:
    return secrets.token_hex(16)


def _most(desk: Sitting) -> int:
    """How many characters a request may have."""
    return int(desk.book.rule("intake.max_text_chars", desk.today))


def _field_of(form: CallForm, refusal: Refusal) -> str:
    return refusal.field if refusal.field in form.fields else "text"


def _why(refusal: Refusal, form: CallForm) -> str:
    """Why the words are none that can be taken: intake's own reason where it is no usual one."""
    if refusal.field == "text" and is_blank(form.cleaned_data["text"]):
        return _("There is nothing to read in this. Write in a sentence what happened and where.")
    return f"{refusal.reason} {refusal.remedy}"


def _warm(desk: Sitting) -> None:
    """Let the reader make itself ready while the caller says good day: the first one takes seconds."""
    Thread(target=reader_for, args=(desk.book,), daemon=True).start()


def _take(desk: Sitting, form: CallForm) -> Outcome | Refusal:
    """What became of the words, or why they are none that can be taken."""
    given = {name: form.cleaned_data[name] for name in ("text", "phone", "name", "address")}
    incoming = read_fields(given, SOURCE, now=desk.now, book=desk.book)
    if isinstance(incoming, Refusal):
        return incoming
    answers = seat_answers.given(desk, form.data)
    if isinstance(answers, Refusal):
        return answers
    told = _told_at_once(desk, form)
    request = as_request(
        incoming,
        source=SOURCE,
        book=desk.book,
        key=form.cleaned_data["token"],
        channel=CHANNEL,
        standing=form.standing(),
        answers=answers,
    )
    request = replace(request, answered=told)
    reader = reader_for(desk.book)
    (outcome,) = do_take_in([request], desk.actor, now=desk.now, book=desk.book, reader=reader)
    return outcome


def _told_at_once(desk: Sitting, form: CallForm) -> Answered | None:
    """The article that the seat read out to the caller, where it pressed the button beside one."""
    pk = str(form.data.get("answer_with", ""))
    rows = Article.objects.filter(current=True, withdrawn=False)
    article = rows.filter(pk=pk).first() if pk.isascii() and pk.isdecimal() and len(pk) < 18 else None
    return Answered(words_of(article), article.cited) if article else None


@page("ticket.take_in")
@never_cache
@require_http_methods(["GET"])
def taken(request: HttpRequest, number: str) -> HttpResponse:
    """The receipt to read out to the caller. Four SQL statements."""
    desk = sitting(request)
    ticket = ticket_or_refuse(desk, number)
    return render(request, "desk/taken.html", {"desk": desk, "ticket": ticket, "code": query_code(ticket.pk)})


@page("ticket.take_in")
@never_cache
@require_POST
def understood(request: HttpRequest) -> HttpResponse:
    """What is understood so far, for the right side of the form. At most six SQL statements;
    two more where it is a question and the knowledge base is asked."""
    desk = sitting(request)
    return render(request, "desk/parts/understood.html", _understood(desk, request.POST.dict()))


def _understood(desk: Sitting, given: dict[str, str]) -> dict[str, Any]:
    text, address = given.get("text", "")[: _most(desk)], given.get("address", "")[:300]
    known: list[Ticket] = queries.of_phone(desk.scope, given.get("phone", ""))
    who = known[0].requester if known else None
    caller = {"known": known, "flag": flag_of(who), "often": _often(desk, known)}
    if not text.strip():
        return {"desk": desk, **caller}
    reading = reader_for(desk.book).read("", text, address=address, on=desk.today)
    history = history_for(pairs_of(reading), desk.book, desk.now)
    proposal = propose(reading, desk.book, desk.today, learned=learned_for(desk.book), history=history)
    best = proposal.best
    return {
        "desk": desk,
        **caller,
        "reading": reading,
        "best": best,
        "sure": sure_words(best.confidence) if best else "",
        "tier": proposal.tier or (best.tier if best else ""),
        "goes_by_itself": bool(best and not proposal.queue),
        "secrets": _secret_words(reading),
        "asked": seat_answers.asked(desk, reading, text, given),
        "answers": _answers(desk, reading, text),
    }


def _answers(desk: Sitting, reading: Reading, text: str) -> list[Found]:
    """What the knowledge base says to a question (咨询); two SQL statements, none for other requests."""
    if reading.demand_type != CONSULTATION or reading.danger:
        return []
    return search(text, book=desk.book, on=desk.today, most=MOST_ANSWERS)


def _often(desk: Sitting, known: list[Ticket]) -> tuple[int, int]:
    """How many requests of this month and year the caller's latest ticket counted, when they are many."""
    least = int(desk.book.rule("intake.repeat_month", desk.today))
    latest = known[0] if known else None
    return (latest.nth_month, latest.nth_year) if latest and latest.nth_month >= least else (0, 0)


def _secret_words(reading: Reading) -> list[str]:
    return [str(SECRET_WORDS.get(kind, _("personal data"))) for kind in reading.secrets]
