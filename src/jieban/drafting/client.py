"""Asking the language model: OpenAI's chat completions, within a time limit, with one retry at most.

The model gets one question and gives one JSON object; it is given no tools and can call nothing. What
it answers is thrown away unless it is exactly of the form asked for (``strict``). After ``AFTER``
failures of the line one after another it is left alone for ``REST`` seconds.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jieban.drafting.strict import Schema, Unfit, parsed
from jieban.foundation import env
from jieban.foundation.errors import SettingError
from jieban.foundation.posting import Answer, TooSlow, Unreachable, as_body, post_json

MOST_BYTES = 200_000
TRIES = 2
PAUSE = 0.5
AFTER, REST = 5, 60.0
ECHO = 24
"""So many signs in a row that are the instructions' own: the model tells us what we told it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: fixed ``instructions``, and apart from them the ``data`` that they speak of."""

    name: str
    instructions: str
    data: Mapping[str, Any]
    schema: Schema


class NoDraft(Exception):
    """Nothing came that could be used; ``problem`` is one of ``models.PROBLEM_NAMES``."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class _AgainPossible(NoDraft):
    """The same question may have luck a moment later."""


class Breaker:
    """Counts failures of the line; after some it lets nothing through for a while, then one try."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._failures, self._until = clock, 0, 0.0

    def closed(self) -> bool:
        """Whether the model may be asked."""
        return self._clock() >= self._until

    def note(self, ok: bool) -> None:
        """The line worked, or not."""
        self._failures = 0 if ok else self._failures + 1
        if self._failures >= AFTER:
            self._until = self._clock() + REST


@cache
def _breaker(address: str) -> Breaker:
    return Breaker()


class Client:
    """The model at one address."""

    def __init__(self, helper: env.ModelHelper, breaker: Breaker | None = None) -> None:
        self._helper = helper
        self._breaker = breaker or _breaker(helper.address)

    def ask(self, question: Question) -> Any:
        """The model's answer, of the question's form. Raises ``NoDraft``."""
        if not self._breaker.closed():
            raise NoDraft("resting")
        body, until = self._body(question), time.monotonic() + self._helper.seconds
        for rest in range(TRIES - 1, -1, -1):
            try:
                content = self._content(self._post(body, until))
                found = parsed(content, question.schema)
                if _echoes(found, question.instructions):
                    raise Unfit("it repeats the instructions")
                return found
            except Unfit as error:
                _log.warning("a draft was thrown away: %s", error)
                failure = NoDraft("unfit")
            except _AgainPossible as error:
                failure = NoDraft(error.problem)
            if not rest or time.monotonic() + 2 * PAUSE > until or not self._breaker.closed():
                raise failure
            time.sleep(PAUSE)
        raise AssertionError("the last try returns or raises")

    def _body(self, question: Question) -> bytes:
        told: dict[str, Any] = {
            "model": self._helper.name,
            "temperature": 0,
            "messages": [
                {"role": "system", "content": question.instructions},
                {"role": "user", "content": json.dumps(question.data, ensure_ascii=False)},
            ],
        }
        if self._helper.schema:
            form = {"name": question.name, "strict": True, "schema": question.schema}
            told["response_format"] = {"type": "json_schema", "json_schema": form}
        return as_body(told)

    def _post(self, body: bytes, until: float) -> Answer:
        key = {"Authorization": f"Bearer {self._helper.key}"} if self._helper.key else {}
        left = max(until - time.monotonic(), 0.1)
        try:
            answer = post_json(
                f"{self._helper.address}/chat/completions", body, key, seconds=left, most=MOST_BYTES
            )
        except TooSlow:
            self._breaker.note(False)
            raise NoDraft("slow") from None
        except Unreachable as error:
            self._breaker.note(False)
            _log.warning("the model that drafts %s", error)
            raise _AgainPossible("unreachable") from None
        self._breaker.note(answer.status != 429 and answer.status < 500)
        if answer.status == 429:
            raise _AgainPossible("busy")
        if answer.status >= 500:
            raise _AgainPossible("broken")
        if answer.status != 200:  # a redirect among them: words go where the city said, nowhere else
            _log.warning("the model that drafts answers %s", answer.status)
            raise NoDraft("refused")
        return answer

    def _content(self, answer: Answer) -> str:
        """What the model said. Raises ``Unfit``."""
        if answer.cut:
            raise Unfit("the answer is too large")
        try:
            (choice,) = json.loads(answer.body)["choices"]
            content, ended = choice["message"]["content"], choice.get("finish_reason")
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise Unfit("it is no chat completion") from None
        if not isinstance(content, str) or ended not in ("stop", None):
            raise Unfit("it did not come to its end")
        return content


def client() -> Client | None:
    """The model that the city has set up, or None; settings that cannot be read are logged, as none."""
    helper = _helper()
    return Client(helper) if helper else None


def is_set_up() -> bool:
    """Whether the city has a model that drafts. Looks at settings only."""
    return _helper() is not None


def model_name() -> str:
    """The name of the model in use, or an empty text."""
    helper = _helper()
    return helper.name[:80] if helper else ""


def _helper() -> env.ModelHelper | None:
    try:
        return env.model_helper()
    except SettingError as error:
        _log.error("nothing can be drafted: %s", error)
        return None


def _echoes(found: Any, instructions: str) -> bool:
    told = {instructions[at : at + ECHO] for at in range(len(instructions) - ECHO + 1)}
    return any(text[at : at + ECHO] in told for text in texts_in(found) for at in range(len(text) - ECHO + 1))


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a JSON value; names of properties are not among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts_in(part)
