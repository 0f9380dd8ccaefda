"""Django's name of the room."""

from django.apps import AppConfig


class HandlingConfig(AppConfig):
    """The room ``handling``."""

    name = "jieban.handling"
    label = "handling"
    default_auto_field = "django.db.models.BigAutoField"
