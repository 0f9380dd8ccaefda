"""The line to the model: bounded in time and size, strict about the form, left alone when it is down."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.drafting.server import KEY, Stub, completion, stub_model

from jieban.drafting import client as line
from jieban.drafting.client import AFTER, REST, Breaker, Client, NoDraft
from jieban.drafting.prompts import INSTRUCTIONS, summary_question
from jieban.foundation import env
from jieban.foundation.errors import SettingError

GOOD = {"summary": "小区停暖三天", "facts": [{"fact": "停暖三天", "quote": "停了三天"}]}
QUESTION = summary_question("暖气停了三天")


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "PAUSE", 0.01)


@pytest.fixture
def stub() -> Iterator[Stub]:
    with stub_model() as running:
        running.answer = lambda asked: GOOD
        yield running


def ask(stub: Stub, seconds: int = 5, breaker: Breaker | None = None) -> Any:
    return Client(stub.helper(seconds), breaker or Breaker()).ask(QUESTION)


def problem(stub: Stub, seconds: int = 5, breaker: Breaker | None = None) -> str:
    with pytest.raises(NoDraft) as caught:
        ask(stub, seconds, breaker)
    return caught.value.problem


def test_a_question_keeps_instructions_and_data_apart(stub: Stub) -> None:
    assert ask(stub) == GOOD
    (body,) = stub.bodies
    assert body["path"] == "/v1/chat/completions"
    assert [one["role"] for one in body["messages"]] == ["system", "user"]
    assert body["messages"][0]["content"] == INSTRUCTIONS["summary"]
    assert body["messages"][1]["content"] == '{"text": "暖气停了三天"}'
    assert body["response_format"]["json_schema"]["schema"]["additionalProperties"] is False
    assert "tools" not in body
    assert stub.keys == [f"Bearer {KEY}"]


def test_a_model_without_schemas_is_asked_without_and_held_to_it_all_the_same(stub: Stub) -> None:
    stub.answer = lambda asked: {"summary": "好"}
    with pytest.raises(NoDraft, match="unfit"):
        Client(stub.helper(schema=False), Breaker()).ask(QUESTION)
    assert "response_format" not in stub.bodies[0]


@pytest.mark.parametrize(
    "answer",
    [
        "这是摘要：停暖三天",
        "```json\n{}\n```",
        {**GOOD, "set_state": "closed"},
        {"summary": "好"},
        {"summary": 7, "facts": []},
        {"summary": "长" * 81, "facts": []},
        {"summary": "好", "facts": [{"fact": "一", "quote": "二"}] * 9},
        {"summary": "好", "facts": [["一", "二"]]},
        '{"summary": "甲", "summary": "乙", "facts": []}',
        '{"summary": "甲", "facts": NaN}',
        "[" * 5000,
        "",
        {"summary": INSTRUCTIONS["summary"][:60], "facts": []},
    ],
    ids=lambda one: str(one)[:30],
)
def test_what_is_not_of_the_form_is_thrown_away_after_a_second_try(answer: Any, stub: Stub) -> None:
    stub.answer = lambda asked: answer
    assert problem(stub) == "unfit"
    assert len(stub.bodies) == 2


@pytest.mark.parametrize(
    "raw",
    [
        b"no json",
        b"[]",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{"message": {"content": null}}]}',
        completion(GOOD, "length"),
        b"\xff\xfe",
        b" " * 300_000,
        b'{"a":' * 20_000,
    ],
)
def test_what_is_no_completion_is_thrown_away(raw: bytes, stub: Stub) -> None:
    stub.raw = raw
    assert problem(stub) == "unfit"


@pytest.mark.parametrize(
    ("status", "told", "tries"),
    [(429, "busy", 2), (500, "broken", 2), (503, "broken", 2), (400, "refused", 1), (401, "refused", 1)],
)
def test_refusals_are_told_apart(status: int, told: str, tries: int, stub: Stub) -> None:
    stub.status = status
    assert problem(stub) == told
    assert len(stub.bodies) == tries


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status: int, stub: Stub) -> None:
    stub.status = status
    assert problem(stub) == "refused"
    assert [body["path"] for body in stub.bodies] == ["/v1/chat/completions"]


def test_a_second_try_may_have_luck(stub: Stub) -> None:
    answers = ["no json", GOOD]
    stub.answer = lambda asked: answers.pop(0)
    assert ask(stub) == GOOD


@pytest.mark.parametrize(("wait", "drip"), [(3.0, 0.0), (0.0, 0.05)], ids=["silent", "a sign at a time"])
def test_the_time_limit_counts_for_all_of_it(wait: float, drip: float, stub: Stub) -> None:
    stub.wait, stub.drip = wait, drip
    began = time.monotonic()
    assert problem(stub, seconds=1) == "slow"
    assert time.monotonic() - began < 2
    assert len(stub.bodies) == 1


def test_nobody_there(stub: Stub) -> None:
    stub.url = "http://127.0.0.1:1"
    assert problem(stub) == "unreachable"


def test_after_some_failures_it_is_left_alone_for_a_while(stub: Stub) -> None:
    moment = [100.0]
    breaker = Breaker(lambda: moment[0])
    stub.status = 500
    while len(stub.bodies) < AFTER:
        assert problem(stub, breaker=breaker) == "broken"
    asked = len(stub.bodies)
    assert problem(stub, breaker=breaker) == "resting"
    assert len(stub.bodies) == asked
    moment[0] += REST
    assert problem(stub, breaker=breaker) == "broken"
    assert len(stub.bodies) == asked + 1, "one try, then it rests again"
    moment[0] += REST
    stub.status = 200
    assert ask(stub, breaker=breaker) == GOOD
    assert ask(stub, breaker=breaker) == GOOD


def test_the_key_is_told_to_nobody_else(stub: Stub, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    stub.status = 401
    problem(stub)
    assert KEY not in caplog.text
    assert KEY not in repr(stub.helper())
    assert KEY not in stub.sent


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JIEBAN_MODEL_URL", "ftp://model.example"),
        ("JIEBAN_MODEL_URL", "model.example/v1"),
        ("JIEBAN_MODEL_URL", "https://me:secret@model.example/v1"),
        ("JIEBAN_MODEL_URL", "https://model.example:port/v1"),
        ("JIEBAN_MODEL_URL", "https://model.example/v1?key=secret"),
        ("JIEBAN_MODEL_NAME", ""),
        ("JIEBAN_MODEL_KEY", "a\nHost: evil"),
        ("JIEBAN_MODEL_TIMEOUT", "0"),
    ],
)
def test_settings_that_cannot_be_used_count_as_none(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIEBAN_MODEL_URL", "https://model.example/v1")
    monkeypatch.setenv("JIEBAN_MODEL_NAME", "m")
    assert line.is_set_up()
    monkeypatch.setenv(name, value)
    assert not line.is_set_up()
    with pytest.raises(SettingError) as caught:
        env.model_helper()
    assert "secret" not in str(caught.value)
