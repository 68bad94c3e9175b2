"""Rehearses a production host's change of release on this host, with a copy of its data.

pyinfra -y inventories/staging.py deploys/rehearse.py
"""

from pyinfra import host

from deploys.steps import database, rehearsal, release, system
from mailman_suite.rehearsal.declared import chosen

rehearsed = chosen(host)  # inspects both hosts, and refuses before anything changes

rehearsal.emptied(rehearsed)
packages = system.prepared(rehearsed.suite)
release.built_beside(rehearsed.suite)  # the accounts that build reach nothing behind the fences
rehearsal.fenced(rehearsed, packages)
rehearsal.copied(rehearsed)
database.reachable(rehearsed.suite)
rehearsal.brought_up(rehearsed)
rehearsal.upgraded(rehearsed)
