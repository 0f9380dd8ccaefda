"""What the clock does to sub-tickets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from jieban.matters.actors import PLATFORM
from jieban.subtickets.actions import do_mark_late
from jieban.subtickets.models import SubTicket


def late(subs: Sequence[SubTicket], now: datetime) -> None:
    """Mark what was not answered in time."""
    for sub in subs:
        do_mark_late(sub, PLATFORM, now=now)
