"""What runs on a schedule: the digest of units, and the end of what is old. Sending is the worker's loop."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from jieban.city.queries import NoCity, book
from jieban.notices.actions import do_forget_old
from jieban.notices.digest import do_digest


@app.periodic(cron="*/10 * * * *")
@app.task(name="notices.digest", queueing_lock="digest")
def digest(timestamp: int) -> None:
    """Write the digests of the day when their hour has come."""
    try:
        do_digest(datetime.now(UTC), book())
    except NoCity:
        return


@app.periodic(cron="23 3 * * *")
@app.task(name="notices.forget_old", queueing_lock="forget_old")
def forget_old(timestamp: int) -> None:
    """Remove notices and messages that are older than the rules say."""
    try:
        do_forget_old(datetime.now(UTC), book())
    except NoCity:
        return
