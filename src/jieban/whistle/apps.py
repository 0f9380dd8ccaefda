"""Django's name of the room."""

from django.apps import AppConfig


class WhistleConfig(AppConfig):
    """The room ``whistle``."""

    name = "jieban.whistle"
    label = "whistle"
    default_auto_field = "django.db.models.BigAutoField"
