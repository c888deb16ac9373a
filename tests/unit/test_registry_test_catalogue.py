"""M5.1: what the registry takes and what it refuses of tests and their sessions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import KeySet

from services.registry.test_catalogue.api import router
from services.registry.test_catalogue.decisions import decide
from services.registry.test_catalogue.model import TestRecord as Record
from services.registry.test_catalogue.model import evolve
from shared.clock import FixedClock
from shared.contracts import test_catalogue as catalogue
from shared.contracts.base import Contract
from shared.errors import SLUGS
from shared.messaging.decider import Decided, Refusal
from shared.security.keys import make_key
from shared.security.tokens import Actor, TokenIssuer, TokenVerifier
from shared.web import create_app
from tests.catalogue_builders import (
    NOW,
    NUMBER,
    SESSION,
    STREAM,
    announce,
    cancel,
    change,
    context,
    list_test,
    record_after,
    session,
    told,
)

NEW = Record()


def refused(state: Record, command: Contract, **envelope: Any) -> Refusal:
    decided = decide(state, command, context(**envelope))
    assert isinstance(decided, Refusal)
    assert decided.slug in SLUGS
    assert decided.clause == "M5.1"
    return decided


def taken(state: Record, command: Contract, **envelope: Any) -> Decided:
    decided = decide(state, command, context(**envelope))
    assert isinstance(decided, Decided), decided
    return decided


class TestATest:
    def test_is_listed_and_told_to_the_other_side_and_not_to_the_public(self) -> None:
        decided = taken(NEW, list_test())
        (event,) = decided.events
        assert isinstance(event, catalogue.TestListed)
        assert (decided.classification, decided.addressee) == ("official", None)

    def test_of_skills_is_of_a_field_on_the_list_of_its_day(self) -> None:
        assert refused(NEW, list_test(field="dancing")).slug == "no-such-field"
        assert refused(NEW, list_test(field=None)).slug == "no-such-field"
        assert refused(NEW, list_test(field="linen-supply", on=date(2026, 1, 22))).slug == "no-such-field"
        taken(NEW, list_test(field="linen-supply", on=date(2026, 1, 23)))

    def test_of_a_language_names_it_and_no_field(self) -> None:
        taken(NEW, list_test(kind="language", field=None, language="ja"))
        assert refused(NEW, list_test(kind="language", field=None)).slug == "missing-field"
        assert refused(NEW, list_test(kind="language", language="ja")).slug == "missing-field"

    def test_told_anew_is_so_from_its_day_on_and_stays_of_its_field(self) -> None:
        state = record_after(list_test(), list_test(on=date(2026, 10, 1), level="2号"))
        levels = [
            version.test.level
            for day in (date(2026, 9, 30), date(2026, 10, 1))
            if (version := state.version_on(day)) is not None
        ]
        assert levels == ["1号", "2号"]
        refusal = refused(state, list_test(field="agriculture"))
        assert (refusal.slug, refusal.state) == ("another-subject", "listed")

    def test_is_discontinued_from_a_day_on(self) -> None:
        state = record_after(list_test(discontinued_on=date(2027, 4, 1)))
        days = (date(2026, 3, 31), date(2026, 4, 1), date(2027, 3, 31), date(2027, 4, 1))
        assert [state.standing_on(day) for day in days] == ["not-listed", "listed", "listed", "discontinued"]
        assert refused(NEW, list_test(discontinued_on=date(2026, 3, 31))).slug == "dates-reversed"

    def test_of_another_countrys_is_refused(self) -> None:
        for command in (list_test(), announce(), change(), cancel()):
            assert refused(NEW, command, originator="kg", addressee="jp").slug == "wrong-party"
            assert refused(NEW, command, subject="test/jp/other").slug == "not-the-contract"


class TestASession:
    def test_is_announced_of_a_test_that_is_listed_on_its_first_day(self) -> None:
        taken(record_after(list_test()), announce())
        assert refused(NEW, announce()).state == "not-listed"
        ended = record_after(list_test(discontinued_on=date(2026, 5, 16)))
        refusal = refused(ended, announce())
        assert (refusal.slug, refusal.state) == ("no-such-test", "discontinued")

    def test_that_ends_before_it_begins_is_refused(self) -> None:
        assert refused(record_after(list_test()), announce(last_day=date(2026, 5, 15))).slug == "dates-reversed"

    def test_with_a_number_of_another_is_refused(self) -> None:
        refusal = refused(record_after(list_test(), announce()), announce(place="Osh"))
        assert (refusal.slug, refusal.state) == ("already-announced", "announced")

    def test_is_changed_until_it_is_over(self) -> None:
        state = record_after(list_test(), announce(), change(place="Osh"))
        assert state.sessions[SESSION].latest.session.place == "Osh"
        assert len(state.sessions[SESSION].versions) == 2
        taken(state, change(on=date(2026, 5, 17), place="Naryn"))
        assert refused(state, change(on=date(2026, 5, 18), place="Naryn")).slug == "session-held"
        refusal = refused(record_after(list_test()), change())
        assert (refusal.slug, refusal.state) == ("no-such-session", "not-announced")

    def test_is_cancelled_once_and_not_changed_after_that(self) -> None:
        state = record_after(list_test(), announce(), cancel())
        latest = state.sessions[SESSION].latest
        assert (latest.change, latest.session) == ("cancelled", session())
        for command in (change(place="Osh"), cancel(date(2026, 5, 2))):
            refusal = refused(state, command)
            assert (refusal.slug, refusal.state) == ("session-cancelled", "cancelled")
        assert refused(state, announce()).slug == "already-announced"

    def test_is_not_cancelled_when_it_is_over_or_was_never_announced(self) -> None:
        assert refused(record_after(list_test(), announce()), cancel(date(2026, 5, 18))).slug == "session-held"
        assert refused(record_after(list_test()), cancel()).slug == "no-such-session"


@pytest.mark.parametrize(
    "sent",
    [[list_test()], [list_test(), announce()], [list_test(), announce(), change(place="Osh")],
     [list_test(), announce(), cancel()]],
)  # fmt: skip
def test_what_is_told_again_is_told_to_nobody_but_a_further_partner(sent: list[Contract]) -> None:
    state = record_after(*sent)
    again = taken(state, sent[-1])
    assert again.addressee == "jp"
    assert isinstance(again.events[0], catalogue.TestCatalogueUnchanged)
    further = taken(state, sent[-1], agreement="jp-xx", addressee="xx")
    assert not isinstance(further.events[0], catalogue.TestCatalogueUnchanged)
    after = told(state, further)
    assert (len(after.versions), len(after.sessions)) == (len(state.versions), len(state.sessions))
    assert isinstance(taken(after, sent[-1], agreement="jp-xx").events[0], catalogue.TestCatalogueUnchanged)


def test_what_is_no_matter_of_the_catalogue_is_a_defect_not_a_refusal() -> None:
    with pytest.raises(TypeError):
        decide(NEW, catalogue.TestCatalogueUnchanged(country="jp", test=NUMBER), context())
    with pytest.raises(TypeError):
        evolve(NEW, list_test())


async def test_operators_read_a_test_with_its_sessions_as_known_at_a_moment() -> None:
    state = record_after(list_test(), announce())
    state = told(state, decide(state, cancel(), context(NOW + timedelta(days=1))))
    key, clock = make_key("issuer"), FixedClock(NOW)

    async def state_of(stream: str, _: type[Record]) -> Record | None:
        return state if stream == STREAM else None

    app = create_app("registry")
    app.state.tokens = TokenVerifier(KeySet([key]), clock)
    app.include_router(router(state_of, clock))
    token = TokenIssuer(key, clock).issue(Actor(sub="someone", role="operator", party="kg"))
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://r.test", headers=headers) as http:
        body = (await http.get(f"/v1/tests/jp/{NUMBER}", params={"on": "2026-05-01"})).json()
        before = (await http.get(f"/v1/tests/jp/{NUMBER}", params={"known_at": NOW.isoformat()})).json()
        missing = await http.get("/v1/tests/jp/none")
    assert (body["standing"], body["version"]["test"]["field"]) == ("listed", "food-service")
    changes = [[version["change"] for version in one["sessions"][SESSION]["versions"]] for one in (body, before)]
    assert changes == [["announced", "cancelled"], ["announced"]]
    assert missing.status_code == 404
