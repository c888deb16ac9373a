"""Contracts into the documents that Japan's national system takes. Pure.

The layout is assumed (`assumed_layout`): Japanese field names, dates as ISO 8601, names and addresses as received in
every script they came in. Nothing is transliterated: a Latin spelling is its bearer's choice (formats.md B5), and a
reading in kana would be ours.
"""

from __future__ import annotations

from typing import Any, Final

from services.bridge_jp.documents import headed
from shared.bridge.kit import About, Outward, Translations, present
from shared.bridge.reading import Document
from shared.clock import rfc3339
from shared.contracts.base import Contract
from shared.contracts.case import country_of, number_of
from shared.contracts.sending_organization import (
    Permit,
    SendingOrganization,
    SendingOrganizationAccredited,
    SendingOrganizationAmended,
    SendingOrganizationReinstated,
    SendingOrganizationRenewed,
    SendingOrganizationResumed,
    SendingOrganizationRevoked,
    SendingOrganizationSuspended,
)

COUNTRY = "jp"


def accredited(event: SendingOrganizationAccredited, about: About) -> Document:
    """M7.2, M6.1: an organization accredited by the other side."""
    return headed("送出機関認定通知", about) | {
        "送出機関": _organization(event.organization),
        "許可": _permit(event.permit),
        "効力発生日": event.permit.valid_from.isoformat(),
        "登録日時": rfc3339(event.recorded_at),
    }


def amended(event: SendingOrganizationAmended, about: About) -> Document:
    """M7.2: the entry as it is from a day on."""
    return headed("送出機関変更通知", about) | {
        "送出機関": _organization(event.organization),
        "許可": _permit(event.permit),
        "効力発生日": event.effective_on.isoformat(),
        "登録日時": rfc3339(event.recorded_at),
    }


def renewed(event: SendingOrganizationRenewed, about: About) -> Document:
    """M7.1: a permit prolonged to another last day; how the entry is from the day after its last day on."""
    return headed("送出機関認定更新通知", about) | {
        "送出機関": _organization(event.organization),
        "許可": _permit(event.permit),
        "効力発生日": event.effective_on.isoformat(),
        "登録日時": rfc3339(event.recorded_at),
    }


def suspended(event: SendingOrganizationSuspended, about: About) -> Document:
    """M7.4: an accreditation suspended by the other side."""
    return _decision("送出機関認定停止通知", "停止理由", event, about) | _notice(event.case)


def resumed(event: SendingOrganizationResumed, about: About) -> Document:
    """M7.4: a suspension that ends."""
    return _decision("送出機関認定停止解除通知", "解除理由", event, about)


def revoked(event: SendingOrganizationRevoked, about: About) -> Document:
    """M7.4, M6.2: an accreditation revoked by the other side."""
    return _decision("送出機関認定取消通知", "取消理由", event, about) | _notice(event.case)


def reinstated(event: SendingOrganizationReinstated, about: About) -> Document:
    """M7.4, M6.2: a revocation that does not stand; how the entry is again from a day on."""
    return _decision("送出機関認定回復通知", "回復理由", event, about) | {
        "送出機関": _organization(event.organization),
        "許可": _permit(event.permit),
    }


def _decision(
    kind: str,
    ground: str,
    event: SendingOrganizationSuspended
    | SendingOrganizationResumed
    | SendingOrganizationRevoked
    | SendingOrganizationReinstated,
    about: About,
) -> dict[str, Any]:
    return headed(kind, about) | {
        "送出機関": {"登録国": event.country, "登録番号": event.registration_number},
        **present({ground: event.ground, "決定番号": event.decision_number}),
        "効力発生日": event.effective_on.isoformat(),
        "登録日時": rfc3339(event.recorded_at),
    }


def _notice(case: str | None) -> dict[str, Any]:
    """M7.3: of this country, that it follows from."""
    if case is None:
        return {}
    return {"契機となった通知": {"通知国": country_of(case).upper(), "通知番号": number_of(case)}}


OUTWARD: dict[type[Contract], Outward] = {
    SendingOrganizationAccredited: accredited,
    SendingOrganizationAmended: amended,
    SendingOrganizationRenewed: renewed,
    SendingOrganizationSuspended: suspended,
    SendingOrganizationResumed: resumed,
    SendingOrganizationRevoked: revoked,
    SendingOrganizationReinstated: reinstated,
}

_IN_ORGANIZATION: Final = "The organization, which stands there whole, says it."
_IN_PERMIT: Final = "The permit, which stands there whole, says it."
_OF_THE_OTHER_SIDE: Final = "The application stays with the side that has screened it."

SENDING_ORGANIZATIONS = Translations(
    outward=OUTWARD,
    lost_outward={
        SendingOrganizationAccredited: {"/application_number": _OF_THE_OTHER_SIDE},
        SendingOrganizationRenewed: {
            "/application_number": _OF_THE_OTHER_SIDE,
            "/country": _IN_ORGANIZATION,
            "/registration_number": _IN_ORGANIZATION,
            "/decided_on": _IN_PERMIT,
            "/decision_number": _IN_PERMIT,
            "/valid_to": _IN_PERMIT,
        },
        SendingOrganizationReinstated: {
            "/country": _IN_ORGANIZATION,
            "/registration_number": _IN_ORGANIZATION,
        },
    },
)


def _organization(organization: SendingOrganization) -> dict[str, Any]:
    return {
        "登録国": organization.country,
        "登録番号": organization.registration_number,
        "識別番号": {identifier.scheme: identifier.value for identifier in organization.identifiers},
        "名称": organization.names,
        **present(
            {
                "略称": organization.short_names,
                "法人形態": organization.legal_form,
                "所在地": organization.address,
                "電話番号": list(organization.phones),
                "電子メール": list(organization.emails),
                "代表者の氏名": organization.representative,
            }
        ),
    }


def _permit(permit: Permit) -> dict[str, Any]:
    return {
        "許可番号": permit.number,
        "送出先国": permit.destination,
        **present(
            {
                "決定番号": permit.decision_number,
                "決定年月日": permit.decided_on and permit.decided_on.isoformat(),
            }
        ),
        "有効期間開始日": permit.valid_from.isoformat(),
        **present({"有効期間満了日": permit.valid_to and permit.valid_to.isoformat()}),
    }
