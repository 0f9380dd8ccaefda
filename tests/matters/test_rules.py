"""The pure rules of a matter: transition tables, refusals, folding, numbers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jieban.matters.rules import (
    Actor,
    Incomplete,
    NotYours,
    Step,
    Transition,
    Where,
    Workflow,
    WrongState,
    check_digit,
    fold,
)

NOW = datetime(2026, 11, 20, tzinfo=UTC)
WORKFLOW = Workflow(
    (
        Transition("open", ("new",), "open", frozenset({"seat"})),
        Transition("note", ("open",), None, frozenset({"seat", "clerk"})),
        Transition("take", ("open",), "taken", frozenset({"clerk"}), Where.OWN_UNIT, needs=("reply",)),
    ),
    initial="new",
    closed=("taken",),
)
SEAT = Actor("staff", "1", "Lin", frozenset({"seat"}))
CLERK = Actor("staff", "2", "Zhou", frozenset({"clerk"}), "u1", frozenset({"u1"}))
ROW = {"state": "new", "version": 0, "number": "1", "lead_id": "u1", "reply": "", "updated_at": None}


def test_a_verb_leads_where_the_table_says_and_counts_the_version() -> None:
    after, event = WORKFLOW.take(ROW, Step("open", SEAT, NOW, {"reply": "x"}))
    assert (after["state"], after["version"], after["reply"]) == ("open", 1, "x")
    assert (event.seq, event.state_from, event.state_to, event.changes) == (1, "new", "open", {"reply": "x"})
    assert ROW["state"] == "new"


def test_a_verb_that_the_state_does_not_have_is_refused() -> None:
    with pytest.raises(WrongState):
        WORKFLOW.take(ROW, Step("take", CLERK, NOW))


def test_a_role_that_the_line_does_not_name_is_refused() -> None:
    with pytest.raises(NotYours):
        WORKFLOW.take(ROW, Step("open", CLERK, NOW))


def test_a_clerk_of_another_unit_is_refused() -> None:
    other = Actor("staff", "3", "Wu", frozenset({"clerk"}), "u2", frozenset({"u2"}))
    with pytest.raises(NotYours):
        WORKFLOW.take({**ROW, "state": "open"}, Step("take", other, NOW, {"reply": "done"}))


def test_a_verb_needs_its_columns() -> None:
    with pytest.raises(Incomplete, match="reply"):
        WORKFLOW.take({**ROW, "state": "open"}, Step("take", CLERK, NOW))


def test_verbs_lists_what_somebody_may_say_now() -> None:
    assert WORKFLOW.verbs({**ROW, "state": "open"}, CLERK) == ["note", "take"]
    assert WORKFLOW.verbs({**ROW, "state": "open"}, SEAT) == ["note"]


def test_two_lines_for_the_same_state_and_verb_are_an_error_of_the_table() -> None:
    line = Transition("open", ("new",), "open", frozenset({"seat"}))
    with pytest.raises(ValueError, match="two transitions"):
        Workflow((line, line), initial="new", closed=())


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=12))
def test_the_row_is_what_its_events_say(replies: list[str]) -> None:
    row, events = dict(ROW), []
    row, event = WORKFLOW.take(row, Step("open", SEAT, NOW))
    events.append(event)
    for reply in replies:
        row, event = WORKFLOW.take(row, Step("note", SEAT, NOW, {"reply": reply}))
        events.append(event)
    assert fold(ROW, events) == row


@given(st.text("0123456789", min_size=4, max_size=14), st.data())
def test_the_check_digit_finds_a_mistyped_digit(digits: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(digits) - 1))
    wrong = data.draw(st.sampled_from([char for char in "0123456789" if char != digits[place]]))
    assert check_digit(digits) != check_digit(digits[:place] + wrong + digits[place + 1 :])
