"""A deploy that only builds the declared release beside the one that runs, with its assets."""

from pyinfra import host
from pyinfra.api import operation

from deploys.steps import release
from mailman_suite.inspection.prospect import accepted, prospect
from mailman_suite.operations.release import collect_assets
from mailman_suite.suite.files import web_settings

suite = accepted(host, prospect(host))
assets_collected = operation()(collect_assets)

release.built_beside(suite)
assets_collected(name="Assets", suite=suite, settings=web_settings(suite))
