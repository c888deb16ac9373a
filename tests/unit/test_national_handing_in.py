"""A national system says what it has to say until its bridge has answered, always in the same bytes."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from deploy.national.handing_in import Submitter, UnansweredError


class Bridge:
    """Answers by a script, the last line of it again and again; remembers what it was asked."""

    def __init__(self, *script: Callable[[], httpx.Response]) -> None:
        self._script = list(script)
        self.asked: list[httpx.Request] = []

    def submitter(self) -> Submitter:
        return Submitter(
            httpx.AsyncClient(transport=httpx.MockTransport(self._answer)), "http://bridge/", lambda: "token"
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self._script.pop(0)() if len(self._script) > 1 else self._script[0]()


def accepted() -> httpx.Response:
    return httpx.Response(202, json={"receipt_id": "r"})


def away() -> httpx.Response:
    return httpx.Response(503, json={"slug": "not-available"})


def rejected() -> httpx.Response:
    return httpx.Response(422, json={"slug": "missing-field"})


def broken_off() -> httpx.Response:
    raise httpx.RemoteProtocolError("the connection was broken off")


async def test_an_answer_is_an_answer_be_it_good_or_bad() -> None:
    assert (await Bridge(accepted).submitter().hand_in(b"x", "text/csv")).status == 202
    answer = await Bridge(rejected).submitter().hand_in(b"x", "text/csv")
    assert (answer.status, answer.body["slug"], answer.attempts) == (422, "missing-field", 1)


async def test_what_was_not_answered_is_sent_again_in_the_same_bytes() -> None:
    bridge = Bridge(broken_off, away, accepted)
    answer = await bridge.submitter().hand_in("Үмүт".encode(), "application/json", wait=2)
    assert (answer.status, answer.attempts) == (202, 3)
    assert {request.content for request in bridge.asked} == {"Үмүт".encode()}
    assert {request.headers["prefer"] for request in bridge.asked} == {"wait=2"}
    assert {request.headers["authorization"] for request in bridge.asked} == {"Bearer token"}


async def test_without_any_answer_it_says_so_in_the_end() -> None:
    with pytest.raises(UnansweredError, match="answered 503"):
        await Bridge(away).submitter().hand_in(b"x", "text/csv", patience=0.05)
