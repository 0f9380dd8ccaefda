"""What is stored of drafting: each draft, who asked for it, what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

SUMMARY, SLOTS, REPLY = KINDS = ("summary", "slots", "reply")
KIND_NAMES = {
    SUMMARY: _("summary"),
    SLOTS: _("answers found in the words"),
    REPLY: _("draft of a reply"),
}

ASKED, READY, FAILED, USED, DISCARDED = STATES = ("asked", "ready", "failed", "used", "discarded")
STATE_NAMES = {
    ASKED: _("being drafted"),
    READY: _("ready"),
    FAILED: _("failed"),
    USED: _("used"),
    DISCARDED: _("discarded"),
}

PROBLEM_NAMES = {
    "unset": _("No helper is set up any more."),
    "protected": _("This request is protected, so its words stay in the house."),
    "unreachable": _("The helper does not answer."),
    "slow": _("The helper took too long."),
    "busy": _("The helper has too much to do now."),
    "refused": _("The helper does not take our question. Tell your administrator."),
    "broken": _("The helper is out of order."),
    "unfit": _("What the helper answered was not in the form that we ask for, so it was thrown away."),
    "resting": _("The helper has failed several times, so it is left alone for a minute."),
    "empty": _("The helper found nothing to propose."),
    "no_sources": _("The knowledge base holds nothing near to this, so there is nothing to cite."),
}


class Draft(models.Model):
    """What a language model proposed for a ticket (草稿), or was asked to; changes nothing by itself.

    ``wanted``: the questions of the form that answers are looked for; ``text``: the words that a person
    may begin from; ``result``: the proposal with its quotes and citations (``rules``); ``prompt``: kind
    and version of the instructions. ``problem``: why it failed, one of ``PROBLEM_NAMES``.
    """

    ticket = models.BigIntegerField(db_index=True)
    kind = models.CharField(_("kind"), max_length=10, choices=tuple(KIND_NAMES.items()))
    state = models.CharField(_("state"), max_length=10, choices=tuple(STATE_NAMES.items()), default=ASKED)
    wanted = models.JSONField(default=list)
    text = models.TextField(_("text"), blank=True, default="")
    result = models.JSONField(default=dict)
    problem = models.CharField(_("problem"), max_length=20, blank=True, default="")
    model = models.CharField(_("model"), max_length=80, blank=True, default="")
    prompt = models.CharField(_("instructions"), max_length=20, blank=True, default="")
    asked_by = models.CharField(max_length=40)
    asked_by_name = models.CharField(_("asked for by"), max_length=80)
    asked_at = models.DateTimeField(_("asked for at"))
    answered_at = models.DateTimeField(_("drafted at"), null=True)
    decided_by = models.CharField(max_length=40, blank=True, default="")
    decided_by_name = models.CharField(_("decided by"), max_length=80, blank=True, default="")
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "kind"], condition=Q(state=ASKED), name="one_draft_asked_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ticket} ({self.state})"

    @property
    def problem_words(self) -> str:
        """Why it failed, in the reader's language."""
        return str(PROBLEM_NAMES.get(self.problem, ""))
