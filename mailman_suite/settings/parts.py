"""Which programs surround Core and Django."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mailman_suite.settings.model import Frozen


class PartSettings(Frozen, title="Parts"):
    """The programs that the suite is built from; each has a file in `mailman_suite/parts/`."""

    proxy: Annotated[str, Field(examples=["nginx"])] = "nginx"
    """Web server in front of the pages."""

    wsgi: Annotated[str, Field(examples=["uwsgi"])] = "uwsgi"
    """Server that runs Django."""

    mta: Annotated[str, Field(examples=["postfix"])] = "postfix"
    """Mail server that hands the lists' mail to Core and sends what leaves."""
