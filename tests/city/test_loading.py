"""Loading a pack into the database, and the book that comes out of it again."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from tests.city.small_city import PACK_TOML, SINCE, csv_text, swapped, write_city

from jieban.city import loading, models, queries
from jieban.city.admin import ReferenceAdmin
from jieban.city.book import TABLES, Book
from jieban.city.findings import PackErrors
from jieban.city.law_models import LAW_MODELS
from jieban.city.pack import book_from_files
from jieban.city.references import Reference
from jieban.city.schema import column_names

NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 2)
LATER = datetime(2026, 12, 1, 20, 0, tzinfo=UTC)  # already 2 December in the city

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_city_yet")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_city(tmp_path / "smalltown")


@pytest.fixture
def loaded(folder: Path) -> Path:
    loading.load_pack(folder, now=NOW)
    return folder


def rule(code: str = "merge_days") -> list[models.Rule]:
    return list(models.Rule.objects.filter(code=code).order_by("valid_from"))


def test_models_have_the_columns_of_the_row_classes() -> None:
    for table, model in models.MODELS.items():
        stored = {field.name for field in model._meta.get_fields()} - {"id", "position", "by_hand"}
        assert stored == set(column_names(table)), table


def test_the_book_is_the_same_from_files_and_from_the_database(loaded: Path) -> None:
    files, database = book_from_files(loaded), queries.read_book()
    for table in TABLES:
        assert database.tables[table] == files.tables[table], table
    assert database == files
    assert database.fingerprint == files.fingerprint
    assert database.units == files.units


def test_communities_are_stored_as_units(loaded: Path) -> None:
    community = models.Unit.objects.get(code="990101001001")
    assert (community.kind, community.parent, community.name) == ("community", "990101001", "甲社区")
    assert "990101001001" not in {unit.code for unit in queries.book().tables["units"]}
    assert not queries.book().units["990101001001"].can_lead


def test_the_report_counts_what_was_done(folder: Path) -> None:
    report = loading.load_pack(folder, now=NOW)
    assert (report.code, report.unchanged) == ("smalltown", False)
    assert report.tables["units"] == loading.TableReport(added=14)
    assert loading.load_pack(folder, now=NOW).unchanged
    write_city(folder, swapped("rules", "merge_days,30", "merge_days,31"))
    report = loading.load_pack(folder, now=LATER)
    assert report.tables["rules"] == loading.TableReport(changed=1)
    assert report.tables["units"] == loading.TableReport()


def test_loading_the_same_pack_again_changes_nothing(loaded: Path) -> None:
    before = models.LoadedPack.objects.values().get()
    loading.load_pack(loaded, now=LATER)
    assert models.LoadedPack.objects.values().get() == before


def test_a_row_that_vanished_ends_today_in_the_city(loaded: Path) -> None:
    write_city(loaded, {"tags.csv": csv_text("tags", without="housing"),
                        **swapped("categories", "断水,,housing", "断水,,")})  # fmt: skip
    report = loading.load_pack(loaded, now=LATER)
    assert report.tables["tags"].ended == 1
    assert models.Tag.objects.get(code="housing").valid_to == date(2026, 12, 2)
    write_city(loaded)
    loading.load_pack(loaded, now=LATER)
    assert models.Tag.objects.get(code="housing").valid_to is None


def test_a_period_told_anew_takes_the_place_of_the_old(loaded: Path) -> None:
    later = "merge_days,20,day,,,2027-01-01,,own,official"
    write_city(loaded, {"rules.csv": csv_text("rules", later, without="merge_days")})
    loading.load_pack(loaded, now=LATER)
    assert [row.valid_to for row in rule()] == [date(2027, 1, 1), None]
    assert queries.book().rule("merge_days", date(2026, 12, 31)) == 30
    earlier = "merge_days,25,day,,,2019-01-01,,own,official"
    write_city(loaded, {"rules.csv": csv_text("rules", earlier, without="merge_days")})
    loading.load_pack(loaded, now=LATER)
    book = queries.book()
    assert [row.valid_from for row in book.by_code("rules")["merge_days"]] == [date(2019, 1, 1)]
    assert len(rule()) == 3  # withdrawn, but never deleted


def test_a_second_city_is_refused(loaded: Path, tmp_path: Path) -> None:
    other = write_city(tmp_path / "other", {"pack.toml": PACK_TOML.replace("smalltown", "othertown")})
    with pytest.raises(loading.OtherCityLoaded, match="othertown"):
        loading.load_pack(other, now=NOW)
    assert queries.book().identity.code == "smalltown"
    with pytest.raises(DatabaseError), transaction.atomic():
        models.LoadedPack.objects.create(
            code="x", name="x", version="1", fingerprint="", identity={}, loaded_at=NOW, serial=0
        )


@pytest.mark.parametrize(
    "changes",
    [swapped("rules", "merge_days,30", "merge_days,x"), swapped("schemes", ",10,45,45,", ",1,1,1,")],
    ids=["unreadable", "unsound"],
)
def test_a_pack_with_errors_changes_nothing(loaded: Path, changes: dict[str, str]) -> None:
    write_city(loaded, changes | {"tags.csv": csv_text("tags", f"new,n,,g,{SINCE}")})
    with pytest.raises(PackErrors):
        loading.load_pack(loaded, now=LATER)
    assert not models.Tag.objects.filter(code="new").exists()


def edit(row: Reference) -> None:
    """Save a row as the admin does."""
    site_admin = admin.site._registry[type(row)]
    assert isinstance(site_admin, ReferenceAdmin)
    site_admin.save_model(RequestFactory().post("/"), row, None, change=row.pk is not None)  # type: ignore[arg-type]


def test_a_row_changed_by_hand_is_seen_at_once_and_kept_by_the_next_load(loaded: Path) -> None:
    serial = models.LoadedPack.objects.get().serial
    assert queries.book().rule("merge_days", TODAY) == 30
    row = rule()[0]
    row.value = 45
    edit(row)
    assert queries.book().rule("merge_days", TODAY) == 45
    assert models.LoadedPack.objects.get().serial > serial
    write_city(loaded, swapped("rules", "merge_days,30", "merge_days,31"))
    report = loading.load_pack(loaded, now=LATER)
    assert report.tables["rules"] == loading.TableReport(kept=1)
    assert queries.book().rule("merge_days", TODAY) == 45


def test_a_load_that_does_not_fit_what_was_changed_by_hand_is_refused(loaded: Path) -> None:
    row = rule()[0]
    edit(row)
    write_city(
        loaded, {"rules.csv": csv_text("rules", "merge_days,20,,,,2027-01-01,,own,official", without="m")}
    )
    with pytest.raises(PackErrors, match="overlap"):
        loading.load_pack(loaded, now=LATER)
    assert len(rule()) == 1


def test_the_book_is_kept_and_asked_for_cheaply(loaded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    queries.forget_book()
    with CaptureQueriesContext(
        connection,
    ) as first:
        book = queries.book()
    assert len(first) == len(TABLES) + 3
    with CaptureQueriesContext(connection) as second:
        assert queries.book() is book
    assert len(second) == 0
    monkeypatch.setattr(queries, "CHECK_SECONDS", 0)
    with CaptureQueriesContext(connection) as third:
        assert queries.book() is book
    assert len(third) == 1
    loading.touch()
    assert queries.book() is not book
    assert queries.book() == Book(book.identity, book.tables, book.fingerprint)


def test_without_a_city_the_remedy_is_told() -> None:
    with pytest.raises(queries.NoCity, match="jieban city load beijing"):
        queries.book()


class _Clerk(SimpleNamespace):
    is_active = is_staff = is_authenticated = True

    def has_perm(self, name: str, *_: Any) -> bool:
        return "delete" not in name


@pytest.mark.parametrize("model", list(models.MODELS.values()), ids=list(models.MODELS))
def test_every_table_can_be_looked_at_in_the_admin(loaded: Path, model: type[Reference]) -> None:
    request: Any = RequestFactory().get("/", {"q": "a"})
    request.user = _Clerk(pk=1)
    site_admin = admin.site._registry[model]
    listing: Any = site_admin.get_changelist_instance(request)
    assert listing.get_queryset(request).count() <= model._default_manager.count()
    row = model._default_manager.first()
    if row is None:  # an optional table of which this city has no row
        assert model in LAW_MODELS.values()
        row = model(valid_from=date(2020, 1, 1))
    assert str(row)
    assert "valid_to" in site_admin.get_form(request, row).base_fields
    assert not site_admin.has_delete_permission(request, row)


def test_lists_are_written_in_the_admin_as_in_the_files(loaded: Path) -> None:
    request: Any = RequestFactory().get("/")
    request.user = _Clerk(pk=1)
    field = admin.site._registry[models.Category].get_form(request).base_fields["keywords"]
    assert field.clean("停电|没电") == ["停电", "没电"]
    assert field.prepare_value(["停电", "没电"]) == "停电|没电"


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("city", *words, stdout=out)
    return out.getvalue()


def test_the_command_checks_loads_and_shows(folder: Path) -> None:
    assert "0 errors, 0 warnings; it can be loaded." in run("check", str(folder))
    assert "units: 14 added" in run("load", str(folder))
    assert "nothing was changed" in run("load", str(folder))
    shown = run("show", "--on", "2026-11-02")
    assert "小城 (Smalltown), pack smalltown 1, on 2026-11-02" in shown
    assert "units                    12\n" in shown
    assert "units                     0 (and 12 of other days)" in run("show", "--on", "2019-01-01")


def test_the_command_names_mistakes_and_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_city(folder, swapped("schemes", ",10,45,45,", ",1,1,1,"))
    out = io.StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("city", "check", str(folder), stdout=out)
    assert left.value.code == 1
    assert "schemes.csv:2 [weight_response] error" in out.getvalue()
    assert "1 error, 0 warnings; it cannot be loaded." in out.getvalue()
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("city", "check", str(folder), "--json", stdout=out)
    assert json.loads(out.getvalue())[0]["line"] == 2
    with pytest.raises(CommandError, match=r"schemes\.csv:2"):
        call_command("city", "load", str(folder))
    with pytest.raises(CommandError, match="no city pack"):
        call_command("city", "check", "nowhere")
