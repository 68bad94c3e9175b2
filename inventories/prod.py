"""Your production hosts, each a name that SSH can reach, or (name, {data of this host})."""

hosts = []
