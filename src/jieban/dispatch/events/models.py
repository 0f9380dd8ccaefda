"""What is stored of events that several people may tell of: proposals, what people decided, and the bars."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

OPEN, ACCEPTED, DECLINED, SETTLED = STATES = ("open", "accepted", "declined", "settled")


class EventSuggestion(models.Model):
    """Two tickets of different people that may tell of one event (同一事件); a person decides.

    ``ticket`` came later. ``reasons``: shared words, metres, days, people, and by what it was found.
    ``settled``: one of the two was closed or joined otherwise before anybody decided.
    """

    ticket = models.BigIntegerField()
    ticket_number = models.CharField(_("ticket"), max_length=32)
    other = models.BigIntegerField()
    other_number = models.CharField(_("earlier ticket"), max_length=32)
    category = models.CharField(_("category"), max_length=12, blank=True, default="")
    district = models.CharField(_("district"), max_length=12, blank=True, default="")
    chance = models.FloatField(_("how likely"))
    reasons = models.JSONField(_("reasons"), default=dict)
    state = models.CharField(_("state"), max_length=10, default=OPEN)
    made_at = models.DateTimeField(_("made at"))
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_by_name = models.CharField(_("decided by"), max_length=80, blank=True, default="")
    decided_at = models.DateTimeField(_("decided at"), null=True)
    note = models.TextField(_("note"), blank=True, default="")

    class Meta:
        verbose_name = _("suggestion of a common matter")
        verbose_name_plural = _("suggestions of a common matter")
        constraints = [models.UniqueConstraint(fields=["ticket", "other"], name="one_suggestion_for_a_pair")]
        indexes = [
            models.Index(fields=["-chance", "-id"], name="suggestion_open", condition=Q(state=OPEN)),
            models.Index(fields=["category", "state"], name="suggestion_category"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_number} / {self.other_number} ({self.state})"


class MatterRuling(models.Model):
    """A person said that two matters are one event, or are not: the finder honours it from then on.

    ``one`` and ``other`` are fingerprints of matters (``events.joining.fingerprint``) in their order, or
    keys of two tickets where both matters have the same fingerprint.
    """

    one = models.CharField(max_length=64)
    other = models.CharField(max_length=64)
    together = models.BooleanField(_("one event"))
    category = models.CharField(_("category"), max_length=12, blank=True, default="")
    by = models.CharField(max_length=40)
    by_name = models.CharField(_("decided by"), max_length=80, blank=True, default="")
    at = models.DateTimeField(_("decided at"))
    note = models.TextField(_("note"), blank=True, default="")

    class Meta:
        verbose_name = _("ruling on two matters")
        verbose_name_plural = _("rulings on two matters")
        constraints = [models.UniqueConstraint(fields=["one", "other"], name="one_ruling_for_two_matters")]

    def __str__(self) -> str:
        return f"{self.one[:8]} / {self.other[:8]}: {'together' if self.together else 'apart'}"


class JoinBar(models.Model):
    """How likely two tickets of a category must be one event before it is suggested; a row for each change.

    The latest row holds. ``accepted`` and ``declined`` are the decisions from which it was moved.
    """

    category = models.CharField(_("category"), max_length=12)
    before = models.FloatField(_("before"))
    bar = models.FloatField(_("from then on"))
    accepted = models.PositiveIntegerField(_("accepted"))
    declined = models.PositiveIntegerField(_("declined"))
    at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("bar for suggestions")
        verbose_name_plural = _("bars for suggestions")
        indexes = [models.Index(fields=["category", "-id"], name="join_bar_latest")]

    def __str__(self) -> str:
        return f"{self.category}: {self.before:.2f} -> {self.bar:.2f}"
