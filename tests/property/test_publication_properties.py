"""What holds of publishing and of the register whatever is published, in whatever order."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random

import orjson
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from services.publication.decisions import decide
from services.publication.model import PublishedEntry, evolve
from services.publication.publishers import promised
from services.publication.reactions import EVENTS, react
from services.publication.register import Register, Row, Search, page_after, whole
from services.publication.table import columns_of, header, lines
from services.registry.field_acceptance.decisions import decide as fields_decide
from services.registry.field_acceptance.model import FieldAcceptanceRecord
from services.registry.sending_organizations.model import SendingOrganizationRecord
from shared.agreements import load_agreements
from shared.contracts.base import Contract
from shared.contracts.publication import ConfirmPublication, PublishRegisterEntry, RegisterEntry
from shared.messaging.decider import Decided
from tests import field_acceptance_builders as fields
from tests.organization_builders import NOW, context, told
from tests.organization_builders import decide as registry_decides
from tests.property.test_registry_field_properties import DAYS
from tests.property.test_registry_field_properties import commands as field_commands
from tests.property.test_registry_properties import commands
from tests.register_builders import TODAY, entry, plausible, version

BY_AGREEMENT = partial(promised, load_agreements(Path(__file__).parents[2] / "deploy" / "agreements"))
ENTRIES = list(plausible(60))


def asked_of_publication(sent: list[Contract]) -> tuple[SendingOrganizationRecord, list[PublishRegisterEntry]]:
    """The registry's state after these commands, and what the first country's page is to show of it."""
    state = SendingOrganizationRecord()
    asked: list[PublishRegisterEntry] = []
    for number, command in enumerate(sent):
        decided = registry_decides(state, command, context(NOW + timedelta(minutes=number)))
        state = told(state, decided)
        events = decided.events if isinstance(decided, Decided) else ()
        for event in (event for event in events if type(event).__name__ in EVENTS):
            reactions = react(BY_AGREEMENT, event, context(classification="public").message)
            found = [reaction.data for reaction in reactions]
            asked += [data for data in found if isinstance(data, PublishRegisterEntry) and data.publisher == "jp"]
    return state, asked


def published(asked: list[PublishRegisterEntry]) -> PublishedEntry:
    state = PublishedEntry()
    for command in asked:
        subject = f"register-entry/jp/sending-organizations/{command.entry}"
        decided = decide(BY_AGREEMENT, state, command, context(subject=subject, classification="public"))
        assert isinstance(decided, Decided), decided
        for event in decided.events:
            state = evolve(state, type(event).model_validate_json(event.model_dump_json()))
    return state


@given(commands)
def test_the_page_says_on_every_day_what_the_registry_says(sent: list[Contract]) -> None:
    record, asked = asked_of_publication(sent)
    entry_ = published(asked).entry
    assert (entry_ is None) == (not record.accreditations)
    if entry_ is None:
        return
    row = Row(entry_)
    expected = {"accredited": "active", "suspended": "suspended", "expired": "expired", "revoked": "revoked"}
    for number in range(-5, 75):
        day = date(2025, 1, 1) + timedelta(days=number)
        standing = record.standing_on(day)
        if standing == "not-yet-accredited":
            # One that is revoked before it begins is never to come.
            assert row.on(day).status in ("upcoming", "revoked"), day
        else:
            assert row.on(day).status == expected[standing], day


@given(field_commands)
def test_both_countries_pages_say_of_a_field_on_every_day_what_the_registry_says(sent: list[Contract]) -> None:
    record = FieldAcceptanceRecord()
    states = dict.fromkeys(("jp", "kg"), PublishedEntry())
    for command in sent:
        decided = fields_decide(record, command, fields.context())
        record = fields.told(record, decided)
        for event in decided.events if isinstance(decided, Decided) and decided.classification == "public" else ():
            for asked in react(BY_AGREEMENT, event, fields.context(classification="public").message):
                assert isinstance(asked.data, PublishRegisterEntry)
                publisher = asked.data.publisher
                here = fields.context(subject=asked.subject, classification="public")
                published_ = decide(BY_AGREEMENT, states[publisher], asked.data, here)
                assert isinstance(published_, Decided), published_
                for made in published_.events:
                    states[publisher] = evolve(states[publisher], made)
    entries = {publisher: state.entry for publisher, state in states.items()}
    assert {entry_ is not None for entry_ in entries.values()} == {bool(record.versions)}
    rows = [Row(entry_) for entry_ in entries.values() if entry_ is not None]
    for row in rows:
        for day in DAYS:
            assert (row.on(day).status == "suspended") == (record.standing_on(day) == "suspended"), day
    assert len({row.digest for row in rows}) <= 1


@given(commands, st.randoms())
def test_every_revision_is_confirmed_once_in_whatever_order_it_is_seen(sent: list[Contract], random: Random) -> None:
    _, asked = asked_of_publication(sent)
    state = published(asked)
    looks = [f"read-back-{number + 1}" for number in range(len(asked))] * 2 + ["read-back-99"]
    random.shuffle(looks)
    confirmed = 0
    for look in looks:
        seen = ConfirmPublication(intent_id=look, attempt=1, revision=1, published_at=NOW, url="https://x.example/")
        decided = decide(BY_AGREEMENT, state, seen, context())
        assert isinstance(decided, Decided)
        for event in decided.events:
            state = evolve(state, event)
            confirmed += 1
    assert confirmed == len(asked)
    assert state.open == ()


@given(st.permutations(ENTRIES), st.integers(0, 60))
def test_the_order_of_arrival_and_reading_twice_make_no_difference(order: list[RegisterEntry], again: int) -> None:
    straight, other = Register(), Register()
    for one in ENTRIES:
        straight.put(one)
    for one in [*order, *order[:again]]:
        other.put(one)
    assert straight.edition.digest == other.edition.digest
    assert [row.entry.id for row in other.edition.rows] == sorted(one.id for one in ENTRIES)


@given(st.sets(st.sampled_from(ENTRIES).map(lambda one: one.id)), st.integers(1, 20))
def test_pages_hold_every_entry_that_stays_exactly_once_whatever_comes_and_goes(gone: set[str], limit: int) -> None:
    """Half of the entries come in, and some go, between any two pages."""
    register = Register()
    for one in ENTRIES[::2]:
        register.put(one)
    seen: list[str] = []
    after, turn = None, 0
    while True:
        page = page_after(register.edition.find(Search(), TODAY), after, limit)
        seen += [row.entry.id for row in page.rows]
        if not page.rows:
            break
        after = seen[-1]
        turn += 1
        for one in ENTRIES[1::2][turn::7]:
            register.put(one)
        for entry_id in sorted(gone)[turn::5]:
            register.remove(entry_id)
    assert seen == sorted(set(seen))
    stayed = {one.id for one in ENTRIES[::2]} - gone
    assert stayed <= set(seen)


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
tags = st.sampled_from(["ky", "ru", "ky-Latn", "ja"])


@given(st.dictionaries(tags, texts, min_size=1), texts)
def test_the_canonical_form_is_that_of_rfc_8785(names: dict[str, str], address: str) -> None:
    one = entry(version(names=names, address=address))
    data = whole(one)
    assert rfc8785.dumps(orjson.loads(data)) == data
    assert orjson.loads(data)["versions"][0]["names"] == names


@given(texts, texts, texts)
@settings(max_examples=300)
def test_a_table_is_read_back_as_it_was_and_no_cell_begins_a_formula(name: str, address: str, phone: str) -> None:
    register = Register()
    register.put(entry(version(names={"ru": name}, address=address, phones=(phone,))))
    edition = register.edition
    columns = columns_of("sending-organizations", edition)
    text = header(columns) + lines(columns, edition.rows, TODAY)
    (read,) = csv.DictReader(io.StringIO(text, newline=""))
    for column, value in (("name.ru", name), ("address", address), ("phones", phone)):
        assert read[column].replace("'", "") == value.replace("'", "")
        assert not read[column].lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
