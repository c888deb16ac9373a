"""What always holds of editions: they are read as written, and their differences lead from one to the next."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.demo.edition_workbook import Text, packed
from deploy.demo.editions import FIRST_DAY, Office, Registered, following, japanese, organizations
from services.bridge_jp.support_organizations import commands, end
from services.bridge_jp.support_organizations_edition import read_edition
from shared.bridge.comparing import Scan, scan
from shared.bridge.memory import Known
from shared.contracts.base import Contract
from shared.contracts.publication import content_of, entry_of
from shared.contracts.support_organization import (
    AmendSupportOrganization,
    RecordSupportOrganizationEdition,
    RegisterSupportOrganization,
    ResumeSupportOrganization,
    SupportOrganization,
    SuspendSupportOrganization,
)
from shared.errors import ProblemError
from shared.merkle import Tree, canonical, digest_of
from tests.edition_builders import as_published, organization_of, read

ORGANIZATIONS = organizations(40)

# What a spreadsheet can hold, lines and all; a line break of its own kind is read as the usual one.
texts = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=30).filter(lambda text: text.strip())
days = st.dates(date(2019, 4, 1), date(2099, 12, 31))
plain = texts.filter(lambda text: not set(text) & set("\n、・･（）()") and text == text.strip())
unmarked = texts.filter(lambda text: not "\u2460" <= text[0] <= "\u2473" and not text[0].isspace())
offices = st.builds(Office, unmarked, plain, unmarked)


@st.composite
def registered(draw: st.DrawFn) -> Registered:
    """One of the generator's, with texts such as nobody has thought of."""
    one = draw(st.sampled_from(ORGANIZATIONS))
    return replace(
        one,
        registered_on=draw(days),
        name=Text(draw(texts)),
        address=draw(texts),
        offices=tuple(draw(st.lists(offices, min_size=1, max_size=12))),
        support_content=draw(texts),
        planned_start_on=draw(days),
        languages=tuple(draw(st.lists(plain, min_size=1, max_size=4))),
    )


editions = st.lists(registered(), min_size=1, max_size=6, unique_by=lambda one: one.number)


notices = st.sampled_from([None, None, "支援業務の休止の届出", "２０２６年５月７日支援業務休止の届出"])
histories = st.lists(
    st.lists(
        st.builds(
            replace,
            st.sampled_from(ORGANIZATIONS[:8]),
            remarks=notices,
            address=st.sampled_from(["東京都", "大阪府"]),
        ),
        min_size=1,
        max_size=8,
        unique_by=lambda one: one.number,
    ),
    min_size=1,
    max_size=4,
)
"""Editions one after the other, of a few organizations that come, change, suspend, resume and go."""


@contextlib.contextmanager
def written(shown: Sequence[Registered], day: date = FIRST_DAY) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "edition.xlsx"
        file.write_bytes(japanese(shown, day))
        yield file


@settings(max_examples=40)
@given(editions)
def test_an_edition_written_is_read_as_the_same_organizations(shown: list[Registered]) -> None:
    with written(shown) as file:
        assert [organization_of(row) for row in read(file)] == [as_published(one) for one in shown]


class Register:
    """The other side's register, as strict as the registry: each command must say what is so."""

    def __init__(self) -> None:
        self.held: dict[str, SupportOrganization] = {}
        self.digest: str | None = None

    def take(self, command: Contract) -> None:
        match command:
            case RegisterSupportOrganization(organization=one):
                assert one.registration_number not in self.held
            case AmendSupportOrganization(organization=one):
                assert self.held[one.registration_number] != one
                assert self.held[one.registration_number].status == one.status
            case SuspendSupportOrganization(organization=one):
                assert (self.held[one.registration_number].status, one.status) == ("registered", "suspended")
            case ResumeSupportOrganization(organization=one):
                assert (self.held[one.registration_number].status, one.status) == ("suspended", "registered")
            case RecordSupportOrganizationEdition():
                self.held = {number: self.held[number] for number in command.registration_numbers}
                self.digest = command.digest
                return
            case _:
                raise AssertionError(command)
        self.held[one.registration_number] = one

    @property
    def root(self) -> str:
        """As the other side computes it of what it publishes."""
        return Tree(
            {entry_of("jp", key): digest_of(canonical(content_of(one))) for key, one in self.held.items()}
        ).digest


def sent(found: Scan, known: dict[str, Known]) -> list[Contract]:
    """The commands of an edition; `known` remembers them as the kit does."""
    told: list[Contract] = []
    for change, one in found.changes("kg", known):
        told += [matter.command for matter in commands(change)]
        known[change.subject] = Known(one.digests, 1, one.source)
    known |= {subject: Known(one.digests, 1, one.source) for subject, one in found.rewritten(known).items()}
    return [*told, end(found.whole("kg", known)).command]


@settings(max_examples=40)
@given(histories)
def test_the_differences_lead_from_each_edition_to_the_next(history: list[list[Registered]]) -> None:
    register = Register()
    known: dict[str, Known] = {}
    before: dict[str, SupportOrganization] = {}
    for number, shown in enumerate(history):
        with written(shown, FIRST_DAY + timedelta(days=number)) as file:
            told = sent(scan(read_edition(file), {"kg": known}), known)
        for command in told:
            register.take(command)
        edition = {one.number: as_published(one) for one in shown}
        assert register.held == edition
        assert register.digest == register.root
        # A message for each that differs, and one for the edition.
        assert len(told) == 1 + sum(before.get(number) != one for number, one in edition.items())
        before = edition


@settings(max_examples=30)
@given(histories)
def test_what_is_recognised_without_reading_is_what_reading_gives(history: list[list[Registered]]) -> None:
    known: dict[str, Known] = {}
    for shown in history:
        with written(shown) as file:
            forgetful = {subject: Known(one.digests, one.order) for subject, one in known.items()}
            recognised, read_whole = (scan(read_edition(file), {"kg": memory}) for memory in (known, forgetful))
        assert recognised.shown == read_whole.shown
        assert recognised.partners == read_whole.partners
        assert recognised.content == read_whole.content
        assert recognised.rows.keys() == set(recognised.partners["kg"].changed)
        sent(recognised, known)


def test_an_edition_of_the_month_after_is_told_by_its_differences_alone() -> None:
    first = organizations(400)
    after = following(first)
    known: dict[str, Known] = {}
    with written(first) as file:
        told = sent(scan(read_edition(file), {"kg": known}), known)
    assert len(told) == 401
    assert {type(one) for one in told} == {RegisterSupportOrganization, RecordSupportOrganizationEdition}
    with written(after.organizations, FIRST_DAY + timedelta(days=28)) as file:
        found = scan(read_edition(file), {"kg": known})
        told = sent(found, known)
    assert Counter(type(one) for one in told) == {
        RegisterSupportOrganization: len(after.registered),
        AmendSupportOrganization: len(after.amended),
        SuspendSupportOrganization: len(after.suspended),
        ResumeSupportOrganization: len(after.resumed),
        RecordSupportOrganizationEdition: 1,
    }
    assert found.partners["kg"].gone == after.removed
    # Nobody else was read again.
    assert len(found.rows) == len(told) - 1


WHOLE = japanese(ORGANIZATIONS[:5], FIRST_DAY)


def _members() -> Mapping[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


MEMBERS = _members()
damages = st.tuples(
    st.sampled_from(["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"]),
    st.floats(0, 1),
    st.sampled_from(
        [b"", b"<", b">", b'"', b"&", b"9", b"-", b"</c>", b"<row>", b"\xff", b'r="ZZ1"', b'r="A0"', b"\x00"]
    ),
    st.integers(0, 12),
)


@settings(max_examples=300)
@given(damages)
def test_a_damaged_workbook_is_read_or_refused(damage: tuple[str, float, bytes, int]) -> None:
    """Never with another error than a problem, which names what is wrong."""
    member, where, instead, length = damage
    content = MEMBERS[member]
    at = int(where * len(content))
    broken = content[:at] + instead + content[at + length :]
    with TemporaryDirectory() as folder:
        file = Path(folder) / "edition.xlsx"
        file.write_bytes(packed({**MEMBERS, member: broken}))
        with contextlib.suppress(ProblemError):
            read(file)


@settings(max_examples=150)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=4))
def test_a_damaged_file_is_read_or_refused(at: int, instead: bytes) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "edition.xlsx"
        file.write_bytes(WHOLE[:at] + instead + WHOLE[at + len(instead) :])
        with contextlib.suppress(ProblemError):
            read(file)
