"""A submission comes apart into its messages, and every error is told with its place."""

from __future__ import annotations

import gc
import json

import pytest

from shared.bridge.reading import (
    CSV,
    JSON,
    MAX_DEPTH,
    MAX_HEADER_BYTES,
    MAX_MESSAGE_BYTES,
    MAX_MESSAGES,
    NDJSON,
    Part,
    read_body,
)
from shared.errors import Problem, ProblemError


def refused(body: bytes, media_type: str = JSON, columns: tuple[str, ...] = ()) -> Problem:
    with pytest.raises(ProblemError) as caught:
        read_body(media_type, body, columns)
    return caught.value.problem


def nested(depth: int) -> dict[str, object]:
    value: dict[str, object] = {}
    for _ in range(depth - 1):
        value = {"a": value}
    return value


def test_one_object_is_one_message_by_itself() -> None:
    body = read_body(JSON, b' {"a": 1}\n', ())
    (part,) = body.parts
    assert isinstance(part, Part)
    assert (body.single, part.original, part.place.pointer) == (True, b'{"a": 1}', "")


def test_elements_of_a_list_have_pointers_and_their_own_bytes() -> None:
    body = read_body("application/json; charset=utf-8", '[{"a": "Ө"} ,\n {"a":2}]'.encode(), ())
    first, second = body.parts
    assert isinstance(first, Part)
    assert isinstance(second, Part)
    assert [first.original, second.original] == ['{"a": "Ө"}'.encode(), b'{"a":2}']
    assert [first.place.pointer, second.place.pointer] == ["/0", "/1"]


def test_a_truncated_body_is_told_where_it_ends() -> None:
    found = refused(b'[\n {"a": 1},\n {"a": "tex')
    assert found.slug == "not-json"
    assert found.row == 3
    assert "Line 3" in found.detail
    assert "cut off" in found.detail


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[{}", b"[{},", b"[{} {}]", b'{"a": NaN}', b"{} {}", b"[{}] x", b"{'a': 1}"]
)
def test_what_is_not_json_is_refused_as_a_whole(body: bytes) -> None:
    assert refused(body).slug == "not-json"


def test_what_is_not_utf_8_is_told_by_its_byte() -> None:
    found = refused(b'{"a": 1,\n "b": "' + "Голден".encode("cp1251") + b'"}')
    assert (found.slug, found.row) == ("not-utf-8", 2)
    assert "Byte 17" in found.detail


def test_a_byte_order_mark_is_passed_over() -> None:
    (part,) = read_body(JSON, b"\xef\xbb\xbf{}", ()).parts
    assert isinstance(part, Part)
    assert part.original == b"{}"


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 5_000 + b"]" * 5_000])
def test_nesting_without_end_is_too_deep_and_no_crash(body: bytes) -> None:
    assert refused(body).slug == "too-deep"


def test_a_message_may_be_nested_to_the_limit_and_no_deeper() -> None:
    (fits,) = read_body(JSON, json.dumps(nested(MAX_DEPTH)).encode(), ()).parts
    (deeper,) = read_body(JSON, json.dumps(nested(MAX_DEPTH + 1)).encode(), ()).parts
    assert isinstance(fits, Part)
    assert isinstance(deeper, Problem)
    assert deeper.slug == "too-deep"


def test_bad_elements_of_a_list_are_told_and_the_others_are_read() -> None:
    huge = json.dumps({"a": "x" * MAX_MESSAGE_BYTES})
    body = read_body(JSON, f'[{{"a": 1}}, 7, {{"a": 1, "a": 2}}, {huge}, {{"a": "\\ud800"}}, {{"a": 2}}]'.encode(), ())
    told = [(part.slug, part.pointer) if isinstance(part, Problem) else "read" for part in body.parts]
    assert told == [
        "read",
        ("wrong-form", "/1"),
        ("not-json", "/2"),
        ("too-large", "/3"),
        ("not-json", "/4"),
        "read",
    ]


@pytest.mark.parametrize("number", ["9007199254740993", "1e999", "1" * 5_000])
def test_a_number_that_json_does_not_keep_exact_has_no_digest(number: str) -> None:
    body = f'{{"a": {number}}}'.encode()
    try:
        (part,) = read_body(JSON, body, ()).parts
    except ProblemError as error:
        part = error.problem
    assert isinstance(part, Problem)
    assert part.slug == "not-json"


def test_each_line_stands_by_itself() -> None:
    body = read_body(NDJSON, b'{"a": 1}\r\n\n{"a": \n{"a": 3}', ())
    first, second, third = body.parts
    assert isinstance(first, Part)
    assert isinstance(second, Problem)
    assert isinstance(third, Part)
    assert (first.original, first.place.row) == (b'{"a": 1}', 1)
    assert (second.slug, second.row) == ("not-json", 3)
    assert third.place.row == 4


def test_a_row_of_a_table_is_a_message_with_its_header() -> None:
    body = read_body(CSV, 'id,permit.number,name\r\n1,7/26,"Ала-Тоо\nЭмгек"\r\n\r\n2,,x'.encode(), ("id",))
    first, second = body.parts
    assert isinstance(first, Part)
    assert isinstance(second, Part)
    assert first.document == {"id": "1", "permit": {"number": "7/26"}, "name": "Ала-Тоо\nЭмгек"}
    assert first.original == 'id,permit.number,name\r\n1,7/26,"Ала-Тоо\nЭмгек"\r\n'.encode()
    assert second.document == {"id": "2", "name": "x"}
    assert (first.place.row, second.place.row) == (2, 5)


def test_a_table_may_be_separated_by_semicolons() -> None:
    (part,) = read_body(CSV, b"id;name\n1;a,b\n", ("id",)).parts
    assert isinstance(part, Part)
    assert part.document == {"id": "1", "name": "a,b"}


def test_a_row_with_other_cells_than_the_header_is_told_and_the_others_are_read() -> None:
    body = read_body(CSV, b"id,name\n1\n2,b\n3,c,d\n", ("id",))
    told = [part.row if isinstance(part, Problem) else "read" for part in body.parts]
    assert told == [2, "read", 4]


@pytest.mark.parametrize(
    ("table", "slug"),
    [
        (b"name\nx\n", "missing-header"),
        (b"id,id\n1,2\n", "not-csv"),
        (b"id,\n1,2\n", "not-csv"),
        (b"id,permit,permit.number\n1,2,3\n", "not-csv"),
        (b'id\n"1\n', "not-csv"),
        (b"id\n", "no-messages"),
        (b"", "no-messages"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_as_a_whole(table: bytes, slug: str) -> None:
    assert refused(table, CSV, ("id",)).slug == slug


def test_more_messages_than_are_taken_at_once_are_refused_however_short() -> None:
    short = b"{}" + b",{}" * MAX_MESSAGES
    assert refused(b"[" + short + b"]").slug == "too-large"
    assert refused(short.replace(b",", b"\n"), NDJSON).slug == "too-large"
    assert refused(b"id\n" + b"x\n" * (MAX_MESSAGES + 1), CSV).slug == "too-large"
    assert len(read_body(CSV, b"id\n" + b"x\n" * MAX_MESSAGES, ()).parts) == MAX_MESSAGES


def test_a_header_that_would_be_kept_with_each_row_is_short() -> None:
    assert refused(b"x" * (MAX_HEADER_BYTES + 1) + b"\n" + b"1\n" * 100, CSV).slug == "too-large"


def test_an_object_of_very_many_names_takes_no_time_to_speak_of() -> None:
    names = ",".join(f'"{number}":1' for number in range(20_000))
    (found,) = read_body(JSON, f'{{{names},"7":2}}'.encode(), ()).parts
    assert isinstance(found, Problem)
    assert "'7'" in found.detail


def test_what_was_read_does_not_wait_for_the_garbage_collector() -> None:
    """It looks seldom: see tune_garbage_collection."""
    gc.collect()
    gc.disable()
    try:
        read_body(JSON, b'[{"id":"1"},{"id":"2","id":"2"}]', ())
        read_body(NDJSON, b'{"id":"1"}\n{"id":"2"}', ())
        assert gc.collect() == 0
    finally:
        gc.enable()


@pytest.mark.parametrize("body", [b"[]", b" [ ] "])
def test_an_empty_list_has_no_messages(body: bytes) -> None:
    assert refused(body).slug == "no-messages"


@pytest.mark.parametrize("media_type", ["", "text/xml", "application/json; charset=windows-1251"])
def test_another_media_type_is_refused(media_type: str) -> None:
    assert refused(b"{}", media_type).slug == "unsupported-media-type"
