"""Django's name of the room."""

from django.apps import AppConfig


class OversightConfig(AppConfig):
    """The room ``oversight``."""

    name = "jieban.oversight"
    label = "oversight"
    default_auto_field = "django.db.models.BigAutoField"
