"""What all your hosts have in common. docs/settings.md lists every setting with its default.

Settings belong in a file beside this one that is named after the inventory (prod.py), or into the
inventory, host by host; both win over this file.
"""

from mailman_suite.base.ssh import nodelay_transport

# Every remote command is 40 ms quicker without Nagle's algorithm.
ssh_paramiko_connect_kwargs = {"transport_factory": nodelay_transport}
