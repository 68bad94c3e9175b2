"""What Core keeps outside of REST: bounces that wait, shunted and queued mail, template files.

Runs as Core's account with the interpreter of Core's own virtual environment: files.py DOMAIN LOCAL
"""

import os
import sys
from datetime import datetime, timedelta
from email import message_from_string

from mailman.config import config
from mailman.core.initialize import initialize
from mailman.core.switchboard import Switchboard
from mailman.email.message import Message
from mailman.model.bounce import BounceEvent
from mailman.model.member import Member

DOMAIN, LOCAL = sys.argv[1:]
TEXT = """\
From: someone@example.com
To: discuss@{0}
Subject: =?utf-8?q?Grau=C3=9Fe_Theorie?=
Message-ID: <{1}@seed.example>

A message that a queue holds.
"""


def message(name):
    """A message as Core parses them."""
    return message_from_string(TEXT.format(DOMAIN, name), Message)


def add_bounces():
    """Old bounces of two members on six days each: enough to disable both, were they counted."""
    if hasattr(Member, "bounce_score"):
        return  # such a Core counts them by itself, and later ones then delete them
    for number in (1, 5):
        for days in range(1, 7):
            email = f"reader+m{number:02}@{LOCAL}"
            event = BounceEvent("announce." + DOMAIN, email, message(f"bounce{days}"))
            event.timestamp = datetime(2023, 5, 1) + timedelta(days=days)
            config.db.store.add(event)
    config.db.commit()


def add_queued():
    """Shunted messages, and messages in a queue that no runner works on."""
    held = os.path.join(config.QUEUE_DIR, "held-back")
    for queue in (config.switchboards["shunt"], Switchboard("held-back", held)):
        for number in range(3):
            name = f"{queue.name}{number}"
            queue.enqueue(message(name), listid="discuss." + DOMAIN, whichq="in")


def add_templates():
    """A list's own template in a file, the way that predates the web's templates."""
    folder = os.path.join(config.VAR_DIR, "templates", "lists", "discuss." + DOMAIN, "en")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "list:user:notice:goodbye.txt")
    with open(path, "w", encoding="utf-8") as text:
        text.write("Auf Wiedersehen, adiós, さようなら\n")


initialize("/etc/mailman3/mailman.cfg")
add_bounces()
add_queued()
add_templates()
