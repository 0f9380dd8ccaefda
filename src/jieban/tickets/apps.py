"""Django's name of the room; registers the ticket as a kind of matter."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    """The room ``tickets``."""

    name = "jieban.tickets"
    label = "tickets"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make tickets known to the engine."""
        from jieban.matters.kinds import register
        from jieban.tickets.kind import TICKET

        register(TICKET)
