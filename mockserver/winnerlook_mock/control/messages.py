"""Messages, reports and replies over HTTP."""

from __future__ import annotations

from typing import Any

from winnerlook_mock.control.asking import Asked, Route
from winnerlook_mock.control.reading import (
    ACCOUNT_QUERY,
    PAGING,
    Q,
    account_in_body,
    accounts_of,
    lookups,
    page,
    searches,
    values,
)
from winnerlook_mock.control.schemas import COUNT, NUMBER, PHONE, STATUS, closed, many, named, page_of, text
from winnerlook_mock.views import message_view, reply_view, report_view

FILTERS = {"q": Q, "account": ACCOUNT_QUERY, "to": text("the recipient's number"), "batch": text("batch number")}
WHERE = {"number": NUMBER}
DELETED = closed("How many there were.", deleted=COUNT)
_WAITING = {"account": ACCOUNT_QUERY}


def _list(asked: Asked) -> Any:
    wanted = {**asked.query, "limit": asked.query["limit"] + 1}
    with searches():
        found = asked.mock.search(**wanted)
    return page("messages", [message_view(*one) for one in found], asked.query["limit"])


def _get(asked: Asked) -> Any:
    with lookups():
        return message_view(*asked.mock.message(asked.path["number"]))


def _delete(asked: Asked) -> Any:
    with searches():
        return {"deleted": asked.mock.delete_messages(**asked.query)}


def _delete_one(asked: Asked) -> None:
    with lookups():
        asked.mock.delete_message(asked.path["number"])


def _report(asked: Asked) -> Any:
    with lookups():
        user_code, message = asked.mock.message(asked.path["number"])
        account = asked.mock.find(user_code)
    return report_view(account.report(message, asked.body["status"]))


def _reports(asked: Asked) -> Any:
    waiting = [(account.user_code, report) for account in accounts_of(asked) for report in account.waiting_reports]
    return {"reports": [{"account": user_code, "report": report_view(report)} for user_code, report in waiting]}


def _replies(asked: Asked) -> Any:
    waiting = [(account.user_code, reply) for account in accounts_of(asked) for reply in account.waiting_replies]
    return {"replies": [{"account": user_code, "reply": reply_view(reply)} for user_code, reply in waiting]}


def _reply(asked: Asked) -> Any:
    account = account_in_body(asked, asked.body["account"])
    with values(("phone", "text")):
        return reply_view(account.reply(asked.body["phone"], asked.body["text"]))


ROUTES = (
    Route(
        method="GET", path="/messages", name="listMessages", summary="The SMS that were accepted, newest first.", act=_list,
        query={**FILTERS, **PAGING}, answer=page_of("messages", "Message"),
        python=("MockServer.search", "MockServer.messages", "MockAccount.messages", "MockAccount.held"),
    ),
    Route(
        method="DELETE", path="/messages", name="deleteMessages", summary="Forget the SMS that fit; all of them without anything to fit.",
        act=_delete, query=FILTERS, answer=DELETED, python=("MockServer.delete_messages", "MockAccount.delete_messages"),
    ),
    Route(
        method="GET", path="/messages/{number}", name="getMessage",
        summary="An SMS with its text as it is stored, and what has happened to it.", act=_get, where=WHERE, answer=named("Message"),
        problems=(404,), python=("MockServer.message",),
    ),
    Route(
        method="DELETE", path="/messages/{number}", name="deleteMessage", summary="Forget an SMS.", act=_delete_one, where=WHERE,
        status=204, problems=(404,), python=("MockServer.delete_message",),
    ),
    Route(
        method="POST", path="/messages/{number}/report", name="reportMessage",
        summary="Let a report on an SMS come in now, whatever others there were.", act=_report, where=WHERE, body=closed(status=STATUS),
        answer=named("Report"), problems=(404,), python=("MockAccount.report",),
    ),
    Route(
        method="GET", path="/reports", name="listReports", summary="The reports that wait to be polled, oldest first; they stay.",
        act=_reports, query=_WAITING, answer=closed(reports=many(closed(account=text(), report=named("Report")))), problems=(404,),
        python=("MockAccount.waiting_reports",),
    ),
    Route(
        method="GET", path="/replies", name="listReplies", summary="The replies that wait to be polled, oldest first; they stay.",
        act=_replies, query=_WAITING, answer=closed(replies=many(closed(account=text(), reply=named("Reply")))), problems=(404,),
        python=("MockAccount.waiting_replies",),
    ),
    Route(
        method="POST", path="/replies", name="reply", summary="Answer as a handset: the reply waits to be polled, or is pushed.",
        act=_reply, body=closed(account=text(), phone=PHONE, text=text(maxLength=100_000)), answer=named("Reply"),
        problems=(404,), python=("MockAccount.reply",),
    ),
)
