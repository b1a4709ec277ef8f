"""The command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from winnerlook._version import __version__
from winnerlook.cli import calling, doctor, listing, polling, sending
from winnerlook.cli.exits import EXPLAINED
from winnerlook.cli.invocation import Invocation, flag
from winnerlook.cli.outbox.commands import add_outbox
from winnerlook.cli.receiving import add_receive
from winnerlook.cli.usage import Parser
from winnerlook.config import DEFAULT_FILE, PREFIX, SETTINGS, Setting
from winnerlook.operations import DEFAULT_SMS_TYPE

_ABOUT = "Send SMS and fetch their reports and replies through the Winnerlook gateway's trigger interface."
_TEXT = "text of the SMS; - reads standard input (its last line break is dropped)"
_VISIBLE = "; other users of this machine can see it while the command runs: --user-pass-file or the environment is better"

Handler = Callable[[Invocation], int]


def build() -> Parser:
    """The parser. The namespace it gives holds `run`, the command's handler; options that were not given are absent from it."""
    common = _common()
    parser = Parser(
        prog="winnerlook", description=_ABOUT, epilog=f"example:\n  winnerlook --endpoint http://127.0.0.1:8118 balance\n\n{EXPLAINED}",
        formatter_class=argparse.RawDescriptionHelpFormatter, parents=[common], allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"winnerlook {__version__}")
    commands = Commands(parser, common)
    add = commands.add
    add("balance", sending.balance, "what is left on the account; the gateway answers once in 5 s", "balance", "balance --json")
    _add_sends(add)
    _add_polls(add)
    add_receive(add)
    call = add(
        "call", calling.call, "call any of the twelve operations by its documented name",
        "call GetReportConnect batchNumber=", 'call sendMsgExt DesNo=13900000000 "Msg=您的验证码是:2345【测试】" ExeNo=01',
        notes=f"\noperations and their parameters (userCode and userPass come from the settings):\n{calling.listing()}\n",
    )
    call.add_argument("operation", metavar="OPERATION", help="documented name, in the document's own capitals")
    call.add_argument("parameters", metavar="NAME=VALUE", nargs="*", help="documented parameters; a value of - reads standard input")
    add("codes", listing.codes, "the 28 documented failure codes and what they mean", "codes", "codes --json")
    add(
        "doctor", doctor.doctor, "check settings, connection and WSDL; sends nothing, calls no operation", "doctor",
        "--profile test doctor --json",
    )
    add_outbox(commands)
    return parser


class Commands:
    """The commands of a parser, each with the settings."""

    def __init__(self, parser: Parser, common: Parser, dest: str = "command") -> None:
        self._common, self._codes = common, f"exit codes: see {parser.prog} --help"
        self._commands = parser.add_subparsers(
            title="commands", dest=dest, metavar="COMMAND", required=True, parser_class=Parser,
            help=f"{parser.prog} COMMAND --help tells more",
        )

    def add(self, name: str, handler: Handler, summary: str, *examples: str, notes: str = "") -> Parser:
        """One more."""
        command = self._added(name, summary, examples, notes, self._codes)
        command.set_defaults(run=handler)
        return command

    def group(self, name: str, summary: str, *examples: str, notes: str = "") -> tuple[Parser, Commands]:
        """One that has commands of its own."""
        parser = self._added(name, summary, examples, notes, "")
        return parser, Commands(parser, self._common, "subcommand")

    def _added(self, name: str, summary: str, examples: Sequence[str], notes: str, last: str) -> Parser:
        epilog = "\n".join(["examples:", *(f"  winnerlook {example}" for example in examples), notes, last])
        return self._commands.add_parser(
            name, help=summary, description=summary, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter,
            parents=[self._common], allow_abbrev=False,
        )


def _add_sends(add: Callable[..., Parser]) -> None:
    send = add(
        "send", sending.send, "send one SMS",
        'send 13900000000 "您的验证码是:2345【测试】" --uuid order-42', "send 13900000000 - < text.txt",
    )
    send.add_argument("number", metavar="NUMBER", help="phone number")
    send.add_argument("text", metavar="TEXT", help=_TEXT)
    _add_send_options(send, uuid=True, autograph=True)
    send.add_argument("--extension", metavar="DIGITS", help="extension of the sending number, 1-16 digits (sendMsgExt) [default: none]")
    send.add_argument("--encrypted", action="store_true", help="send it encrypted (sendMsgByEncrypt) [default: no]")
    many = add(
        "send-many", sending.send_many, "send one text to many numbers, 50 a call", 'send-many "同一内容【测试】" 13900000000 13900000001',
        'send-many "同一内容【测试】" --numbers-from numbers.txt',
    )
    many.add_argument("text", metavar="TEXT", help=_TEXT)
    many.add_argument("numbers", metavar="NUMBER", nargs="*", help="phone numbers")
    many.add_argument(
        "--numbers-from", metavar="FILE", help="more numbers: a line each, or separated by commas; - is standard input [default: none]",
    )
    _add_send_options(many, uuid=False, autograph=True)
    each = add(
        "send-each", sending.send_each, "send a text of its own to each number, 50 a call",
        'send-each "13900000000=甲【测试】" "13900000001=乙【测试】"', "send-each --from texts.csv",
        notes='\nFILE holds JSON lines, {"number": "13900000000", "text": "甲【测试】"},\n'
        "or CSV, number,text (UTF-8; a heading line is skipped).\n",
    )
    each.add_argument("pairs", metavar="NUMBER=TEXT", nargs="*", help="phone numbers with their texts")
    each.add_argument("--from", dest="source", metavar="FILE", help="more pairs; - is standard input [default: none]")
    _add_send_options(each, uuid=True, autograph=False)


def _add_polls(add: Callable[..., Parser]) -> None:
    for name, handler in (("reports", polling.reports), ("replies", polling.replies)):
        command = add(
            name, handler, f"fetch the {'delivery reports' if name == 'reports' else name} that were not fetched before",
            name, f"{name} --json >> {name}.jsonl", f"{name} --follow",
            notes="\nThe gateway hands each record out once. With --json each is a line of its own. What cannot be read\n"
            "or printed is saved to a file in the current directory, whose name is told.\n"
            "Ctrl-C, SIGTERM or a hangup ends --follow when the poll under way is done, with exit code 0;\n"
            "a second one ends it at once.\n",
        )
        command.add_argument("--encrypted", action="store_true", help="ask for them with an encrypted password [default: no]")
        command.add_argument("--follow", action="store_true", help="go on: ask again and again, like tail -f [default: no]")
        command.add_argument(
            "--interval", metavar="SECONDS", type=float,
            help="wait of --follow between polls; grows to 60 while nothing comes [default: 5]",
        )


def _add_send_options(command: Parser, *, uuid: bool, autograph: bool) -> None:
    if uuid:
        command.add_argument("--uuid", metavar="ID", help="your own id, at most 60 characters, comes back in reports [default: none]")
    command.add_argument(
        "--sms-type", metavar="N", help=f"kind of SMS [default: left to the gateway, which takes it for {DEFAULT_SMS_TYPE}]",
    )
    if autograph:
        command.add_argument("--autograph", metavar="N", help="signature number [default: none]")


def _common() -> Parser:
    """Options that may stand before and after the command."""
    common = Parser(add_help=False, argument_default=argparse.SUPPRESS, allow_abbrev=False)
    group = common.add_argument_group(
        "settings", "A flag goes before the environment variable in brackets, that before the configuration file.",
    )
    for setting in SETTINGS:
        _add_setting(group, setting)
        if setting.name == "user_pass":
            group.add_argument(
                "--user-pass-file", metavar="FILE",
                help=f"file that holds the password; - is standard input [{PREFIX}USER_PASS_FILE; no default]",
            )
    group.add_argument("--config", metavar="FILE", help=f"configuration file, TOML [{PREFIX}CONFIG; default: {DEFAULT_FILE}]")
    group.add_argument("--profile", metavar="NAME", help=f"profile in the configuration file [{PREFIX}PROFILE; default: none]")
    common.add_argument("--json", action="store_true", help=f"print JSON, errors included [{PREFIX}JSON=1; default: text for people]")
    return common


def _add_setting(group: argparse._ArgumentGroup, setting: Setting) -> None:
    default = "no default" if setting.default is None else f"default: {str(setting.default).lower() or 'none'}"
    meaning = (setting.meaning + (_VISIBLE if setting.secret else "")).replace("%", "%%")
    group.add_argument(flag(setting.name), metavar=setting.unit or setting.name.upper(), help=f"{meaning} [{setting.variable}; {default}]")
