"""What has changed in the register of support organizations becomes commands (M6.3b)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.bridge_jp.app import BRIDGE
from services.bridge_jp.support_organizations import commands, end, parts_of
from shared.bridge.evidence import content_digest
from shared.bridge.snapshot import Change, Row, Whole
from shared.contracts.publication import content_of, entry_of
from shared.contracts.support_organization import (
    EXAMPLES,
    AmendSupportOrganization,
    RecordSupportOrganizationEdition,
    RegisterSupportOrganization,
    ResumeSupportOrganization,
    SupportOrganization,
    SupportOrganizationSuspended,
    SuspendSupportOrganization,
)
from shared.merkle import Tree, canonical, digest_of

DAY = date(2026, 8, 3)
NUMBER = "19登-000001"
SUSPENDED = next(one.organization for one in EXAMPLES if isinstance(one, SupportOrganizationSuspended)).model_copy(
    update={"country": "jp"}
)
ACTIVE = SUSPENDED.model_copy(update={"status": "registered", "suspended_on": None, "remarks": None})
ALL, JUST_IT = frozenset({"organization", "suspension"}), frozenset({"organization"})


def change(organization: SupportOrganization | None, known: frozenset[str], changed: frozenset[str]) -> Change:
    row = None if organization is None else Row(NUMBER, 9, parts_of(organization))
    return Change(DAY, NUMBER, "kg", row, known, changed)


@pytest.mark.parametrize(
    ("organization", "known", "changed", "command"),
    [
        (ACTIVE, frozenset(), JUST_IT, RegisterSupportOrganization),
        (SUSPENDED, frozenset(), ALL, RegisterSupportOrganization),
        (ACTIVE, JUST_IT, JUST_IT, AmendSupportOrganization),
        (SUSPENDED, JUST_IT, ALL, SuspendSupportOrganization),
        (ACTIVE, ALL, ALL, ResumeSupportOrganization),
        (SUSPENDED, ALL, JUST_IT, AmendSupportOrganization),
        (SUSPENDED, ALL, ALL, AmendSupportOrganization),
    ],
    ids=["new", "new and suspended", "other", "suspended now", "resumed", "other while suspended", "other notice"],
)
def test_a_change_is_one_command_that_carries_the_organization_whole(
    organization: SupportOrganization, known: frozenset[str], changed: frozenset[str], command: Any
) -> None:
    (matter,) = commands(change(organization, known, changed))
    assert matter.command == command(organization=organization, edition_date=DAY)
    assert (matter.topic, matter.subject) == ("registry.commands.v1", f"support-organization/jp/{NUMBER}")
    assert (matter.destination, matter.classification, matter.protected) == ("kg", "official", {})


def test_what_is_gone_is_told_by_the_end_of_the_edition_alone() -> None:
    assert commands(change(None, ALL, ALL)) == []


@pytest.mark.parametrize("complete", [True, False])
def test_the_end_says_who_is_in_the_edition_and_what_it_comes_to(complete: bool) -> None:
    other = ACTIVE.model_copy(update={"registration_number": "20登-003454"})
    digests = {one.registration_number: {"organization": content_digest(one)} for one in (SUSPENDED, other)}
    matter = end(Whole(DAY, "kg", sorted(digests), complete, digests))
    assert matter.subject == "support-organization-register/jp"
    # As the other side computes it, of what it was told.
    held = {
        entry_of("jp", one.registration_number): digest_of(canonical(content_of(one))) for one in (SUSPENDED, other)
    }
    assert matter.command == RecordSupportOrganizationEdition(
        country="jp",
        edition_date=DAY,
        registration_numbers=(NUMBER, "20登-003454"),
        complete=complete,
        digest=Tree(held).digest,
    )


def test_the_register_is_taken_as_a_workbook_and_as_both_editions_in_an_archive() -> None:
    assert {(one.name, one.suffix) for one in BRIDGE.registers} == {
        ("support-organizations", ".xlsx"),
        ("support-organizations", ".zip"),
    }
    assert len({(one.read, one.commands, one.end) for one in BRIDGE.registers}) == 1
