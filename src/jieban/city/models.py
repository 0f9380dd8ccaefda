"""What is stored of the city: one table for each table of a pack, with the same columns.

References between these tables are kept as codes, as in the pack; ``city.check`` holds them together
before anything is stored. Other rooms point at ``Place``, ``Unit``, ``Category``, ``DemandType`` and
``Branch`` with foreign keys. Texts have no limit of length: PostgreSQL gains nothing from one.
Only ``city.loading`` and the admin write here.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.postgres.fields import ArrayField
from django.db import models

from jieban.city.law_models import LAW_MODELS
from jieban.city.naming_models import NameProposal as NameProposal
from jieban.city.references import Coded, Dated, Reference, optional, text


class Place(Coded):
    """A division of the city (行政区划): ``book.Place``."""

    parent = optional()
    level = models.CharField()
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    population = models.BigIntegerField(null=True, blank=True)


class PlaceName(Reference):
    """Another name of a place: ``book.PlaceName``."""

    name = models.CharField()
    place = models.CharField()
    kind = models.CharField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["name", "place", "kind", "valid_from"], name="city_place_name_once"
            ),
        )

    def __str__(self) -> str:
        """How a person knows the row."""
        return f"{self.name} ({self.place})"


class Line(Coded):
    """A line of business (条): ``book.Line``."""


class Unit(Coded):
    """A body that can hold a ticket (承办单位): ``book.Unit``; communities are stored here too."""

    kind = models.CharField()
    parent = optional()
    place = optional()
    line = optional()
    calendar = models.CharField(default="working")


class Calendar(Dated):
    """Working hours: ``book.Calendar``."""

    name = models.CharField()
    name_en = optional()
    hours = ArrayField(models.CharField())
    weekdays = models.CharField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["code", "valid_from"], name="city_calendar_once"),)


class CalendarDay(Reference):
    """A day that differs from the weekly pattern: ``book.CalendarDay``."""

    calendar = models.CharField()
    day = models.DateField()
    kind = models.CharField()
    name = optional()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["calendar", "day", "valid_from"], name="city_calendar_day_once"),
        )

    def __str__(self) -> str:
        """How a person knows the row."""
        return f"{self.calendar} {self.day:%Y-%m-%d} {self.kind}"


class DemandType(Coded):
    """A type of demand (诉求类型): ``book.DemandType``."""

    statutory = models.BooleanField()


class Tag(Coded):
    """A mark on categories: ``book.Tag``."""

    group = models.CharField()


class Category(Coded):
    """What a demand is about (问题分类): ``book.Category``."""

    parent = optional()
    level = models.IntegerField()
    keywords = ArrayField(models.CharField(), default=list, blank=True)
    aliases = ArrayField(models.CharField(), default=list, blank=True)
    tags = ArrayField(models.CharField(), default=list, blank=True)

    class Meta:
        verbose_name_plural = "categories"


class CatalogueRow(Dated):
    """A row of the dispatch catalogue (派单目录): ``book.CatalogueRow``."""

    category = models.CharField()
    place_level = models.CharField()
    lead = models.CharField()
    assist = ArrayField(models.CharField(), default=list, blank=True)
    tier = models.CharField()
    basis = text()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["code", "valid_from"], name="city_catalogue_row_once"),
        )


class LimitTier(Dated):
    """A tier of time limits (办理时限): ``book.LimitTier``."""

    name = models.CharField()
    name_en = optional()
    amount = models.IntegerField()
    unit = models.CharField()
    calendar = models.CharField()
    sign_in_hours = models.DecimalField(max_digits=18, decimal_places=6)
    first_contact_hours = models.DecimalField(max_digits=18, decimal_places=6)
    warn_hours = models.DecimalField(max_digits=18, decimal_places=6)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["code", "valid_from"], name="city_limit_tier_once"),)


class Branch(Coded):
    """How a request ends that is not sent to a unit: ``book.Branch``."""

    explanation = text()
    explanation_en = text()
    basis = text()

    class Meta:
        verbose_name_plural = "branches"


class Exclusion(Dated):
    """A reason for leaving a ticket out of the rates (剔除): ``book.Exclusion``."""

    name = models.CharField()
    name_en = optional()
    group = optional()
    days = models.IntegerField(null=True, blank=True)
    basis = text()
    needs = ArrayField(models.CharField(), default=list, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["code", "valid_from"], name="city_exclusion_once"),)


class Scheme(Dated):
    """An evaluation scheme (考评办法): ``book.Scheme``."""

    name = models.CharField()
    name_en = optional()
    weight_response = models.DecimalField(max_digits=18, decimal_places=6)
    weight_resolution = models.DecimalField(max_digits=18, decimal_places=6)
    weight_satisfaction = models.DecimalField(max_digits=18, decimal_places=6)
    basic_satisfied = models.DecimalField(max_digits=18, decimal_places=6)
    partly_solved = models.DecimalField(max_digits=18, decimal_places=6)
    unreachable = models.CharField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["code", "valid_from"], name="city_scheme_once"),)


class Alarm(Reference):
    """Words that always raise the urgency: ``book.Alarm``."""

    phrase = models.CharField()
    name = models.CharField()
    tier = models.CharField()
    call = optional()
    reason = text()
    reason_en = text()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["phrase", "valid_from"], name="city_alarm_once"),)

    def __str__(self) -> str:
        """How a person knows the row."""
        return self.phrase


class Rule(Dated):
    """A single number that the city may change: ``book.Rule``."""

    value = models.DecimalField(max_digits=18, decimal_places=6)
    unit = optional()
    name = optional()
    name_en = optional()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["code", "valid_from"], name="city_rule_once"),)


class LoadedPack(models.Model):
    """The one city of this database: which pack it was loaded from, and when its data last changed.

    ``fingerprint`` is that of the pack as loaded; ``serial`` grows with every change, by loading or in
    the admin, and never takes the same value twice, not even after a rollback.
    """

    code = models.CharField(primary_key=True)
    name = models.CharField()
    version = models.CharField()
    fingerprint = models.CharField()
    identity = models.JSONField()
    loaded_at = models.DateTimeField()
    serial = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(models.Value(1), name="city_only_one"),)

    def __str__(self) -> str:
        """How a person knows the row."""
        return f"{self.name} {self.version}"


MODELS: Mapping[str, type[Reference]] = {
    "places": Place,
    "place_names": PlaceName,
    "lines": Line,
    "units": Unit,
    "calendars": Calendar,
    "calendar_days": CalendarDay,
    "demand_types": DemandType,
    "tags": Tag,
    "categories": Category,
    "dispatch_catalogue": CatalogueRow,
    "limit_tiers": LimitTier,
    "branches": Branch,
    "exclusions": Exclusion,
    "schemes": Scheme,
    "alarms": Alarm,
    "rules": Rule,
    **LAW_MODELS,
}
"""Table of a pack -> the model that stores its rows."""
