"""Returns to the state before a window, with its data; without a window, lists the snapshots.

pyinfra inventories/prod.py deploys/rollback.py --data mailman_rollback=ID
"""

from pyinfra import host

from deploys.steps import run, window
from mailman_suite.windows.rollback import chosen

rollback = chosen(host)  # inspects, says what this gives up, and refuses before anything changes

run.begins(rollback.suite, to=rollback.to["from"])
window.rolls_back(rollback)
