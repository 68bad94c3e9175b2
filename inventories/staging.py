"""Your staging hosts. Each entry is a name that SSH can reach, or (name, {data of this host})."""

# A host that rehearses production's next release (docs/runbooks/rehearse-a-change.md): an empty
# server with production's distribution release, and production's settings except for its name:
#
#     hosts = [
#         ("stage1.your-domain.org", {
#             "mailman_rehearses": "root@lists.your-domain.org",
#             "mailman_web_host": "stage1.your-domain.org",
#         }),
#     ]

hosts = []
