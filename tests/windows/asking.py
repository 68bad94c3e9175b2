"""A command of a host that is a directory, which the test answers: `asking.py ROOT PROGRAM ...`.

It imports as little as it can, because a window runs dozens of commands.
"""

import _socket
import sys

asked = _socket.socket(_socket.AF_UNIX)
asked.connect(f"{sys.argv[1]}/pretended/answers")
asked.sendall("\0".join(sys.argv[2:]).encode())
asked.shutdown(_socket.SHUT_WR)
said = b""
while part := asked.recv(65536):
    said += part
status, text = said[0], said[1:].decode()
print(text, end="", file=sys.stderr if status else sys.stdout)
sys.exit(status)
