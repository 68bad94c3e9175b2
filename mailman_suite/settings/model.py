"""What every group of settings is built from."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

PREFIX = "mailman_"  # of every setting's name in group data


class Frozen(BaseModel):
    """Values that nobody changes and whose keys and types are all known.

    The text below a field is its description, and stands in docs/settings.md.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )
