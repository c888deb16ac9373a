"""A register's digest: the same for the same entries, and a way to the entries that differ in a few steps (G8)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import pytest

from shared.merkle import BUCKET, Subtree, Tree, canonical, differing, digest_of, told


def digests(count: int) -> dict[str, str]:
    return {f"xa-{number:05d}": digest_of(f"content {number}".encode()) for number in range(count)}


class Asked:
    """A side that counts what it is asked."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self.tree = Tree(entries)
        self.exchanges = self.subtrees = 0

    def __call__(self, digits: Sequence[str]) -> Sequence[Subtree]:
        self.exchanges += 1
        self.subtrees += len(digits)
        return told(self.tree, digits).subtrees


def test_is_as_documented_for_a_few_entries() -> None:
    few = digests(3)
    leaves = sorted(hashlib.sha256(entry.encode()).digest() + bytes.fromhex(few[entry][8:]) for entry in few)
    assert Tree(few).digest == digest_of(b"\x00" + b"".join(leaves))
    assert Tree().digest == digest_of(b"\x00")


def test_is_as_documented_for_more_entries_than_one_subtree_holds() -> None:
    tree = Tree(digests(BUCKET + 1))
    subtrees = [bytes.fromhex(tree.subtree(digit).digest[8:]) for digit in "0123456789abcdef"]
    assert tree.digest == digest_of(b"\x01" + b"".join(subtrees))


def test_does_not_depend_on_what_was_there_before() -> None:
    many = digests(500)
    tree = Tree({**digests(700), **{entry: digest_of(b"old") for entry in list(many)[::3]}})
    assert len(tree) == 700
    tree.digest  # noqa: B018 - so that there is something to be forgotten
    for number, (entry, digest) in enumerate(many.items()):
        tree.put(entry, digest)
        if number % 50 == 0:
            tree.digest  # noqa: B018
    for entry in list(digests(700))[500:]:
        tree.remove(entry)
    tree.remove("never there")
    assert tree.digest == Tree(many).digest


@pytest.mark.parametrize("change", ["other content", "one more", "one less"])
def test_leads_to_the_one_entry_in_ten_thousand_that_differs_within_five_exchanges(change: str) -> None:
    ours = digests(11_537)
    theirs = dict(ours)
    entry = "xa-04711"
    match change:
        case "other content":
            theirs[entry] = digest_of(b"other")
        case "one more":
            theirs[entry := "xa-99999"] = digest_of(b"more")
        case "one less":
            del theirs[entry]
    one, other = Asked(ours), Asked(theirs)
    assert differing(one, other) == {entry: (ours.get(entry), theirs.get(entry))}
    assert one.exchanges == other.exchanges <= 5
    assert one.subtrees <= 5


def test_tells_that_two_are_the_same_in_one_exchange() -> None:
    one, other = Asked(digests(500)), Asked(digests(500))
    assert differing(one, other) == {}
    assert (one.exchanges, one.subtrees) == (1, 1)


def test_an_exchange_tells_sixteen_digests_and_no_entries_until_the_last() -> None:
    tree = Tree(digests(11_537))
    root = tree.subtree()
    assert (len(root.subtrees), len(root.entries), root.digest) == (16, 0, tree.digest)
    digits = ""
    while deeper := tree.subtree(digits).subtrees:
        digits = next(iter(deeper))
    assert 0 < len(tree.subtree(digits).entries) <= BUCKET
    assert tree.subtree("ffffffff") == Tree().subtree()


def test_canonical_form_is_the_same_for_equal_values() -> None:
    assert canonical({"b": 1, "a": "岩﨑"}) == '{"a":"岩﨑","b":1}'.encode()
