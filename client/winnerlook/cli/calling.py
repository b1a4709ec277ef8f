"""``winnerlook call``: any operation by its documented name."""

from __future__ import annotations

from decimal import Decimal

from winnerlook.cli.exits import DONE
from winnerlook.cli.invocation import Invocation
from winnerlook.cli.polling import noun, poll, show_records
from winnerlook.cli.sending import show_sent
from winnerlook.cli.usage import UsageError
from winnerlook.operations import ALL, BY_NAME, Operation
from winnerlook.results import Sent

OWN = ("userCode", "userPass")
"""Parameters that come from the settings."""


def call(run: Invocation) -> int:
    """O1-O12."""
    operation = BY_NAME.get(run.args.operation)
    if operation is None:
        raise UsageError(f"there is no such operation; there are {', '.join(BY_NAME)} (names are case-sensitive)")
    parameters = _parameters(run, operation)
    with run.client() as client:
        if operation.polls:
            records = poll(run, client, operation, parameters)
            show_records(run, operation, records, first=True)
            if not records and not run.output.as_json:
                run.output.line(f"no new {noun(operation)}")
            return DONE
        with run.calling(operation):
            result = client.call(operation.name, **parameters)
    if isinstance(result, Sent):
        show_sent(run, result)
    elif isinstance(result, Decimal):
        run.output.line(str(result)) if not run.output.as_json else run.output.document({"balance": str(result)})
    return DONE


def taken(operation: Operation) -> tuple[str, ...]:
    """Names of what may be given, in documented order; submitInfo or the fields it is made of."""
    every = (*operation.parameters, *operation.submit_info)
    return tuple(dict.fromkeys(parameter.name for parameter in every if parameter.name not in OWN))


def listing() -> str:
    """Every operation and what it takes, a line each."""
    longest = max(len(operation.name) for operation in ALL)
    return "\n".join(f"  {operation.name:<{longest}}  {' '.join(taken(operation)) or '-'}" for operation in ALL)


def _parameters(run: Invocation, operation: Operation) -> dict[str, str]:
    known, parameters = taken(operation), dict[str, str]()
    for position, item in enumerate(run.args.parameters, 1):
        name, equals, value = item.partition("=")
        if not equals or name not in known:
            raise UsageError(f"parameter {position}: {operation.name} takes {', '.join(known) or 'none'}, each as name=value")
        if name in parameters:
            raise UsageError(f"{name} is given twice")
        parameters[name] = run.inputs.text(value)
    return parameters
