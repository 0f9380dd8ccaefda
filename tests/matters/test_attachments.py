"""Photos of a matter: the file is whole on the disk before a row names it, once, and in its history."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import pytest
from django.db import transaction
from tests.tickets.stage import SEAT, stored, ticket_in, waiting_ticket

from jieban.city.book import Book
from jieban.matters.actions import Overtaken
from jieban.matters.attachments import NewFile, TooManyFiles, do_attach, path_of, write_whole
from jieban.matters.models import Attachment
from jieban.matters.queries import attachments, timeline
from jieban.matters.rules import WrongState
from jieban.tickets import workflow
from jieban.tickets.kind import TICKET
from jieban.tickets.models import Ticket


@pytest.fixture(autouse=True)
def _media(settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


def photo(content: bytes) -> NewFile:
    return NewFile(content, content[:2], hashlib.sha256(content).hexdigest(), 640, 480)


def attach(ticket: Ticket, now: datetime, *files: NewFile, most: int = 4) -> Ticket:
    advanced = do_attach(TICKET, ticket, files, SEAT, now=now, most=most, counted_in="photos")
    assert isinstance(advanced, Ticket)
    return advanced


def test_photos_are_files_rows_a_count_and_an_event(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now)
    one, two = photo(b"first photo"), photo(b"second photo")
    attach(ticket, now, one, two)
    assert [row.sha256 for row in attachments(ticket.pk)] == [one.sha256, two.sha256]
    assert path_of(one.sha256).read_bytes() == b"first photo"
    assert path_of(one.sha256, small=True).read_bytes() == b"fi"
    assert stored(ticket).photos == 2
    latest = timeline(ticket.pk)[0]
    assert (latest.verb, latest.detail) == ("attach", {"files": [one.sha256, two.sha256]})


def test_the_same_photo_again_changes_nothing(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now)
    attach(ticket, now, photo(b"same"), photo(b"same"))
    version = stored(ticket).version
    attach(ticket, now, photo(b"same"))
    assert (stored(ticket).photos, stored(ticket).version) == (1, version)


def test_too_many_photos_are_refused_as_a_whole(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now)
    attach(ticket, now, photo(b"a"))
    with pytest.raises(TooManyFiles, match="2"):
        attach(ticket, now, photo(b"b"), photo(b"c"), most=2)
    assert Attachment.objects.filter(matter=ticket.pk).count() == 1


def test_whoever_was_overtaken_leaves_no_row(city: Book, now: datetime) -> None:
    ticket = waiting_ticket(city, now)
    old = stored(ticket)
    attach(ticket, now, photo(b"a"))
    old.version = 1
    with pytest.raises(Overtaken), transaction.atomic():
        attach(old, now, photo(b"b"))
    assert Attachment.objects.filter(matter=ticket.pk).count() == 1


def test_nothing_is_attached_to_a_closed_matter(city: Book, now: datetime) -> None:
    ticket = ticket_in(workflow.CALLBACK, city, now)
    ticket.state = workflow.CLOSED
    with pytest.raises(WrongState), transaction.atomic():
        attach(ticket, now, photo(b"late"))
    assert not attachments(ticket.pk)


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(*args: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(OSError, match="no space"):
        write_whole(tmp_path / "ab" / "photo.jpg", b"x" * 1000)
    assert list((tmp_path / "ab").iterdir()) == []
    monkeypatch.undo()
    write_whole(tmp_path / "ab" / "photo.jpg", b"whole")
    write_whole(tmp_path / "ab" / "photo.jpg", b"another")
    assert (tmp_path / "ab" / "photo.jpg").read_bytes() == b"whole"
