"""The only readers of more than one event."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from jieban.matters.actions import as_recorded, blank_row
from jieban.matters.kinds import Kind
from jieban.matters.models import Attachment, Event
from jieban.matters.rules import fold


def timeline(matter: int) -> list[Event]:
    """The events of a matter, newest first. One SQL statement."""
    return list(Event.objects.filter(matter=matter).order_by("-seq"))


def attachments(matter: int) -> list[Attachment]:
    """The files of a matter. One SQL statement."""
    return list(Attachment.objects.filter(matter=matter).order_by("id"))


def rebuilt(kind: Kind) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every matter of a kind as its events tell it: (id, row). One SQL statement, read as a stream."""
    events = Event.objects.filter(kind=kind.name).order_by("matter", "seq").iterator(chunk_size=5000)
    for matter, history in groupby(events, key=lambda event: event.matter):
        first = {**blank_row(kind), "id": matter}
        yield matter, fold(first, (as_recorded(kind, event) for event in history))
