"""What is stored of dispatch besides the tickets themselves: what the catalogue could learn from them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jieban.dispatch.events.models import EventSuggestion, JoinBar, MatterRuling

__all__ = [
    "CatalogueProposal",
    "DispatchFact",
    "DispatchMonth",
    "EventSuggestion",
    "JoinBar",
    "MatterRuling",
]

PROPOSED, APPROVED, REJECTED = STATES = ("proposed", "approved", "rejected")
STATE_NAMES = {
    PROPOSED: _("waits for the owner of the catalogue"),
    APPROVED: _("approved"),
    REJECTED: _("rejected"),
}


class CatalogueProposal(models.Model):
    """A change of the dispatch catalogue (派单目录) that a ruling or a manual dispatch suggests.

    ``row``: code of the row by which the matter goes today, or empty; ``lead``: the selector that would
    hold from ``from_day`` on (docs/city-pack.md). A person made it and another one decides on it.
    """

    ticket = models.BigIntegerField()
    ticket_number = models.CharField(_("ticket"), max_length=32)
    category = models.CharField(_("category"), max_length=12)
    place_level = models.CharField(_("place level"), max_length=10)
    row = models.CharField(_("catalogue row"), max_length=30, blank=True, default="")
    lead = models.CharField(_("proposed lead"), max_length=60)
    basis = models.TextField(_("basis"))
    from_day = models.DateField(_("in force from"))
    state = models.CharField(_("state"), max_length=10, default=PROPOSED)
    proposed_by = models.CharField(max_length=40)
    proposed_by_name = models.CharField(_("proposed by"), max_length=80)
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_by_name = models.CharField(_("decided by"), max_length=80, blank=True, default="")
    decided_at = models.DateTimeField(_("decided at"), null=True)
    note = models.TextField(_("note"), blank=True, default="")

    class Meta:
        verbose_name = _("proposal for the catalogue")
        verbose_name_plural = _("proposals for the catalogue")
        constraints = [
            models.UniqueConstraint(
                fields=["category", "place_level", "lead"],
                condition=Q(state=PROPOSED),
                name="one_open_proposal_for_a_change",
            )
        ]
        indexes = [models.Index(fields=["state", "-id"], name="catalogue_proposal_list")]

    def __str__(self) -> str:
        return f"{self.category} {self.place_level}: {self.lead} ({self.state})"


class DispatchMonth(models.Model):
    """How often a unit took matters of a category at a place in a month, and how often it was the wrong one.

    ``category`` has four digits; ``place`` is the street, else the district, else empty; ``month`` is its
    first day (city time). ``sent`` is counted every night; ``returned``, accepted objections and rulings
    (派单异议), at once. No requester is in it.
    """

    category = models.CharField(_("category"), max_length=4)
    place = models.CharField(_("place"), max_length=12, blank=True, default="")
    unit = models.CharField(_("unit"), max_length=40)
    month = models.DateField(_("month"))
    sent = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("dispatches of a month")
        verbose_name_plural = _("dispatches of a month")
        constraints = [
            models.UniqueConstraint(fields=["category", "place", "month", "unit"], name="dispatch_month_once")
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.place} {self.unit} {self.month:%Y-%m}: {self.sent}, {self.returned}"


class DispatchFact(models.Model):
    """Dispatches of a month counted by how sure and how right they were: what the report is made of.

    ``category`` has two digits; ``bin`` is the tenth of the confidence (0 to 9, 10 where there was none);
    ``agreed``: the unit proposed first has it now; ``alone``: it went out without a person; ``first``: no
    objection to it was accepted. ``said`` is the sum of the confidences.
    """

    month = models.DateField(_("month"))
    category = models.CharField(_("category"), max_length=2, blank=True, default="")
    unit = models.CharField(_("unit"), max_length=40)
    bin = models.PositiveSmallIntegerField()
    agreed = models.BooleanField()
    alone = models.BooleanField()
    first = models.BooleanField()
    n = models.PositiveIntegerField()
    said = models.FloatField(default=0.0)

    class Meta:
        verbose_name = _("dispatch figures of a month")
        verbose_name_plural = _("dispatch figures of a month")
        constraints = [
            models.UniqueConstraint(
                fields=["month", "unit", "category", "bin", "agreed", "alone", "first"],
                name="dispatch_fact_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.unit} {self.category}: {self.n}"
