"""A rehearsal: fences first, then production's copy, then the command that production will run."""

from pyinfra.api import deploy
from pyinfra.api.operation import OperationMeta

from deploys.steps import system
from mailman_suite.operations import files, packages
from mailman_suite.operations import rehearsal as stages
from mailman_suite.rehearsal import fences
from mailman_suite.rehearsal.declared import Rehearsal
from mailman_suite.suite.suite import Suite


@deploy("Rehearsal")
def emptied(rehearsal: Rehearsal) -> None:
    """No earlier copy of production remains on this host, and a build may download packages."""
    stages.cleared(name="No earlier copy remains", rehearsal=rehearsal)
    stages.opened(name="The build can reach the package index", rehearsal=rehearsal)


@deploy("Rehearsal")
def fenced(rehearsal: Rehearsal, installation: OperationMeta) -> None:
    """Everything that can send mail is installed and fenced before production data arrives."""
    suite, name = rehearsal.suite, "The packet filter's tool is installed"
    if suite.platform.package_tool == "apt":
        packages.debs(name=name, names=("nftables",))
    else:
        packages.rpms(name=name, names=("nftables",))
    system.mta_installed(suite, installation)
    files.managed(
        name="The packet filter's rules are those of a rehearsal",
        declared=fences.files(suite, rehearsal.production["addresses"]),
    )
    stages.fenced(name="No mail leaves this host", rehearsal=rehearsal)


@deploy("Rehearsal")
def copied(rehearsal: Rehearsal) -> None:
    """This host has production's suite and data, each database as of one instant."""
    stages.copied(name=f"The suite of {rehearsal.of} is copied", rehearsal=rehearsal)


@deploy("Rehearsal")
def brought_up(rehearsal: Rehearsal) -> None:
    """The copy runs."""
    stages.loaded(name="The copied databases are loaded", rehearsal=rehearsal)
    stages.pseudonymised(
        name="Personal data in the copy is handled as declared", rehearsal=rehearsal
    )
    stages.started(name=f"The copy of {rehearsal.running} runs", rehearsal=rehearsal)


@deploy("Rehearsal")
def upgraded(rehearsal: Rehearsal) -> None:
    """The copy is upgraded as production will be, and the report has what was measured."""
    stages.upgraded(
        name=f"The copy is upgraded to {rehearsal.suite.identifier} and the report is written",
        rehearsal=rehearsal,
    )


@deploy("Rehearsal")
def ended(suite: Suite) -> None:
    """The copy is removed from this host, with its secrets and its mail."""
    stages.ended(name="The copy of production is removed", suite=suite)
