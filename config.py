"""pyinfra reads this once from the working directory, before the inventory."""

from pyinfra import config

from mailman_suite.runs.answers import refuse_runs_without_answers
from mailman_suite.runs.call_stacks import deploys_are_no_modules
from mailman_suite.runs.end import keep_records
from mailman_suite.runs.host_selection import refuse_runs_without_hosts
from mailman_suite.runs.words_alone import show_refusals_alone

config.REQUIRE_PYINFRA_VERSION = "~=3.10.0"
config.REQUIRE_PACKAGES = "requirements.txt"
# They have been checked now. pyinfra copies its configuration for each host, and would read every
# package's metadata again each time: a third of what a run over many hosts costs this computer.
config.REQUIRE_PACKAGES = None
# The first failed host ends the run: a half-converged fleet is worse than a stopped one.
config.FAIL_PERCENT = 0
# Hosts at the same time. pyinfra's default is 20 for each processor of this computer, which mostly
# waits for hosts: the others would begin only when the slowest of the first ones is done.
config.PARALLEL = 100
# A mistyped --limit is an error, not a success that did nothing.
refuse_runs_without_hosts()
# Nobody to press Enter, as in cron, is an error with a remedy.
refuse_runs_without_answers()
# A refusal is for the operator: found, expected, to do, and no path of a library.
show_refusals_alone()
# Records who did what, and with which outcome: `make history`.
keep_records()
# The cost of a run on this computer, for each operation of each host.
deploys_are_no_modules()
