"""What is protected leaves a bridge sealed to its addressee, is opened there, and by nobody else (M4.1, G7)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import KeySet

from shared.bridge.intake import Intake
from shared.bridge.kit import Bridge, Matter, Translation, Translations
from shared.bridge.sealing import in_the_open, opened, sealed_command
from shared.contracts.misconduct_report import MisconductReportSubmitted, SubmitMisconductReport
from shared.contracts.sealed import sealed_members
from shared.security.jwe import ALGORITHM, ENCRYPTION, TYPE, NoSealingKey, NotSealed, open_sealed, seal, sealed_for
from shared.security.keys import make_key, make_sealing_key
from tests import case_builders as cases
from tests.bridge_builders import SEALING_KEYS, Border, fixture, private_keys, public_keys, running
from tests.contract.bridge.fake_country import FAKE, FAKE_AGREEMENTS

NAME = "Асанов Үсөн"
VICTIMS = {"persons": [{"role": "worker", "names": {"ky": NAME}}]}
PLACE = "/report/affected_persons"


def keys_of(country: str) -> KeySet:
    keys = public_keys(country)
    assert keys is not None
    return keys


def test_what_is_sealed_to_a_party_is_opened_by_it_alone() -> None:
    sealed = seal(VICTIMS, keys_of("jp"))
    assert open_sealed(sealed, private_keys("jp")) == VICTIMS
    with pytest.raises(NotSealed):
        open_sealed(sealed, private_keys("kg"))
    with pytest.raises(NotSealed):
        open_sealed(sealed, keys_of("jp"))


def test_two_envelopes_of_the_same_content_are_not_alike() -> None:
    assert seal(VICTIMS, keys_of("jp")) != seal(VICTIMS, keys_of("jp"))


def test_nothing_is_sealed_to_a_key_that_is_for_signatures() -> None:
    with pytest.raises(NoSealingKey):
        seal(VICTIMS, KeySet([make_key("jp")]))


def test_for_whom_it_is_sealed_is_seen_without_opening_it() -> None:
    sealed = seal(VICTIMS, keys_of("jp"))
    assert sealed_for(sealed, keys_of("jp")) == SEALING_KEYS["jp"].kid
    with pytest.raises(NotSealed):
        sealed_for(sealed, keys_of("kg"))


def _made(**header: Any) -> str:
    key = SEALING_KEYS["jp"]
    known = {"alg": ALGORITHM, "enc": ENCRYPTION, "kid": key.kid, "typ": TYPE}
    algorithms = ["ECDH-ES+A256KW", "ECDH-ES+A128KW", "A256GCM", "A128GCM"]
    return jwe.encrypt_compact(known | header, b"{}", key, algorithms=algorithms)


@pytest.mark.parametrize(
    "content",
    [
        None,
        7,
        VICTIMS,
        "",
        NAME,
        json.dumps(VICTIMS),
        "a.b.c.d.e",
        "....",
        "a.b.c",
        "bnVsbA.a.a.a.a",
        _made(typ="JWT"),
        _made(alg="ECDH-ES+A128KW"),
        _made(enc="A128GCM"),
        _made(kid="another"),
        seal(VICTIMS, KeySet([make_sealing_key("stranger")])),
    ],
    # An envelope's end is another each time.
    ids=lambda content: repr(content)[:40],
)
def test_anything_else_is_not_sealed(content: Any) -> None:
    with pytest.raises(NotSealed):
        sealed_for(content, keys_of("jp"))


def test_a_tampered_envelope_is_not_opened() -> None:
    head, _, tail = seal(VICTIMS, keys_of("jp")).rpartition(".")
    with pytest.raises(NotSealed):
        open_sealed(f"{head}.{'A' * len(tail)}", private_keys("jp"))


def test_what_is_said_of_something_that_is_not_sealed_does_not_repeat_it() -> None:
    with pytest.raises(NotSealed) as raised:
        sealed_for(NAME, keys_of("jp"))
    assert NAME not in str(raised.value)


# -- within commands and events -----------------------------------------------------------------------------------


def command() -> SubmitMisconductReport:
    return cases.submit(affected_persons=None)


def test_sealed_members_are_found_in_whatever_holds_them() -> None:
    for contract in (SubmitMisconductReport, MisconductReportSubmitted):
        assert list(sealed_members(contract)) == [PLACE]


def test_a_command_is_sealed_where_it_says_and_opened_there() -> None:
    sealed = sealed_command(command(), {PLACE: VICTIMS}, "jp", public_keys)
    data = sealed.model_dump(mode="json")
    assert NAME not in sealed.model_dump_json()
    assert in_the_open(SubmitMisconductReport, data, keys_of("jp")) is None
    assert opened(SubmitMisconductReport, data, private_keys("jp")) == {PLACE: VICTIMS}


def test_a_command_without_protected_content_goes_as_it_is() -> None:
    data = command().model_dump(mode="json")
    assert in_the_open(SubmitMisconductReport, data, keys_of("jp")) is None
    assert opened(SubmitMisconductReport, data, private_keys("jp")) == {}


@pytest.mark.parametrize("content", [NAME, seal(VICTIMS, KeySet([make_sealing_key("xx")]))], ids=["open", "to another"])
def test_the_guard_sees_what_is_not_sealed_to_the_addressee(content: str) -> None:
    data = cases.submit(affected_persons=content).model_dump(mode="json")
    told = in_the_open(SubmitMisconductReport, data, keys_of("jp"))
    assert told is not None
    assert PLACE in told
    assert NAME not in told


def test_without_a_key_of_the_addressees_nothing_counts_as_sealed() -> None:
    data = sealed_command(command(), {PLACE: VICTIMS}, "jp", public_keys).model_dump(mode="json")
    assert in_the_open(SubmitMisconductReport, data, None) is not None


# -- at the border ------------------------------------------------------------------------------------------------


async def test_a_name_that_is_handed_in_leaves_the_bridge_in_an_envelope_only() -> None:
    document = fixture("xa", "report") | {"victims": VICTIMS}
    async with running(Border(bridge=FAKE, agreements=FAKE_AGREEMENTS)) as border:
        receipt = await border.hand_in(document)
        assert receipt.status_code == 202, receipt.text
        assert NAME not in receipt.text
        await border.ledger.publish_oldest()
        (sent,) = border.sender.sent
        assert sent.value is not None
        assert NAME.encode() not in sent.value
        assert not any(NAME.encode() in value for _, value in sent.headers)
        said = json.loads(sent.value)
        assert open_sealed(said["report"]["affected_persons"], private_keys("xb")) == VICTIMS


async def test_with_no_key_to_seal_to_nothing_is_recorded_and_the_same_can_be_handed_in_later() -> None:
    border = Border(bridge=FAKE, agreements=FAKE_AGREEMENTS)
    async with running(border):
        intake, border.desk._intake = border.desk._intake, unable(border)
        answer = await border.hand_in(fixture("xa", "report"))
        assert (answer.status_code, answer.json()["slug"]) == (503, "not-available")
        assert await border.entries() == []
        border.desk._intake = intake
        assert (await border.hand_in(fixture("xa", "report"))).status_code == 202


def unable(border: Border) -> Intake:
    """An intake that knows nobody's keys."""
    lookup = border.intake._agreement
    return Intake(border.bridge, border.ledger, lookup, border.consents, lambda _: None, border.spans, border.clock)


async def test_a_translation_that_leaves_protected_content_in_the_open_gets_nothing_out() -> None:
    """The guard asks the command, whatever the country's translation has done."""

    def careless(document: Any) -> Translation:
        good = FAKE.inward["report"](document).matter
        assert good is not None
        assert isinstance(good.command, SubmitMisconductReport)
        report = good.command.report.model_copy(update={"affected_persons": json.dumps(VICTIMS)})
        return Translation(Matter(SubmitMisconductReport(report=report), good.topic, good.subject, good.destination))

    bridge = Bridge(country="xa", matters=[Translations(inward={"report": careless})])
    async with running(Border(bridge=bridge, agreements=FAKE_AGREEMENTS)) as border:
        answer = await border.hand_in(fixture("xa", "report"))
        assert (answer.status_code, answer.json()["slug"]) == (500, "internal-error")
        assert NAME not in answer.text
        assert await border.entries() == []
