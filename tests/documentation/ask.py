"""Has `warm` run a command: ``python -ISs ask.py SOCKET COMMAND ARGUMENT…``."""

import json
import os
import socket
import sys

umask = os.umask(0)
os.umask(umask)
asked = {"command": sys.argv[2:], "environment": dict(os.environ), "folder": os.getcwd(), "umask": umask}  # noqa: PTH109
with socket.socket(socket.AF_UNIX) as door:
    door.connect(sys.argv[1])
    socket.send_fds(door, [json.dumps(asked).encode()], [0, 1, 2])
    code = door.recv(1)
sys.exit(code[0] if code else "the command died")
