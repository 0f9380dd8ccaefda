"""Getting ready before the first person comes: the book of the city and the reader, in this process."""

from __future__ import annotations

import logging

from django.db import DatabaseError, connection

from jieban.city.queries import NoCity, book
from jieban.dispatch.ranker.learned import learned_for
from jieban.knowledge import search
from jieban.reading.reader import reader_for

_log = logging.getLogger(__name__)


def warm() -> None:
    """Load book, reader and knowledge; trains the reader when its model is not kept yet (some seconds).

    A database that does not answer, or has no city yet, is left to the first request to tell of.
    """
    try:
        city = book()
        reader_for(city)
        learned_for(city)
        search.ready(city)
    except (NoCity, DatabaseError) as error:
        _log.info("not warmed up: %s", error)
    finally:
        connection.close()
