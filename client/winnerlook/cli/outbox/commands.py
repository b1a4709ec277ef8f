"""The subcommands of ``winnerlook outbox`` and their options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnerlook.cli.outbox import keeping, putting, replying, settling, showing, unmatched, watching, working
from winnerlook.cli.outbox.opening import EXPLAINED, Handler, guarded
from winnerlook.cli.outbox.options import PROFILES, STORE, Option
from winnerlook.cli.usage import Parser

if TYPE_CHECKING:
    from winnerlook.cli.parser import Commands

_ABOUT = "durable sending: messages wait in a database until they were sent, and what became of each is kept"
_NOTES = f"""
Needs pip install 'winnerlook[outbox]'. SQLite is for one machine, PostgreSQL for several. Numbers and texts are masked
unless --reveal is given.

{EXPLAINED}
"""


class _Group:
    """Adds subcommands."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    def add(
        self, name: str, handler: Handler, summary: str, *examples: str, options: tuple[Option, ...] = (), notes: str = "",
        store: bool = True,
    ) -> Parser:
        """One, with its options and those of the store."""
        command = self._commands.add(name, guarded(handler), summary, *(f"outbox {example}" for example in examples), notes=notes)
        for option in (*(STORE if store else ()), *options):
            option.add(command)
        return command


def add_outbox(commands: Commands) -> None:
    """The command and all that is under it."""
    parser, subcommands = commands.group("outbox", _ABOUT, "outbox status --watch", notes=_NOTES)
    for option in STORE:
        option.add(parser)
    group = _Group(subcommands)
    group.add("init", keeping.init, "make the tables, or bring them up to date; safe to run again", "init --database sqlite:///outbox.sqlite")
    _add_sending(group)
    group.add(
        "status", watching.status, "how many messages stand where, what holds accounts up, what needs a person", "status", "status --watch",
        "status --check || mail -s outbox oncall", options=watching.OPTIONS, notes=watching.NOTES,
    )
    _add_settling(group)
    _add_keeping(group)


def _add_sending(group: _Group) -> None:
    put = group.add(
        "put", putting.put, "take a message in, or a file of them", 'put 13900000000 "您的验证码是:2345【测试】" --expires-in 5m',
        "put --file messages.jsonl", options=putting.OPTIONS, notes=putting.NOTES,
    )
    put.add_argument("number", metavar="NUMBER", nargs="?", help="phone number")
    put.add_argument("text", metavar="TEXT", nargs="?", help="text of the SMS; - reads standard input (its last line break is dropped)")
    profiles = (PROFILES,)
    group.add(
        "work", working.work, "send what is due, and poll, until it is stopped", "work", "work --profiles shop,otp --no-poll",
        options=(*profiles, *working.WORKING), notes=working.NOTES,
    )
    group.add("drain", working.drain, "send what is due, once; for cron", "drain --most 1000", options=(*profiles, *working.DRAINING))
    group.add("poll", working.poll, "fetch reports and replies, once", "poll", options=profiles)
    group.add(
        "replies", replying.replies, "what people wrote back: look, or take", "replies --untaken", "replies --take --jsonl replies.jsonl",
        "replies --follow --jsonl replies.jsonl", options=replying.OPTIONS, notes=replying.NOTES,
    )


def _add_settling(group: _Group) -> None:
    group.add(
        "unknown", settling.unknown, "what may have been sent: evidence, cost, and what to do", "unknown", "unknown --json",
        options=settling.LISTING, notes=settling.LIST_NOTES,
    )
    for name, handler, summary, example, options in (
        ("hold", settling.hold, "stop the resend of messages in doubt", 'hold ID --reason "they answered"', settling.SETTLING),
        ("resend", settling.resend, "send again what is in doubt or was not sent", 'resend ID --reason "they called" --yes',
         settling.RESENDING),
        ("cancel", settling.cancel, "take messages out of the queue", 'cancel ID --reason "sent by mail"', settling.SETTLING),
    ):
        group.add(name, handler, summary, example, options=options).add_argument("ids", metavar="ID", nargs="+", help="ids of messages")
    mark = group.add(
        "mark", settling.mark, "settle messages in doubt by your word", 'mark not-sent ID --reason "the vendor says so"',
        options=settling.SETTLING,
    )
    mark.add_argument("outcome", metavar="sent|not-sent", help="what became of them")
    mark.add_argument("ids", metavar="ID", nargs="+", help="ids of messages")
    show = group.add(
        "show", showing.show, "a message from its beginning: attempts, evidence, records, log", "show ID", options=showing.SHOWING,
    )
    show.add_argument("id", metavar="ID", help="id of a message")
    find = group.add(
        "find", showing.find, "messages to a number, or of a reference or key", "find 13900000000", "find - < number.txt",
        "find --reference order-42", options=showing.FINDING,
    )
    find.add_argument("number", metavar="NUMBER", nargs="?", help="phone number, with or without country code; - reads standard input")
    group.add(
        "unmatched", unmatched.unmatched, "reports of no message here", "unmatched", "unmatched --since 2026-01-01 --json",
        options=unmatched.OPTIONS, notes=unmatched.NOTES,
    )


def _add_keeping(group: _Group) -> None:
    resume = group.add("resume", keeping.resume, "let an account send again that was stopped", "resume shop")
    limit = group.add("limit", keeping.limit, "messages a second of an account, by all workers", "limit shop 20", "limit shop none")
    for command in (resume, limit):
        command.add_argument("name", metavar="ACCOUNT", help="login name")
    limit.add_argument("per_second", metavar="PER_SECOND", help="a number above 0, or none")
    group.add("replay", keeping.replay, "read answers again that could not be read", "replay")
    export = group.add(
        "export", keeping.export, "write an archive of messages, records and log", "export archive-2026-05.jsonl.gz --until 2026-06-01",
        options=keeping.EXPORTING, notes=keeping.EXPORT_NOTES,
    )
    export.add_argument("file", metavar="FILE", help="new file, or - for standard output")
    group.add(
        "prune", keeping.prune, "delete what is older than six months and in an archive", "prune --archive archive.jsonl.gz",
        options=keeping.PRUNING, notes=keeping.PRUNE_NOTES,
    )
    group.add(
        "verify", keeping.verify, "check that the log was not changed", "verify", "verify --archive a.jsonl.gz", options=keeping.VERIFYING,
    )
    group.add("new-key", keeping.new_key, "print a new key for encryption at rest", "new-key > key; chmod 600 key", store=False)
    group.add("encrypt", keeping.encrypt, "encrypt what was stored without a key, or with an older one", "encrypt --key-file keys")
