"""What the ministry is told of the other side's tests and their sessions (M5.1). Pure; the layout is assumed."""

from __future__ import annotations

from typing import Any, Final

from services.bridge_kg.dates import format_date
from services.bridge_kg.documents import headed
from shared.bridge.kit import About, Translations, present
from shared.bridge.reading import Document
from shared.clock import rfc3339
from shared.contracts.fields_of_work import names_of
from shared.contracts.test_catalogue import (
    ListedTest,
    Session,
    SessionChange,
    TestListed,
    TestSessionAnnounced,
    TestSessionCancelled,
    TestSessionChanged,
)


def listed(event: TestListed, about: About) -> Document:
    """M5.1: a test, or how it is from a day on."""
    return headed("test", about) | {
        "test": _test(event.test),
        "effective_from": format_date(event.effective_on),
        **present({"agreement": event.agreement}),
        "recorded_at": rfc3339(event.recorded_at),
    }


def announced(event: TestSessionAnnounced, about: About) -> Document:
    """M5.1: a session of a test will be held."""
    return _document("test-session", event, about)


def changed(event: TestSessionChanged, about: About) -> Document:
    """M5.1: a session will be held otherwise than was told; whole."""
    return _document("test-session-change", event, about) | {"changed_date": format_date(event.changed_on)}


def cancelled(event: TestSessionCancelled, about: About) -> Document:
    """M5.1: a session will not be held; this is how it last was."""
    cancellation = event.cancellation
    return _document("test-session-cancellation", event, about) | {
        "cancellation": {
            "decision_date": format_date(cancellation.cancelled_on),
            **present({"ground": cancellation.ground}),
        }
    }


_IN_SESSION: Final = "The session says it, which stands there whole."

TEST_CATALOGUE = Translations(
    outward={
        TestListed: listed,
        TestSessionAnnounced: announced,
        TestSessionChanged: changed,
        TestSessionCancelled: cancelled,
    },
    lost_outward={TestSessionCancelled: {"/session_number": _IN_SESSION}},
)


def _document(document_type: str, event: SessionChange, about: About) -> dict[str, Any]:
    return headed(document_type, about) | {
        "test": {"country": event.country.upper(), "number": event.test},
        "session": _session(event.session),
        **present({"agreement": event.agreement}),
        "recorded_at": rfc3339(event.recorded_at),
    }


def _test(test: ListedTest) -> dict[str, Any]:
    names = names_of(test.field) if test.field is not None else {}
    return {
        "country": test.country.upper(),
        "number": test.number,
        "kind": test.kind,
        **present(
            {
                "field": test.field
                and {"code": test.field, **present({"name_gl": names.get("ky"), "name_ol": names.get("ru")})},
                "language": test.language,
                "level": test.level,
            }
        ),
        "names": test.names,
        **present(
            {
                "conducted_by": test.conducted_by,
                "discontinued_from": test.discontinued_on and format_date(test.discontinued_on),
            }
        ),
    }


def _session(session: Session) -> dict[str, Any]:
    return {
        "number": session.number,
        "country": session.country.upper(),
        **present({"place": session.place}),
        "first_day": format_date(session.first_day),
        "last_day": format_date(session.last_day),
    }
