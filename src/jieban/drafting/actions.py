"""The only writers of drafts. They never touch a ticket: its verbs are said by people, on their pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.drafting import rules
from jieban.drafting.client import Client, NoDraft, client, model_name
from jieban.drafting.models import ASKED, DISCARDED, FAILED, READY, SLOTS, SUMMARY, USED, Draft
from jieban.drafting.prompts import VERSIONS, reply_question, slots_question, summary_question
from jieban.drafting.queries import VERB_OF, kinds_for, protected
from jieban.drafting.redact import outgoing, passage_out
from jieban.knowledge.kinds import FOR_EVERYBODY
from jieban.knowledge.search import search
from jieban.matters.rules import Actor, NotPossible, NotYours
from jieban.tickets.models import Ticket

LOST = timedelta(minutes=10)
"""What was asked for so long ago will not come any more."""
PASSAGES, PASSAGE_SIGNS = 5, 800


class DraftRefused(NotPossible):
    """Nothing is drafted, or the draft cannot be used; the message says why."""

    reason = "draft_refused"


def do_ask(
    ticket: Ticket, kind: str, actor: Actor, *, now: datetime, wanted: Sequence[Mapping[str, Any]] = ()
) -> Draft:
    """Ask for a draft; a job fetches it. ``wanted``: the questions of the form, for ``slots``.

    Three SQL statements and the job's. Raises ``NotYours`` and ``DraftRefused``.
    """
    if kind not in kinds_for(ticket, actor):
        raise NotYours(VERB_OF.get(kind, kind), actor)
    if kind == SLOTS and not wanted:
        raise DraftRefused(_("No questions are asked of this matter, so there is nothing to look for."))
    try:
        with transaction.atomic():
            Draft.objects.filter(ticket=ticket.pk, kind=kind, state=ASKED, asked_at__lt=now - LOST).update(
                state=FAILED, problem="unreachable", answered_at=now
            )
            draft = Draft.objects.create(
                ticket=ticket.pk,
                kind=kind,
                wanted=list(wanted) if kind == SLOTS else [],
                asked_by=actor.id,
                asked_by_name=actor.name[:80],
                asked_at=now,
            )
            app.configure_task("drafting.write", allow_unknown=False).defer(draft=draft.pk)
    except IntegrityError:
        raise DraftRefused(_("This is being drafted already. Look again in a moment.")) from None
    return draft


def do_write(pk: int, book: Book, *, ask: Client | None = None) -> None:
    """Fetch what a draft asks for and keep it as a proposal. The model is called outside of transactions.

    A draft that was decided on meanwhile stays as it is. Three SQL statements, two more for a reply.
    """
    draft = Draft.objects.filter(pk=pk, state=ASKED).first()
    ticket = Ticket.objects.filter(pk=draft.ticket).first() if draft else None
    if draft is None or ticket is None:
        return
    changes: dict[str, Any] = {"model": model_name(), "prompt": VERSIONS[draft.kind]}
    try:
        model = ask or client()
        if model is None:
            raise NoDraft("unset")
        if protected(ticket):  # since it was asked for
            raise NoDraft("protected")
        text, result = _drafted(draft, ticket, model, book)
        changes |= {"state": READY, "text": text, "result": result}
    except NoDraft as error:
        changes |= {"state": FAILED, "problem": error.problem}
    Draft.objects.filter(pk=pk, state=ASKED).update(**changes, answered_at=datetime.now(UTC))


def _drafted(draft: Draft, ticket: Ticket, model: Client, book: Book) -> tuple[str, dict[str, Any]]:
    """The proposal as a text and with its reasons. Raises ``NoDraft``."""
    on = local_day(book, ticket.opened_at)
    sent = _sent(ticket, book, on)
    if draft.kind == SUMMARY:
        text, result = rules.summary_of(model.ask(summary_question(sent)), sent)
    elif draft.kind == SLOTS:
        question = slots_question(sent, draft.wanted)
        result = rules.slots_of(model.ask(question), sent, draft.wanted, on.year)
        text = "\n".join(f"{one['name']}：{one['value']}" for one in result["fields"].values())
    else:
        passages = _passages(ticket, book, local_day(book, draft.asked_at))
        if not passages:
            raise NoDraft("no_sources")
        text, result = rules.reply_of(model.ask(reply_question(sent, passages)), passages)
    if not text and not result.get("sentences"):
        raise NoDraft("empty")
    return text, result


def _sent(ticket: Ticket, book: Book, on: date) -> str:
    """The words as they leave the house; rule ``drafting.hide_houses``: without house numbers."""
    title = "" if ticket.text.startswith(ticket.title) else f"{ticket.title}\n"
    return outgoing(title + ticket.text, houses=bool(int(book.rule("drafting.hide_houses", on))))


def _passages(ticket: Ticket, book: Book, on: date) -> list[dict[str, Any]]:
    """What the knowledge base says to a ticket; earlier replies stay out, they were written to one person."""
    found = search(ticket.text or ticket.title, book=book, on=on, most=PASSAGES, kinds=FOR_EVERYBODY)
    return [
        {
            "n": n,
            "article": one.article.pk,
            "cited": one.article.cited,
            "title": passage_out(_title(one.article.name, one.article.source), 200),
            "text": passage_out(one.article.body, PASSAGE_SIGNS),
        }
        for n, one in enumerate(found, 1)
    ]


def _title(name: str, source: str) -> str:
    return f"{name}（{source}）" if source and source not in name else name


def do_use(draft: Draft, actor: Actor, *, now: datetime) -> None:
    """Somebody has made use of a draft, in words that he answers for. One SQL statement.

    Raises ``DraftRefused`` when somebody else has decided on it meanwhile.
    """
    _decide(draft, USED, actor, now)


def do_discard(draft: Draft, actor: Actor, *, now: datetime) -> None:
    """Somebody throws a draft away. One SQL statement. Raises ``DraftRefused``."""
    _decide(draft, DISCARDED, actor, now)


def _decide(draft: Draft, state: str, actor: Actor, now: datetime) -> None:
    decided = {"decided_by": actor.id, "decided_by_name": actor.name[:80], "decided_at": now}
    if not Draft.objects.filter(pk=draft.pk, state=READY).update(state=state, **decided):
        raise DraftRefused(_("Somebody has decided on this draft meanwhile."))
