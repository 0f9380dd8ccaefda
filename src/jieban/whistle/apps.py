"""Django's name of the room; registers whistle and report-in as kinds of matter."""

from django.apps import AppConfig


class WhistleConfig(AppConfig):
    """The room ``whistle``."""

    name = "jieban.whistle"
    label = "whistle"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make whistles and report-ins known to the engine."""
        from jieban.matters.kinds import register
        from jieban.whistle.kind import REPORT, WHISTLE

        register(WHISTLE)
        register(REPORT)
