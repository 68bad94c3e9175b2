"""Checks the running suite as its users would, changes nothing, and fails if a check is broken.

pyinfra -y inventories/prod.py deploys/verify.py
"""

from pyinfra import host

from deploys.steps import verify
from mailman_suite.inspection.standing import asked

suite = asked(host)  # whichever release group data declares

verify.answers(suite)
