"""Copies the whole suite of each host into one archive there; mail waits meanwhile.

pyinfra -y inventories/prod.py deploys/backup.py
"""

from pyinfra import host

from deploys.steps import backup, run
from mailman_suite.inspection.standing import standing

suite = standing(host)

run.begins(suite, to=suite.running)
backup.made(suite)
