"""Jobs around common matters: suggest, look over, settle, and learn from what people decided."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from jieban.city.clock import local_day
from jieban.city.queries import NoCity, book
from jieban.dispatch.events.joining import do_move_bars
from jieban.dispatch.events.suggesting import do_look_over, do_settle, do_suggest


@app.periodic(cron="*/10 * * * *")
@app.task(name="dispatch.suggest_events", queueing_lock="suggest_events", lock="suggest_events")
def suggest_events(timestamp: int) -> None:
    """Suggest which new tickets may tell of one event; a person decides."""
    try:
        city = book()
    except NoCity:
        return
    now = datetime.now(UTC)
    do_settle(now=now)
    do_suggest(now=now, book=city)


@app.periodic(cron="41 * * * *")
@app.task(name="dispatch.look_over_events", queueing_lock="look_over_events", lock="suggest_events")
def look_over_events(timestamp: int) -> None:
    """Suggest events that only the words of many tickets show."""
    try:
        city = book()
    except NoCity:
        return
    do_look_over(now=datetime.now(UTC), book=city)


@app.periodic(cron="7 4 * * *")
@app.task(name="dispatch.move_event_bars", queueing_lock="move_event_bars")
def move_event_bars(timestamp: int) -> None:
    """Move the bars of categories by a step, as their people accepted and declined."""
    try:
        city = book()
    except NoCity:
        return
    now = datetime.now(UTC)
    do_move_bars(now=now, book=city, on=local_day(city, now))
