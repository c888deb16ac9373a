"""G7: nothing that is confidential or protected has any influence on what is public, whatever is handed in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.publication.publishers import publishers_of
from services.publication.reactions import PUBLISHED
from services.publication.view import RegisterView
from shared.clock import FixedClock
from shared.contracts.sealed import confidential_members, sealed_members
from tests.bridge_builders import AGREEMENTS
from tests.case_builders import NOW
from tests.core_in_memory import Core, Handed, after, handed_in, in_an_order_that_is_taken
from tests.register_builders import application, client_of

RUN: Final = in_an_order_that_is_taken(handed_in())
USUAL: Final = after(RUN)
PUBLIC: Final = frozenset(USUAL.made_public)
"""Commands of which something public comes."""

Path = tuple[str | int, ...]


def is_public(handed: Handed) -> bool:
    return type(handed.data) in PUBLIC


def leaves(value: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every text, number and truth value in a JSON value, with its place."""
    if isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(one, (*at, name))
    elif value is not None:
        yield at, value


def secrets(handed: Handed) -> Sequence[tuple[Path, Any]]:
    """What the message and its contract class as confidential or protected: everything in a message of which nothing
    public comes, and the members that are marked in any other.
    """
    found = list(leaves(handed.data.model_dump(mode="json")))
    if not is_public(handed):
        return found
    contract = type(handed.data)
    marked = [tuple(one.split("/")[1:]) for one in (*confidential_members(contract), *sealed_members(contract))]
    return [(path, value) for path, value in found if any(path[: len(one)] == one for one in marked)]


def other(value: Any, random: Random) -> Any:
    """Another value of its kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + random.randint(1, 9)
    ahead = timedelta(days=random.choice([-1, 1]) * random.randint(1, 2_500))
    for kind in (date, datetime):
        try:
            return (kind.fromisoformat(value) + ahead).isoformat()
        except ValueError:
            pass
    return random.choice([f"{value}-{random.randint(1, 9)}", "Тайна", "秘密"])


def placed(value: Any, path: Path, new: Any) -> Any:
    """The JSON value with another leaf."""
    if not path:
        return new
    name, *rest = path
    if isinstance(value, dict):
        return value | {name: placed(value[name], tuple(rest), new)}
    return [placed(one, tuple(rest), new) if place == name else one for place, one in enumerate(value)]


def changed(handed: Handed, share: float, random: Random) -> Handed:
    """The message with about this share of its secrets changed, those of them that its contract takes."""
    data = handed.data
    for path, value in secrets(handed):
        if random.random() < share:
            try:
                new = placed(data.model_dump(mode="json"), path, other(value, random))
                data = type(data).model_validate(new)
            except ValidationError:
                continue
    return Handed(handed.topic, handed.message, data)


def mixed(run: Sequence[Handed], random: Random) -> Sequence[Handed]:
    """What is public in its order; of all else some, in any order, anywhere between, and some of it twice.

    What is left out lets others be taken: nobody answers a report that was withdrawn.
    """
    public = [one for one in run if is_public(one)]
    secret = [one for one in run if not is_public(one)]
    share = random.random()
    rest = [one for one in secret if random.random() < share]
    if random.random() < 0.5:
        rest += random.sample(secret, len(secret) // 4)
        random.shuffle(rest)
    places = sorted(random.randint(0, len(rest)) for _ in public)
    for place, one in reversed(list(zip(places, public, strict=True))):
        rest.insert(place, one)
    return rest


def test_the_run_has_every_public_event_and_secrets_of_every_kind() -> None:
    assert {event for events in USUAL.made_public.values() for event in events} >= set(PUBLISHED)
    assert {publisher for publisher, _, _ in map(parts_of, USUAL.public)} == {"jp", "kg"}
    marked = [one for one in RUN if is_public(one) and secrets(one)]
    assert {type(one.data).__name__ for one in marked} == {"SuspendSendingOrganization", "RevokeSendingOrganization"}
    random = Random(0)
    kept = [one for one in RUN if secrets(one) and changed(one, 1.0, random).data == one.data]
    assert kept == []
    refused = {type(one.data).__name__ for one in RUN}
    for seed in range(60):
        core = Core()
        refused -= {type(one.data).__name__ for one in mixed(RUN, Random(seed)) if core.take(one)}
    # Of an inquiry, what the examples do not agree on: the day proposed is not the day accepted.
    assert refused <= {"AcceptReplyDate", "AskFollowUp"}


@given(st.integers(0, 2**32), st.sampled_from([0.05, 0.3, 1.0]))
def test_changing_what_is_confidential_or_protected_leaves_every_public_record_as_it_was(
    seed: int, share: float
) -> None:
    random = Random(seed)
    run = mixed(RUN, random)
    assert after(run).public == USUAL.public
    assert after([changed(one, share, random) for one in run]).public == USUAL.public


def test_without_anything_confidential_or_protected_the_public_records_are_the_same() -> None:
    bare = [Handed(one.topic, one.message, one.data.model_copy(update=_none_of(one))) for one in RUN if is_public(one)]
    assert after(bare).public == USUAL.public


def _none_of(handed: Handed) -> Mapping[str, None]:
    return {str(path[0]): None for path, _ in secrets(handed)}


def parts_of(key: str) -> tuple[str, str, str]:
    """Publisher, register and entry of a record's key."""
    _, publisher, register, entry = key.split("/", 3)
    return publisher, register, entry


async def shown(core: Core) -> dict[str, bytes]:
    """Every page in every language, and all that the API answers, by address."""
    view = RegisterView()
    for key, value in core.public.items():
        view.take(key.encode(), value)
    view.ready = True
    registers = {(publisher, register) for publisher, register, _ in map(parts_of, core.public)}
    found = ["/", "/api/v1/openapi.json", *(f"/{publisher}/{register}/" for publisher, register in registers)]
    found += [f"/{'/'.join(parts_of(key))}" for key in core.public]
    addresses = [f"{page}?lang={lang}" for page in found for lang in ("en", "ja", "ky", "ru")]
    for publisher, register in registers:
        for suffix in ("", ".csv", ".json", ".digest"):
            addresses.append(f"/api/v1/registers/{register}{suffix}?country={publisher}")
    for publisher, register, entry in map(parts_of, core.public):
        addresses.append(f"/api/v1/registers/{register}/{entry}?country={publisher}")
    clock = FixedClock(NOW)
    async with client_of(application(view, clock, publishers_of(AGREEMENTS))) as client:
        answers = [await client.get(address) for address in addresses]
    assert {answer.status_code for answer in answers} == {200}, [a.url for a in answers if a.status_code != 200]
    return {address: answer.content for address, answer in zip(addresses, answers, strict=True)}


@pytest.mark.parametrize("seed", range(3))
def test_changing_all_of_it_leaves_every_byte_of_pages_and_answers_as_it_was(seed: int) -> None:
    random = Random(seed)
    other_run = [changed(one, 1.0, random) for one in mixed(RUN, random)]
    usual, now = asyncio.run(shown(USUAL)), asyncio.run(shown(after(other_run)))
    assert usual.keys() == now.keys()
    assert [address for address in usual if usual[address] != now[address]] == []
