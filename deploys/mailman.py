"""Makes a host be what group data says: the table of contents, one line per step, in order.

pyinfra inventories/prod.py deploys/mailman.py
"""

from pyinfra import host

from deploys.steps import (
    configuration,
    database,
    lists,
    mta,
    release,
    services,
    system,
    verify,
    web,
    window,
)
from mailman_suite.suite import declared

suite = declared(host)  # looks, and refuses before anything changes

release.on_its_way(suite)
system.prepared(suite)
configuration.secrets_exist(suite)
release.built_beside(suite)
database.reachable(suite)
window.passed(suite)
configuration.current(suite)
release.switched(suite)
database.schema_current(suite)
system.mta_installed(suite)
mta.delivers_to_core(suite)
services.run(suite)
web.has_its_site_and_superuser(suite)
lists.exist(suite)
verify.answers(suite)
release.older_are_gone(suite)
