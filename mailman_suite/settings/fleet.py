"""When a host is changed in a run over several hosts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mailman_suite.settings.model import PerHost


class FleetSettings(PerHost, title="Several hosts"):
    """A run over several hosts upgrades them in waves. Set these in the inventory, host by host."""

    wave: Annotated[int, Field(ge=0, le=99, examples=[1])] = 0
    """Wave in which this host is upgraded. Wave 0, the canary, is first; each wave starts when all
    hosts of the previous one are healthy.
    """

    soak_seconds: Annotated[int, Field(ge=0, le=86400, examples=[1800])] = 0
    """Seconds for which this host is watched after a change of its release, before the next wave
    starts.
    """
