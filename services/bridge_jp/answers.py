"""What Japan's national system is told of the messages that it handed in. Pure; the layout is assumed."""

from __future__ import annotations

from typing import Any, Final

from shared.bridge.kit import About, Translations
from shared.bridge.reading import Document
from shared.clock import rfc3339
from shared.contracts.common import CommandRefused
from shared.contracts.delivery import MessageDelivered, MessageUndelivered
from shared.contracts.publication import RegisterEntryPublished
from shared.errors import Problem

CHANGES: Final = {
    "accredited": "認定",
    "amended": "変更",
    "revoked": "認定取消",
    "registered": "登録",
    "suspended": "休止",
    "resumed": "再開",
    "removed": "抹消",
    "issued": "発出",
    "lifted": "解除",
    "withdrawn": "撤回",
    "renewed": "更新",
    "reinstated": "回復",
}
"""How an entry has changed, as Japanese registers put it."""
FIELD_CHANGES: Final = CHANGES | {"suspended": "停止"}
"""The same of acceptance in a field, of which another word is used."""


def delivered(event: MessageDelivered, about: About) -> Document:
    """The other side's national system has the message, and gave this receipt."""
    return _answer("配信受領通知", about) | {
        "受領国": event.country.upper(),
        "受領番号": event.receipt.receipt_number,
        "受領日時": rfc3339(event.receipt.received_at),
        "内容種別": event.event_type,
        "ハッシュ値": event.digest,
        "署名": event.signature,
    }


def undelivered(event: MessageUndelivered, about: About) -> Document:
    """The message did not reach the other side's national system, and why."""
    return _answer("配信不能通知", about) | {
        "受領国": event.country.upper(),
        "内容種別": event.event_type,
        "理由": _reason(event.problem),
    }


def published(event: RegisterEntryPublished, about: About) -> Document:
    """M7.5, M8.1: what was sent is public, in which country, where and since when."""
    changes = FIELD_CHANGES if event.register_name == "field-acceptance" else CHANGES
    return _answer("公表確認通知", about) | {
        "公表国": event.publisher.upper(),
        "登録簿": event.register_name,
        "登録簿番号": event.entry,
        "版": event.revision,
        "変更区分": changes[event.change],
        "公表日時": rfc3339(event.published_at),
        "公表場所": event.url,
    }


def refused(event: CommandRefused, about: About) -> Document:
    """The message was decided against, and why."""
    return _answer("不受理通知", about) | {"処理種別": event.command_type, "理由": _reason(event.problem)}


def _answer(kind: str, about: About) -> dict[str, Any]:
    return {"文書種別": kind, "文書番号": about.message_id, "受付番号": about.receipt_id, "配信番号": about.delivery_id}


def _reason(found: Problem) -> dict[str, Any]:
    return found.model_dump(mode="json", exclude_none=True, include={"slug", "title", "detail", "clause", "action"})


_WITHOUT_USE: Final = {"/event_id": "It names what the bridges say to each other.", "/delivery_id": "As event_id."}
_REASON: Final = {
    f"/problem/{member}": "A reason is told in words, by its slug and clause."
    for member in ("type", "status", "severity", "pointer", "row", "state", "instance", "digests")
}

ANSWERS = Translations(
    outward={
        MessageDelivered: delivered,
        MessageUndelivered: undelivered,
        RegisterEntryPublished: published,
        CommandRefused: refused,
    },
    lost_outward={
        MessageDelivered: _WITHOUT_USE | {"/receipt/status": "A receipt that is told of is one of acceptance."},
        MessageUndelivered: _WITHOUT_USE | _REASON,
        CommandRefused: {"/command_id": "It is the receipt's number, which is told."} | _REASON,
    },
)
