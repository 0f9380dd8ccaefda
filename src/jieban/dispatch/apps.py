"""Django's name of the room."""

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    """The room ``dispatch``."""

    name = "jieban.dispatch"
    label = "dispatch"
    default_auto_field = "django.db.models.BigAutoField"
