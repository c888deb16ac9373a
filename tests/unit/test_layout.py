"""Which services run, and where: found from their folders and from the agreement files."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local.layout import lay_out, service_process
from deploy.local.state import State
from shared.agreements import Agreement, Agreements
from tests.unit.test_agreements import agreement, party


def agreements(*pairs: tuple[str, str]) -> Agreements:
    return Agreements(
        [
            Agreement.model_validate(agreement(id=f"{one}-{other}", parties={one: party(), other: party()}))
            for one, other in pairs
        ]
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for package in ("registry", "publication", "bridge_aa", "bridge_bb", "bridge_zz", "half_done"):
        (tmp_path / package).mkdir()
        if package != "half_done":
            (tmp_path / package / "__main__.py").touch()
    return tmp_path


def test_each_service_has_its_port_and_each_country_its_bridge_and_national_system(folder: Path) -> None:
    layout = lay_out(agreements(("aa", "bb")), 9000, folder)
    assert {place.name: place.port for place in layout.services} == {
        "publication": 9000,
        "registry": 9002,
        "bridge-aa": 9011,
        "bridge-bb": 9012,
    }
    assert {place.name: place.port for place in layout.nationals} == {"national-aa": 9031, "national-bb": 9032}
    assert (layout.kafka_port, layout.controller_port, layout.database_port) == (9050, 9051, 9052)


def test_a_further_country_is_one_more_agreement(folder: Path) -> None:
    layout = lay_out(agreements(("aa", "bb"), ("aa", "zz")), 9000, folder)
    assert {place.name: place.port for place in layout.services if place.country} == {
        "bridge-aa": 9011,
        "bridge-bb": 9012,
        "bridge-zz": 9013,
    }


def test_a_country_of_an_agreement_without_a_bridge_is_told(folder: Path) -> None:
    layout = lay_out(agreements(("aa", "cc")), 9000, folder)
    assert list(layout.unbridged) == ["cc"]
    assert [place.name for place in layout.services if place.country] == ["bridge-aa"]


def test_a_bridge_alone_gets_private_keys_and_its_own(folder: Path, tmp_path: Path) -> None:
    layout, state = lay_out(agreements(("aa", "bb")), 9000, folder), State(tmp_path / "var")
    for place in layout.services:
        environment = service_process(place, layout, state, "kafka", "mongodb").environment
        given = {value for name, value in environment.items() if ".private." in value or "PRIVATE" in name}
        assert given == ({str(state.private_keys(place.country))} if place.country else set())


def test_each_service_has_a_database_of_its_own(folder: Path, tmp_path: Path) -> None:
    layout, state = lay_out(agreements(("aa", "bb")), 9000, folder), State(tmp_path / "var")
    names = [service_process(p, layout, state, "k", "m").environment["KAKEHASHI_DATABASE"] for p in layout.services]
    assert len(set(names)) == len(names)
