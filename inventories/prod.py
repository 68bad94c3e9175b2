"""Your production hosts. Each entry is a name that SSH can reach, or (name, {data of this host})."""

hosts = []
