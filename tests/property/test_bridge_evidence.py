"""What always holds of canonical digests and of the reading of submissions."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.bridge.entries import original_digest
from shared.bridge.evidence import canonical, digest
from shared.bridge.reading import CSV, JSON, NDJSON, Part, read_body
from shared.errors import ProblemError
from tests.contract.bridge.test_batches import entry

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
exact = 2**53 - 1
numbers = st.integers(-exact, exact) | st.floats(-exact, exact)
scalars = st.none() | st.booleans() | numbers | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
documents = st.dictionaries(texts, values, max_size=6)


def shuffled(value: Any, draw: Any) -> Any:
    """The same value with the members of its objects in another order."""
    if isinstance(value, dict):
        return {name: shuffled(value[name], draw) for name in draw(st.permutations(list(value)))}
    return [shuffled(item, draw) for item in value] if isinstance(value, list) else value


@given(documents, st.data())
def test_the_digest_does_not_depend_on_order_or_white_space(document: dict[str, Any], data: Any) -> None:
    other = json.dumps(shuffled(document, data.draw), indent=data.draw(st.sampled_from([None, 1, 4])))
    (part,) = read_body(JSON, other.encode(), ()).parts
    assert isinstance(part, Part)
    assert part.digest == digest(document)


@given(documents)
def test_the_canonical_form_of_a_document_is_its_own(document: dict[str, Any]) -> None:
    assert canonical(json.loads(canonical(document))) == canonical(document)


@given(documents, texts, values)
def test_another_content_has_another_digest(document: dict[str, Any], name: str, value: Any) -> None:
    changed = document | {name: value}
    same = canonical(changed) == canonical(document)
    assert (digest(changed) == digest(document)) == same


@given(st.lists(documents, min_size=1, max_size=5), st.sampled_from([None, 2]))
def test_a_list_comes_apart_into_its_messages_byte_for_byte(sent: list[dict[str, Any]], indent: int | None) -> None:
    texts_sent = [json.dumps(document, ensure_ascii=False, indent=indent) for document in sent]
    body = read_body(JSON, f" [ {' , '.join(texts_sent)}\n]\n".encode(), ())
    assert not body.single
    for part, text in zip(body.parts, texts_sent, strict=True):
        assert isinstance(part, Part)
        assert part.original == text.encode()
        assert original_digest(entry(1, "m").model_copy(update={"original": part.original})) == part.digest


@given(st.lists(documents, min_size=1, max_size=5))
def test_lines_are_the_same_messages_as_a_list(sent: list[dict[str, Any]]) -> None:
    lines = read_body(NDJSON, "\n".join(json.dumps(document) for document in sent).encode(), ()).parts
    listed = read_body(JSON, json.dumps(sent).encode(), ()).parts
    assert [part.digest for part in lines if isinstance(part, Part)] == [
        part.digest for part in listed if isinstance(part, Part)
    ]


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('",;\n'), max_size=12)


@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=6))
def test_rows_of_a_table_are_read_as_they_were_written(rows: list[tuple[str, str, str]]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerows([("id", "permit.number", "name"), *rows])
    written = [row for row in rows if any(cell.strip() for cell in row)]
    body = file.getvalue().encode()
    if not written:
        with pytest.raises(ProblemError, match="no-messages"):
            read_body(CSV, body, ("id",))
        return
    parts = read_body(CSV, body, ("id",)).parts
    read = []
    for part in parts:
        assert isinstance(part, Part)
        document = part.document
        read.append((document.get("id", ""), document.get("permit", {}).get("number", ""), document.get("name", "")))
        kept = entry(1, "m").model_copy(update={"original": part.original, "media_type": CSV})
        assert original_digest(kept) == part.digest
    assert read == [tuple(cell if cell.strip() else "" for cell in row) for row in written]


@given(st.binary(max_size=200), st.sampled_from([JSON, NDJSON, CSV]))
def test_whatever_bytes_come_in_are_read_or_refused_with_a_problem(body: bytes, media_type: str) -> None:
    with contextlib.suppress(ProblemError):
        read_body(media_type, body, ())
