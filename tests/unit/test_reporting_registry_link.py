"""M7.3: a notice is told what became of its organization in the registry, by the decision that names it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.reporting.notices.reactions import OF_THE_REGISTRY, react
from shared.contracts.common import CommandRefused
from shared.contracts.notice import Consequence, RecordRegistryDecision, RegistryDecision
from shared.contracts.sending_organization import SendingOrganizationRevoked, SendingOrganizationSuspended
from shared.messaging.decider import Decided
from tests.bridge_builders import message
from tests.case_builders import (
    NOTICE_NUMBER,
    NOTICE_STREAM,
    NOW,
    notice,
    open_investigation,
    refused_there,
    return_result,
    submit_notice,
    withdraw_notice,
)
from tests.reporting_matters import NOTICE

DECISIONS: dict[Consequence, type[SendingOrganizationSuspended | SendingOrganizationRevoked]] = {
    "suspension": SendingOrganizationSuspended,
    "revocation": SendingOrganizationRevoked,
}
either = pytest.mark.parametrize("consequence", list(DECISIONS))


def recorded(consequence: Consequence, **changes: Any) -> SendingOrganizationSuspended | SendingOrganizationRevoked:
    """In consequence of the notice, of its organization."""
    organization = notice().organization
    facts: dict[str, Any] = {
        "country": organization.country,
        "registration_number": organization.registration_number,
        "effective_on": date(2026, 4, 1),
        "ground": {"ja": "保証金の徴収。"},
        "decision_number": "入管認停第2号",
        "case": f"kg-{NOTICE_NUMBER}",
        "recorded_at": NOW,
    }
    return DECISIONS[consequence](**facts | changes)


def decision(consequence: Consequence, **changes: Any) -> RecordRegistryDecision:
    """What reporting asks of the notice on it."""
    event = recorded(consequence, **changes)
    assert OF_THE_REGISTRY[type(event).__name__] is type(event)
    (command,) = react("reporting.commands.v1", event, message(agreement="jp-kg"))
    assert (command.topic, command.subject) == ("reporting.commands.v1", NOTICE_STREAM)
    assert command.classification == "confidential"
    assert isinstance(command.data, RecordRegistryDecision)
    return command.data


@either
def test_a_decision_that_names_no_notice_is_passed_over(consequence: Consequence) -> None:
    assert react("x", recorded(consequence, case=None), message(agreement="jp-kg")) == []
    with pytest.raises(TypeError):
        react("x", CommandRefused(command_id="1", command_type="x", problem=refused_there()), message())


@either
@pytest.mark.parametrize("ended", [False, True], ids=["before the result", "after the result"])
def test_a_decision_is_linked_to_the_notice_that_it_names(consequence: Consequence, ended: bool) -> None:
    said = [return_result(consequence)] if ended else []
    state = NOTICE.after(submit_notice(), open_investigation(), *said)
    after = NOTICE.after(decision(consequence), state=state, originator="jp")
    assert after.status == state.status
    (linked,) = after.registry_decisions
    assert isinstance(linked, RegistryDecision)
    assert (linked.consequence, linked.effective_on) == (consequence, date(2026, 4, 1))
    assert linked.decision_number == return_result(consequence).result.registry_case
    assert after.history[-1].event == "RegistryDecisionRecorded"
    assert NOTICE.decided(after, decision(consequence), originator="jp") == Decided()


def test_both_are_linked_where_a_revocation_follows_upon_a_suspension() -> None:
    state = NOTICE.after(submit_notice(), open_investigation())
    told = [decision("suspension"), decision("revocation", effective_on=date(2026, 5, 1))]
    after = NOTICE.after(*told, state=state, originator="jp")
    assert [one.consequence for one in after.registry_decisions] == ["suspension", "revocation"]


@either
def test_a_decision_on_another_organization_or_of_no_notice_is_not_linked(consequence: Consequence) -> None:
    state = NOTICE.after(submit_notice())
    assert NOTICE.decided(state, decision(consequence, registration_number="19登-000999"), originator="jp") == Decided()
    assert NOTICE.decided(state, decision(consequence, country="kg"), originator="jp") == Decided()
    assert NOTICE.decided(NOTICE.new, decision(consequence), originator="jp") == Decided()
    assert NOTICE.decided(NOTICE.after(withdraw_notice()), decision(consequence), originator="jp") == Decided()
