"""Faults over HTTP."""

from __future__ import annotations

from typing import Any

from winnerlook_mock.control.asking import Asked, Created, Route
from winnerlook_mock.control.messages import WHERE
from winnerlook_mock.control.problems import Problem
from winnerlook_mock.control.reading import ACCOUNT_QUERY, values
from winnerlook_mock.control.schemas import FAULT, closed, many, named
from winnerlook_mock.faults.armed import ArmedFault
from winnerlook_mock.faults.fault import read_fault
from winnerlook_mock.views import fault_view

_QUERY = {"account": ACCOUNT_QUERY}


def _list(asked: Asked) -> Any:
    account = asked.query.get("account")
    return {"faults": [fault_view(one) for one in asked.mock.faults if account in (None, one.fault.account)]}


def _arm(asked: Asked) -> Any:
    with values([*(name for name in asked.body if name != "kind"), "kind"]):
        armed = asked.mock.arm(read_fault(asked.body))
    return Created(fault_view(armed), f"/faults/{armed.number}")


def _found(asked: Asked) -> ArmedFault:
    number = asked.path["number"]
    found = next((one for one in asked.mock.faults if one.number == number), None)
    if found is None:
        raise Problem(404, f"there is no fault {number} in force, or not any more")
    return found


def _get(asked: Asked) -> Any:
    return fault_view(_found(asked))


def _disarm(asked: Asked) -> None:
    _found(asked).disarm()


def _clear(asked: Asked) -> None:
    asked.mock.clear_faults(asked.query.get("account"))


ROUTES = (
    Route(
        method="GET", path="/faults", name="listFaults",
        summary="The faults in force, oldest first; those for one account only where it is named.", act=_list, query=_QUERY,
        answer=closed(faults=many(named("ArmedFault"))), python=("MockServer.faults", "MockAccount.faults"),
    ),
    Route(
        method="POST", path="/faults", name="armFault", summary="Let something go wrong with calls.", act=_arm, body=FAULT,
        answer=named("ArmedFault"), status=201,
        python=("MockServer.fault", "MockServer.arm", "MockAccount.fault", "MockAccount.fail_next", "MockAccount.answer_next"),
    ),
    Route(
        method="DELETE", path="/faults", name="clearFaults", summary="Take all faults out of force, or those for one account.", act=_clear,
        query=_QUERY, status=204, python=("MockServer.clear_faults", "MockAccount.clear_faults"),
    ),
    Route(
        method="GET", path="/faults/{number}", name="getFault", summary="A fault in force, and how often it has struck.", act=_get,
        where=WHERE, answer=named("ArmedFault"), problems=(404,), python=("ArmedFault.struck", "ArmedFault.left"),
    ),
    Route(
        method="DELETE", path="/faults/{number}", name="disarmFault", summary="Take a fault out of force.", act=_disarm, where=WHERE,
        status=204, problems=(404,), python=("ArmedFault.disarm",),
    ),
)
