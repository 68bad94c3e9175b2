"""Real Debian machines on one Linux box: systemd, network, SSH and packages as in production."""

from lab.commands import LabError
from lab.needs import why_not

__all__ = ["LabError", "why_not"]
