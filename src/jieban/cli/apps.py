"""Django's name of the room."""

from django.apps import AppConfig


class CliConfig(AppConfig):
    """The room ``cli``."""

    name = "jieban.cli"
    label = "cli"
    default_auto_field = "django.db.models.BigAutoField"
