"""The operations against the document, retyped from its tables and samples."""

from __future__ import annotations

from datetime import datetime

import pytest

from winnerlook import operations
from winnerlook.china_time import CHINA
from winnerlook.codes import failure_value
from winnerlook.operations import Result
from winnerlook.records import Reply, Report, parse_replies, parse_reports

# Name, parameters in order with ? behind what is not mandatory, result, the sample's result string.
DOCUMENT = {
    "O1": ("GetBalanceConnect", "userCode userPass", Result.BALANCE, "100"),
    "O2": (
        "SendMsg", "userCode userPass DesNo Msg autograph? customerUuid? smsType?", Result.BATCH_NUMBER, "2200001476358475197",
    ),
    "O3": (
        "GetMoConnect", "userCode userPass", Result.REPLIES,
        "13816025285|,|宋超测试的 MO 信息! 123456789|,|2016/10/13 13:51:08|,|yj001",
    ),
    "O4": (
        "GetMo2Connect", "userCode userPass", Result.SENDER_REPLIES,
        "13816025285|,|宋超测试的 MO 信息! 12345|,|2016/10/13 13:51:08|,|106911378882931|,|yj001",
    ),
    "O5": (
        "GetReportConnect", "userCode userPass batchNumber?", Result.REPORTS, "2314357620085030624,139000000000,DELIVRD,yj001|",
    ),
    "O6": (
        "GetReport2Connect", "userCode userPass", Result.TIMED_REPORTS,
        "2314357620085030624,13900000000,2014/06/10 15:34:11, DELIVRD,yj001|",
    ),
    "O7": ("SendBatchMsg", "userCode userPass DesNo Msg autograph? smsType?", Result.BATCH_NUMBER, "2200001476358475198"),
    "O8": ("sendMsgByEncrypt", "userCode submitInfo autograph?", Result.BATCH_NUMBER, "2200001476358475198"),
    "O9": (
        "GetReport2ByEncrypt", "userCode submitInfo", Result.TIMED_REPORTS,
        "2314357620085030624,13900000000,2014/06/10 15:34:11, DELIVRD,yj001|",
    ),
    "O10": (
        "GetMo2ByEncrypt", "userCode submitInfo", Result.REPLIES,
        "13816025285|,|宋超测试的 MO 信息! 123456789|,|2016/10/13 13:51:08|,|yj001",
    ),
    "O11": (
        "sendMsgExt", "userCode userPass DesNo Msg autograph? ExeNo? customerUuid? smsType?", Result.BATCH_NUMBER, "2200001476358475197",
    ),
    "O12": ("SendIndividualMsg", "userCode userPass Msg smsType? customerUuid?", Result.BATCH_NUMBER, "2200001476358475197"),
}


def listed(parameters: tuple[operations.Parameter, ...]) -> str:
    return " ".join(p.name if p.required else p.name + "?" for p in parameters)


@pytest.mark.parametrize("fact", DOCUMENT)
def test_an_operation_is_the_documents(fact: str) -> None:
    """O1-O12: name with its capitals, parameters with their order, which are mandatory, what the result is, the sample answer."""
    name, parameters, result, sample = DOCUMENT[fact]
    operation = operations.BY_NAME[name]
    assert operation.fact == fact
    assert listed(operation.parameters) == parameters
    assert operation.required == tuple(p for p in parameters.split() if not p.endswith("?"))
    assert operation.result is result
    assert operation.sample_result == sample
    assert failure_value(sample) is None


def test_the_operations_are_whole_and_in_order() -> None:
    """O1-O12: the document's twelve, in its order."""
    assert [operation.name for operation in operations.ALL] == [name for name, *_ in DOCUMENT.values()]
    assert list(operations.BY_NAME.values()) == list(operations.ALL)


def test_only_sms_types_are_numbers() -> None:
    """O2, O7, O11, O12: smsType is an Integer, 101 by default; whatever else there is is a string."""
    numbers = {(o.name, p.name) for o in operations.ALL for p in o.parameters if p.type is int}
    assert numbers == {(name, "smsType") for name in ("SendMsg", "SendBatchMsg", "sendMsgExt", "SendIndividualMsg")}
    assert operations.DEFAULT_SMS_TYPE == 101


def test_what_is_inside_the_encrypted_parameter() -> None:
    """O8-O10, E2: a send carries four or five fields, a poll the password alone; the rest have no such parameter."""
    inside = {operation.name: listed(operation.submit_info) for operation in operations.ALL if operation.submit_info}
    assert inside == {
        "sendMsgByEncrypt": "userPass DesNo Msg smsType? Channel?",
        "GetReport2ByEncrypt": "userPass",
        "GetMo2ByEncrypt": "userPass",
    }
    assert {o.name for o in operations.ALL if "submitInfo" in o.required} == set(inside)


def test_what_sends_and_what_takes_out() -> None:
    """O1-O12, R1: five operations send, six hand records out once, the balance does neither."""
    assert {o.fact for o in operations.ALL if o.sends} == {"O2", "O7", "O8", "O11", "O12"}
    assert {o.fact for o in operations.ALL if o.polls} == {"O3", "O4", "O5", "O6", "O9", "O10"}


def test_how_many_recipients_one_call_takes() -> None:
    """R3, R4, R5: one number, fifty numbers, fifty messages; what does not send takes none."""
    limits = {o.fact: o.max_recipients for o in operations.ALL if o.max_recipients}
    assert limits == {"O2": 1, "O8": 1, "O11": 1, "O7": 50, "O12": 50}


def test_the_other_bounds_that_code_19_names() -> None:
    """R6: 500 for individual texts, 1000 for one text; single sends have no other bound."""
    assert {o.fact: o.code_19_bound for o in operations.ALL if o.sends} == {"O2": 1, "O8": 1, "O11": 1, "O7": 1000, "O12": 500}


def test_lengths() -> None:
    """R7, R8: 60 characters of customerUuid, 16 digits of ExeNo."""
    assert operations.MAX_CUSTOMER_UUID == 60
    assert operations.MAX_EXTENSION_DIGITS == 16


def test_addresses() -> None:
    """A1-A5, S1"""
    assert operations.HTTP_BASE == "http://118.178.116.15"
    assert operations.HTTPS_BASE == "https://118.178.116.15:8443"
    assert operations.HTTP_BASE + operations.SOAP_PATH + "?wsdl" == "http://118.178.116.15/winnerrxd/api/ws/trigger?wsdl"
    assert operations.NAMESPACE == "http://tempuri.org/"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("GetBalanceConnect", "/winnerrxd/api/trigger/GetBalanceConnect"),
        ("SendMsg", "/winnerrxd/api/trigger/SendMsg"),
        ("GetMoConnect", "/winnerrxd/api/trigger/GetMoConnect"),
        ("GetMo2Connect", "/winnerrxd/api/trigger/GetMo2Connect"),
        ("GetReportConnect", "/winnerrxd/api/trigger/GetReportConnect"),
        ("GetReport2Connect", "/winnerrxd/api/trigger/GetReport2Connect"),
        ("SendBatchMsg", "/winnerrxd/api/trigger/SendBatchMsg"),
        ("sendMsgByEncrypt", "/winnerrxd/api/trigger/sendMsgByEncrypt"),
        ("GetReport2ByEncrypt", "/winnerrxd/api/trigger/GetReport2ByEncrypt"),
        ("GetMo2ByEncrypt", "/winnerrxd/api/trigger/GetMo2ByEncrypt"),
        ("sendMsgExt", "/winnerrxd/api/trigger/sendMsgExt"),
        ("SendIndividualMsg", "/winnerrxd/api/trigger/SendIndividualMsg"),
    ],
)
def test_plain_addresses(name: str, path: str) -> None:
    """A5: the document's list of commands."""
    assert operations.BY_NAME[name].plain_path == path


def test_soap_actions() -> None:
    """S2: as in the document's SOAP 1.1 sample."""
    assert operations.BY_NAME["SendMsg"].soap_action == "http://tempuri.org/SendMsg"
    assert operations.BY_NAME["sendMsgExt"].soap_action == "http://tempuri.org/sendMsgExt"


SAMPLE_TIME = datetime(2016, 10, 13, 13, 51, 8, tzinfo=CHINA)


@pytest.mark.parametrize("operation", [o for o in operations.ALL if o.polls], ids=lambda o: o.name)
def test_the_samples_can_be_read(operation: operations.Operation) -> None:
    """O3, O4, O5, O6, O9, O10, R14: the sample of each poll is one record of its own kind; the number of O5's has 12 digits."""
    sample = operation.sample_result
    match operation.result:
        case Result.REPORTS:
            assert parse_reports(sample, timed=False) == (Report("2314357620085030624", "139000000000", "DELIVRD", "yj001"),)
        case Result.TIMED_REPORTS:
            time = datetime(2014, 6, 10, 15, 34, 11, tzinfo=CHINA)
            assert parse_reports(sample, timed=True) == (Report("2314357620085030624", "13900000000", "DELIVRD", "yj001", time),)
        case Result.REPLIES:
            assert parse_replies(sample, with_sender=False) == (
                Reply("13816025285", "宋超测试的 MO 信息! 123456789", SAMPLE_TIME, "yj001"),
            )
        case Result.SENDER_REPLIES:
            assert parse_replies(sample, with_sender=True) == (
                Reply("13816025285", "宋超测试的 MO 信息! 12345", SAMPLE_TIME, "yj001", "106911378882931"),
            )


@pytest.mark.parametrize("operation", [o for o in operations.ALL if o.sends], ids=lambda o: o.name)
def test_the_sample_batch_numbers_pass_what_a_float_holds(operation: operations.Operation) -> None:
    """R12: 19 digits beyond 2^53, the last 13 of them the milliseconds of 2016-10-13; so they stay strings."""
    sample = operation.sample_result
    assert isinstance(sample, str)
    assert len(sample) == 19
    assert str(int(float(sample))) != sample
    assert datetime.fromtimestamp(int(sample[-13:]) // 1000, CHINA).date().isoformat() == "2016-10-13"
