"""What the tables of reference data share: the four columns of every row, and two of the store's own."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

STATUS_CHOICES = [("official", "official"), ("practice", "practice"), ("demonstration", "demonstration")]


def text() -> models.TextField[str, str]:
    """A text that may be empty."""
    return models.TextField(blank=True, default="")


def optional() -> models.CharField[str, str]:
    """A short text that may be empty."""
    return models.CharField(blank=True, default="")


def list_of_texts() -> ArrayField:  # type: ignore[type-arg]
    """A list that may be empty."""
    return ArrayField(models.CharField(), default=list, blank=True)


class Reference(models.Model):
    """What every row of reference data carries (``book.Row``), and two columns of the store's own.

    ``position`` keeps the order of the file. ``by_hand`` marks a row that somebody changed in the
    admin: loading a newer pack leaves it alone.
    """

    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = text()
    status = models.CharField(choices=STATUS_CHOICES, default="demonstration")
    position = models.IntegerField(default=0, editable=False)
    by_hand = models.BooleanField(default=False, editable=False)

    class Meta:
        abstract = True


class Coded(Reference):
    """A row whose code is given once, for life."""

    code = models.CharField(primary_key=True)
    name = models.CharField()
    name_en = optional()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        """How a person knows the row."""
        return f"{self.name} ({self.code})"


class Dated(Reference):
    """A row that may follow others of the same code in time."""

    code = models.CharField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        """How a person knows the row."""
        return f"{self.code} ({self.valid_from:%Y-%m-%d})"
