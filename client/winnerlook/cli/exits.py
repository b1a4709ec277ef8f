"""Exit codes, which tell how sure one can be of what became of a call."""

from __future__ import annotations

from winnerlook.certainty import Certainty
from winnerlook.errors import ConfigurationError, InvalidRequestError, WinnerlookError

DONE = 0
FOUND = 1
REFUSED = 2
REJECTED = 3
NOT_SENT = 4
UNKNOWN = 5
INTERRUPTED = 130
OUTPUT_CLOSED = 141

EXPLAINED = """\
exit codes:
  0    done
  1    doctor found something; or an error of the command itself
  2    wrong usage, wrong configuration, or refused before sending: nothing was sent
  3    the gateway rejected the call with a documented code: nothing was done
  4    no connection: nothing was sent, safe to repeat
  5    unknown: it may have been done, so do not repeat it blindly
  130  interrupted with Ctrl-C; during a send the outcome is unknown
  141  the output was closed before everything was written; what came is saved to a file
After send-many or send-each, 3 and 4 say what stopped it: part of it may have been accepted.
Repeat only what is listed as failed or not attempted. 5: the outcome of some call is unknown.
Commands of the outbox: see winnerlook outbox --help."""

_BY_CERTAINTY = {Certainty.REJECTED: REJECTED, Certainty.NOT_SENT: NOT_SENT, Certainty.UNKNOWN: UNKNOWN}


def exit_code(error: WinnerlookError) -> int:
    """The exit code for an error."""
    if isinstance(error, ConfigurationError | InvalidRequestError):
        return REFUSED
    return _BY_CERTAINTY[error.certainty]
