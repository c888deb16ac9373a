"""Countries, languages and promises come from agreement files: one more file is one more country."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import yaml

from services.publication.as_of import as_of
from services.publication.publishers import promised, publishers_of
from shared.agreements import Agreements, load_agreements
from shared.clock import FixedClock
from tests.register_builders import application, client_of, entry, view_of

DEPLOYED = Path(__file__).parents[2] / "deploy" / "agreements"


def with_one_more(folder: Path) -> Agreements:
    """The deployed agreements and one between the same first country and Ruritania."""
    for path in DEPLOYED.glob("*.yaml"):
        (folder / path.name).write_text(path.read_text())
    other = yaml.safe_load((DEPLOYED / "jp-kg.yaml").read_text())
    parties = other["parties"]
    other["id"] = "jp-rt"
    parties["rt"] = parties.pop("kg") | {
        "names": {"en": "Ruritania", "de": "Ruritanien"},
        "languages": ["de", "en"],
        "time_zone": "Europe/Vienna",
        "identifiers": {"rt.number": {"en": "Crown number"}},
        "publishes": [],
    }
    parties["jp"]["publishes"] = [{"register": "sending-organizations", "originators": ["rt"], "clauses": ["M6.1"]}]
    (folder / "jp-rt.yaml").write_text(yaml.safe_dump(other))
    return load_agreements(folder)


def test_a_countrys_page_is_in_its_own_languages_and_in_its_partners() -> None:
    publishers = publishers_of(load_agreements(DEPLOYED))
    assert list(publishers.by_country["jp"].languages) == ["ja", "en", "ky", "ru"]
    assert list(publishers.by_country["kg"].languages) == ["ky", "ru", "en", "ja"]


def test_a_register_is_about_the_partners_of_every_agreement(tmp_path: Path) -> None:
    publishers = publishers_of(with_one_more(tmp_path))
    assert publishers.by_country["jp"].registers == {
        "sending-organizations": ["kg", "rt"],
        "field-acceptance": ["jp"],
    }
    assert publishers.country_names["rt"]["en"] == "Ruritania"
    assert publishers.identifier_names["rt.number"] == {"en": "Crown number"}


def test_a_country_that_has_promised_to_publish_nothing_has_no_page(tmp_path: Path) -> None:
    assert set(publishers_of(with_one_more(tmp_path)).by_country) == {"jp", "kg"}


def test_a_promise_is_of_one_agreement_and_about_one_originator(tmp_path: Path) -> None:
    agreements = with_one_more(tmp_path)
    register = "sending-organizations"
    assert list(promised(agreements, "jp-kg", register, "kg")) == ["jp", "kg"]
    assert list(promised(agreements, "jp-rt", register, "rt")) == ["jp"]
    assert list(promised(agreements, "jp-kg", register, "rt")) == []
    assert list(promised(agreements, "unknown", register, "kg")) == []
    assert list(promised(agreements, None, register, "kg")) == []


def test_today_is_the_publishing_countrys() -> None:
    publishers = publishers_of(load_agreements(DEPLOYED)).by_country
    clock = FixedClock(datetime(2026, 1, 14, 16, 0, tzinfo=UTC))
    assert [as_of("", "", clock.now(), publishers[country].time_zone).day.day for country in ("jp", "kg")] == [15, 14]


async def test_a_page_about_several_countries_tells_them_apart(tmp_path: Path) -> None:
    publishers = publishers_of(with_one_more(tmp_path))
    foreign = entry(entry_id="rt-1").model_copy(update={"originator": "rt"})
    http = client_of(application(view_of(entry(), foreign), publishers=publishers))
    page = (await http.get("/jp/?lang=en")).text
    assert page.count("Ruritania") == 2
    assert 'name="originator"' in page
    only = (await http.get("/jp/?lang=en&originator=rt")).text
    assert "rt-1" in only
    assert entry().id not in only
