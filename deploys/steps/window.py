"""The window: the one step that takes the suite away from its users for some seconds."""

from pyinfra.api import deploy

from deploys.steps.services import declared_units
from mailman_suite.operations import window
from mailman_suite.suite import Suite
from mailman_suite.suite_files import web_settings


@deploy("Window")
def passed(suite: Suite) -> None:
    """Another release than the one that runs is changed to, or goes back by itself."""
    window.passed(
        name=f"The release that runs is {suite.identifier}",
        suite=suite,
        settings=web_settings(suite),
        units=declared_units(suite),
    )
