"""Words of the desks: how sure, which basis, what came of it."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from jieban.city.book import Book

CONTACT_WORDS = {
    "reached": gettext_lazy("reached by phone"),
    "visited": gettext_lazy("met in person"),
    "no_answer": gettext_lazy("nobody answered"),
    "wrong_number": gettext_lazy("wrong number"),
    "refused": gettext_lazy("did not want to talk"),
}
SOLVED_WORDS = {
    "yes": gettext_lazy("solved"),
    "partly": gettext_lazy("partly solved"),
    "no": gettext_lazy("not solved"),
}
SATISFIED_WORDS = {
    "satisfied": gettext_lazy("satisfied"),
    "basic": gettext_lazy("on the whole satisfied"),
    "dissatisfied": gettext_lazy("dissatisfied"),
}
ATTEMPT_WORDS = {
    "no_answer": gettext_lazy("nobody answered"),
    "busy": gettext_lazy("the line was busy"),
    "wrong_number": gettext_lazy("wrong number"),
    "call_later": gettext_lazy("asked to be called later"),
    "refused": gettext_lazy("does not want to answer"),
}
BY_WORDS = {
    "phone": gettext_lazy("by phone"),
    "called_in": gettext_lazy("by phone; the requester called us"),
    "web": gettext_lazy("on the requester's own page"),
    "link": gettext_lazy("by the link in a message"),
    "rated": gettext_lazy("rated before anybody asked"),
}
OUTCOME_WORDS = {
    "solved": gettext_lazy("solved"),
    "partly": gettext_lazy("partly solved"),
    "explained": gettext_lazy("cannot be solved now, explained"),
}
TRUE_WORDS = {
    "yes": gettext_lazy("true as told"),
    "partly": gettext_lazy("partly true"),
    "no": gettext_lazy("not as told"),
}
MARK_WORDS = {
    "problem": gettext_lazy("problem ticket"),
    "supervised": gettext_lazy("under supervision"),
    "instructed": gettext_lazy("leader's instruction"),
    "escalated": gettext_lazy("escalated"),
    "repeated": gettext_lazy("repeated"),
}
WHY_WAITING = {
    "danger": gettext_lazy("Somebody may be in danger: a person looks first."),
    "no_place": gettext_lazy("The place is not clear enough; ask where it is."),
    "no_row": gettext_lazy("The catalogue names no unit for this; you decide."),
    "recused": gettext_lazy("A unit must be kept out of it: a person chooses."),
    "reported": gettext_lazy("It reports a unit that would get it: name that unit under “Protect” first."),
    "unsure": gettext_lazy("The platform is not sure enough to send it by itself."),
    "surge": gettext_lazy("One of very many about one topic; those who know it decide."),
}
CORRECTED_WORDS = {
    "demand_type": gettext_lazy("type"),
    "category": gettext_lazy("matter"),
    "district": gettext_lazy("district"),
    "street": gettext_lazy("street"),
    "place": gettext_lazy("place"),
    "unit": gettext_lazy("unit"),
    "answers": gettext_lazy("answers to the form"),
}
NEWS_WORDS = {
    "again": gettext_lazy("it happened again or got worse"),
    "date": gettext_lazy("another day"),
    "house": gettext_lazy("another house or floor"),
    "amount": gettext_lazy("another figure"),
    "photo": gettext_lazy("a photo"),
    "urgency": gettext_lazy("more urgent"),
    "type": gettext_lazy("a report now"),
}
"""What a later request may bring that an earlier one had not (``intake.same.news``)."""
SECRET_WORDS = {
    "phone": gettext_lazy("phone number"),
    "id": gettext_lazy("identity number"),
    "card": gettext_lazy("bank card"),
    "plate": gettext_lazy("number plate"),
    "email": gettext_lazy("e-mail address"),
    "account": gettext_lazy("account number"),
    "name": gettext_lazy("name"),
}

_ARTICLE = re.compile(r"(?:Beijing )?Ordinance Art\. ?(\d+(?:, ?\d+)*)(?: ¶(\d+))?(?: ?\((\d+)\))?")


def sure_words(confidence: float | None) -> str:
    """How sure a proposal is, in words."""
    if confidence is None:
        return _("chosen by hand")
    if confidence >= 0.85:
        return _("very sure")
    if confidence >= 0.6:
        return _("fairly sure")
    if confidence >= 0.3:
        return _("not sure")
    return _("a guess")


def sentences(first: str, second: str) -> str:
    """Two sentences after each other, spaced as the reader's language does."""
    return _("%(first)s %(second)s") % {"first": first, "second": second} if second else first


def basis_words(basis: str) -> str:
    """The legal basis of a catalogue row; references to the ordinance in the reader's language."""
    said = _ARTICLE.sub(lambda found: _article(*found.groups()), basis)
    return said.replace("; ", pgettext("in a list", "; "))


def _article(numbers: str, paragraph: str | None, point: str | None) -> str:
    listed = pgettext("in a list", ", ").join(part.strip() for part in numbers.split(","))
    if paragraph and point:
        return _("Ordinance Art. %(n)s ¶%(p)s (%(q)s)") % {"n": listed, "p": paragraph, "q": point}
    if paragraph:
        return _("Ordinance Art. %(n)s ¶%(p)s") % {"n": listed, "p": paragraph}
    return _("Ordinance Art. %(n)s") % {"n": listed}


def frequency_words(percent: int | None) -> str:
    """What a calibrated confidence means, as a frequency that anybody can picture."""
    if percent is None:
        return ""
    said = _("Of 100 requests of which the platform is as sure as of this, about %(n)s go to the right unit.")
    return said % {"n": min(max(percent, 1), 99)}


def sending_words(least: int, margin: int = 0) -> str:
    """From which confidence such a request is sent without a person; ``margin``: lead over the next unit."""
    if least > 100:
        return _("This kind of matter is never sent by itself: a person decides.")
    if margin:
        said = _("Sent by itself from %(n)s%%, if the next unit is at least %(m)s points behind.")
        return said % {"n": least, "m": margin}
    return _("Sent by itself from %(n)s%% for this kind of matter.") % {"n": least}


def row_words(book: Book, table: str, code: str, english: bool) -> str:
    """The name of a row of one of the city's tables in the reader's language; the code when it is gone."""
    row = next(iter(book.by_code(table).get(code, ())), None)
    if row is None:
        return code
    return str(row.name_en if english and row.name_en else row.name)
