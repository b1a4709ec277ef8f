"""The verbs against the mock: every operation, typed results, splitting, and what is left when a part fails."""

from __future__ import annotations

import copy
import gc
import pickle
import threading
from decimal import Decimal

import pytest

from tests.client.raw_server import RawServer, envelope, read_request, reset
from winnerlook import (
    BalanceError,
    BulkSendError,
    Certainty,
    Client,
    ConfigurationError,
    InvalidRequestError,
    NumberRefusedError,
    Sent,
    Separators,
)
from winnerlook.operations import ALL, BY_NAME

PHONE = "13900000000"
TEXT = "您的验证码是:2345【测试】"


def numbers(count: int) -> list[str]:
    return [f"139{n:08}" for n in range(count)]


def test_balance(sms, account):
    """O1."""
    account.balance = "12.50"
    assert sms.balance() == Decimal("12.5")


def test_send(sms, account):
    """O2: all parameters arrive, and the receipt carries the batch number of the message."""
    sent = sms.send(PHONE, TEXT, customer_uuid="order-42", sms_type=101, autograph="")
    (message,) = account.messages
    assert sent == Sent(message.batch_number, "SendMsg", (PHONE,), "order-42")
    assert sent.certainty is Certainty.ACCEPTED
    assert (message.phone, message.text, message.customer_uuid, message.operation) == (PHONE, TEXT, "order-42", "SendMsg")


def test_send_with_an_extension(sms, account):
    """O11."""
    sms.send(PHONE, TEXT, extension="42", customer_uuid="u")
    (message,) = account.messages
    assert (message.operation, message.extension, message.customer_uuid) == ("sendMsgExt", "42", "u")


def test_send_encrypted(sms, account):
    """O8, E1, E4."""
    sent = sms.send(PHONE, "a&smsType=1=【测试】", encrypted=True)
    (message,) = account.messages
    assert (message.operation, message.text) == ("sendMsgByEncrypt", "a&smsType=1=【测试】")
    assert sent.phones == (PHONE,)


@pytest.mark.parametrize("option", [{"extension": "1"}, {"customer_uuid": "u"}])
def test_encrypted_takes_no_extension_and_no_uuid(sms, account, option):
    with pytest.raises(InvalidRequestError):
        sms.send(PHONE, TEXT, encrypted=True, **option)
    assert account.messages == ()


@pytest.mark.parametrize(("count", "calls"), [(1, [1]), (50, [50]), (51, [50, 1]), (120, [50, 50, 20])])
def test_send_many_is_split_by_50(sms, account, count, calls):
    """O7, R4, R6."""
    receipts = sms.send_many(iter(numbers(count)), TEXT)
    assert [len(sent.phones) for sent in receipts] == calls
    assert [message.phone for message in account.messages] == numbers(count)
    assert len({message.batch_number for message in account.messages}) == len(calls)
    assert not any(entry.notes for entry in account.journal)


def test_send_each_is_split_by_50(sms, account):
    """O12, R5, F4."""
    pairs = [(number, f"第{n}条|,-~【测试】") for n, number in enumerate(numbers(51))]
    receipts = sms.send_each(pairs, customer_uuid="u")
    assert [len(sent.phones) for sent in receipts] == [50, 1]
    assert [(message.phone, message.text, message.customer_uuid) for message in account.messages] == [(*pair, "u") for pair in pairs]


def test_send_each_with_other_separators(mock, account):
    """F4: the mock takes ``|~|`` for both."""
    with Client(account.user_code, account.user_pass, endpoint=mock.url, separators=Separators("|~|", "|~|")) as sms:
        sms.send_each([(PHONE, "甲|-|甲"), ("13900000001", "乙")])
    assert [message.text for message in account.messages] == ["甲|-|甲", "乙"]


def test_a_refused_number_does_not_stop_the_rest(sms, account):
    """What was accepted and what failed is all there."""
    everyone = numbers(120)
    everyone[60] = "19900000020"
    with pytest.raises(BulkSendError) as caught:
        sms.send_many(everyone, TEXT)
    error = caught.value
    assert [len(sent.phones) for sent in error.sent] == [50, 20]
    ((failed, cause),) = error.failures
    assert failed == tuple(everyone[50:100])
    assert isinstance(cause, NumberRefusedError)
    assert error.not_attempted == ()
    assert (error.code, error.certainty) == (-20, Certainty.REJECTED)
    assert error.__cause__ is cause
    assert [message.phone for message in account.messages] == everyone[:50] + everyone[100:]


def test_a_failure_that_would_meet_all_stops(sms, account):
    account.balance = 50
    with pytest.raises(BulkSendError) as caught:
        sms.send_many(numbers(120), TEXT)
    error = caught.value
    assert len(error.sent) == 1
    assert isinstance(error.failures[0][1], BalanceError)
    assert list(error.not_attempted) == numbers(120)[100:]
    assert len(account.messages) == 50


def test_an_unknown_outcome_stops_and_is_told():
    """A send that may have been done is never followed by more of the same."""

    def behaviour(connection):
        read_request(connection)
        connection.sendall(envelope("SendBatchMsg", "2200001476358475197"))
        read_request(connection)
        reset(connection)

    with RawServer(behaviour) as server, Client("u", "p", endpoint=server.url) as sms, pytest.raises(BulkSendError) as caught:
        sms.send_many(numbers(150), TEXT)
    error = caught.value
    assert error.certainty is Certainty.UNKNOWN
    assert [len(error.sent), len(error.failures), len(error.not_attempted)] == [1, 1, 50]
    assert numbers(1)[0] not in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert (again.sent, again.not_attempted, str(again)) == (error.sent, error.not_attempted, str(error))
    assert copy.copy(error).certainty is Certainty.UNKNOWN


@pytest.mark.parametrize("bad", [[*numbers(70), "12"], [], "13900000000", [*numbers(50), ""]])
def test_nothing_is_sent_when_anything_is_wrong(sms, account, bad):
    with pytest.raises(InvalidRequestError) as caught:
        sms.send_many(bad, TEXT)
    assert caught.value.certainty is Certainty.NOT_SENT
    assert account.journal == []


@pytest.mark.parametrize(
    "call",
    [
        lambda sms: sms.send_many([None], TEXT), lambda sms: sms.send_many([13900000000], TEXT), lambda sms: sms.send_each([(PHONE, None)]),
        lambda sms: sms.send_each([(PHONE,)]), lambda sms: sms.send_each({PHONE: TEXT}), lambda sms: sms.send_each([(1, TEXT)]),
        lambda sms: sms.send_each([(PHONE, "a|~|b")]), lambda sms: sms.send(PHONE, None),
    ],
)
def test_what_is_no_recipient_is_refused(sms, account, call):
    with pytest.raises(InvalidRequestError):
        call(sms)
    assert account.journal == []


@pytest.mark.parametrize("encrypted", [False, True])
def test_reports_are_polled_until_there_are_none(sms, account, encrypted):
    """O6, O9, R1: 1 100 of them come in three polls, each once."""
    for start in range(0, 1100, 50):
        sms.send_many(numbers(1100)[start : start + 50], TEXT)
    reports = list(sms.reports(encrypted=encrypted))
    assert sorted(report.phone for report in reports) == numbers(1100)
    assert all(report.delivered and report.time is not None for report in reports)
    assert {report.batch_number for report in reports} == {message.batch_number for message in account.messages}
    assert list(sms.reports(encrypted=encrypted)) == []


def test_records_that_were_polled_and_not_taken_are_kept(sms):
    """The gateway hands a report out once; leaving the loop early loses none."""
    sms.send_many(numbers(3), TEXT)
    for report in sms.reports():
        assert report.phone == numbers(3)[0]
        break
    assert [report.phone for report in sms.reports(encrypted=True)] == numbers(3)[1:]


def test_a_gateway_that_repeats_itself_is_not_polled_for_ever(sms, account, caplog):
    """The replay setting gives the document's sample each time."""
    account.configure(replay=True)
    for _ in range(2):
        assert [report.customer_uuid for report in sms.reports()] == ["yj001", "yj001"]
    assert "the same 1 records twice" in caplog.text


def test_equal_records_in_two_polls_are_both_handed_on():
    """Times are whole seconds: a person may type the same twice, and each is handed out once."""
    same = envelope("GetMo2Connect", "13900000000|,|Y|,|2016/10/13 13:51:08|,|1069|,|u")
    answers = iter([same, same])

    def behaviour(connection):
        while read_request(connection):
            connection.sendall(next(answers))

    with RawServer(behaviour) as server, Client("u", "p", endpoint=server.url) as sms:
        assert [reply.text for reply in sms.replies()] == ["Y", "Y"]


def test_an_interruption_tells_what_had_been_accepted(mock, account, monkeypatch):
    """Ctrl-C in the midst of a long send loses no receipt."""
    with Client(account.user_code, account.user_pass, endpoint=mock.url) as sms:
        exchange, calls = sms._transport.exchange, []

        def interrupted(request):
            calls.append(request)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return exchange(request)

        monkeypatch.setattr(sms._transport, "exchange", interrupted)
        with pytest.raises(KeyboardInterrupt) as caught:
            sms.send_many(numbers(120), TEXT)
    (note,) = caught.value.__notes__
    assert account.messages[0].batch_number in note


@pytest.mark.parametrize("encrypted", [False, True])
def test_replies(sms, account, encrypted):
    """O4, O10: the encrypted form lacks the sending number."""
    sms.send(PHONE, TEXT, extension="7", customer_uuid="order-42")
    account.reply(PHONE, "收到|,|好,的|;|\n谢谢")
    (reply,) = sms.replies(encrypted=encrypted)
    assert (reply.phone, reply.text, reply.customer_uuid) == (PHONE, "收到|,|好,的|;|\n谢谢", "order-42")
    assert reply.sent_from == (None if encrypted else "1069113788829317")
    assert list(sms.replies(encrypted=encrypted)) == []


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
def test_call_takes_every_operation_by_its_documented_name(sms, account, operation):
    """O1-O12."""
    account.configure(replay=True)
    parameters = {
        "SendIndividualMsg": {"Msg": f"{PHONE}|~|甲|-|13900000001|~|乙"},
    }.get(operation.name, {"DesNo": PHONE, "Msg": TEXT} if operation.sends else {})
    result = sms.call(operation.name, **parameters)
    if operation.sends:
        assert result.batch_number == operation.sample_result
    elif operation.polls:
        assert result[0].customer_uuid == "yj001"
    else:
        assert result == Decimal(100)


def test_call_takes_a_ready_submit_info(sms, account):
    """O8: what the caller encrypted travels as it is."""
    from winnerlook import encryption

    ready = encryption.encrypt(encryption.send_plaintext(account.user_pass, PHONE, TEXT, 101), account.user_pass)
    assert sms.call("sendMsgByEncrypt", submitInfo=ready).phones == ()
    assert account.messages[0].text == TEXT


def test_call_keeps_no_records(sms):
    sms.send(PHONE, TEXT)
    assert len(sms.call("GetReportConnect", batchNumber="")) == 1
    assert list(sms.reports()) == []


def test_other_credentials_may_be_passed(sms, mock):
    other = mock.account(balance=7)
    assert sms.call("GetBalanceConnect", userCode=other.user_code, userPass=other.user_pass) == Decimal(7)


def test_one_client_serves_many_threads(mock):
    """16 threads × 500 calls: every answer belongs to its request."""
    account = mock.account(balance=10_000)
    receipts: dict[str, str] = {}
    failures: list[BaseException] = []

    def work(thread: int) -> None:
        try:
            for call in range(500):
                uuid = f"{thread}-{call}"
                receipts[uuid] = sms.send(PHONE, TEXT, customer_uuid=uuid).batch_number
        except BaseException as error:
            failures.append(error)

    with Client(account.user_code, account.user_pass, endpoint=mock.url) as sms:
        threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    assert len(receipts) == 8000
    assert receipts == {message.customer_uuid: message.batch_number for message in account.messages}


def test_a_client_leaves_nothing_open(mock, account, recwarn):
    with Client(account.user_code, account.user_pass, endpoint=mock.url) as sms:
        sms.balance()
    del sms
    gc.collect()
    assert [warning for warning in recwarn if warning.category is ResourceWarning] == []


def test_repr_shows_no_password(mock):
    """L2."""
    with Client("user", "secret-tag", endpoint=mock.url) as sms:
        assert "secret-tag" not in repr(sms)
        assert mock.url in repr(sms)


@pytest.mark.parametrize(
    "arguments",
    [
        {"user_code": "u", "user_pass": "p"},
        {"user_code": "u", "endpoint": "http://127.0.0.1:1"},
        {"user_pass": "p", "endpoint": "http://127.0.0.1:1"},
        {"user_code": "u", "user_pass": "p", "endpoint": "http://127.0.0.1:1", "binding": "soap13"},
        {"user_code": "u", "user_pass": "p", "endpoint": "http://127.0.0.1:1", "read_timeout": 0},
        {"user_code": "u", "user_pass": "p\ud800", "endpoint": "http://127.0.0.1:1"},
        {"user_code": "u", "user_pass": b"p", "endpoint": "http://127.0.0.1:1"},
        {"user_code": 5, "user_pass": "p", "endpoint": "http://127.0.0.1:1"},
    ],
)
def test_a_client_that_lacks_a_setting_says_which(arguments):
    with pytest.raises(ConfigurationError) as caught:
        Client(**arguments)
    assert caught.value.certainty is Certainty.NOT_SENT


def test_every_operation_is_reached_by_some_verb():
    """The document's names, so that a verb that vanishes is noticed."""
    verbs = {
        "GetBalanceConnect", "SendMsg", "sendMsgByEncrypt", "sendMsgExt", "SendBatchMsg", "SendIndividualMsg", "GetReport2Connect",
        "GetReport2ByEncrypt", "GetMo2Connect", "GetMo2ByEncrypt",
    }
    assert set(BY_NAME) - verbs == {"GetMoConnect", "GetReportConnect"}


def test_a_client_says_which_account_it_works_for(sms, account):
    assert sms.user_code == account.user_code
