"""Django's name of the room."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The room ``api``."""

    name = "jieban.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"
