"""Shapes of single values that several tables have."""

from __future__ import annotations

from winnerlook_mock.scenario.shapes import Either, Many, Number, Pair, Switch, Text

_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?"
_DATE = r"(19[7-9][0-9]|2[0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_NUMBER = r"[0-9]{1,12}(\.[0-9]{1,12})?"
YEAR = 366 * 86_400.0
"""Seconds. What is to happen later than that, a delay cannot say."""

SWITCH = Switch()
TEXT = Text("a string that is not empty")
ANY_TEXT = Text("a string", empty=True)
TEXTS = Many(TEXT, "a list of strings")
COUNT = Number("an integer from 0 on", whole=True, most=2**53 - 1)
SEED = Number("an integer", whole=True, least=-(2**53 - 1), most=2**53 - 1)
SECONDS = Number("a number of seconds from 0 on")
PROBABILITY = Number("a number from 0 to 1", most=1)
PHONE = Text("a phone number as a string of 8 to 17 digits", r"^\+?[0-9]{8,17}$")
NUMBERS = Many(TEXT, "a list of phone numbers as strings")
AMOUNT = Either(
    (Number("a number from 0 on"), Text("digits", rf"^{_NUMBER}$")), 'an amount from 0 on, a number or a string of digits as "0.045"',
)
DELAY = Either(
    (Number("seconds", most=YEAR), Text("a delay in words", rf"^({_NUMBER}|(uniform|lognormal): *{_NUMBER} *, *{_NUMBER})$")),
    "a number of seconds, or in words uniform:LOW,HIGH or lognormal:MEDIAN,SIGMA",
)
MOMENT = Text(
    "a moment with a time zone as 2026-11-23T10:00:00+08:00", rf"^{_DATE}[Tt ]{_TIME}([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$",
)
TIME_OF_DAY = Text("a time of day as 08:00:00", rf"^{_TIME}$")
MOMENT_OR_TIME = Either(
    (MOMENT, TIME_OF_DAY), "a moment with a time zone as 2026-11-23T10:00:00+08:00, or a time of day in China as 10:00:00",
)
DURATION = Either(
    (
        Number("seconds", most=10 * YEAR),
        Text("a time", r"^([0-9]{1,4}d([0-9]{1,5}h)?([0-9]{1,6}m)?([0-9]{1,8}s)?|[0-9]{1,5}h([0-9]{1,6}m)?([0-9]{1,8}s)?"
             r"|[0-9]{1,6}m([0-9]{1,8}s)?|[0-9]{1,8}s)$"),
    ),
    'a time as "90s", "20m", "1h30m" or "2d", or a number of seconds',
)
TIMES_OF_DAY = Pair(TIME_OF_DAY, TIME_OF_DAY, "two times of day, from and to")
LENGTHS = Pair(COUNT, COUNT, "two integers, the fewest characters and the most")
RATE = Pair(COUNT, SECONDS, "how many SMS, and in how many seconds")
NETWORK = Text("an address or a network as 10.0.0.0/8", r"^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$")
NETWORKS = Many(NETWORK, "a list of addresses or networks")
URL = Text("an address as http://127.0.0.1:8000/push, or empty", r"^(https?://[!-~]+)?$", empty=True)
