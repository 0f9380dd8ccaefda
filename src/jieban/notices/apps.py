"""Django's name of the room."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """The room ``notices``."""

    name = "jieban.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"
