"""What is stored of every kind of matter."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


class Matter(models.Model):
    """The columns that every kind shares. ``id`` comes from one series for all kinds.

    ``version`` counts the events and is the value that compare-and-set compares. ``clock`` names what
    the worker must do at ``clock_at``; both are empty where nothing is pending.
    """

    id = models.BigIntegerField(primary_key=True)
    number = models.CharField(_("number"), max_length=32, unique=True)
    state = models.CharField(_("state"), max_length=20)
    version = models.PositiveIntegerField(default=0)
    lead = models.ForeignKey(
        "city.Unit",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("lead unit"),
        db_index=False,  # each kind has the index that its lists need
    )
    queue = models.CharField(_("queue"), max_length=20, blank=True, default="")
    opened_at = models.DateTimeField(_("opened at"))
    updated_at = models.DateTimeField(_("updated at"))
    due_at = models.DateTimeField(_("due at"), null=True)
    clock = models.CharField(max_length=20, blank=True, default="")
    clock_at = models.DateTimeField(null=True)
    pauses = models.JSONField(default=list)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    simulated = models.BooleanField(_("simulated"), default=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number

    def row(self) -> dict[str, Any]:
        """The columns as a plain mapping, the form in which rules read a matter."""
        return {column.attname: getattr(self, column.attname) for column in self._meta.concrete_fields}


class Event(models.Model):
    """One change of one matter. Written once; the database refuses to edit or delete it.

    ``changes`` holds the columns that the event set, so that the row can be rebuilt; ``detail`` what
    else is worth knowing. ``seq`` counts within the matter from 1, and is unique there.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(_("kind"), max_length=20)
    matter = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    verb = models.CharField(_("verb"), max_length=30)
    state_from = models.CharField(max_length=20)
    state_to = models.CharField(_("state"), max_length=20)
    at = models.DateTimeField(_("at"))
    actor_kind = models.CharField(max_length=12)
    actor_id = models.CharField(max_length=40)
    actor_name = models.CharField(_("actor"), max_length=80)
    actor_unit = models.CharField(_("unit"), max_length=40, blank=True)
    actor_roles = ArrayField(models.CharField(max_length=20), default=list)
    changes = models.JSONField(encoder=DjangoJSONEncoder, default=dict)
    detail = models.JSONField(encoder=DjangoJSONEncoder, default=dict)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [models.UniqueConstraint(fields=["matter", "seq"], name="one_event_per_step")]

    def __str__(self) -> str:
        return f"{self.kind} {self.matter} #{self.seq} {self.verb}"


class Notice(models.Model):
    """The outbox: somebody is to be told of an event. Stored with the event; ``notices`` delivers it.

    Holds no words and no names: who is told what follows from the event, the templates and the ticket
    at the time of sending. ``state``: ``new``, ``done``, ``dead`` (given up after the last try).
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20)
    matter = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    verb = models.CharField(_("verb"), max_length=30)
    at = models.DateTimeField(_("at"))
    state = models.CharField(_("state"), max_length=8, default="new")
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_at = models.DateTimeField(_("next try"))
    problem = models.CharField(_("problem"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [models.UniqueConstraint(fields=["matter", "seq"], name="one_notice_per_event")]
        indexes = [
            models.Index(fields=["next_at", "id"], name="notice_pending", condition=models.Q(state="new"))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.matter} #{self.seq} {self.verb} ({self.state})"


class Attachment(models.Model):
    """A file that belongs to a matter; the bytes lie in the media folder under their SHA-256."""

    kind = models.CharField(max_length=20)
    matter = models.BigIntegerField(db_index=True)
    media = models.CharField(_("media"), max_length=10, default="image")
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    added_at = models.DateTimeField(_("added at"))
    added_by = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [models.UniqueConstraint(fields=["matter", "sha256"], name="one_copy_per_matter")]

    def __str__(self) -> str:
        return f"{self.media} {self.sha256[:8]}"
