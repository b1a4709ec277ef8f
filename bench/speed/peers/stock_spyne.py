"""spyne as its documentation shows it, on waitress: an echo-like SendMsg."""

from __future__ import annotations

from winnerlook_mock.soap import _compat

_compat.load()

from spyne import Application, Integer, ServiceBase, Unicode, rpc  # noqa: E402
from spyne.protocol.soap import Soap11  # noqa: E402
from spyne.server.wsgi import WsgiApplication  # noqa: E402
from waitress.server import create_server  # noqa: E402


class Trigger(ServiceBase):
    """The one operation that is measured."""

    @rpc(Unicode, Unicode, Unicode, Unicode, Unicode, Unicode, Integer, _returns=Unicode)
    def SendMsg(ctx, userCode, userPass, DesNo, Msg, autograph, customerUuid, smsType):  # noqa: ANN001, ANN201, ARG002, N802, N803, N805, PLR0917
        return "2200001476358475197"


if __name__ == "__main__":
    soap = Application([Trigger], "http://tempuri.org/", in_protocol=Soap11(validator="soft"), out_protocol=Soap11())
    server = create_server(WsgiApplication(soap), host="127.0.0.1", port=0, threads=4)
    print(f"PORT {server.effective_port}", flush=True)
    server.run()
