"""Django's name of the room."""

from django.apps import AppConfig


class CallbackConfig(AppConfig):
    """The room ``callback``."""

    name = "jieban.callback"
    label = "callback"
    default_auto_field = "django.db.models.BigAutoField"
