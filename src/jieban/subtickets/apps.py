"""Django's name of the room; registers the sub-ticket as a kind of matter."""

from django.apps import AppConfig


class SubticketsConfig(AppConfig):
    """The room ``subtickets``."""

    name = "jieban.subtickets"
    label = "subtickets"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make sub-tickets known to the engine."""
        from jieban.matters.kinds import register
        from jieban.subtickets.kind import SUBTICKET

        register(SUBTICKET)
