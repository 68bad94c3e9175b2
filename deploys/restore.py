"""Replaces a host's data with the data of a backup; the host's configuration stays.

pyinfra inventories/prod.py deploys/restore.py --data mailman_backup=PATH
"""

from pyinfra import host

from deploys.steps import run, verify, window
from mailman_suite.windows.restore import chosen

restore = chosen(host)  # reads the whole archive, and refuses before anything changes

run.begins(restore.suite, to=restore.backup["id"])
window.restores(restore)
verify.answers(restore.suite)
