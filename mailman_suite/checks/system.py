"""Checks of the system and the databases: units, jobs, code, sockets, secrets, schemas. Pure."""

from __future__ import annotations

from typing import Any

from mailman_suite.base import layout
from mailman_suite.checks.model import Broken, Check, Expected, some
from mailman_suite.host.wire.checks import Attributes, IndexState, Processes, ReleaseLinks

_LOOPBACK = ("127.", "::1 ", "::ffff:127.")
_ROOT_ONLY = "superuser_password"


def units(found: Any, expected: Expected) -> str:
    """Active now, and again after a boot."""
    wrong = [
        f"{name} is {one['ActiveState']}/{one['SubState']}, {one['UnitFileState'] or 'no unit'}"
        for name, one in found.items()
        if one["ActiveState"] not in ("active", "reloading") or one["UnitFileState"] != "enabled"
    ]
    if wrong or not found:
        raise Broken(f"{some(wrong) or 'none were seen'}; see `systemctl status` and the journal")
    return some(found, 9)


def timers(found: Any, expected: Expected) -> str:
    """Each has a next time, or its job runs at this moment."""
    wrong = [
        f"{name} is {one['ActiveState']}/{one['SubState']}"
        for name, one in found.items()
        if one["ActiveState"] != "active"
        or one["UnitFileState"] != "enabled"
        or not (one["NextElapseUSecRealtime"] or one["SubState"] == "running")
    ]
    if wrong or not found:
        raise Broken(f"{some(wrong) or 'none were seen'}; expected active, enabled, with a time")
    return f"{len(found)} timers"


def jobs(found: Any, expected: Expected) -> str:
    """A job that never ran yet has not failed."""
    failed = [
        f"{one['job']['Id']}: {one['job']['Result']} {one['job']['ExecMainStatus']}"
        for one in found.values()
        if one["job"]["Result"] != "success" or one["job"]["LoadState"] != "loaded"
    ]
    if failed or not found:
        raise Broken(f"{some(failed) or 'none were seen'}; see `journalctl -u` of it")
    return f"{len(found)} jobs"


def processes(found: Processes, expected: Expected) -> str:
    """A process that an upgrade did not restart runs files that have been removed."""
    if found["stale"]:
        raise Broken(f"{some(found['stale'])}; restart the unit")
    absent = [one for one in expected.services if not found["count"].get(one)]
    if absent:
        raise Broken(f"no process of {some(absent)}")
    return f"{sum(found['count'].values())} processes"


def release(found: ReleaseLinks, expected: Expected) -> str:
    """The release is the declared one, or that of a rollback; its static files fit the settings."""
    for what in ("current", "static"):
        if found[what] != expected.release_directory:
            raise Broken(f"{what} is {found[what]}, expected {expected.release_directory}")
    if found["stamp"] != expected.static_stamp:
        raise Broken("the static files were built for other settings; run deploys/mailman.py")
    return expected.release_directory.rpartition("/")[2]


def sockets(found: dict[str, list[str]], expected: Expected) -> str:
    """People reach the proxy and Postfix; everything else is internal."""
    outside = [f"{unit} on {address}" for unit, addresses in found.items() for address in addresses
               if not address.startswith(_LOOPBACK)]  # fmt: skip
    if outside or not found:
        raise Broken(f"{some(outside) or 'none listens'}; expected loopback only")
    return some((address for addresses in found.values() for address in addresses), 9)


def private(found: dict[str, Attributes | None], expected: Expected) -> str:
    """No secret can be read by others, and the superuser's password only by root."""
    absent = [path for path, one in found.items() if not one or not one[3]]
    absent += [one for one in expected.secrets if f"{layout.SECRETS}/{one}" not in found]
    wrong = [f"{path} is {' '.join(one[:3])}" for path, one in found.items()
             if one and not _is_private(path, one)]  # fmt: skip
    if absent or wrong:
        raise Broken(f"{some([*absent, *wrong])}; expected non-empty and readable by"
                     f" root:{layout.GROUP} only")  # fmt: skip
    return f"{len(found)} files"


def _is_private(path: str, attributes: Attributes) -> bool:
    owner, group, mode, _ = attributes
    allowed = 0o600 if path.endswith(f"/{_ROOT_ONLY}") else 0o640
    return owner == "root" and group in ("root", layout.GROUP) and not int(mode, 8) & ~allowed


def core_schema(found: bool, expected: Expected) -> str:
    """Core refuses to work with a revision that it does not know, but only once it is restarted."""
    if found is not False:
        raise Broken("the database's revision is not the head of the release's code")
    return "at the head of the release's code"


def web_schema(found: list[str], expected: Expected) -> str:
    """Django does not look at migrations when it starts."""
    if found != []:
        raise Broken(f"not applied: {some(found)}; run deploys/mailman.py")
    return "every migration is applied"


def identity(found: list[str], expected: Expected) -> str:
    """Somebody can log in and administer."""
    if found != []:
        raise Broken(f"missing: {some(found)}; run deploys/mailman.py")
    return "with a verified address"


def search_index(found: IndexState, expected: Expected) -> str:
    """One takes minutes to hours; meanwhile searches find what is in it already."""
    if not found["wanted"]:
        return "none was requested"
    if found["state"] != "activating/start":
        raise Broken(
            f"{layout.INDEX_UNIT} is {found['state']}; its last message: "
            f"{found['said'] or 'nothing'};"
            f" see `journalctl -u {layout.INDEX_UNIT}`"
        )
    return f"being filled, search is still incomplete: {found['said'] or 'begun just now'}"


CHECKS = (
    Check("Every service runs and starts at boot", "check.system", "units", units, True),
    Check("Every process runs the release", "check.system", "processes", processes, True),
    Check("The expected release is current", "check.system", "release", release),
    Check("Every timer has a next time", "check.system", "timers", timers),
    Check("No job failed when it last ran", "check.system", "timers", jobs),
    Check("A requested search index is being filled", "check.system", "index", search_index, True),
    Check("The suite's services listen on loopback only", "check.system", "sockets", sockets),
    Check("Secrets are private", "check.system", "private", private),
    Check("Core's schema matches its code", "state.schema", "core", core_schema),
    Check("The web's schema matches its code", "state.schema", "web", web_schema),
    Check("Site and superuser exist", "apply.web_identity", "missing", identity),
)
