"""Sends one message through the running suite, from SMTP to the archive, and removes it again.

pyinfra -y inventories/prod.py deploys/probe.py
"""

from pyinfra import host

from deploys.steps import verify
from mailman_suite.inspection.standing import asked

suite = asked(host)  # whichever release group data declares

verify.delivers(suite)
