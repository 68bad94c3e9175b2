"""Which backup a suite can take its data from, and how. Pure but for `chosen`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyinfra import logger
from pyinfra.api.host import Host

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal, Refused
from mailman_suite.facts.backup import BackupArchive
from mailman_suite.facts.release import ReleaseState
from mailman_suite.host.state.manifest import FORMAT
from mailman_suite.host.window.restore import UNPACKED
from mailman_suite.host.wire.backup_archive import ArchiveDescription, ArchiveFound
from mailman_suite.host.wire.nothing import Nothing
from mailman_suite.host.wire.order import Order
from mailman_suite.host.wire.units import DeclaredUnits
from mailman_suite.inspection.standing import standing
from mailman_suite.parts.chosen import search
from mailman_suite.suite import files
from mailman_suite.suite.needed_secrets import secret_references
from mailman_suite.suite.suite import Suite
from mailman_suite.windows import upgrade

_OF_SERVERS = "database_"  # secrets whose other half is in a database server


@dataclass(frozen=True)
class Restore:
    """The suite that gets the data, and what is in the backup."""

    suite: Suite
    backup: ArchiveDescription


def chosen(host: Host) -> Restore:
    """What `mailman_backup` names, read to its end. Raises `Refused` before any change."""
    suite = standing(host)
    path = suite.settings.backup
    archive: ArchiveFound | Nothing = (
        host.get_fact(BackupArchive, arguments={"path": path}) if path else {}
    )
    reasons = refusals(suite, archive) or list(_other_settings(host, suite))
    if reasons:
        raise Refused(host.name, reasons)
    backup = archive["description"] if archive else None
    assert backup, "refusals() refuses an archive without a description"
    told = f"restoring {backup['id']}: the data of {backup['host']} on {backup['made']}"
    logger.info(f"{host.print_prefix}{told}")
    return Restore(suite, backup)


def refusals(suite: Suite, archive: ArchiveFound | Nothing) -> list[Refusal]:
    """Every reason not to restore what `mailman_backup` names. `archive` is the fact's answer."""
    path = suite.settings.backup
    found = [*_not_converged(suite), *(_damaged(path, archive) if archive else _unnamed())]
    backup = archive["description"] if archive else None
    return list(_of_another_kind(suite, backup)) if backup and not found else found


def _not_converged(suite: Suite) -> Iterator[Refusal]:
    if suite.running != suite.identifier:
        yield Refusal(
            found=f"{suite.running} runs on the host",
            expected=f"{suite.identifier}, the declared release",
            remedy="run deploys/mailman.py first; a restore replaces data, not the release",
        )


def _other_settings(host: Host, suite: Suite) -> Iterator[Refusal]:
    """A rollback leaves them, and so does group data that was changed since the last run."""
    if host.get_fact(ReleaseState, directory=suite.release_directory)["assets"] != (
        files.web_settings(suite).sha256
    ):
        yield Refusal(
            found="the host's static files are those of other settings, as after a rollback",
            expected="a host with the declared settings; a restore replaces data alone",
            remedy="run deploys/mailman.py first (after a rollback, with mailman_release as it "
            "was before), then restore",
        )


def _unnamed() -> Iterator[Refusal]:
    yield Refusal(
        found="mailman_backup = ''",
        expected="the path of a backup's archive on the host",
        remedy=f"name it: make restore HOST=NAME BACKUP={layout.BACKUPS}/ID.tar.gz, or pyinfra "
        "with --data mailman_backup=PATH",
    )


def _damaged(path: str, archive: ArchiveFound) -> Iterator[Refusal]:
    if not archive["sha256"]:
        yield Refusal(
            found=f"no file {path} on the host",
            expected="a backup's archive",
            remedy="copy it there, with its description beside it, or correct mailman_backup",
        )
    elif not archive["description"]:
        yield Refusal(
            found=f"no readable {archive['beside']}",
            expected="the archive's description beside it, which has its checksum",
            remedy="copy it there from where the backup was made",
        )
    elif archive["description"].get("format") != FORMAT:
        yield Refusal(
            found=f"{archive['beside']} of format {archive['description'].get('format')!r}",
            expected=f"format {FORMAT}",
            remedy="restore it with the version of this repository that made it",
        )
    elif archive["description"].get("sha256") != archive["sha256"]:
        yield Refusal(
            found=f"{path} is damaged or truncated: its SHA-256 is {archive['sha256']}",
            expected=f"{archive['description'].get('sha256')}, as when it was made",
            remedy="copy it again, or take another backup",
        )


def _of_another_kind(suite: Suite, backup: ArchiveDescription) -> Iterator[Refusal]:
    if backup["release_name"] != suite.release.name:
        yield Refusal(
            found=f"a backup of release {backup['release_name']}",
            expected=f"one of {suite.release.name}, which runs here",
            remedy=f'set mailman_release = "{backup["release_name"]}", run deploys/mailman.py on '
            "a new host, restore there, then change the release",
        )
    if backup["engine"] != suite.settings.database:
        yield Refusal(
            found=f"a backup of {backup['engine']} databases",
            expected=f"one of {suite.settings.database}, as mailman_database says",
            remedy="restore it on a host with that database; no data is moved between databases",
        )


def order(restore: Restore, units: DeclaredUnits) -> Order:
    """The content of `order.json`; `units` is what `host/apply/units.py apply` gets there."""
    suite, backup, name = restore.suite, restore.backup, upgrade.new_id("restore")
    index = search().index
    aside = f"{index}.before-{name}"
    return {
        **upgrade.order(suite, name, units),
        "kind": "restore",
        "backup": suite.settings.backup,
        "backup_id": backup["id"],
        "backup_bytes": backup["bytes"],
        "secrets": [f"{layout.SECRETS}/{name}" for name in own_secrets(suite)],
        # It shows other messages.
        "by_hand": {"units": [], "sites": [], "aside": {index: aside}, "moved": {}},
        "removes": [aside, f"{layout.WINDOWS}/{name}/{UNPACKED}"],
        "cache": layout.WEB_CACHE,
        **upgrade.new_index(),
    }  # fmt: skip


def own_secrets(suite: Suite) -> list[str]:
    """Those that hosts make themselves and that no server has to know."""
    references = secret_references(suite.settings)
    return [
        name
        for name, one in references.items()
        if one.is_generated and not name.startswith(_OF_SERVERS)
    ]
