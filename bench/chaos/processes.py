"""How a run's processes are started: forked from one that has everything imported, so that a killed one is back at once."""

from __future__ import annotations

import multiprocessing
import os
import threading
from multiprocessing.context import ForkServerContext
from multiprocessing.process import parent_process

Context = ForkServerContext


def context(*modules: str) -> Context:
    """Where processes come from; `modules` are what they have imported from the start."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(list(modules))
    return made


def end_with_parent() -> None:
    """A process does not outlive the run, however that ends."""
    parent = parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
