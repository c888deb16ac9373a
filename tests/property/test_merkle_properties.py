"""What holds of a register's digest whatever is in the register."""

from __future__ import annotations

from typing import Any

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from shared.merkle import Tree, canonical, differing, digest_of, told

registers = st.dictionaries(st.text(max_size=4), st.binary(max_size=3).map(digest_of), max_size=60)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(registers, registers)
def test_two_digests_are_equal_just_when_the_registers_are(one: dict[str, str], other: dict[str, str]) -> None:
    assert (Tree(one).digest == Tree(other).digest) == (one == other)


@given(registers, registers)
def test_what_differs_is_found_whatever_it_is(one: dict[str, str], other: dict[str, str]) -> None:
    ours, theirs = Tree(one), Tree(other)
    expected = {
        entry: (one.get(entry), other.get(entry))
        for entry in one.keys() | other.keys()
        if one.get(entry) != other.get(entry)
    }
    found = differing(lambda digits: told(ours, digits).subtrees, lambda digits: told(theirs, digits).subtrees)
    assert found == expected


@given(registers, registers)
def test_a_tree_that_was_changed_is_one_that_was_made_so(before: dict[str, str], after: dict[str, str]) -> None:
    tree = Tree(before)
    assert tree.digest == Tree(before).digest
    for entry in before.keys() - after.keys():
        tree.remove(entry)
    for entry, digest in after.items():
        tree.put(entry, digest)
        assert tree.subtree().digest == tree.digest
    assert tree.digest == Tree(after).digest


@given(values)
def test_the_canonical_form_is_that_of_rfc_8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)
