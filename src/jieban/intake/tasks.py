"""Jobs of intake: the feeds of corrections of topics that fill the lines."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from jieban.city.queries import NoCity, book
from jieban.intake.feeds import do_make_feeds


@app.periodic(cron="*/10 * * * *")
@app.task(name="intake.make_surge_feeds", queueing_lock="make_surge_feeds")
def make_surge_feeds(timestamp: int) -> None:
    """Make the feeds whose span is over; nothing where none is due."""
    try:
        city = book()
    except NoCity:
        return
    do_make_feeds(city, now=datetime.now(UTC))
