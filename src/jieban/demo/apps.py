"""Django's name of the room."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The room ``demo``."""

    name = "jieban.demo"
    label = "demo"
    default_auto_field = "django.db.models.BigAutoField"
