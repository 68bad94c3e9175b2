"""Where Core and the web pages keep their data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mailman_suite.settings.kinds import DatabaseName, ReachableName
from mailman_suite.settings.model import PER_HOST, Frozen


class DatabaseSettings(Frozen, title="Database"):
    """Core and the web pages each have a database. Choose engine, server and names before the first
    run: nothing moves the data to another place later.
    """

    database: Annotated[Literal["sqlite", "postgresql"], Field(examples=["postgresql"])] = "sqlite"
    """`"sqlite"` for trials and small sites, `"postgresql"` for everything else."""

    database_host: Annotated[ReachableName, PER_HOST, Field(examples=["db.your-domain.org"])] = (
        "localhost"
    )
    """Host of the PostgreSQL server. `"localhost"` installs one; on any other server both
    databases and both roles must exist before the first run.
    """

    database_port: Annotated[int, PER_HOST, Field(ge=1, le=65535, examples=[5433])] = 5432
    """Port of the PostgreSQL server."""

    database_core_name: Annotated[DatabaseName, PER_HOST, Field(examples=["lists_core"])] = (
        "mailman"
    )
    """Name of Core's PostgreSQL database."""

    database_core_user: Annotated[DatabaseName, PER_HOST, Field(examples=["lists_core"])] = (
        "mailman"
    )
    """PostgreSQL role that Core logs in as."""

    database_web_name: Annotated[DatabaseName, PER_HOST, Field(examples=["lists_web"])] = (
        "mailmanweb"
    )
    """Name of the web pages' PostgreSQL database."""

    database_web_user: Annotated[DatabaseName, PER_HOST, Field(examples=["lists_web"])] = (
        "mailmanweb"
    )
    """PostgreSQL role that the web pages log in as."""
