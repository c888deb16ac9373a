"""What goes through several matters, from one national system to the other and onto both countries' pages, all real."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.bridge_builders import accreditation
from tests.integration.borders import Borders
from tests.integration.test_cases_whole_way import (
    NOTICE,
    OPENING,
    RESULT,
    applied,
    document,
    given,
)
from tests.integration.test_registers_whole_way import LASTING, ORGANIZATIONS, decision, entry, page, public, tin


async def noticed(borders: Borders, number: str, organization: int, by: str) -> None:
    """The immigration authority notifies the ministry of one of its organizations, which investigates; `by` begins the
    ids of the messages.
    """
    about = {"認定国": "KG", "登録番号": tin(organization), "名称": {"ru": "ОсОО «Жол Ачык»"}}
    await applied(borders, "jp", document("jp", NOTICE, f"{by}/notice", number, 対象機関=about))
    assert (await given(borders, "kg", NOTICE, number))["организация"]["регистрационный_номер"] == tin(organization)
    await applied(borders, "kg", document("kg", OPENING, f"{by}/opening", number, редакция=1))
    await given(borders, "jp", OPENING, number)


async def notice_of(borders: Borders, country: str, number: str, **members: int) -> Mapping[str, Any]:
    """As its operators read it, once its members have so many items."""
    url = f"{borders.place('reporting').url}/v1/notices/jp-kg/jp-{number}"

    async def found() -> Any:
        answer = await borders.client.get(url, headers=borders.token(country, "operator"))
        notice = answer.raise_for_status().json()
        return notice if all(len(notice["record"][name]) == count for name, count in members.items()) else None

    notice: Mapping[str, Any] = await borders.until(found, f"{number} has {members}")
    return notice


async def test_m7_3_a_notice_shows_the_suspension_and_the_revocation_that_name_it(borders: Borders) -> None:
    number, place = "入管通第73号", 73
    naming = {"notice": {"country": "JP", "number": number}}
    await public(borders, accreditation("link/1", tin=tin(place), permit=LASTING))
    await noticed(borders, number, place, "link")

    day = {"effective_from": "01.02.2026", "decision_number": "28-О"}
    await public(borders, decision("suspension", "link/2", place, **day, **naming))
    (told,) = await borders.documents("jp", "link/2")
    assert told["契機となった通知"] == {"通知国": "JP", "通知番号": number}
    notice = await notice_of(borders, "jp", number, registry_decisions=1)
    assert (notice["status"], notice["consequence"]) == ("under-investigation", None)

    day = {"effective_from": "01.03.2026", "decision_number": "31-О"}
    await public(borders, decision("revocation", "link/3", place, **day, **naming))
    ended = document("kg", RESULT, "link/4", number, редакция=1, номер_решения_в_реестре="31-О")
    await applied(borders, "kg", ended)
    assert (await given(borders, "jp", RESULT, number))["登録簿処分番号"] == "31-О"
    for country in ("jp", "kg"):
        notice = await notice_of(borders, country, number, registry_decisions=2)
        assert (notice["status"], notice["consequence"]) == ("concluded", "revocation")
        linked = [
            (one["consequence"], one["effective_on"], one["decision_number"])
            for one in notice["record"]["registry_decisions"]
        ]
        assert linked == [("suspension", "2026-02-01", "28-О"), ("revocation", "2026-03-01", "31-О")]
        # That there was a notice is on no page.
        shown = await entry(borders, ORGANIZATIONS, country, f"kg-{tin(place)}")
        read = await page(borders, ORGANIZATIONS, country, f"kg-{tin(place)}", "en")
        assert shown["status"] == "revoked"
        assert number not in f"{shown}{read}"
