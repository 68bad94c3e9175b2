"""Ports that the suite needs and another program has. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal
from mailman_suite.host.wire.inspection import Inspection, Listener
from mailman_suite.parts.chosen import mta, proxy
from mailman_suite.parts.database.chosen import database_of
from mailman_suite.preflight import traces
from mailman_suite.settings import Settings

_SUITE_PORTS = (layout.REST_PORT, layout.LMTP_PORT, layout.WEB_PORT)


def taken(settings: Settings, look: Inspection) -> Iterator[Refusal]:
    """Ports of the suite on which another program listens."""
    # The units of a suite made by hand may have any name; its ports become ours with it. Those of
    # containers belong to what is refused already.
    foreign = ("guide", "packages", "containers")
    its_own = _SUITE_PORTS if look["suite"]["kind"] in foreign else ()
    relays = proxy(settings).processes
    for port, owners in _owners(settings).items():
        if port in its_own:
            continue
        listener = look["listeners"].get(str(port))
        if listener is None or _owns(port, owners, listener, look, relays):
            continue
        unit = f" ({listener['unit']})" if listener["unit"] else ""
        yield Refusal(
            found=f"port {port} is in use by {listener['command']}{unit}",
            expected=f"no listener, or {' or '.join(owners)}",
            remedy=f"stop the program that listens on port {port}, or move it to another port",
        )


def _owns(
    port: int,
    owners: tuple[str, ...],
    listener: Listener,
    look: Inspection,
    relays: tuple[str, ...],
) -> bool:
    """Whether one of the owners listens. Without a suite, a unit's name proves nothing.

    `relays` are the proxy's processes, which lead from host to host where there are several.
    """
    ours = port in _SUITE_PORTS and listener["command"] not in relays
    if ours and look["suite"]["kind"] == "none":
        return listener["pid"] in traces.processes(look)
    return listener["unit"].startswith(owners) or listener["command"] in owners


def _owners(settings: Settings) -> Mapping[int, tuple[str, ...]]:
    """Port -> the units or commands that may listen there."""
    return {**_people(settings), **_services(settings)}


def _people(settings: Settings) -> dict[int, tuple[str, ...]]:
    """The ports that others connect to."""
    owners: dict[int, tuple[str, ...]] = {}
    if settings.runs("web"):
        owners[layout.HTTP_PORT] = proxy(settings).processes
    if settings.runs("web") and settings.tls_certificate:
        owners[layout.HTTPS_PORT] = proxy(settings).processes
    owners.update(database_of(settings).listeners(settings))
    if settings.runs("core", "mta"):
        owners[layout.SMTP_PORT] = mta(settings).processes
    return owners


def _services(settings: Settings) -> dict[int, tuple[str, ...]]:
    """The ports of our services; between several hosts the proxy leads from one to the other."""
    if not settings.runs_release:
        return {}
    relay = proxy(settings).processes if settings.is_split else ()
    return {
        layout.REST_PORT: (layout.CORE_UNIT, *relay),
        layout.LMTP_PORT: (layout.CORE_UNIT,),
        layout.WEB_PORT: (layout.WEB_UNIT, *relay),
    }
