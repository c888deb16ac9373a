"""What every contract is: a frozen model that ignores fields it does not know, so that readers outlive additions."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """The data of a command or an event. Its class name is the CloudEvents type."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)
