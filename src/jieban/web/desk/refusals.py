"""Why something could not be done, in the reader's language, with what to do now."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils.translation import gettext as _

from jieban.intake.following import UrgedAlready
from jieban.matters.actions import Overtaken, overtaken
from jieban.matters.models import Matter
from jieban.matters.rules import Incomplete, NotPossible, WrongState
from jieban.web.words import state_words, verb_words, when_words


def refusal_words(error: NotPossible) -> str:
    """A refusal of the engine or of an action."""
    if isinstance(error, WrongState):
        return _("This cannot be done now: the ticket is “%(state)s”.") % {"state": state_words(error.state)}
    if isinstance(error, Incomplete):
        return _("Something is still missing. Fill in the field, then send it again.")
    if isinstance(error, UrgedAlready):
        when = when_words(error.again, datetime.now(UTC))
        return _("It was urged a short while ago; it can be urged again from %(when)s.") % {"when": when}
    return str(error)


def overtaken_words(error: Overtaken) -> str:
    """Somebody else was first: who, when, what."""
    values = {
        "who": error.by if error.by not in ("Jieban", "platform") else _("The platform"),
        "what": verb_words(error.verb),
        "when": when_words(error.at, datetime.now(UTC)) if error.at else _("just now"),
    }
    return _("%(who)s was a moment faster (%(when)s): “%(what)s”.") % values


def seen(ticket: Matter, version: str) -> None:
    """Hold the version that the person saw against the one that is stored.

    One SQL statement when they differ, and then raises ``Overtaken`` with the last event.
    """
    if version != str(ticket.version):
        raise overtaken(ticket)
