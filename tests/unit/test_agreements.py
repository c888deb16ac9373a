"""Agreement files: what may be in one, and what it tells."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.agreements import AgreementError, Agreements, load_agreements

FOLDER = Path(__file__).parents[2] / "deploy" / "agreements"


def party(**changes: Any) -> dict[str, Any]:
    return {
        "names": {"en": "Aland"},
        "ministries": {"en": "Ministry"},
        "contact_point": {"names": {"en": "Desk"}, "channel": "bridge-aa", "key_set": "aa.json"},
        "languages": ["en"],
        "time_zone": "Asia/Tokyo",
        **changes,
    }


def agreement(**changes: Any) -> dict[str, Any]:
    return {
        "id": "aa-bb",
        "names": {"en": "Memorandum"},
        "original_language": "en",
        "states": [{"state": "in-force", "since": date(2024, 8, 31)}],
        "parties": {"aa": party(), "bb": party()},
        **changes,
    }


def load(folder: Path, *documents: dict[str, Any]) -> Agreements:
    for number, document in enumerate(documents):
        (folder / f"{number}.yaml").write_text(yaml.safe_dump(deepcopy(document), allow_unicode=True))
    return load_agreements(folder)


def test_each_agreement_file_of_the_project_loads_and_is_named_after_its_parties() -> None:
    for found in load_agreements(FOLDER):
        assert (FOLDER / f"{found.id}.yaml").exists()
        assert set(found.id.split("-")) == set(found.parties)


def test_each_party_is_named_in_every_language_of_every_page() -> None:
    agreements = load_agreements(FOLDER)
    tags = {tag for each in agreements for party in each.parties.values() for tag in party.languages}
    for each in agreements:
        assert set(each.names) == tags
        for one in each.parties.values():
            named = [one.names, one.ministries, one.contact_point.names, *one.identifiers.values()]
            assert all(set(names) == tags for names in named)


def test_the_memorandum_is_in_force_since_the_day_it_was_exchanged() -> None:
    found = load_agreements(FOLDER).between("kg", "jp")
    assert found is not None
    assert found.state_on(date(2023, 7, 5)) is None
    assert found.state_on(date(2023, 7, 6)) == "in-force"


def test_both_parties_publish_accredited_sending_organizations() -> None:
    found = load_agreements(FOLDER).get("jp-kg")
    assert found is not None
    assert set(found.publishers("sending-organizations", "kg")) == {"jp", "kg"}
    assert list(found.publishers("improvement-orders", "jp")) == ["kg"]
    assert list(found.publishers("improvement-orders", "kg")) == []


def test_both_parties_publish_acceptance_by_field() -> None:
    """M8.1: of the country that accepts workers, which is one of them."""
    found = load_agreements(FOLDER).get("jp-kg")
    assert found is not None
    assert list(found.publishers("field-acceptance", "jp")) == ["jp", "kg"]
    promises = [
        promise
        for party in found.parties.values()
        for promise in party.publishes
        if promise.register_name == "field-acceptance"
    ]
    assert {(promise.originators, promise.clauses) for promise in promises} == {(("jp",), ("M8.1",))}


def test_notice_ends_an_agreement_six_months_later(tmp_path: Path) -> None:
    states = [
        {"state": "in-force", "since": date(2024, 1, 1)},
        {"state": "notice-given", "since": date(2024, 8, 31)},
    ]
    found = load(tmp_path, agreement(states=states)).get("aa-bb")
    assert found is not None
    assert found.state_on(date(2024, 8, 30)) == "in-force"
    assert found.state_on(date(2025, 2, 27)) == "notice-given"
    assert found.takes_new_sharing(date(2025, 2, 27))
    assert found.state_on(date(2025, 2, 28)) == "ended"
    assert not found.takes_new_sharing(date(2025, 2, 28))


def test_nothing_is_shared_before_an_agreement_is_in_force(tmp_path: Path) -> None:
    found = load(tmp_path, agreement()).get("aa-bb")
    assert found is not None
    assert not found.takes_new_sharing(date(2024, 8, 30))


def test_the_other_party_is_found_from_either(tmp_path: Path) -> None:
    agreements = load(tmp_path, agreement())
    found = agreements.between("bb", "aa")
    assert found is not None
    assert (found.other("aa"), found.other("bb")) == ("bb", "aa")
    with pytest.raises(KeyError):
        found.other("cc")


def test_a_country_may_have_several_agreements(tmp_path: Path) -> None:
    third = agreement(id="aa-cc", parties={"aa": party(), "cc": party()})
    agreements = load(tmp_path, agreement(), third)
    assert list(agreements.countries) == ["aa", "bb", "cc"]
    assert len(agreements.parties("aa")) == 2
    assert agreements.between("bb", "cc") is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"parties": {"aa": party()}}, "parties"),
        ({"parties": {"aa": party(), "bb": party(), "cc": party()}}, "parties"),
        ({"parties": {"AA": party(), "bb": party()}}, "parties.AA"),
        ({"parties": {"aa": party(time_zone="Mars/Olympus"), "bb": party()}}, "time_zone"),
        ({"parties": {"aa": party(languages=[]), "bb": party()}}, "languages"),
        ({"states": []}, "states"),
        ({"states": [{"state": "in-force", "since": date(2024, 1, 1)}] * 2}, "begins after"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_place(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(AgreementError, match=rf"0\.yaml: .*{told}"):
        load(tmp_path, agreement(**changes))


def test_a_party_publishes_only_what_comes_from_a_party(tmp_path: Path) -> None:
    promise = {"register": "sending-organizations", "originators": ["cc"], "clauses": ["M6.1"]}
    with pytest.raises(AgreementError, match="cc: no party"):
        load(tmp_path, agreement(parties={"aa": party(publishes=[promise]), "bb": party()}))


def test_an_id_belongs_to_one_file(tmp_path: Path) -> None:
    with pytest.raises(AgreementError, match=r"1\.yaml: the id aa-bb"):
        load(tmp_path, agreement(), agreement())


@pytest.mark.parametrize("content", ["", "[]", "a: [", "\x00"])
def test_a_file_that_is_no_agreement_is_refused_with_its_name(tmp_path: Path, content: str) -> None:
    (tmp_path / "broken.yaml").write_text(content)
    with pytest.raises(AgreementError, match=r"broken\.yaml"):
        load_agreements(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AgreementError, match="no agreement file"):
        load_agreements(tmp_path)


def test_an_application_is_screened_by_the_criteria_of_its_day(tmp_path: Path) -> None:
    """M7.1: a versioned list."""
    lists = [
        {"since": date(2024, 9, 1), "criteria": {"lawful": {"en": "Lawful"}}},
        {"since": date(2025, 4, 1), "criteria": {"lawful": {"en": "Lawful"}, "open": {"en": "Open"}}},
    ]
    found = load(tmp_path, agreement(parties={"aa": party(screens_by=lists), "bb": party()}))
    (aa,), (bb,) = found.parties("aa"), found.parties("bb")
    days = (date(2024, 8, 31), date(2024, 9, 1), date(2025, 3, 31), date(2025, 4, 1))
    criteria = [aa.criteria_on(day) for day in days]
    assert [one and list(one.criteria) for one in criteria] == [None, ["lawful"], ["lawful"], ["lawful", "open"]]
    assert bb.criteria_on(days[-1]) is None


def test_criteria_out_of_order_are_told(tmp_path: Path) -> None:
    lists = [{"since": date(2025, 4, 1), "criteria": {"a": {"en": "A"}}}] * 2
    with pytest.raises(AgreementError, match="after the one before"):
        load(tmp_path, agreement(parties={"aa": party(screens_by=lists), "bb": party()}))


def test_each_criterion_is_told_in_every_language_of_the_parties() -> None:
    for each in load_agreements(FOLDER):
        tags = {tag for one in each.parties.values() for tag in one.languages}
        texts = [
            names for one in each.parties.values() for list_ in one.screens_by for names in list_.criteria.values()
        ]
        assert texts
        assert all(set(names) == tags for names in texts)


@pytest.mark.parametrize("day", ["2-1", "02-30", "13-01", "29 December", ""])
def test_a_day_on_which_offices_are_closed_is_one_of_the_year(tmp_path: Path, day: str) -> None:
    with pytest.raises(AgreementError, match=r"no day of a year such as 12-29"):
        load(tmp_path, agreement(parties={"aa": party(closed_on=["02-29", day]), "bb": party()}))
