"""What the rules of every matter ask first: is it this record's, and does it come from whom it is about?"""

from __future__ import annotations

from shared.messaging.decider import Context, Refusal
from shared.refusing import NOT_LOOKED_AT


def wrong_stream(stream: str, context: Context, clause: str) -> Refusal | None:
    """A command is decided on the record of what it names, not on another's."""
    if context.message.subject == stream:
        return None
    return Refusal(
        "not-the-contract",
        f"It is about {stream} but was sent to {context.message.subject}.",
        clause=clause,
        state=NOT_LOOKED_AT,
    )


def wrong_party(country: str, context: Context, clause: str) -> Refusal | None:
    """Each country tells of its own register alone."""
    if context.message.originator == country:
        return None
    return Refusal(
        "wrong-party",
        f"It is registered in {country}; the message comes from {context.message.originator}.",
        clause=clause,
        state=NOT_LOOKED_AT,
    )
