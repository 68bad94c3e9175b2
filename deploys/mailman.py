"""Brings a host into the state that group data declares: one line per step, in order.

pyinfra inventories/prod.py deploys/mailman.py
"""

from pyinfra import host

from deploys.steps import (
    configuration,
    database,
    fleet,
    lists,
    mta,
    release,
    run,
    services,
    system,
    web,
    window,
)
from mailman_suite.fleet.hosts import declared, waves

suite = declared(host)  # inspects every host of the run, and refuses before anything changes

run.begins(suite, to=suite.identifier)
release.on_its_way(suite)
packages = system.prepared(suite)
configuration.secrets_exist(suite)
release.built_beside(suite)
database.reachable(suite)

for wave in host.loop(waves(host)):
    if host.name in wave.hosts:
        window.web_hosts_closed(suite)
        window.passed(suite)
        window.web_hosts_opened(suite)
        configuration.current(suite)
        release.switched(suite)
        database.schema_current(suite)
        system.mta_installed(suite, packages)
        mta.delivers_to_core(suite)
        services.run(suite)
        web.has_its_site_and_superuser(suite)
        lists.exist(suite)
    fleet.healthy(suite, wave)

release.older_are_gone(suite)
