"""A rehearsal: fences first, then production's copy, then the command that production will get."""

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
    """No copy of an earlier rehearsal is on this host, and what builds a release may fetch it."""
    stages.cleared(name="No earlier copy is left", rehearsal=rehearsal)
    stages.opened(name="A build of the release finds a way out", rehearsal=rehearsal)


@deploy("Rehearsal")
def fenced(rehearsal: Rehearsal, installation: OperationMeta) -> None:
    """Whatever could send mail is here and cannot, before anything comes that has some."""
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
    """Production's suite is here as it is there, each database as of one instant."""
    stages.copied(name=f"The suite of {rehearsal.of} is copied", rehearsal=rehearsal)


@deploy("Rehearsal")
def brought_up(rehearsal: Rehearsal) -> None:
    """The copy runs."""
    stages.loaded(name="The copied databases are loaded", rehearsal=rehearsal)
    stages.pseudonymised(name="Personal data in the copy is as asked for", rehearsal=rehearsal)
    stages.started(name=f"The copy of {rehearsal.running} runs", rehearsal=rehearsal)


@deploy("Rehearsal")
def upgraded(rehearsal: Rehearsal) -> None:
    """What production will go through has been gone through, measured and reported."""
    stages.upgraded(
        name=f"The copy became {rehearsal.suite.identifier}, and a report says how",
        rehearsal=rehearsal,
    )


@deploy("Rehearsal")
def ended(suite: Suite) -> None:
    """The copy with its secrets and its mail is gone from this host."""
    stages.ended(name="The copy of production is gone", suite=suite)
