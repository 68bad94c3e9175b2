"""What all your hosts have in common. docs/settings.md lists every setting with its default.

Settings belong in a file beside this one, named after the inventory (prod.py), or in the inventory,
host by host. Both override this file.
"""

from mailman_suite.base.ssh import nodelay_transport

# Without Nagle's algorithm, every remote command is 40 ms faster.
ssh_paramiko_connect_kwargs = {"transport_factory": nodelay_transport}
