"""Django's name of the room."""

from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    """The room ``assessment``."""

    name = "jieban.assessment"
    label = "assessment"
    default_auto_field = "django.db.models.BigAutoField"
