"""What the simulated hotline does beside sending tickets: common matters, names, the counts of the night."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from jieban.city.book import Book
from jieban.city.clock import local_day
from jieban.city.naming import Decider, NameRefused, do_propose_name
from jieban.demo.people import DISPATCHER
from jieban.dispatch.events.clusters import do_link
from jieban.dispatch.events.joining import do_move_bars
from jieban.dispatch.events.models import OPEN, EventSuggestion
from jieban.dispatch.events.suggesting import do_accept, do_decline, do_settle, do_suggest
from jieban.dispatch.ranker.history import do_count_month
from jieban.matters.rules import NotPossible
from jieban.reading.place.unknown import kind_of_name
from jieban.reading.reader import Reader
from jieban.tickets.models import Ticket

LIKELY = 0.7
"""From this likelihood on the simulated dispatchers mostly agree that two people tell of one event."""
AGREED, AGREED_IF_UNLIKELY = 0.95, 0.3
LOOKED_AT = timedelta(days=1)
OTHER_MATTER = "核对后是两件事，分别办理。"


class Hotline:
    """Decides on suggestions, proposes names of places, and lets the jobs of the night run.

    ``joined`` are the tickets of common matters: others may have changed them since they were seen last.
    From ``leave_from`` on suggestions are left for the newcomer.
    """

    def __init__(self, book: Book, reader: Reader, seed: int, leave_from: datetime) -> None:
        self.book, self.reader, self._leave_from = book, reader, leave_from
        self.chance = random.Random(f"{seed}:hotline")
        self.joined: set[int] = set()
        self._told: dict[str, list[int]] = {}
        self.verbs = 0

    def day(self, now: datetime) -> None:
        """The jobs of a night, then a dispatcher's round through what was suggested."""
        today = local_day(self.book, now)
        do_count_month(today - timedelta(days=1), self.book)
        do_move_bars(now=now, book=self.book, on=today)
        self.round(now)

    def round(self, now: datetime) -> None:
        """Look which tickets of the last day may tell of one event, and decide on most of them."""
        do_settle(now=now)
        do_suggest(now=now, book=self.book, look_back=LOOKED_AT, simulated=True)
        if now <= self._leave_from:
            for one in EventSuggestion.objects.filter(state=OPEN).order_by("id"):
                self._decide(one, now)
            for told in self._told.values():
                self._join(told, now)

    def told(self, event: str, ticket: int) -> None:
        """``ticket`` tells of ``event``, as a good dispatcher would see."""
        self._told.setdefault(event, []).append(ticket)

    def _join(self, told: list[int], now: datetime) -> None:
        """Join by hand what tells of one event and was not suggested, with the first that lies in one."""
        tickets = Ticket.objects.in_bulk(told)
        rows = sorted(tickets.values(), key=lambda one: (one.cluster is None, one.pk))
        for one in rows[1:]:
            if one.cluster is None:
                self._link(one, rows[0].pk, now)

    def _link(self, ticket: Ticket, first: int, now: datetime) -> None:
        try:
            do_link(ticket, Ticket.objects.get(pk=first), DISPATCHER, now=now, book=self.book)
        except NotPossible:
            return  # closed, or the same requester's
        self.joined.update((ticket.pk, first))
        self.verbs += 1

    def _decide(self, one: EventSuggestion, now: datetime) -> None:
        agreed = self.chance.random() < (AGREED if one.chance >= LIKELY else AGREED_IF_UNLIKELY)
        try:
            if agreed:
                ticket = do_accept(one.pk, DISPATCHER, now=now, book=self.book)
                self.joined.update(Ticket.objects.filter(cluster=ticket.cluster).values_list("pk", flat=True))
            else:
                do_decline(one.pk, OTHER_MATTER, DISPATCHER, now=now)
        except NotPossible:
            return  # decided with another one, or closed since
        self.verbs += 1

    def name(self, ticket: Ticket, place: str, now: datetime) -> None:
        """A dispatcher put a ticket at ``place``: the words that were not known become a proposal."""
        if ticket.street or not place:
            return
        text = ticket.text.removeprefix(ticket.title)
        said = self.reader.read(ticket.title, text, address=ticket.address).unknown_place
        if not said:
            return
        who = Decider(DISPATCHER.id, DISPATCHER.name)
        try:
            do_propose_name(
                said, place, kind_of_name(said), who, ticket=ticket.number, now=now, book=self.book
            )
        except NameRefused:
            return
        self.verbs += 1
