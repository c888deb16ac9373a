"""What an edition of the register of support organizations comes to (M6.3b). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast

from shared.bridge.kit import REGISTRY_COMMANDS, Matter
from shared.bridge.snapshot import Change, Whole
from shared.contracts.base import Contract
from shared.contracts.publication import entry_of
from shared.contracts.support_organization import (
    AmendSupportOrganization,
    RecordSupportOrganizationEdition,
    RegisterSupportOrganization,
    ResumeSupportOrganization,
    SupportOrganization,
    SuspendSupportOrganization,
    register_stream_of,
    stream_of,
)
from shared.merkle import Tree

COUNTRY: Final = "jp"
ORGANIZATION, SUSPENSION = "organization", "suspension"
"""The parts of a row: how the edition has an organization, suspension included; and, where it is suspended, that."""


class Suspension(Contract):
    """That the register has an organization as suspended: `notice` is what it says of that."""

    notice: str


def parts_of(organization: SupportOrganization) -> dict[str, Contract]:
    """The parts of an organization's row."""
    if organization.status == "suspended":
        return {ORGANIZATION: organization, SUSPENSION: Suspension(notice=organization.remarks or "")}
    return {ORGANIZATION: organization}


def commands(change: Change) -> Sequence[Matter]:
    """M6.3b: registered, amended, suspended or resumed. What is gone is told by the edition's end alone.

    A notice of suspension whose words change is an amendment: the organization is suspended as before.
    """
    if change.row is None:
        return []
    organization = cast("SupportOrganization", change.row.parts[ORGANIZATION])
    was, is_now = SUSPENSION in change.known, SUSPENSION in change.row.parts
    command: Contract
    if not change.known:
        command = RegisterSupportOrganization(organization=organization, edition_date=change.day)
    elif is_now and not was:
        command = SuspendSupportOrganization(organization=organization, edition_date=change.day)
    elif was and not is_now:
        command = ResumeSupportOrganization(organization=organization, edition_date=change.day)
    else:
        command = AmendSupportOrganization(organization=organization, edition_date=change.day)
    return [Matter(command, REGISTRY_COMMANDS, stream_of(COUNTRY, change.subject), change.destination)]


def digests(shared: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """M6.3b: of each organization what the other side publishes of it; a suspension is no part of that."""
    return {entry_of(COUNTRY, number): parts[ORGANIZATION] for number, parts in shared.items()}


def end(whole: Whole) -> Matter:
    """M6.3b: the edition is shared whole. Its digest is of all organizations, by which the other side's is compared."""
    command = RecordSupportOrganizationEdition(
        country=COUNTRY,
        edition_date=whole.day,
        registration_numbers=tuple(whole.subjects),
        complete=whole.complete,
        digest=Tree(digests(whole.digests)).digest,
    )
    return Matter(command, REGISTRY_COMMANDS, register_stream_of(COUNTRY), whole.destination)
