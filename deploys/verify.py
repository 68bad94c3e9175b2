"""Checks the running suite as its users would, changes nothing, and fails if a check is broken.

pyinfra -y inventories/prod.py deploys/verify.py
"""

from pyinfra import host

from deploys.steps import verify
from mailman_suite.inspection.prospect import declared

suite = declared(host)

verify.answers(suite)
