"""Rehearses a production host's change of release on this host, with a copy of its data.

pyinfra -y inventories/staging.py deploys/rehearse.py
"""

from pyinfra import host

from deploys.steps import database, rehearsal
from mailman_suite.rehearsal import chosen

rehearsed = chosen(host)  # looks at both hosts, and refuses before anything changes

rehearsal.emptied(rehearsed)
rehearsal.fenced(rehearsed)
rehearsal.copied(rehearsed)
database.reachable(rehearsed.suite)
rehearsal.brought_up(rehearsed)
rehearsal.upgraded(rehearsed)
