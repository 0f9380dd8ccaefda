"""A city for the tests: Beijing loaded once, people with roles, a fixed noon."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings

# How long an input takes says how busy the machine is; what a test may cost it counts itself.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # a Friday, noon in Beijing


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """The test database with Beijing loaded, so that each test begins in a city."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        _let_truncate()
        _load()


def _let_truncate() -> None:
    """Transactional tests empty the tables afterwards, which the guard of history would refuse."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER IF EXISTS events_stay ON matters_event")


def _load() -> None:
    from jieban.city.loading import load_pack
    from jieban.city.models import LoadedPack

    if not LoadedPack.objects.exists():
        load_pack("beijing", now=NOON)


@pytest.fixture
def now() -> datetime:
    """A Friday, noon in Beijing."""
    return NOON


@pytest.fixture
def city(db: None) -> object:
    """The book of Beijing, loaded in the test's database."""
    from jieban.city.queries import book, forget_book

    _load()
    forget_book()
    return book()


@pytest.fixture
def live_city(transactional_db: None) -> object:
    """The book of Beijing for tests that commit for real (threads, processes)."""
    from jieban.city.queries import book, forget_book

    _load()
    forget_book()
    return book()


@pytest.fixture
def reader(city: object) -> object:
    """The reader of Beijing; trained once for all processes of a test run."""
    from jieban.reading.reader import reader_for

    return reader_for(city)  # type: ignore[arg-type]


@pytest.fixture
def make_account(db: None) -> Callable[..., object]:
    """Make a member of staff: ``make_account("clerk", unit="110105012")``."""
    from jieban.people.actions import do_make_account
    from jieban.people.roles import Role

    def make(*roles: str, unit: str = "", username: str = "") -> object:
        name = username or "-".join(roles)
        return do_make_account(name, "a long password", name, [Role(role) for role in roles], unit)

    return make
