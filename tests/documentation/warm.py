"""Runs the product's commands in forks of one process that has imported them, since most of a short command's time is imports.

A command gets the arguments, environment, folder, umask and standard streams of whoever asks (`ask.py`), and its exit code goes back.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import traceback
from importlib import import_module

MAINS = {"winnerlook": "winnerlook.cli", "winnerlook-mock": "winnerlook_mock.cli"}
IMPORTED = (
    "winnerlook.cli.run", "winnerlook._client", "winnerlook._soap", "winnerlook.outbox", "winnerlook.outbox._store", "alembic.command",
    "sqlalchemy.dialects.sqlite", "zeep", "waitress", "winnerlook_mock.cli", "winnerlook_mock.cli.serving", "winnerlook_mock.server",
    "winnerlook_mock.app", "winnerlook_mock.http_protocol", "winnerlook_mock.scenario", "winnerlook_mock.tls", "uvicorn.lifespan.on",
)


def run(asked: dict[str, object]) -> int:
    """The exit code of a command."""
    os.chdir(str(asked["folder"]))
    os.umask(int(str(asked["umask"])))
    os.environ.clear()
    os.environ.update(asked["environment"])  # type: ignore[call-overload]
    command, *arguments = asked["command"]  # type: ignore[misc]
    sys.argv = [command, *arguments]
    try:
        return int(import_module(MAINS[command]).main(arguments))
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except BaseException:
        traceback.print_exc()
        return 1


def stop_without(asker: socket.socket) -> None:
    """End a command in good order when whoever asked for it is gone: a shell that kills it kills that one."""
    if not asker.recv(1):
        os.kill(os.getpid(), signal.SIGTERM)


def answer(asker: socket.socket) -> None:
    """In a process of its own: run what is asked, and tell how it ended."""
    text, streams, *_ = socket.recv_fds(asker, 1 << 20, 3)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    # Anew: the objects of this process remember whether what was there before could be sought in.
    sys.stdin, sys.stdout, sys.stderr = (open(number, mode, closefd=False) for number, mode in enumerate("rww"))  # noqa: SIM115
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    threading.Thread(target=stop_without, args=(asker,), daemon=True).start()
    code = run(json.loads(text))
    sys.stdout.flush()
    sys.stderr.flush()
    asker.sendall(bytes([code]))


def serve(path: str) -> None:
    """Answer at a Unix socket until somebody ends this process."""
    for module in IMPORTED:
        import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()
        while True:
            asker, _ = door.accept()
            if os.fork() == 0:
                answer(asker)
                os._exit(0)
            asker.close()


if __name__ == "__main__":
    serve(sys.argv[1])
