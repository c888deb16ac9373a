"""The register in memory: what holds on a day, what a search finds, what two sides can compare."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta

import rfc8785

from services.publication.model import version_on
from services.publication.register import Register, Row, fold
from services.publication.view import RegisterView
from shared.contracts.publication import RegisterEntry
from tests.register_builders import TODAY, entry, plausible, revoked, take, version, view_of


def register_of(*entries: RegisterEntry) -> Register:
    register = Register()
    for one in entries:
        register.put(one)
    return register


class TestStatusOnADay:
    def test_is_active_from_the_first_to_the_last_day_and_expired_afterwards(self) -> None:
        row = Row(entry())
        days = (date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1))
        assert [row.on(day).status for day in days] == ["active", "active", "expired"]

    def test_before_the_first_day_it_is_announced_as_it_will_be_on_that_day(self) -> None:
        first = version(effective_on=date(2026, 3, 1), valid_from=date(2026, 3, 1))
        corrected = first.model_copy(update={"change": "amended", "address": "г. Ош"})
        assert version_on(entry(first, corrected), TODAY).address == "г. Ош"

    def test_a_revocation_ahead_is_announced_and_does_not_hold_yet(self) -> None:
        row = Row(entry(version(), revoked(version(), on=date(2026, 9, 1))))
        shown = row.on(date(2026, 8, 31))
        assert shown.status == "active"
        assert shown.upcoming is not None
        assert (shown.upcoming.change, shown.upcoming.effective_on) == ("revoked", date(2026, 9, 1))
        assert row.on(date(2026, 9, 1)).status == "revoked"
        assert row.on(date(2026, 9, 1)).upcoming is None

    def test_an_amendment_announced_before_an_earlier_revocation_never_comes(self) -> None:
        amended = version().model_copy(update={"change": "amended", "effective_on": date(2026, 10, 1)})
        row = Row(entry(version(), amended, revoked(version(), on=date(2026, 9, 1))))
        assert row.on(date(2026, 11, 1)).status == "revoked"
        assert row.on(date(2026, 9, 15)).upcoming is None

    def test_a_new_accreditation_after_a_revocation_is_active_again_from_its_first_day(self) -> None:
        anew = version(effective_on=date(2027, 1, 1), valid_from=date(2027, 1, 1), valid_to=None)
        row = Row(entry(version(), revoked(version(), on=date(2026, 9, 1)), anew))
        days = (date(2026, 12, 31), date(2027, 1, 1))
        assert [row.on(day).status for day in days] == ["revoked", "active"]


class TestSearch:
    def found(self, q: str) -> list[str]:
        register = register_of(entry(version(0)), entry(version(3)), entry(version(7)))
        return [row.entry.versions[0].names["ru"] for row in register.edition.find(q, None, None, TODAY)]

    def test_finds_parts_of_names_in_every_script_whatever_the_case(self) -> None:
        for q in ("ысык-көл", "ИССЫК", "Issyk-KUL", "Ｉｓｓｙｋ", "  kul   issyk "):
            assert self.found(q) == ["Общество с ограниченной ответственностью «Иссык-Куль Жумуш»"], q

    def test_finds_parts_of_numbers_and_identifiers(self) -> None:
        assert self.found(version(7).registration_number[:9]) == [version(7).names["ru"]]
        assert self.found(version(3).identifiers["kg.okpo"]) == [version(3).names["ru"]]
        assert self.found("0007/26") == [version(7).names["ru"]]

    def test_finds_former_names(self) -> None:
        renamed = version(0).model_copy(update={"change": "amended", "names": {"ky": "«Жаңы ат» ЖЧК"}})
        register = register_of(entry(version(0), renamed))
        assert len(register.edition.find("ала-тоо", None, None, TODAY)) == 1

    def test_finds_everything_where_nothing_is_asked_for_and_nothing_where_nothing_fits(self) -> None:
        assert len(self.found("")) == 3
        assert len(self.found("   ")) == 3
        assert self.found("no such name") == []

    def test_does_not_read_on_from_one_field_into_the_next(self) -> None:
        assert self.found("LLC" + version(0).short_names["ky"][:3]) == []

    def test_by_status_asks_for_the_status_on_the_day(self) -> None:
        edition = register_of(*plausible(44)).edition
        today = {row.entry.id for row in edition.find("", "active", None, TODAY)}
        in_a_year = {row.entry.id for row in edition.find("", "active", None, TODAY + timedelta(days=365))}
        assert in_a_year < today

    def test_sees_a_change_at_once(self) -> None:
        register = register_of(entry(version(0)))
        assert len(register.edition.find("", "revoked", None, TODAY)) == 0
        register.put(entry(version(0), revoked(version(0))))
        assert len(register.edition.find("", "revoked", None, TODAY)) == 1


class TestDigest:
    def test_is_the_sha_256_of_the_canonical_array_of_entries_sorted_by_id(self) -> None:
        entries = list(plausible(25))
        register = register_of(*reversed(entries))
        as_array = [
            {name: value for name, value in json.loads(one.model_dump_json()).items() if name != "publisher"}
            for one in sorted(entries, key=lambda one: one.id)
        ]
        assert register.edition.digest == f"sha-256:{hashlib.sha256(rfc8785.dumps(as_array)).hexdigest()}"

    def test_is_the_same_for_two_countries_that_publish_the_same(self) -> None:
        digests = {register_of(*plausible(25, publisher)).edition.digest for publisher in ("jp", "kg")}
        assert len(digests) == 1

    def test_differs_when_any_version_does(self) -> None:
        same = register_of(entry(version(0)), entry(version(1)))
        other = register_of(entry(version(0)), entry(version(1, address="elsewhere")))
        assert same.edition.digest != other.edition.digest

    def test_of_an_empty_register_is_that_of_an_empty_array(self) -> None:
        assert Register().edition.digest == f"sha-256:{hashlib.sha256(b'[]').hexdigest()}"
        assert Register().edition.as_of is None


class TestView:
    KEY = b"register-entry/jp/sending-organizations/kg-1"

    def test_keeps_the_latest_revision_though_the_topic_is_read_again(self) -> None:
        view = view_of(entry(version(0)), entry(version(0), revoked(version(0))))
        take(view, entry(version(0)))
        row = view.register("jp", "sending-organizations").get(entry(version(0)).id)
        assert row is not None
        assert row.entry.revision == 2

    def test_takes_an_entry_away_at_a_tombstone(self) -> None:
        gone = entry(version(0))
        view = view_of(gone, entry(version(1)))
        view.take(f"register-entry/jp/sending-organizations/{gone.id}".encode(), None)
        register = view.register("jp", "sending-organizations")
        assert register.get(gone.id) is None
        assert [row.entry.id for row in register.edition.rows] == [entry(version(1)).id]
        view.take(f"register-entry/jp/sending-organizations/{gone.id}".encode(), None)

    def test_keeps_countries_and_registers_apart(self) -> None:
        view = view_of(entry(version(0)), entry(version(1), publisher="kg"))
        assert len(view.register("jp", "sending-organizations").edition.rows) == 1
        assert len(view.register("kg", "sending-organizations").edition.rows) == 1
        assert len(view.register("kg", "improvement-orders").edition.rows) == 0

    def test_passes_over_what_is_no_entry(self) -> None:
        view = RegisterView()
        good = entry(version(0)).model_dump_json().encode()
        for key, value in (
            (None, good),
            (b"\xff", good),
            (b"other/jp/x/y", good),
            (b"too/short", good),
            (self.KEY, b"{"),
            (self.KEY, b"{}"),
            (self.KEY, good),
        ):
            view.take(key, value)
        assert len(view.register("jp", "sending-organizations").edition.rows) == 0


def test_folding_is_the_same_for_all_spellings_of_a_letter() -> None:
    assert fold("Straße") == fold("STRASSE")
    assert fold("ﾊﾝｶｸ") == fold("ハンカク")
    assert fold("Й") == fold("й")
