"""M5.3: what a test-fraud report has to say. What holds of every report is in test_reporting_revisions.py."""

from __future__ import annotations

from typing import Any

import pytest

from shared.contracts import test_fraud_report as frauds
from tests.case_builders import NOW, SEALED, fraud, submit_fraud
from tests.reporting_matters import FRAUD

NEW = FRAUD.new
taken, refused = FRAUD.taken, FRAUD.refused

DESCRIBED: dict[str, dict[str, Any]] = {
    "impersonation": {},
    "forged_certificate": {},
    "altered_certificate": {},
    "other": {"description": "Ответы передавали по телефону."},
}
"""A good report of each kind."""


class TestKinds:
    @pytest.mark.parametrize("kind", DESCRIBED)
    def test_are_each_shared(self, kind: Any) -> None:
        facts = {"fraud": kind} | DESCRIBED[kind]
        expected = {"report": fraud(**facts), "receipt_id": "receipt-1", "shared_at": NOW, "recorded_at": NOW}
        assert taken(NEW, submit_fraud(**facts)) == frauds.TestFraudReportSubmitted(**expected)

    @pytest.mark.parametrize(
        ("kind", "lacking", "pointer"),
        [
            ("impersonation", {"test": frauds.TestSession(test="JFT-Basic")}, "/report/test/session"),
            ("impersonation", {"test": frauds.TestSession(test="JFT-Basic", session=" ")}, "/report/test/session"),
            ("forged_certificate", {"certificates": ()}, "/report/certificates"),
            ("altered_certificate", {"certificates": ()}, "/report/certificates"),
            ("other", {"description": None}, "/report/description"),
            ("other", {"description": " "}, "/report/description"),
        ],
    )
    def test_need_each_their_own(self, kind: Any, lacking: dict[str, Any], pointer: str) -> None:
        refusal = refused(NEW, submit_fraud(**{"fraud": kind} | DESCRIBED[kind] | lacking))
        assert (refusal.slug, refusal.clause, refusal.pointer) == ("missing-field", "M5.3", pointer)

    def test_need_nothing_of_each_others(self) -> None:
        taken(NEW, submit_fraud(certificates=(), description=None))
        taken(NEW, submit_fraud(fraud="forged_certificate", test=frauds.TestSession(test="JFT-Basic")))
        taken(NEW, submit_fraud(fraud="other", certificates=(), **DESCRIBED["other"]))


@pytest.mark.parametrize("kind", DESCRIBED)
def test_a_report_names_the_test(kind: Any) -> None:
    nameless = frauds.TestSession(test=" ", session="1")
    refusal = refused(NEW, submit_fraud(**{"fraud": kind, "test": nameless} | DESCRIBED[kind]))
    assert (refusal.slug, refusal.pointer) == ("missing-field", "/report/test/test")


def test_a_certificate_is_named_by_its_number() -> None:
    certificates = (frauds.Certificate(number="JFT-1"), frauds.Certificate(number=" ", issuer="x"))
    refusal = refused(NEW, submit_fraud(certificates=certificates))
    assert (refusal.slug, refusal.pointer) == ("missing-field", "/report/certificates/1/number")


class TestPersonsConcerned:
    def test_in_the_open_are_refused_and_not_repeated(self) -> None:
        for value in ("Айгүл Осмонова", '{"persons":[]}', "a.b.c", ""):
            refusal = refused(NEW, submit_fraud(persons_concerned=value))
            assert (refusal.slug, refusal.clause) == ("not-sealed", "M3b")
            assert not value or value not in refusal.detail

    def test_are_passed_on_as_they_were_sealed(self) -> None:
        assert taken(NEW, submit_fraud()).report.persons_concerned == SEALED

    def test_may_be_nobody_that_is_known(self) -> None:
        taken(NEW, submit_fraud(persons_concerned=None))
