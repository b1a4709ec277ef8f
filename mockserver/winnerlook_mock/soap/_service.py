"""The twelve operations as spyne sees them (O1-O12, S1): documented names, order and types, every element optional.

`smsType` is an ``xs:int``, everything else a string. The class is the interface; what a call does is the gateway's business.
"""
# ruff: noqa: N805, PLR0917  # spyne hands its methods a context where Python has self, and the document's parameters by position

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from spyne import Fault, Int, ServiceBase, Unicode, rpc

from winnerlook.operations import BY_NAME
from winnerlook_mock.soap.call import Call, log_failure

_Method = TypeVar("_Method", bound=Callable[..., str])

# As an ASP.NET service declares them: optional, but never xsi:nil in its schema.
_String = Unicode(min_occurs=0, nillable=False)
_Int = Int(min_occurs=0, nillable=False)


def _rpc(*types: Any) -> Callable[[_Method], _Method]:
    """spyne's rpc with this service's result type, and with the types that spyne does not have."""
    return cast("Callable[[_Method], _Method]", rpc(*types, _returns=_String))


def _answer(ctx: Any, **arguments: str | int | None) -> str:
    """Ask the gateway. What goes wrong in it becomes a Server fault, never an escaped exception."""
    call: Call = ctx.udc
    name = ctx.descriptor.name
    try:
        return _text(call.execute(BY_NAME[name], arguments))
    except Exception as error:  # noqa: BLE001  # whatever the gateway raises, the sender gets a fault
        log_failure(f"the gateway failed on {name}", error)
        raise Fault("Server") from None


def _text(result: object) -> str:
    """The result as a string: None is empty. spyne would write any other object's str()."""
    if result is None:
        return ""
    if not isinstance(result, str):
        raise TypeError(f"the gateway answered with a {type(result).__name__} instead of a string")
    return result


class TriggerService(ServiceBase):  # type: ignore[misc]  # spyne has no types
    """The trigger interface. The methods are in the document's order, their parameters in the document's order."""

    @_rpc(_String, _String)
    def GetBalanceConnect(ctx: Any, userCode: str | None, userPass: str | None) -> str:
        """O1: ask for the balance."""
        return _answer(ctx, userCode=userCode, userPass=userPass)

    @_rpc(_String, _String, _String, _String, _String, _String, _Int)
    def SendMsg(
        ctx: Any,
        userCode: str | None,
        userPass: str | None,
        DesNo: str | None,
        Msg: str | None,
        autograph: str | None,
        customerUuid: str | None,
        smsType: int | None,
    ) -> str:
        """O2: send one SMS."""
        return _answer(
            ctx, userCode=userCode, userPass=userPass, DesNo=DesNo, Msg=Msg,
            autograph=autograph, customerUuid=customerUuid, smsType=smsType,
        )

    @_rpc(_String, _String)
    def GetMoConnect(ctx: Any, userCode: str | None, userPass: str | None) -> str:
        """O3: fetch replies."""
        return _answer(ctx, userCode=userCode, userPass=userPass)

    @_rpc(_String, _String)
    def GetMo2Connect(ctx: Any, userCode: str | None, userPass: str | None) -> str:
        """O4: fetch replies with the number that the SMS was sent from."""
        return _answer(ctx, userCode=userCode, userPass=userPass)

    @_rpc(_String, _String, _String)
    def GetReportConnect(ctx: Any, userCode: str | None, userPass: str | None, batchNumber: str | None) -> str:
        """O5: fetch delivery reports."""
        return _answer(ctx, userCode=userCode, userPass=userPass, batchNumber=batchNumber)

    @_rpc(_String, _String)
    def GetReport2Connect(ctx: Any, userCode: str | None, userPass: str | None) -> str:
        """O6: fetch delivery reports with their time."""
        return _answer(ctx, userCode=userCode, userPass=userPass)

    @_rpc(_String, _String, _String, _String, _String, _Int)
    def SendBatchMsg(
        ctx: Any,
        userCode: str | None,
        userPass: str | None,
        DesNo: str | None,
        Msg: str | None,
        autograph: str | None,
        smsType: int | None,
    ) -> str:
        """O7: send one text to many numbers."""
        return _answer(ctx, userCode=userCode, userPass=userPass, DesNo=DesNo, Msg=Msg, autograph=autograph, smsType=smsType)

    @_rpc(_String, _String, _String)
    def sendMsgByEncrypt(ctx: Any, userCode: str | None, submitInfo: str | None, autograph: str | None) -> str:
        """O8: send one SMS, encrypted."""
        return _answer(ctx, userCode=userCode, submitInfo=submitInfo, autograph=autograph)

    @_rpc(_String, _String)
    def GetReport2ByEncrypt(ctx: Any, userCode: str | None, submitInfo: str | None) -> str:
        """O9: fetch delivery reports with their time, encrypted."""
        return _answer(ctx, userCode=userCode, submitInfo=submitInfo)

    @_rpc(_String, _String)
    def GetMo2ByEncrypt(ctx: Any, userCode: str | None, submitInfo: str | None) -> str:
        """O10: fetch replies, encrypted."""
        return _answer(ctx, userCode=userCode, submitInfo=submitInfo)

    @_rpc(_String, _String, _String, _String, _String, _String, _String, _Int)
    def sendMsgExt(
        ctx: Any,
        userCode: str | None,
        userPass: str | None,
        DesNo: str | None,
        Msg: str | None,
        autograph: str | None,
        ExeNo: str | None,
        customerUuid: str | None,
        smsType: int | None,
    ) -> str:
        """O11: send one SMS from an extended number."""
        return _answer(
            ctx, userCode=userCode, userPass=userPass, DesNo=DesNo, Msg=Msg,
            autograph=autograph, ExeNo=ExeNo, customerUuid=customerUuid, smsType=smsType,
        )

    @_rpc(_String, _String, _String, _Int, _String)
    def SendIndividualMsg(
        ctx: Any,
        userCode: str | None,
        userPass: str | None,
        Msg: str | None,
        smsType: int | None,
        customerUuid: str | None,
    ) -> str:
        """O12: send a text of its own to each number."""
        return _answer(ctx, userCode=userCode, userPass=userPass, Msg=Msg, smsType=smsType, customerUuid=customerUuid)
