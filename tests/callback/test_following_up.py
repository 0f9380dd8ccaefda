"""DOMAIN §2.5: what turns out unsolved after the end is done again as a new ticket."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from tests.dispatch.books import with_rules
from tests.tickets.stage import CALLER, STREET, member, stored, ticket_in

from jieban.callback.actions import Answers, do_answers
from jieban.callback.checking import do_second_check
from jieban.callback.rating import do_revise
from jieban.city.book import Book
from jieban.matters.actors import requester
from jieban.matters.queries import timeline
from jieban.people.actions import Kept, do_keep_words
from jieban.people.models import Words
from jieban.people.roles import Role
from jieban.tickets import workflow as w
from jieban.tickets.models import Ticket
from jieban.tickets.queries import differences

GOOD = Answers(True, "yes", "satisfied")
BAD = Answers(True, "no", "dissatisfied", "", ("S1", "D1"))


def closed(book: Book, now: datetime) -> Ticket:
    ticket = ticket_in(w.CALLBACK, book, now)
    do_keep_words([Kept(ticket.pk, None, "", "暖气不热", "")], now=now)
    return do_answers(ticket, GOOD, requester(ticket.number), now=now, book=book)


def test_an_answer_changed_to_unsolved_opens_a_follow_up_at_the_same_unit(city: Book, now: datetime) -> None:
    ticket = closed(city, now)
    do_revise(ticket, BAD, requester(ticket.number), now=now, book=city)
    after, new = stored(ticket), Ticket.objects.get(same_as=ticket.pk)
    assert (after.state, after.solved, after.marks) == (w.CLOSED, "no", ["repeated"])
    assert timeline(ticket.pk)[0].detail == {"again": new.number, "why": "unsolved"}
    assert (new.state, new.lead_id, new.redone) == (w.DISPATCHED, STREET, 1)
    assert (new.text, new.category_id, new.place_id) == (ticket.text, ticket.category_id, ticket.place_id)
    assert new.due_at is not None
    assert new.clock_at is not None
    assert new.proposal["said"] == {"solved": "no", "satisfied": "dissatisfied", "reasons": ["S1", "D1"]}
    assert [event.verb for event in timeline(new.pk)] == ["dispatch", "receive"]
    assert Words.objects.get(pk=new.pk).text == Words.objects.get(pk=ticket.pk).text
    assert not list(differences())


def test_a_second_check_that_hears_no_opens_one_too(city: Book, now: datetime) -> None:
    ticket = closed(city, now)
    Ticket.objects.filter(pk=ticket.pk).update(checked="due", asked_by=CALLER.id)
    other = member(Role.CALLER, name="another")
    do_second_check(stored(ticket), BAD, other, now=now, book=city, by="called_in")
    assert Ticket.objects.filter(same_as=ticket.pk).count() == 1
    again = replace(BAD, satisfied="basic", reasons=("S1",))
    do_revise(stored(ticket), again, requester(ticket.number), now=now, book=city)
    assert Ticket.objects.filter(same_as=ticket.pk).count() == 1, "one follow-up is enough"


@pytest.mark.parametrize("answers", [replace(BAD, solved="yes", reasons=("D1",)), GOOD])
def test_what_would_not_go_back_opens_nothing(answers: Answers, city: Book, now: datetime) -> None:
    ticket = closed(city, now)
    do_revise(ticket, answers, requester(ticket.number), now=now, book=city)
    assert not Ticket.objects.filter(same_as=ticket.pk).exists()


def test_a_city_may_leave_it_at_the_answer(city: Book, now: datetime) -> None:
    ticket = closed(city, now)
    quiet = with_rules(city, callback__reopen_as_new=0)
    do_revise(ticket, BAD, requester(ticket.number), now=now, book=quiet)
    assert not Ticket.objects.filter(same_as=ticket.pk).exists()
