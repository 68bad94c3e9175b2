"""Removes a rehearsal's copy of production from its staging host; the fences stay.

pyinfra -y inventories/staging.py deploys/end_rehearsal.py
"""

from pyinfra import host

from deploys.steps import rehearsal
from mailman_suite.rehearsal.declared import standing

suite = standing(host)  # refuses a host without a rehearsal's mark

rehearsal.ended(suite)
