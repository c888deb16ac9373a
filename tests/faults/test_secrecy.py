"""Those affected by misconduct, and who returns, are known to the two countries alone (M3b, M4.1, M8.3): a planted
name is looked for wherever a whole stack leaves anything, and found in nothing that lies between them.
"""

from __future__ import annotations

import asyncio
import json
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import bson
import httpx
import pymongo
import pytest

from deploy.local.state import RunningStack, State
from deploy.national.handing_in import Answer, Submitter
from tests.bridge_builders import fixture

PLANTED = (
    "Планталиева Айсулуу Кадыровна",
    "プランタリエヴァ",
    "Plantalieva-Aisuluu",
    "12907200577321",
    "+996 555 070 577",
)
"""Of the one affected: her names in each script, her number, where she is reached."""
OPEN = "Подсолнухов-контрольный"
"""In the words of what happened, which are confidential and not protected."""
PATIENCE = 120.0

REPORTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "kg": (
        "misconduct-report",
        {
            "message_id": "secrecy/kg",
            "номер": "secrecy",
            "суть": {"ru": OPEN},
            "пострадавшие": [
                {
                    "кто": "работник",
                    "имена": {"ky": PLANTED[0], "ja": PLANTED[1], "ky-Latn": PLANTED[2]},
                    "номера": [{"вид": "ПИН", "номер": PLANTED[3]}],
                    "контакт": PLANTED[4],
                }
            ],
        },
    ),
    "jp": (
        "不正行為通報",
        {
            "文書番号": "secrecy/jp",
            "通報番号": "secrecy",
            "概要": {"ja": OPEN},
            "被害者": [
                {
                    "立場": "就労者",
                    "氏名": {"ky": PLANTED[0], "ja": PLANTED[1], "ky-Latn": PLANTED[2]},
                    "識別番号": [{"種別": "kg.pin", "番号": PLANTED[3]}],
                    "連絡先": PLANTED[4],
                }
            ],
        },
    ),
}

RETURNING: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "kg": (
        "return-assistance-request",
        "возвращающийся",
        {
            "имена": {"ky": PLANTED[0], "ja": PLANTED[1], "ky-Latn": PLANTED[2]},
            "номера": [{"вид": "ПИН", "номер": PLANTED[3]}],
            "контакт": PLANTED[4],
        },
    ),
    "jp": (
        "帰国支援要請",
        "帰国者",
        {
            "氏名": {"ky": PLANTED[0], "ja": PLANTED[1], "ky-Latn": PLANTED[2]},
            "識別番号": [{"種別": "kg.pin", "番号": PLANTED[3]}],
            "連絡先": PLANTED[4],
        },
    ),
}
"""Who is helped to return (M8.3): the type of message, the field that is sealed, what is put there."""


def forms(word: str) -> list[bytes]:
    """Every way in which a word may stand in a file: as it is, escaped, and within anything put into base64."""
    plain = word.encode()
    found = [plain, json.dumps(word)[1:-1].encode(), quote(word).encode(), word.encode("utf-16-le")]
    for shift, cut in enumerate((0, 2, 3)):
        padded = b"\0" * shift + plain
        whole = padded[: len(padded) // 3 * 3]
        found += [encode(whole)[cut:] for encode in (b64encode, urlsafe_b64encode)]
    return list(dict.fromkeys(found))


def words_in(content: bytes, *words: str) -> set[str]:
    return {word for word in words if any(form in content for form in forms(word))}


@pytest.mark.parametrize("word", [*PLANTED, OPEN])
@pytest.mark.parametrize("before", ["", "a", "ab"])
def test_a_word_is_found_in_every_form(word: str, before: str) -> None:
    text = f"{before}{word} and more"
    for content in (
        text.encode(),
        json.dumps(text).encode(),
        quote(text).encode(),
        text.encode("utf-16-le"),
        b64encode(text.encode()),
        urlsafe_b64encode(text.encode()),
    ):
        assert words_in(content, word) == {word}


@dataclass
class Between:
    """A running stack with both reports delivered, and everything that it has left."""

    state: State
    stack: RunningStack
    answers: Mapping[str, Answer]

    def files(self, folder: Path) -> Iterator[bytes]:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield path.read_bytes()

    def database(self, name: str) -> Iterator[bytes]:
        """Every document of every collection."""
        with pymongo.MongoClient[dict[str, Any]](self.stack.database.uri) as client:
            for collection in client[name].list_collection_names():
                for document in client[name][collection].find():
                    yield bson.encode(document)

    @property
    def core(self) -> list[str]:
        """Databases of the services that are no country's."""
        bridges = {bridge.name for bridge in self.stack.bridges.values()}
        return [one.name.replace("-", "_") for one in self.stack.services if one.name not in bridges]

    def received(self, country: str) -> bytes:
        url = f"{self.stack.nationals[country].url}/received?limit=10000"
        return httpx.get(url, timeout=60, trust_env=False).raise_for_status().content


def found(contents: Iterator[bytes], *words: str) -> set[str]:
    return set().union(*(words_in(content, *words) for content in contents))


@pytest.fixture(scope="module")
async def between(stack: State) -> Between:
    """Both countries report, each once rightly and once so that every word of the one affected stands where it cannot
    be read; and each asks for help for someone who returns."""
    now = stack.running()
    answers = {}
    async with httpx.AsyncClient(trust_env=False) as client:
        for country, (kind, changes) in REPORTS.items():
            token = now.token("submitter", country)
            submitter = Submitter(client, now.bridges[country].url, lambda token=token: token)  # type: ignore[misc]
            good = fixture(country, kind) | dict(changes)
            bad = json.loads(json.dumps(good).replace("secrecy", "secrecy-bad"))
            person = next(value for name, value in bad.items() if name in ("пострадавшие", "被害者"))[0]
            for field, value in list(person.items()):
                person[field] = {word: word for word in PLANTED} if isinstance(value, str) else " ".join(PLANTED)
            person[PLANTED[0]] = PLANTED[1]
            returning, field, who = RETURNING[country]
            whole = fixture(country, returning)
            helped = whole | {field: whole[field] | dict(who)}
            answers[f"{country}, returning"] = await submitter.hand_in(json.dumps(helped).encode(), "application/json")
            answers[country] = await submitter.hand_in(json.dumps(good).encode(), "application/json")
            answers[f"{country}, bad"] = await submitter.hand_in(json.dumps(bad).encode(), "application/json")
        known = Between(stack, now, answers)
        until = time.monotonic() + PATIENCE
        for sender, what in ((country, what) for country in REPORTS for what in ("", ", returning")):
            receipt_id = answers[f"{sender}{what}"].body["receipt_id"]
            receipt = f"{now.bridges[sender].url}/v1/receipts/{receipt_id}"
            headers = {"authorization": f"Bearer {now.token('submitter', sender)}"}
            while not (await client.get(receipt, headers=headers)).json()["items"][0]["delivered"]:
                assert time.monotonic() < until, f"what {sender} sent{what} is not delivered"
                await asyncio.sleep(0.3)
    return known


async def test_the_receiving_national_system_has_all_of_it(between: Between) -> None:
    for country in ("jp", "kg"):
        assert words_in(between.received(country), *PLANTED, OPEN) == {*PLANTED, OPEN}


async def test_the_two_bridges_keep_it_which_is_how_a_search_would_find_it(between: Between) -> None:
    """Each has what its country has handed in or was given: so the search of a database does find a planted word."""
    for country in ("jp", "kg"):
        assert found(between.database(f"bridge_{country}"), *PLANTED) == set(PLANTED)


async def test_the_broker_has_none_of_it(between: Between) -> None:
    kept = found(between.files(between.state.kafka), *PLANTED, OPEN, "secrecy")
    assert kept == {OPEN, "secrecy"}


async def test_no_database_of_the_core_has_any_of_it(between: Between) -> None:
    assert {"reporting", "inquiry", "registry", "publication"} <= set(between.core)
    for name in between.core:
        kept = found(between.database(name), *PLANTED, OPEN)
        assert kept == ({OPEN} if name == "reporting" else set()), name


async def test_no_log_has_any_of_it(between: Between) -> None:
    kept = found(between.files(between.state.logs), *PLANTED, OPEN, "reporting", "bridge-kg")
    assert kept == {"reporting", "bridge-kg"}


async def test_no_trace_has_any_of_it(between: Between) -> None:
    kept = found(between.files(between.state.traces), *PLANTED, OPEN, "secrecy/kg", "secrecy/jp")
    assert kept == {"secrecy/kg", "secrecy/jp"}


async def test_no_answer_repeats_any_of_it_not_even_that_to_a_report_which_cannot_be_read(between: Between) -> None:
    for name, answer in between.answers.items():
        assert answer.status == (422 if name.endswith("bad") else 202)
        assert words_in(json.dumps(answer.body, ensure_ascii=False).encode(), *PLANTED, OPEN) == set()
