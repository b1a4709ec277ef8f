"""Runs a command and turns whatever happens into words and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from winnerlook.certainty import Certainty
from winnerlook.cli import exits, failures, parser
from winnerlook.cli.invocation import Invocation
from winnerlook.cli.output import Output, OutputClosedError
from winnerlook.cli.usage import UsageError, parse
from winnerlook.config import PREFIX
from winnerlook.errors import WinnerlookError


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``winnerlook`` with these arguments, by default those of the process. Gives the exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    wants_json = "--json" in arguments or os.environ.get(PREFIX + "JSON", "0") not in {"", "0"}
    run = Invocation(Namespace(), Output(as_json=wants_json))
    try:
        return _run(run, arguments)
    except OutputClosedError:
        return exits.OUTPUT_CLOSED


def _run(run: Invocation, arguments: Sequence[str]) -> int:
    try:
        run.args = parse(parser.build(), arguments)
        return int(run.args.run(run))
    except SystemExit as stop:  # --help and --version
        run.output.flush()
        return stop.code if isinstance(stop.code, int) else exits.DONE
    except UsageError as error:
        return _tell(run, exits.REFUSED, "UsageError", str(error))
    except WinnerlookError as error:
        return failures.tell(run, error)
    except KeyboardInterrupt:
        return _tell(run, exits.INTERRUPTED, "Interrupted", f"interrupted; {failures.open_outcome(run.under_way)}")
    except OutputClosedError:
        raise
    except Exception as error:  # noqa: BLE001  # its words may hold a number or a text, so only its name and place are told
        code = exits.UNKNOWN if run.begun else exits.FOUND
        message = f"unexpected {type(error).__name__} at {_place(error)}, please report it; {failures.open_outcome(run.under_way)}"
        return _tell(run, code, type(error).__name__, message)


def _tell(run: Invocation, code: int, kind: str, message: str) -> int:
    certainty = Certainty.UNKNOWN if run.begun else Certainty.NOT_SENT
    if run.output.as_json:
        operation = run.under_way.name if run.under_way else None
        run.output.document({"error": failures.described(kind, message, certainty=certainty, operation=operation)})
    else:
        run.output.note(message)
    return code


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
