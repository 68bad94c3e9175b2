"""Windows: the suite changes in one transaction on the host, or stays as it was."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host, logger
from pyinfra.api import FileUploadCommand, Host, QuoteString, State, StringCommand, operation
from pyinfra.api.arguments import ConnectorArguments
from pyinfra.api.command import PyinfraCommand
from pyinfra.connectors.util import CommandOutput

from mailman_suite.base import layout
from mailman_suite.base.declared_files import ManagedFile
from mailman_suite.facts.release import ReleaseState
from mailman_suite.fleet.progress import progress_of
from mailman_suite.host.wire.order import Order
from mailman_suite.host.wire.sides import Side
from mailman_suite.operations import release
from mailman_suite.operations.shown import ShownCommand
from mailman_suite.suite.suite import Suite
from mailman_suite.suite.units import declaration
from mailman_suite.windows import upgrade

_ARCHIVE = f"{layout.STAGING}/window.tar"
_GOES_ON: dict[Side, str] = {
    "core": "only the web's packages change: Core goes on, and no mail waits",
    "web": "only Core's packages change: the web goes on",
}


class _Window(ShownCommand):
    """A window and its output, which tells at the end of a run where the host is."""

    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        """As `ShownCommand`; a lost connection leaves no output."""
        progress_of(host).window = []
        ended = super().execute(state, host, connector_arguments)
        progress_of(host).window = list(self.said)
        return ended


@operation()
def passed(suite: Suite, settings: ManagedFile) -> Generator[PyinfraCommand, None, None]:
    """The release that runs is the declared one; changing it stops services for some seconds.

    + settings: Django's settings file, for which static files are collected beforehand
    """
    if not suite.changes_release:
        host.noop(f"{suite.running or 'no release'} runs; there is nothing to change")
        return
    _tell_for_the_plan(suite)
    yield from _assets(suite, settings)
    name = upgrade.new_id(suite.release.name)
    yield from _carry_out(suite, upgrade.order(suite, name, declaration(suite)))


@operation()
def prepared(suite: Suite, settings: ManagedFile) -> Generator[PyinfraCommand, None, None]:
    """Slow preparations are done on all hosts of a suite before the first of them is closed.

    + suite: the host's suite
    + settings: as for `passed`
    """
    if not suite.changes_release:
        host.noop(f"{suite.running or 'no release'} runs; there is nothing to prepare")
        return
    yield from _assets(suite, settings)


@operation()
def closed(suite: Suite) -> Generator[PyinfraCommand, None, None]:
    """A web's host whose release changes is disconnected from the data, and continues by itself.

    + suite: the host's suite, after `prepared`
    """
    if not suite.changes_release:
        host.noop(f"{suite.running or 'no release'} runs; there is nothing to close")
        return
    name = upgrade.new_id(suite.release.name)
    yield from _carry_out(suite, upgrade.order(suite, name, declaration(suite)), until="closed")


@operation()
def opened(suite: Suite) -> Generator[PyinfraCommand, None, None]:
    """What `closed` closed is open again, in the new release.

    + suite: the host's suite
    """
    if not suite.changes_release:
        host.noop("nothing was closed")
        return
    yield _Window(*_followed(suite, "follow"))


def _assets(suite: Suite, settings: ManagedFile) -> Generator[PyinfraCommand, None, None]:
    """Static files for these settings, made while the old release serves."""
    state = host.get_fact(ReleaseState, directory=suite.release_directory)
    if state["assets"] != settings.sha256:
        yield from release.collect_assets(suite, settings)


def _tell_for_the_plan(suite: Suite) -> None:
    """What the window leaves alone; drop-ins, which somebody wrote for a reason and may want."""
    if host.state.is_executing:
        return
    for side in suite.leaves:
        logger.info(f"{host.print_prefix}{_GOES_ON[side]}")
    for path in suite.adoption.drop_ins if suite.adoption else ():
        logger.info(f"{host.print_prefix}{path} is removed in the window; a copy is kept")


@operation(is_idempotent=False)
def carried_out(suite: Suite, order: Order) -> Generator[PyinfraCommand, None, None]:
    """A window does what its order says, or the suite is as before.

    + suite: the host's suite
    + order: what `host/window/program.py` reads
    """
    yield from _carry_out(suite, order)


def _carry_out(
    suite: Suite, order: Order, until: str = "follow"
) -> Generator[PyinfraCommand, None, None]:
    yield StringCommand(f"install -d -m 700 {layout.STATE} {layout.STAGING} {layout.WINDOWS}")
    yield FileUploadCommand(upgrade.bundle(suite, order), _ARCHIVE)
    yield _Window(*_begun(order["id"]), *_followed(suite, until))


def _begun(name: str) -> tuple[str | QuoteString, ...]:
    """Puts the window's directory in place and starts it under systemd."""
    place = QuoteString(f"{layout.WINDOWS}/{name}")
    return (
        "rm -rf",
        place,
        "&& install -d -m 700",
        place,
        f"&& tar -xf {_ARCHIVE} -C",
        place,
        f"&& rm {_ARCHIVE} && ln -sfn",
        place,
        f"{layout.WINDOW} && cp {layout.WINDOW}/units/*.service {layout.UNITS}/ &&",
        f"chmod 644 {' '.join(upgrade.UNIT_FILES)} &&",
        f"systemctl daemon-reload && systemctl --quiet enable {layout.RECOVERY_UNIT} && sync &&",
        f"systemctl start {layout.WINDOW_UNIT} &&",
    )


def _followed(suite: Suite, until: str) -> tuple[str | QuoteString, ...]:
    """Shows what the last window does until it has ended or, with `closed`, closed the web."""
    return (
        f"PYTHONPATH={layout.WINDOW}/program",
        QuoteString(suite.python),
        f"-s -B -m mailman_suite.host.window.program {until}",
        layout.WINDOW,
    )
