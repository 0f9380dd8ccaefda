"""What a person may do with a ticket: one line per verb, with its form, its doing and what is said after.

Which verbs show follows from the law of a ticket (``tickets.workflow``), the person's roles and unit;
``not_now`` holds back what the actions would refuse, and says why before anybody types in vain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jieban.city.book import Branch
from jieban.dispatch.actions import do_answer, do_explain, do_rule_on_objection
from jieban.handling import actions as handling
from jieban.intake.following import do_urge
from jieban.tickets.models import Ticket
from jieban.tickets.workflow import WORKFLOW
from jieban.web.desk import forms as f
from jieban.web.desk.limits import first_contact_by
from jieban.web.desk.sitting import Sitting
from jieban.web.words import when_words

type Cleaned = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Button:
    """A button that sends a verb's form; ``value`` is the decision it stands for."""

    words: Any
    value: str = ""
    look: str = ""


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb as a person meets it. ``says`` are the verbs of the workflow that it may say."""

    name: str
    says: tuple[str, ...]
    title: Any
    form: type[forms.Form]
    do: Callable[[Ticket, Cleaned, Sitting], Ticket]
    done: Callable[[Ticket, Cleaned, Sitting], str]
    buttons: tuple[Button, ...]
    not_now: Callable[[Ticket, Sitting], str] = field(default=lambda ticket, desk: "")


def verbs_for(ticket: Ticket, desk: Sitting) -> list[Verb]:
    """The verbs that this person may use on this ticket now, in the order of the work."""
    allowed = set(WORKFLOW.verbs(ticket.row(), desk.actor))
    return [verb for verb in VERBS.values() if allowed & set(verb.says)]


def may_say(ticket: Ticket, desk: Sitting, *verbs: str) -> bool:
    """Whether this person may say one of these verbs of the workflow now."""
    return bool(set(WORKFLOW.verbs(ticket.row(), desk.actor)) & set(verbs))


def form_of(verb: Verb, desk: Sitting, data: Mapping[str, Any] | None = None) -> forms.Form:
    """The form of a verb, empty or with what was typed."""
    more: dict[str, Any] = {"auto_id": f"{verb.name}_%s"}
    if verb.name == "explain":
        more["branches"] = [(row.code, branch_name(row, desk.english)) for row in branches(desk)]
    return verb.form(data, **more)


def branches(desk: Sitting) -> list[Branch]:
    """The branches of Art. 11 ¶3 in force today; the direct answer is a verb of its own."""
    return [row for row in desk.book.current("branches", desk.today) if row.code != "DIRECT_ANSWER"]


def branch_name(row: Branch, english: bool) -> str:
    """The name of a branch in the reader's language."""
    return row.name_en if english and row.name_en else row.name


def _sign(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return handling.do_sign(ticket, desk.actor, now=desk.now)


def _signed(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    by = first_contact_by(ticket, desk.book)
    when = when_words(by, desk.now) if by else ""
    return _(
        "Signed for. Next: reach the requester by %(when)s. Signing cannot be taken back; "
        "if it is not your duty, you can still object."
    ) % {"when": when}


def _contact(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return handling.do_contact(ticket, given["outcome"], given["note"], desk.actor, now=desk.now)


def _contacted(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    if given["outcome"] in ("reached", "visited"):
        return _("Noted: you have talked with the requester. If that was a slip, note a second contact.")
    return _("Noted: the requester was not reached. This does not count as contact yet; try again later.")


def _progress(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return handling.do_progress(ticket, given["note"], desk.actor, now=desk.now)


def _progressed(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("The requester can read this now. To correct it, report once more; nothing is wiped out.")


def _reply(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return handling.do_reply(ticket, given["reply"], desk.actor, now=desk.now, book=desk.book)


def _replied(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("Your reply lies with your reviewer. A mistake in it? Ask the reviewer to send it back.")


def _no_reply_yet(ticket: Ticket, desk: Sitting) -> str:
    if ticket.contacted_at is None:
        return _("First reach the requester and note the contact; then you can reply.")
    return ""


def _review(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return handling.do_review(ticket, given["decision"] == "yes", given["note"], desk.actor, now=desk.now)


def _reviewed(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    if given["decision"] == "yes":
        return _(
            "Submitted to the hotline. It cannot be called back; "
            "when the time limit is reached, the requester is asked."
        )
    return _("Sent back to the clerk with your note.")


def _pause(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    until = datetime.combine(given["until"], time(23, 59), ZoneInfo(desk.book.identity.timezone))
    return handling.do_pause(ticket, until, given["ground"], desk.actor, now=desk.now, book=desk.book)


def _paused(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    when = when_words(ticket.clock_at, desk.now) if ticket.clock_at else ""
    return _("The clock stands still until %(when)s. “Let the clock run” ends the pause earlier.") % {
        "when": when
    }


def _resume(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return handling.do_resume(ticket, desk.actor, now=desk.now, book=desk.book)


def _resumed(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    when = when_words(ticket.due_at, desk.now) if ticket.due_at else ""
    return _("The clock runs again; the ticket is now due %(when)s.") % {"when": when}


def _object(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return handling.do_object(ticket, given["ground"], desk.actor, now=desk.now, book=desk.book)


def _objected(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("Your objection lies before the hotline. Until it is ruled on, the clock runs on.")


def _no_objection_now(ticket: Ticket, desk: Sitting) -> str:
    heard = ticket.proposal.get("heard_objections") or []
    if heard.count(ticket.lead_id) >= int(desk.book.rule("objection.max_count", desk.today)):
        return _("Your unit has objected to this ticket before; the ruling stands.")
    hours = float(desk.book.rule("objection.hours", desk.today))
    if ticket.dispatched_at and desk.now > ticket.dispatched_at + timedelta(hours=hours):
        said = {"hours": f"{hours:g}"}
        return _("An objection was possible within %(hours)s hours of the dispatch; now handle it.") % said
    return ""


def _rule(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    accept = given["decision"] == "yes"
    return do_rule_on_objection(
        ticket, accept, given["ruling"].strip(), desk.actor, now=desk.now, book=desk.book
    )


def _ruled(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    if given["decision"] == "yes":
        return _("Objection accepted. The ticket waits for another unit, before all ordinary ones.")
    return _("Objection rejected. The unit keeps the ticket and its clock, and may not object again.")


def _not_own_ruling(ticket: Ticket, desk: Sitting) -> str:
    if desk.actor.id == ticket.proposal.get("dispatched_by"):
        return _("You dispatched this ticket yourself, so somebody else rules on the objection.")
    return ""


def _answer(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return do_answer(ticket, given["explanation"], desk.actor, now=desk.now)


def _answered(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("Answered and closed. If the requester needs more, a new request opens a new ticket.")


def _explain(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    row = next(row for row in branches(desk) if row.code == given["branch"])
    words = given["explanation"].strip() or row.explanation
    return do_explain(ticket, row.code, words, desk.actor, now=desk.now, book=desk.book)


def _explained(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return _("Explained and closed. The requester reads your words; new facts open a new ticket.")


def _urge(ticket: Ticket, given: Cleaned, desk: Sitting) -> Ticket:
    return do_urge(ticket, given["note"], desk.actor, now=desk.now, book=desk.book)


def _urged(ticket: Ticket, given: Cleaned, desk: Sitting) -> str:
    return ngettext("Urged, %(n)s time so far.", "Urged, %(n)s times so far.", ticket.urged) % {
        "n": ticket.urged
    }


_VERBS = (
    Verb(
        "sign", ("sign",), gettext_lazy("Sign for it"), f.BareForm, _sign, _signed,
        (Button(gettext_lazy("We take it on")),),
    ),
    Verb(
        "contact", ("contact",), gettext_lazy("Note a contact"), f.ContactForm, _contact, _contacted,
        (Button(gettext_lazy("Note it")),),
    ),
    Verb(
        "reply", ("reply",), gettext_lazy("Write the reply"), f.ReplyForm, _reply, _replied,
        (Button(gettext_lazy("Give it to the reviewer")),), _no_reply_yet,
    ),
    Verb(
        "review", ("approve_reply", "reject_reply"), gettext_lazy("Review the reply"), f.ReviewForm,
        _review, _reviewed,
        (
            Button(gettext_lazy("Submit to the hotline"), "yes"),
            Button(gettext_lazy("Send back"), "no", "quiet"),
        ),
    ),
    Verb(
        "progress", ("progress",), gettext_lazy("Report progress"), f.ProgressForm, _progress, _progressed,
        (Button(gettext_lazy("Report")),),
    ),
    Verb(
        "resume", ("resume",), gettext_lazy("Let the clock run"), f.BareForm, _resume, _resumed,
        (Button(gettext_lazy("Let it run")),),
    ),
    Verb(
        "pause", ("pause",), gettext_lazy("Stop the clock"), f.PauseForm, _pause, _paused,
        (Button(gettext_lazy("Stop the clock")),),
    ),
    Verb(
        "object", ("object",), gettext_lazy("Not our duty: object"), f.ObjectForm, _object, _objected,
        (Button(gettext_lazy("Object")),), _no_objection_now,
    ),
    Verb(
        "rule", ("accept_objection", "reject_objection"), gettext_lazy("Rule on the objection"), f.RuleForm,
        _rule, _ruled,
        (Button(gettext_lazy("Accept it"), "yes"), Button(gettext_lazy("Reject it"), "no", "quiet")),
        _not_own_ruling,
    ),
    Verb(
        "answer", ("answer",), gettext_lazy("Answer at once"), f.AnswerForm, _answer, _answered,
        (Button(gettext_lazy("Answer and close")),),
    ),
    Verb(
        "explain", ("explain",), gettext_lazy("Explain, no unit"), f.ExplainForm, _explain, _explained,
        (Button(gettext_lazy("Explain and close")),),
    ),
    Verb(
        "urge", ("urge",), gettext_lazy("Urge"), f.UrgeForm, _urge, _urged,
        (Button(gettext_lazy("Urge")),),
    ),
)  # fmt: skip

VERBS = {verb.name: verb for verb in _VERBS}
