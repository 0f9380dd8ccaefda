"""What is stored of names that people use for places and the city does not know yet."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

PROPOSED, APPROVED, REJECTED = NAME_STATES = ("proposed", "approved", "rejected")


class NameProposal(models.Model):
    """A name of a place that a requester used and a person placed: proposed as a row of ``place_names``.

    ``name`` are the requester's words, masked; ``place`` is the code that a person chose. Whoever proposed it
    does not decide on it.
    """

    name = models.CharField(max_length=30)
    place = models.CharField(max_length=20)
    kind = models.CharField(max_length=10)
    said = models.PositiveIntegerField(default=1)
    ticket_number = models.CharField(max_length=32)
    state = models.CharField(max_length=10, default=PROPOSED)
    proposed_by = models.CharField(max_length=40)
    proposed_by_name = models.CharField(max_length=80)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_by_name = models.CharField(max_length=80, blank=True, default="")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        """One open proposal for a name and a place."""

        constraints = (
            models.UniqueConstraint(
                fields=["name", "place"], condition=Q(state=PROPOSED), name="one_open_proposal_for_a_name"
            ),
        )
        indexes = (models.Index(fields=["state", "-id"], name="name_proposal_list"),)

    def __str__(self) -> str:
        """How a person knows the row."""
        return f"{self.name} ({self.place}, {self.state})"
