"""Page keys: what is written is read again to the microsecond, and nothing else is a key."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from jieban.matters.paging import read_key, write_key
from jieban.tickets.models import Ticket


def test_a_key_is_read_as_it_was_written() -> None:
    due = datetime(2026, 11, 22, 3, 4, 5, 678901, UTC)
    assert read_key(write_key(Ticket(pk=42, due_at=due))) == (due, 42)


@pytest.mark.parametrize("key", ["", "x", "1_", "_1", "1e400_1", "1_-1", f"1_{2**63}", "nan_1", "1_\0"])
def test_what_is_no_key_is_none(key: str) -> None:
    assert read_key(key) is None
