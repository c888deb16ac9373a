"""`kakehashi register digest`: from what the public address shows, and from nothing else (G8)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from deploy.local.cli import app
from deploy.local.register import NotPublishedError, digest_of_public
from deploy.local.state import RunningDatabase, RunningKafka, RunningProcess, RunningStack
from services.publication.view import RegisterView
from shared.contracts.publication import content_of, entry_of
from shared.merkle import Tree, canonical, digest_of
from tests.register_builders import application, client_of, plausible, supporter, supporters, take, view_of

STACK = RunningStack(
    folder=Path("nowhere"),
    pid=1,
    ready=True,
    services=(RunningProcess(name="publication", pid=1, url="http://public.test"),),
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
