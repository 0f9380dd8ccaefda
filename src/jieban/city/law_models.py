"""What is stored of the tables that carry the law of a ticket (``city.law``), with the same columns."""

from __future__ import annotations

from django.db import models

from jieban.city.references import Dated, Reference, list_of_texts, optional, text


class Named(Dated):
    """A dated row with names."""

    name = optional()
    name_en = optional()

    class Meta:
        abstract = True


class TierChoice(Dated):
    """A time limit by type of demand or matter: ``law.TierChoice``."""

    demand_type = optional()
    category = optional()
    channel = optional()
    redo = models.BooleanField(default=False)
    alarm = models.BooleanField(default=False)
    tier = models.CharField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["code", "valid_from"], name="city_tier_choice_once"),)


class EmergencyLine(Named):
    """An emergency line: ``law.EmergencyLine``."""

    acknowledge_minutes = models.DecimalField(max_digits=18, decimal_places=6)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["code", "valid_from"], name="city_emergency_line_once"),
        )


class FormField(Named):
    """A field that some requests need: ``law.FormField``."""

    form = models.CharField()
    kind = models.CharField()
    required = models.BooleanField()
    choices = list_of_texts()
    categories = list_of_texts()
    demand_types = list_of_texts()
    requester_kinds = list_of_texts()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["code", "valid_from"], name="city_form_field_once"),)


class Ledger(Named):
    """A special ledger (台账): ``law.Ledger``."""

    direction = optional()
    party_kind = optional()
    categories = list_of_texts()
    tags = list_of_texts()
    requester_kinds = list_of_texts()
    coordinator = optional()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["code", "valid_from"], name="city_ledger_once"),)


class Party(Named):
    """A body outside the city's command: ``law.Party``."""

    kind = models.CharField()
    phrases = list_of_texts()

    class Meta:
        verbose_name_plural = "parties"
        constraints = (models.UniqueConstraint(fields=["code", "valid_from"], name="city_party_once"),)


class NamedDuty(Named):
    """Who leads where the words name an operator: ``law.NamedDuty``."""

    categories = list_of_texts()
    phrases = list_of_texts()
    lead = models.CharField()
    basis = optional()

    class Meta:
        verbose_name_plural = "named duties"
        constraints = (models.UniqueConstraint(fields=["code", "valid_from"], name="city_named_duty_once"),)


class RiskGroup(Named):
    """People at risk (困难群体): ``law.RiskGroup``."""

    phrases = list_of_texts()
    min_age = models.IntegerField(null=True, blank=True)
    max_age = models.IntegerField(null=True, blank=True)
    months = list_of_texts()
    tier = optional()
    weight = models.DecimalField(max_digits=18, decimal_places=6)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["code", "valid_from"], name="city_risk_group_once"),)


class Surge(Named):
    """A topic that fills the lines: ``law.Surge``."""

    phrases = list_of_texts()
    categories = list_of_texts()
    form = optional()
    feed_hours = models.DecimalField(max_digits=18, decimal_places=6)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["code", "valid_from"], name="city_surge_once"),)


class CommunityDuty(Named):
    """What communities may be asked: ``law.CommunityDuty``."""

    categories = list_of_texts()
    basis = text()

    class Meta:
        verbose_name_plural = "community duties"
        constraints = (
            models.UniqueConstraint(fields=["code", "valid_from"], name="city_community_duty_once"),
        )


class StandardReply(Named):
    """Words from which a reply may begin: ``law.StandardReply``."""

    categories = list_of_texts()
    text_en = text()
    text = models.TextField()

    class Meta:
        verbose_name_plural = "standard replies"
        constraints = (
            models.UniqueConstraint(fields=["code", "valid_from"], name="city_standard_reply_once"),
        )


class CallbackReason(Named):
    """Why a requester says no: ``law.CallbackReason``."""

    question = models.CharField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["code", "valid_from"], name="city_callback_reason_once"),
        )


class WhistleKind(Named):
    """A kind of whistle (哨): ``law.WhistleKind``."""

    report_minutes = models.DecimalField(max_digits=18, decimal_places=6)
    calendar = models.CharField()
    situation = text()
    situation_en = text()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["code", "valid_from"], name="city_whistle_kind_once"),)


class OversightTrigger(Named):
    """What puts something under supervision (督办): ``law.OversightTrigger``."""

    measure = models.CharField()
    threshold = models.DecimalField(max_digits=18, decimal_places=6)
    step = models.CharField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["code", "valid_from"], name="city_oversight_trigger_once"),
        )


class OversightStep(Named):
    """A rung of the ladder of supervision: ``law.OversightStep``."""

    rung = models.IntegerField()
    answer_hours = models.DecimalField(max_digits=18, decimal_places=6)
    calendar = models.CharField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["code", "valid_from"], name="city_oversight_step_once"),
        )


class NoticeTemplate(Dated):
    """Words by which somebody is told of an event: ``law.NoticeTemplate``."""

    event = models.CharField()
    audience = models.CharField()
    medium = models.CharField()
    subject = text()
    subject_en = text()
    text_en = text()
    text = models.TextField()
    urgent = models.BooleanField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["code", "valid_from"], name="city_notice_template_once"),
        )


LAW_MODELS: dict[str, type[Reference]] = {
    "tier_choices": TierChoice,
    "emergency_lines": EmergencyLine,
    "form_fields": FormField,
    "ledgers": Ledger,
    "parties": Party,
    "named_duties": NamedDuty,
    "risk_groups": RiskGroup,
    "surges": Surge,
    "community_duties": CommunityDuty,
    "standard_replies": StandardReply,
    "callback_reasons": CallbackReason,
    "whistle_kinds": WhistleKind,
    "oversight_triggers": OversightTrigger,
    "oversight_steps": OversightStep,
    "notice_templates": NoticeTemplate,
}
"""Optional table of a pack -> the model that stores its rows."""
