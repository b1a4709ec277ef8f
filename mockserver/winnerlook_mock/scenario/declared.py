"""All that a scenario may hold: the one declaration that checks files and describes itself as JSON Schema."""

from __future__ import annotations

from winnerlook.operations import BY_NAME
from winnerlook_mock.faults.fault import DOORS, Fault, FaultKind, Stage
from winnerlook_mock.gateway.settings import PushChaos, Settings
from winnerlook_mock.scenario.forms import (
    AMOUNT,
    ANY_TEXT,
    COUNT,
    DELAY,
    DURATION,
    LENGTHS,
    MOMENT,
    MOMENT_OR_TIME,
    NETWORKS,
    NUMBERS,
    PHONE,
    PROBABILITY,
    RATE,
    SECONDS,
    SEED,
    SWITCH,
    TEXT,
    TEXTS,
    TIMES_OF_DAY,
    URL,
)
from winnerlook_mock.scenario.meanings import meanings_of
from winnerlook_mock.scenario.shapes import Either, Keyed, Many, Number, OneOf, Table, Text

_STATUS = r"^[^,|\s]{1,32}$"
_SINCE_ONE = Number("an integer from 1 on", least=1, whole=True)
_CHANCES = tuple(name for name in meanings_of(PushChaos) if name != "delay")

CHAOS = Table(
    "push_chaos", {**dict.fromkeys(_CHANCES, PROBABILITY), "delay": DELAY}, "push_chaos", meanings=meanings_of(PushChaos),
)

SETTINGS = Table(
    "settings",
    {
        "price": AMOUNT, "frozen": SWITCH, "expires_at": MOMENT, "allowed_ips": NETWORKS,
        **dict.fromkeys(("blacklist", "user_blacklist", "system_blacklist"), NUMBERS),
        **dict.fromkeys(("user_words", "system_words", "templates"), TEXTS),
        "signatures": Keyed(TEXT, TEXT, "a table of signatures by their numbers"), "signature_length": LENGTHS,
        "sms_types": Many(SEED, "a list of integers"), "monthly_limit": COUNT, "number_limit": RATE,
        "channel_open": SWITCH, "channel_hours": TIMES_OF_DAY, "balance_interval": SECONDS, "call_interval": SECONDS,
        "strict_limits": SWITCH, "replay": SWITCH, "messages_kept": COUNT, "sender_number": Text("a string of digits", r"^[0-9]*$"),
        "delivery_delay": DELAY,
        "delivery_rules": Keyed(
            Text("a number, or how it begins and a star", r"^(\+?[0-9]+\*?|\*)$"),
            Text("a status as UNDELIV, or NO_REPORT", _STATUS), 'a table of statuses by recipient, {"139*" = "UNDELIV"}',
        ),
        "delivery_statuses": Keyed(
            Text("a status as UNDELIV, or NO_REPORT", _STATUS), PROBABILITY, "a table of probabilities by status, {UNDELIV = 0.05}",
        ),
        "seed": SEED, "refund_failures": SWITCH, "unsubscribe_words": TEXTS,
        "report_url": URL, "reply_url": URL, "push_form": SWITCH, "poll_pushed": SWITCH, "push_batch": _SINCE_ONE,
        "push_interval": SECONDS, "push_timeout": Number("a number of seconds above 0", least=0.001),
        "push_backoff": Many(SECONDS, "a list of seconds"), "push_verify": SWITCH, "push_chaos": CHAOS, "pushes_kept": COUNT,
    },
    "the settings", meanings=meanings_of(Settings),
)

_OPERATION, _KINDS = OneOf(tuple(BY_NAME)), OneOf(tuple(map(str, FaultKind)))

FAULT = Table(
    "fault",
    {
        "name": TEXT, "armed": SWITCH, "kind": _KINDS, "account": TEXT, "operation": _OPERATION, "door": OneOf((*DOORS, "soap", "plain")),
        "to": Text("how a number begins, as digits", r"^\+?[0-9]{1,17}$"), "times": _SINCE_ONE, "every": _SINCE_ONE,
        "probability": PROBABILITY, "seed": SEED, "since": MOMENT, "until": MOMENT,
        "lasts": Number("seconds above 0, a day at most", least=0.001, most=86_400),
        "code": Number("a negative integer", least=-9999, most=-1, whole=True), "result": ANY_TEXT,
        "status": Number("an HTTP status from 200 to 599", least=200, most=599, whole=True), "body": ANY_TEXT,
        "media_type": Text("a media type as text/html", r"^[!-~]+/[ -~]+$"), "reason": ANY_TEXT, "delay": DELAY,
        "fraction": Number("a number from 0 to 1", most=0.999_999), "stage": OneOf(tuple(map(str, Stage))), "done": SWITCH,
    },
    "a fault", needed=("kind",),
    meanings={
        **meanings_of(Fault), "name": "What the timeline calls it.", "kind": "What goes wrong.",
        "armed": "Whether it is in force from the beginning; else the timeline arms it.",
        "lasts": "Seconds of real time after which it is over; a day where nothing is said.",
    },
)

CLOCK = Table(
    "clock", {"start": MOMENT, "frozen": SWITCH}, "a clock",
    meanings={"start": "Where it begins, by default now.", "frozen": "Stand still, so that only a test moves it."},
)

REPLY = Table(
    "reply", {"phone": PHONE, "text": TEXT}, "a reply", needed=("phone", "text"),
    meanings={"phone": "The handset that answers.", "text": "What it says."},
)

ACCOUNT = Table(
    "account",
    {
        "name": TEXT, "password": TEXT, "balance": AMOUNT, "settings": SETTINGS, "clock": CLOCK,
        "replies": Many(REPLY, "a list of tables, [[accounts.replies]]"),
    },
    "an account", needed=("name", "password"),
    elsewhere=dict.fromkeys(SETTINGS.fields, "it is a setting: put it into the account's table settings"),
    meanings={
        "name": "userCode.", "password": "userPass.", "balance": "What is there at first, 10000 where nothing is said.",
        "settings": "What differs from the defaults.", "clock": "A clock of its own, which others do not move.",
        "replies": "What handsets have said already: it waits to be polled, or is pushed.",
    },
)

_NAMES = Either((TEXT, TEXTS), "a name, or a list of names")
ACTIONS = ("restore", "configure", "balance", "reply", "disarm", "arm")
"""In the order in which one entry does them."""

ENTRY = Table(
    "entry",
    {
        "after": DURATION, "at": MOMENT_OR_TIME, "account": TEXT,
        "restore": Many(OneOf(tuple(SETTINGS.fields)), "a list of names of settings"), "configure": SETTINGS, "balance": AMOUNT,
        "disarm": _NAMES, "arm": _NAMES, "reply": REPLY,
    },
    "an entry of the timeline", choice=("after", "at"), action=ACTIONS,
    elsewhere={name: f"it is a setting: write configure = {{{name} = …}}" for name in SETTINGS.fields},
    meanings={
        "after": "How long after the beginning of the clock.",
        "at": "A moment, or a time of day in China: the first one from the beginning of the clock on.",
        "account": "Whom it is about, by whose clock; all accounts by the server's clock where nothing is said.",
        "restore": "Settings that become again what they were at first.", "configure": "Settings that change.",
        "balance": "What the balance is from then on.", "disarm": "Faults that are over, by name.",
        "arm": "Faults that begin, by name; one that is in force begins anew.", "reply": "A handset answers; needs account.",
    },
)

SCENARIO = Table(
    "scenario",
    {
        "title": TEXT, "seed": SEED, "push_networks": NETWORKS, "clock": CLOCK, "defaults": SETTINGS,
        "accounts": Many(ACCOUNT, "a list of tables, [[accounts]]"), "faults": Many(FAULT, "a list of tables, [[faults]]"),
        "timeline": Many(ENTRY, "a list of tables, [[timeline]]"),
    },
    "a scenario",
    elsewhere={
        **dict.fromkeys(SETTINGS.fields, "it is a setting: put it into [defaults], or into an account's table settings"),
        "account": "did you mean [[accounts]]?", "fault": "did you mean [[faults]]?", "settings": "did you mean [defaults]?",
    },
    meanings={
        "title": "What it is for, in a few words.",
        "seed": "What chance begins with, of every account and fault that has no seed of its own.",
        "push_networks": "Networks that pushes may go to besides this machine.", "clock": "The server's clock.",
        "defaults": "Settings of every account.", "accounts": "Who may call.", "faults": "What goes wrong.",
        "timeline": "What happens at which moment of the clock.",
    },
)
