"""What holds of what the clock is asked, in whatever matter: of one stream a clock reports in the order in which it was
asked, so nothing may be asked of it that comes due before what it was asked earlier.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.case_builders import NOW
from tests.core_in_memory import Core, Handed, handed_in, in_an_order_that_is_taken

RUN = in_an_order_that_is_taken(handed_in())
DAY = re.compile(r'(?<=")\d{4}-\d\d-\d\d(?=")')


def on_other_days(run: Sequence[Handed], random: Random) -> Sequence[Handed]:
    """Most of these messages in their order, with other days to come for those in them: in all of one stream the same
    instead of the same. What has been stays today's.
    """
    others: dict[tuple[str, str], str] = {}
    moved = []
    for handed in run:
        if random.random() < 0.9:
            stream = handed.message.subject

            def other(found: re.Match[str], stream: str = stream) -> str:
                day = found.group()
                if day <= NOW.date().isoformat():
                    return day
                later = (NOW + timedelta(days=random.randint(1, 2_500))).date().isoformat()
                return others.setdefault((stream, day), later)

            data = type(handed.data).model_validate_json(DAY.sub(other, handed.data.model_dump_json()))
            moved.append(replace(handed, data=data))
    return moved


@given(st.integers(0, 2**32))
def test_what_is_asked_of_a_clock_later_comes_due_later(seed: int) -> None:
    core = Core()
    for handed in on_other_days(RUN, Random(seed)):
        core.take(handed)
        asked = defaultdict[tuple[str, str], list[datetime]](list)
        for (stream, _), one in core.asked.items():
            asked[stream, one.intent.addressee].append(one.intent.due)
        assert [place for place, moments in asked.items() if moments != sorted(moments)] == []


def test_of_every_matter_with_deadlines_the_clock_is_asked_something() -> None:
    asked: set[str] = set()
    for seed in range(20):
        core = Core()
        for handed in on_other_days(RUN, Random(seed)):
            core.take(handed)
            asked |= {stream.partition("/")[0] for stream, _ in core.asked}
    assert asked == {
        "consent",
        "consultation",
        "cooperation-request",
        "inquiry",
        "notice",
        "return-assistance",
        "termination-notice",
    }
