"""Shows who did what on each host, from whichever computer; changes nothing.

pyinfra -y inventories/prod.py deploys/history.py
"""

from pyinfra import host, logger

from mailman_suite.facts.history import QUESTION, History
from mailman_suite.runs.history import table

for line in table(host.get_fact(History, arguments=QUESTION)["records"]):
    logger.info(f"{host.print_prefix}{line}")
