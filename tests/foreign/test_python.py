"""SOAP clients that never heard of this project: plain zeep and suds do all twelve operations over both ports.

A3, A4, S1-S5, O1-O12.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import suds
import suds.client
import zeep
import zeep.exceptions

from winnerlook import encryption, records
from winnerlook.operations import ALL

PHONE = "13900000000"
TEXT = "您的验证码是:2345&<【测试】"
WSDL = "/winnerrxd/api/ws/trigger?wsdl"

Call = Callable[..., str]


def plain_zeep(url: str, port: str) -> Call:
    client = zeep.Client(url + WSDL)
    service = client.bind("trigger", port)
    return lambda operation, **parameters: service[operation](**parameters) or ""


def suds_client(url: str, port: str) -> Call:
    # suds speaks SOAP 1.1 only; it takes the first port.
    assert port == "triggerSoap"
    client = suds.client.Client(url + WSDL, cache=None)
    return lambda operation, **parameters: str(getattr(client.service, operation)(**parameters) or "")


CLIENTS = [
    pytest.param(plain_zeep, "triggerSoap", id="zeep, SOAP 1.1"),
    pytest.param(plain_zeep, "triggerSoap12", id="zeep, SOAP 1.2"),
    pytest.param(suds_client, "triggerSoap", id="suds, SOAP 1.1"),
]


@pytest.fixture
def login(account):
    return {"userCode": account.user_code, "userPass": account.user_pass}


@pytest.fixture
def submit_info(account):
    return encryption.encrypt(encryption.poll_plaintext(account.user_pass), account.user_pass)


@pytest.mark.parametrize(("make", "port"), CLIENTS)
class TestForeignClient:
    @pytest.fixture
    def call(self, make, port, mock) -> Call:
        return make(mock.url, port)

    def test_sends(self, call, account, login):
        """O2, O7, O8, O11, O12: the texts arrive to the letter."""
        encrypted = encryption.encrypt(encryption.send_plaintext(account.user_pass, PHONE, TEXT, 101), account.user_pass)
        batches = [
            call("SendMsg", **login, DesNo=PHONE, Msg=TEXT, autograph="", customerUuid="u1", smsType=101),
            call("SendMsg", **login, DesNo=PHONE, Msg=TEXT),
            call("SendBatchMsg", **login, DesNo=f"{PHONE},13900000001", Msg=TEXT),
            call("sendMsgByEncrypt", userCode=account.user_code, submitInfo=encrypted),
            call("sendMsgExt", **login, DesNo=PHONE, Msg=TEXT, ExeNo="42"),
            call("SendIndividualMsg", **login, Msg=f"{PHONE}|~|{TEXT}|-|13900000001|~|{TEXT}"),
        ]
        assert sorted(set(batches)) == batches
        assert list(dict.fromkeys(message.batch_number for message in account.messages)) == batches
        assert {message.text for message in account.messages} == {TEXT}
        assert len(account.messages) == 8

    def test_polls(self, call, account, login, submit_info):
        """O3-O6, O9, O10."""
        encrypted = {"userCode": account.user_code, "submitInfo": submit_info}
        for operation, parameters in {"GetReportConnect": login, "GetReport2Connect": login, "GetReport2ByEncrypt": encrypted}.items():
            batch = call("SendMsg", **login, DesNo=PHONE, Msg=TEXT, customerUuid=operation)
            result = call(operation, **parameters)
            (report,) = records.parse_reports(result, timed=operation != "GetReportConnect")
            assert (report.batch_number, report.customer_uuid, report.status) == (batch, operation, "DELIVRD")
            assert call(operation, **parameters) == ""
        for operation, parameters in {"GetMoConnect": login, "GetMo2Connect": login, "GetMo2ByEncrypt": encrypted}.items():
            account.reply(PHONE, "收到")
            (reply,) = records.parse_replies(call(operation, **parameters), with_sender=operation == "GetMo2Connect")
            assert (reply.phone, reply.text) == (PHONE, "收到")
            assert abs((reply.time - account.clock.now()).total_seconds()) < 60

    def test_balance_and_failures(self, call, account, login):
        """O1, S5: a failure is a result, no fault."""
        assert call("GetBalanceConnect", **login) == "10000"
        assert call("GetBalanceConnect", **{**login, "userPass": "wrong"}) == "-3"
        assert call("SendMsg", **login, DesNo="19900000054", Msg=TEXT) == "-54"
        assert call("GetMoConnect", userCode="code-25", userPass="any") == "-25"

    @pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
    def test_replay(self, call, account, login, operation):
        """Each operation answers exactly the document's own sample."""
        account.configure(replay=True)
        parameters = {p.name: {"smsType": 101}.get(p.name, "x") for p in operation.parameters} | {
            name: value for name, value in login.items() if name in operation.required
        }
        if operation.submit_info:
            parameters["submitInfo"] = encryption.encrypt(encryption.poll_plaintext(account.user_pass), account.user_pass)
        assert call(operation.name, **parameters) == operation.sample_result


@pytest.mark.parametrize(
    ("port", "content_type", "code"), [("triggerSoap", "text/xml", "Client"), ("triggerSoap12", "application/soap+xml", "Sender")],
)
def test_a_wrong_operation_is_a_fault_that_zeep_understands(mock, port, content_type, code):
    """S5."""
    client = zeep.Client(mock.url + WSDL)
    service = client.bind("trigger", port)
    envelope = client.create_message(service, "SendMsg", userCode="u")
    envelope[0][0].tag = "{http://tempuri.org/}NoSuchOperation"
    response = client.transport.post_xml(service._binding_options["address"], envelope, {"Content-Type": content_type})
    with pytest.raises(zeep.exceptions.Fault) as caught:
        service._binding.process_reply(client, service._binding.get("SendMsg"), response)
    assert caught.value.code.split(":")[1] == code
