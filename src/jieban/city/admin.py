"""The reference data in the admin: to look at for those who may, to change for those who may that.

A change marks the row as made by hand, so that loading a newer pack leaves it alone, and gives the
data a new serial, so that every process reads its book again. Nothing is deleted here either: a row
that no longer holds gets a last day.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.forms import SimpleArrayField
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest

from jieban.city.editing import new_errors
from jieban.city.findings import Finding
from jieban.city.loading import touch
from jieban.city.models import MODELS, LoadedPack
from jieban.city.references import Reference
from jieban.city.schema import COMMON, KEYS, LIFELONG, column_names

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Any]
    RowForm = ModelForm[Reference]
else:
    Admin = admin.ModelAdmin
    RowForm = ModelForm

FILTERS = ("level", "kind", "group", "place_level", "tier", "calendar", "unit", "status", "by_hand")
SEARCHED = ("code", "name", "name_en", "phrase", "place", "category", "lead", "keywords", "basis", "source")
LONG = ("keywords", "aliases", "explanation", "explanation_en", "reason", "reason_en", "basis", "assist")


class BarField(SimpleArrayField):
    """A list in one line, its parts separated by | as in the files of a pack."""

    def __init__(self, base_field: forms.Field, **more: Any) -> None:
        super().__init__(base_field, delimiter="|", **more)


class ReferenceForm(RowForm):
    """A row by hand: refused when the city could not work with it, in the words of ``city check``."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        table = f"{_table_of(self.instance)}.csv"
        for finding in _new_errors(self.instance):
            here = finding.file == table and finding.column in self.fields
            self.add_error(finding.column if here else None, f"{finding.message} {finding.remedy}")


def _table_of(row: Reference) -> str:
    return next(table for table, model in MODELS.items() if type(row) is model)


def _new_errors(row: Reference) -> list[Finding]:
    """What would be wrong in the city with this row and is not wrong without it; nothing is stored."""
    tried = copy(row)
    tried.position = _position(row)
    return new_errors([tried])


def _position(row: Reference) -> int:
    """Where the row stands in its table: a new one at the end."""
    if row.pk is not None:
        return row.position
    last = type(row)._default_manager.aggregate(last=models.Max("position"))["last"]
    return 0 if last is None else int(last) + 1


class ReferenceAdmin(Admin):
    """One table of reference data; what is listed and searched follows from its columns."""

    form = ReferenceForm
    table = ""
    list_per_page = 50
    show_full_result_count = False
    ordering = ("position",)

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """The short columns, the period and the standing."""
        own = [name for name in column_names(self.table) if name not in LONG and name not in COMMON]
        return (*own, "valid_from", "valid_to", "status", "by_hand")

    def get_list_filter(self, request: HttpRequest) -> tuple[str, ...]:
        """Those columns that hold few different words."""
        return tuple(name for name in FILTERS if name in (*column_names(self.table), "by_hand"))

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Those columns in which a person looks for a row."""
        return [name for name in SEARCHED if name in column_names(self.table)]

    def get_readonly_fields(self, request: HttpRequest, obj: Reference | None = None) -> tuple[str, ...]:
        """A code is given once; of a dated row neither code nor first day changes."""
        if obj is None:
            return ("by_hand",)
        return (*KEYS[self.table], *(() if self.table in LIFELONG else ("valid_from",)), "by_hand")

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **more: Any
    ) -> forms.Field | None:
        """Lists are written as in the files of a pack, texts in a box of moderate size."""
        if isinstance(db_field, ArrayField):
            more["form_class"] = BarField
        return super().formfield_for_dbfield(db_field, request, **more)

    def save_model(self, request: HttpRequest, obj: Reference, form: ModelForm[Any], change: bool) -> None:
        """Keep the change as one made by hand and let every process see it."""
        obj.by_hand = True
        obj.position = _position(obj)
        super().save_model(request, obj, form, change)
        touch()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: tickets may point at the row. Give it a last day instead."""
        return False


class LoadedPackAdmin(Admin):
    """Which city this is; only to look at."""

    list_display = ("name", "code", "version", "loaded_at", "serial", "fingerprint")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: packs are loaded with ``jieban city load``."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


for _table, _model in MODELS.items():
    admin.site.register(_model, type(f"{_model.__name__}Admin", (ReferenceAdmin,), {"table": _table}))
admin.site.register(LoadedPack, LoadedPackAdmin)
