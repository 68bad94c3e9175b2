"""Core has warned the members whose delivery is disabled, as it does in its first minutes.

Runs as Core's account with the interpreter of Core's own virtual environment.
"""

from mailman.config import config
from mailman.core.initialize import initialize
from mailman.interfaces.member import DeliveryStatus
from mailman.model.member import Member
from mailman.utilities.datetime import now

initialize("/etc/mailman3/mailman.cfg")
if hasattr(Member, "last_warning_sent"):
    for member in config.db.store.query(Member):
        if member.preferences.delivery_status == DeliveryStatus.by_bounces:
            member.total_warnings_sent, member.last_warning_sent = 1, now()
    config.db.commit()
