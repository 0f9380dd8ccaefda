"""Django's name of the room."""

from django.apps import AppConfig


class DraftingConfig(AppConfig):
    """The room ``drafting``."""

    name = "jieban.drafting"
    label = "drafting"
    default_auto_field = "django.db.models.BigAutoField"
