"""The register in memory: what holds on a day, what a search finds, what two sides can compare."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.publication.model import version_on
from services.publication.register import Register, Row, Search, fold
from services.publication.view import RegisterView
from shared.contracts.publication import RegisterEntry, content_of, entry_of
from shared.contracts.support_organization import SpokenLanguage
from shared.merkle import Tree, canonical, digest_of
from tests import field_acceptance_builders as fields
from tests import improvement_order_builders as orders
from tests.register_builders import (
    RECORDED,
    TODAY,
    entry,
    field_entry,
    marked,
    order_entry,
    plausible,
    revoked,
    support_entry,
    support_version,
    supporter,
    supporters,
    suspended_version,
    take,
    version,
    view_of,
)


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

    def test_a_suspension_ends_with_its_accreditation_and_is_not_that_of_the_next(self) -> None:
        suspended = marked(version(), "suspended", date(2026, 1, 5))
        gone = revoked(version(), date(2026, 1, 9))
        for change in ("accredited", "reinstated"):
            row = Row(entry(version(), suspended, gone, version(change=change, effective_on=date(2026, 1, 13))))
            days = (date(2026, 1, 4), date(2026, 1, 5), date(2026, 1, 9), date(2026, 1, 13))
            assert [row.on(day).status for day in days] == ["active", "suspended", "revoked", "active"]


class TestSearch:
    def found(self, q: str) -> list[str]:
        register = register_of(entry(version(0)), entry(version(3)), entry(version(7)))
        return [row.entry.versions[0].names["ru"] for row in register.edition.find(Search(q), TODAY)]

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
        assert len(register.edition.find(Search("ала-тоо"), TODAY)) == 1

    def test_finds_everything_where_nothing_is_asked_for_and_nothing_where_nothing_fits(self) -> None:
        assert len(self.found("")) == 3
        assert len(self.found("   ")) == 3
        assert self.found("no such name") == []

    def test_does_not_read_on_from_one_field_into_the_next(self) -> None:
        assert self.found("LLC" + version(0).short_names["ky"][:3]) == []

    def test_by_status_asks_for_the_status_on_the_day(self) -> None:
        edition = register_of(*plausible(44)).edition
        ahead = {row.entry.id for row in edition.find(Search(status="upcoming"), TODAY)}
        in_a_year = {row.entry.id for row in edition.find(Search(status="active"), TODAY + timedelta(days=365))}
        assert ahead == in_a_year != set()

    def test_sees_a_change_at_once(self) -> None:
        register = register_of(entry(version(0)))
        assert len(register.edition.find(Search(status="revoked"), TODAY)) == 0
        register.put(entry(version(0), revoked(version(0))))
        assert len(register.edition.find(Search(status="revoked"), TODAY)) == 1


class TestStatusOfASupportOrganization:
    def test_is_active_suspended_or_removed_as_the_latest_edition_says(self) -> None:
        organization = supporter()
        first = support_version(organization)
        suspended = suspended_version(organization)
        removed = first.model_copy(update={"change": "removed", "effective_on": date(2026, 1, 14)})
        assert [Row(support_entry(*versions)).on(TODAY).status for versions in ([first], [first, suspended])] == [
            "active",
            "suspended",
        ]
        shown = Row(support_entry(first, suspended, removed)).on(TODAY)
        assert (shown.status, shown.since) == ("removed", date(2026, 1, 14))

    def test_is_suspended_since_its_notice_though_amended_later(self) -> None:
        organization = supporter()
        suspended = suspended_version(organization)
        assert suspended.support_organization is not None
        moved = suspended.support_organization.model_copy(update={"phones": ()})
        amended = support_version(moved, change="amended", effective_on=date(2026, 1, 14))
        shown = Row(support_entry(support_version(organization), suspended, amended)).on(TODAY)
        assert (shown.status, shown.since) == ("suspended", date(2026, 1, 7))

    def test_is_since_the_edition_where_no_notice_is_dated(self) -> None:
        organization = supporter(status="suspended", remarks="支援業務の休止の届出")
        versions = [
            support_version(organization, change="suspended", effective_on=date(2026, 1, day)) for day in (9, 12)
        ]
        assert Row(support_entry(support_version(), *versions)).on(TODAY).since == date(2026, 1, 9)


class TestStatusOfAnImprovementOrder:
    @pytest.mark.parametrize(("outcome", "status"), [("complied", "expired"), ("withdrawn", "revoked")])
    def test_is_active_until_it_is_lifted_and_then_as_it_ended(self, outcome: str, status: str) -> None:
        row = Row(order_entry(orders.issue(), orders.lift(outcome=outcome)))
        days = (orders.ORDERED, orders.LIFTED - timedelta(days=1), orders.LIFTED)
        assert [row.on(day).status for day in days] == ["active", "active", status]
        assert row.on(orders.LIFTED).since == orders.LIFTED


class TestStatusOfAField:
    DAY = timedelta(days=1)

    def test_is_suspended_from_its_first_day_until_it_resumes(self) -> None:
        row = Row(field_entry(fields.suspend(), fields.resume()))
        days = (fields.SUSPENDED - self.DAY, fields.SUSPENDED, fields.RESUMED - self.DAY, fields.RESUMED)
        assert [row.on(day).status for day in days] == ["upcoming", "suspended", "suspended", "active"]
        assert row.on(fields.RESUMED - self.DAY).since == fields.SUSPENDED

    def test_is_never_suspended_by_what_was_withdrawn(self) -> None:
        row = Row(field_entry(fields.suspend(), fields.withdraw()))
        for day in (fields.WITHDRAWN, fields.SUSPENDED, fields.RESUMED):
            assert (row.on(day).status, row.on(day).version.change) == ("active", "withdrawn")

    def test_is_told_of_a_suspension_whose_first_day_was_corrected_to_an_earlier_one(self) -> None:
        earlier = fields.SUSPENDED - 20 * self.DAY
        row = Row(field_entry(fields.suspend(), fields.suspend(earlier), fields.resume(earlier + 10 * self.DAY)))
        days = (earlier - self.DAY, earlier, earlier + 10 * self.DAY, fields.SUSPENDED)
        assert [row.on(day).status for day in days] == ["upcoming", "suspended", "active", "active"]

    def test_is_digested_by_what_was_told_last_alike_in_both_countries(self) -> None:
        ended = (fields.suspend(), fields.resume())
        one, other = Row(field_entry(*ended)), Row(field_entry(*ended[:1], *ended, publisher="kg"))
        assert one.digest == other.digest != Row(field_entry()).digest

    @pytest.mark.parametrize("q", ["外食", "Food service", "коомдук", "общественное", "food-service"])
    def test_is_found_by_its_name_in_any_language_and_by_its_code(self, q: str) -> None:
        found = register_of(field_entry()).edition.find(Search(q), TODAY)
        assert [row.entry.id for row in found] == ["jp-food-service"]


class TestSearchByLanguage:
    REGISTER = register_of(*supporters(40))

    @pytest.mark.parametrize("q", ["キルギス語", "кыргызча", "КИРГИЗСКИЙ", "kyrgyz", "ｷﾙｷﾞｽ語"])
    def test_finds_by_what_readers_of_any_language_call_it(self, q: str) -> None:
        found = self.REGISTER.edition.find(Search(q), TODAY)
        assert [row.entry.versions[0].registration_number for row in found] == ["19登-000004"]

    def test_takes_two_names_of_one_language_for_one(self) -> None:
        edition = self.REGISTER.edition
        names = {
            language.name
            for row in edition.find(Search(language="my"), TODAY)
            for one in row.entry.versions
            if one.support_organization
            for language in one.support_organization.languages
            if language.tag == "my"
        }
        assert names == {"ビルマ語", "ミャンマー語"}

    def test_finds_what_is_no_language_by_its_own_name(self) -> None:
        found = self.REGISTER.edition.find(Search(language="インド語"), TODAY)
        assert found
        assert not self.REGISTER.edition.find(Search(language="xx"), TODAY)

    def test_finds_by_the_languages_of_today_and_not_of_yesterday(self) -> None:
        gone = supporter(4, languages=(SpokenLanguage(name="英語", tag="en"),))
        later = support_version(gone, change="amended", recorded_at=RECORDED + timedelta(days=1))
        register = register_of(support_entry(support_version(supporter(4)), later))
        assert not register.edition.find(Search(language="ky"), TODAY)

    def test_goes_together_with_words_and_status(self) -> None:
        edition = self.REGISTER.edition
        both = edition.find(Search("岩﨑", "active", None, "en"), TODAY)
        assert 0 < len(both) < len(edition.find(Search(language="en"), TODAY))


class TestDigest:
    def test_is_the_root_of_the_tree_of_what_was_shared_of_each_organization(self) -> None:
        organizations = [supporter(number) for number in (1, 2, 3)]
        register = register_of(*(support_entry(support_version(one)) for one in organizations))
        # As the country whose register it is computes it from its own edition.
        held = {entry_of("jp", one.registration_number): digest_of(canonical(content_of(one))) for one in organizations}
        assert register.edition.digest == Tree(held).digest

    def test_does_not_cover_our_own_history(self) -> None:
        organization = supporter()
        before = support_version(supporter(phones=()))
        after = support_version(organization, change="amended", effective_on=date(2026, 1, 12))
        changed = register_of(support_entry(before, after)).edition.digest
        assert changed == register_of(support_entry(support_version(organization))).edition.digest

    def test_does_not_cover_what_was_removed_though_it_is_shown(self) -> None:
        removed = support_version(supporter(2), change="removed", effective_on=date(2026, 1, 12))
        register = register_of(support_entry(), support_entry(support_version(supporter(2)), removed))
        assert register.edition.digest == register_of(support_entry()).edition.digest
        assert len(register.edition.rows) == 2
        assert [row.digest is None for row in register.edition.rows] == [False, True]

    def test_covers_an_order_and_its_lifting(self) -> None:
        digests = {
            register_of(order_entry(*commands)).edition.digest
            for commands in (
                [orders.issue()],
                [orders.issue(), orders.amend()],
                [orders.issue(), orders.lift()],
                [orders.issue(), orders.lift(outcome="withdrawn")],
            )
        }
        assert len(digests) == 4

    def test_does_not_depend_on_the_order_in_which_entries_came(self) -> None:
        entries = list(plausible(60))
        assert register_of(*reversed(entries)).edition.digest == register_of(*entries).edition.digest

    def test_is_the_same_for_two_countries_that_publish_the_same(self) -> None:
        digests = {register_of(*plausible(25, publisher)).edition.digest for publisher in ("jp", "kg")}
        assert len(digests) == 1

    def test_differs_when_any_version_of_a_sending_organization_does(self) -> None:
        same = register_of(entry(version(0)), entry(version(1)))
        other = register_of(entry(version(0)), entry(version(1, address="elsewhere")))
        assert same.edition.digest != other.edition.digest

    def test_of_an_empty_register_is_that_of_no_entries(self) -> None:
        assert Register().edition.digest == Tree().digest
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
