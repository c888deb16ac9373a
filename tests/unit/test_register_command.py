"""`kakehashi register`: what a side shows, and which entries two sides do not hold alike (G8)."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from deploy.local.cli import app
from deploy.local.register import ChangingError, NotPublishedError, digest_of_public
from deploy.local.state import RunningDatabase, RunningKafka, RunningProcess, RunningStack, State
from services.publication.view import RegisterView
from shared.contracts.publication import content_of, entry_of
from shared.merkle import Tree, canonical, digest_of, told
from tests.register_builders import application, client_of, plausible, supporter, supporters, take, view_of

STACK = RunningStack(
    folder=Path("nowhere"),
    pid=1,
    ready=True,
    services=(RunningProcess(name="publication", pid=1, url="http://public.test"),),
    bridges={"jp": RunningProcess(name="bridge-jp", pid=1, url="http://bridge.test")},
    kafka=RunningKafka(bootstrap_servers="", pid=None, version=None),
    database=RunningDatabase(uri="", pid=None, server=""),
)


@pytest.fixture
def view(monkeypatch: pytest.MonkeyPatch) -> RegisterView:
    """What the public address shows while the test runs."""
    shown = view_of(*supporters(150), *plausible(20), *plausible(20, "kg"))

    def get(url: str, params: dict[str, str], **_: object) -> httpx.Response:
        return asyncio.run(client_of(application(shown)).get(url, params=params))

    monkeypatch.setattr(httpx, "get", get)
    return shown


def test_is_what_the_country_whose_register_it_is_computes_from_its_own_edition(view: RegisterView) -> None:
    told = digest_of_public(STACK, "support-organizations", "kg")
    entries = [row.entry for row in view.register("kg", "support-organizations").edition.rows]
    held = [entry.versions[-1] for entry in entries if entry.versions[-1].change != "removed"]
    edition = {
        entry_of("jp", one.registration_number): digest_of(canonical(content_of(one.support_organization)))
        for one in held
        if one.support_organization is not None
    }
    assert told["digest"] == Tree(edition).digest
    assert (told["entries"], told["removed"]) == (148, 2)


def test_is_the_one_the_page_shows(view: RegisterView) -> None:
    for name, country in (("support-organizations", "kg"), ("sending-organizations", "jp")):
        told = digest_of_public(STACK, name, country)
        assert told["digest"] == view.register(country, name).edition.digest


def test_is_the_same_at_both_countries_that_publish_the_same(view: RegisterView) -> None:
    digests = {digest_of_public(STACK, "sending-organizations", country)["digest"] for country in ("jp", "kg")}
    assert len(digests) == 1


def test_sees_what_the_page_shows_otherwise(view: RegisterView) -> None:
    before = digest_of_public(STACK, "support-organizations", "kg")["digest"]
    row = view.register("kg", "support-organizations").get(entry_of("jp", supporter(9).registration_number))
    assert row is not None
    other = row.entry.versions[0].model_copy(update={"support_organization": supporter(9, phones=())})
    take(view, row.entry.model_copy(update={"revision": 2, "versions": (other,)}))
    assert digest_of_public(STACK, "support-organizations", "kg")["digest"] != before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["support-organizations", "--at", "jp"], "jp publishes no support-organizations; kg does."),
        (["friends", "--at", "jp"], "Nobody publishes a register friends."),
    ],
)
def test_says_who_publishes_where_the_country_named_does_not(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(app, ["register", "digest", *arguments])
    assert isinstance(result.exception, NotPublishedError)
    assert said in str(result.exception)


@dataclass
class Bridge:
    """The bridge of the country whose register it is: what it last sent, told as bridges do."""

    entries: dict[str, str]
    changes: Iterator[str] = field(default_factory=lambda: iter(()))
    """Entries that come in, one before each answer."""

    def answer(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"]
        assert request.url.params["partner"] == "kg"
        if "support-organizations" not in request.url.path:
            return httpx.Response(404, json={"detail": "jp has no register improvement-orders of its own here."})
        if new := next(self.changes, None):
            self.entries[new] = digest_of(new.encode())
        digits = request.url.params.get_list("under")
        return httpx.Response(200, content=told(Tree(self.entries), digits).model_dump_json())


@pytest.fixture
def bridge(view: RegisterView, monkeypatch: pytest.MonkeyPatch) -> Bridge:
    """Holds what the public address shows."""
    rows = view.register("kg", "support-organizations").edition.rows
    bridge = Bridge({row.entry.id: row.digest for row in rows if row.digest is not None})
    public = httpx.get

    def get(url: str, params: Any, headers: Any, **how: Any) -> httpx.Response:
        if url.startswith("http://bridge.test"):
            with httpx.Client(transport=httpx.MockTransport(bridge.answer)) as client:
                return client.get(url, params=params, headers=headers)
        return public(url, params=params, **how)

    monkeypatch.setattr(httpx, "get", get)
    monkeypatch.setattr(State, "running", lambda _: STACK)
    monkeypatch.setattr(RunningStack, "token", lambda *_: "a token")
    return bridge


def compared(name: str) -> tuple[int, Any]:
    result = CliRunner().invoke(app, ["register", "compare", name, "--json"])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, json.loads(result.stdout)


def test_two_sides_that_hold_the_same_need_one_exchange(bridge: Bridge) -> None:
    code, (found,) = compared("support-organizations")
    assert (code, found["exchanges"], found["differing"]) == (0, 1, {})
    assert found["entries"] == {"jp": 148, "kg": 148}
    assert found["digests"]["jp"] == found["digests"]["kg"]


def test_what_differs_is_named_with_what_either_side_has(bridge: Bridge) -> None:
    lost, changed = sorted(bridge.entries)[7], sorted(bridge.entries)[70]
    before = bridge.entries[changed]
    lost_digest = bridge.entries.pop(lost)
    bridge.entries |= {changed: digest_of(b"other"), "jp-more": digest_of(b"more")}
    code, (found,) = compared("support-organizations")
    assert code == 1
    assert found["differing"] == {
        lost: {"jp": None, "kg": lost_digest},
        changed: {"jp": digest_of(b"other"), "kg": before},
        "jp-more": {"jp": digest_of(b"more"), "kg": None},
    }
    assert found["exchanges"] <= 4
    shown = CliRunner().invoke(app, ["register", "compare", "support-organizations"]).stdout
    assert "3 entries differ between jp and kg" in shown
    assert "does not have it" in shown


def test_two_that_publish_are_asked_where_the_public_reads(bridge: Bridge) -> None:
    code, (found,) = compared("sending-organizations")
    assert (code, found["originator"], found["entries"]) == (0, "kg", {"kg": 20, "jp": 20})
    assert set(found["asked_at"].values()) == {"http://public.test/api/v1/registers/sending-organizations.digest"}


def test_one_that_changes_meanwhile_is_compared_anew(bridge: Bridge) -> None:
    bridge.entries["jp-other"] = digest_of(b"other")
    bridge.changes = iter(["jp-late"])
    _, (found,) = compared("support-organizations")
    assert found["differing"].keys() == {"jp-other", "jp-late"}
    bridge.changes = map(str, itertools.count())
    with pytest.raises(ChangingError):
        compared("support-organizations")


def test_a_side_that_keeps_no_such_register_says_so(bridge: Bridge) -> None:
    with pytest.raises(NotPublishedError, match="jp has no register improvement-orders of its own"):
        compared("improvement-orders")
    with pytest.raises(NotPublishedError, match="Nobody publishes"):
        compared("friends")


def test_of_a_register_of_several_originators_each_is_told_apart() -> None:
    register = view_of(*plausible(20), *supporters(3)).register("jp", "sending-organizations")
    of_kg = register.tree("kg")
    assert (of_kg.digest, len(of_kg)) == (register.tree(None).digest, 20)
    entry = register.edition.rows[0].entry
    register.put(entry.model_copy(update={"id": "xx-1", "originator": "xx"}))
    assert (len(register.tree(None)), len(of_kg), len(register.tree("xx"))) == (21, 20, 1)
    register.remove("xx-1")
    assert (len(register.tree(None)), len(of_kg), len(register.tree("xx"))) == (20, 20, 0)
