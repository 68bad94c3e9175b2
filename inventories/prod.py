"""Your production hosts, each a name that SSH can reach, or (name, {data of this host}).

Several hosts are upgraded wave by wave, wave 0 first: docs/runbooks/upgrade-a-fleet.md. So:

hosts = [
    ("lists1.your-domain.org", {
        "mailman_web_host": "lists1.your-domain.org",
        "mailman_domains": ["lists1.your-domain.org"],
        "mailman_wave": 0,  # the canary
        "mailman_soak_seconds": 1800,  # half an hour before anybody else
    }),
    ("lists2.your-domain.org", {
        "mailman_web_host": "lists2.your-domain.org",
        "mailman_domains": ["lists2.your-domain.org"],
        "mailman_wave": 1,
    }),
]
"""

hosts = []
