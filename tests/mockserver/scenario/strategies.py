"""Scenarios that are right, and what becomes of them when something is put in their place."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from winnerlook_mock.scenario.declared import SCENARIO, SETTINGS
from winnerlook_mock.scenario.shapes import Either, Keyed, Many, Number, OneOf, Pair, Shape, Switch, Table, Text

NAMES = ("shop", "bank", "login")
KEYS = tuple(dict.fromkeys(key for table in SCENARIO.tables() for key in table.fields))
_WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
_TELLING = ("", "13900000000", "5m", "10:00", "2026-11-23T10:00:00+08:00", "uniform:1,2", "http://127.0.0.1:1/", *NAMES)
WORDS = st.one_of(_WORDS, st.sampled_from(_TELLING))
ATOMS = st.one_of(
    st.booleans(), st.integers(-(10**15), 10**15), st.floats(-1e6, 1e6).filter(lambda value: not value.is_integer()), WORDS,
)
VALUES = st.recursive(
    ATOMS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | WORDS, inner, max_size=3), max_leaves=8,
)


def of_shape(shape: Shape) -> st.SearchStrategy[Any]:
    """Values that have this shape."""
    return _OF[type(shape)](shape)


def _of_number(shape: Number) -> st.SearchStrategy[Any]:
    if shape.whole:
        return st.integers(int(shape.least), int(shape.most))
    return st.floats(shape.least, shape.most).filter(lambda value: not value.is_integer())


def _of_text(shape: Text) -> st.SearchStrategy[str]:
    if not shape.pattern:
        return WORDS.filter(bool)
    return st.from_regex(shape.pattern.replace("$", r"\Z"), alphabet=st.characters(min_codepoint=32, max_codepoint=126))


def _of_table(table: Table) -> st.SearchStrategy[dict[str, Any]]:
    def filled(keys: list[str]) -> st.SearchStrategy[dict[str, Any]]:
        wanted = dict.fromkeys([*table.needed, *(key for key in keys if key not in table.choice), *table.choice[:1], *table.action[:1]])
        return st.fixed_dictionaries({key: of_shape(table.fields[key]) for key in wanted})

    return st.lists(st.sampled_from(list(table.fields)), max_size=4).flatmap(filled)


_OF: dict[type[Shape], Callable[[Any], st.SearchStrategy[Any]]] = {
    Switch: lambda _: st.booleans(),
    Number: _of_number,
    Text: _of_text,
    OneOf: lambda shape: st.sampled_from(shape.choices),
    Many: lambda shape: st.lists(of_shape(shape.of), max_size=2),
    Pair: lambda shape: st.tuples(of_shape(shape.first), of_shape(shape.second)).map(list),
    Either: lambda shape: st.one_of(*map(of_shape, shape.shapes)),
    Keyed: lambda shape: st.dictionaries(of_shape(shape.key), of_shape(shape.of), max_size=2),
    Table: _of_table,
}
WELL_SHAPED = of_shape(SCENARIO)

_GOOD = {
    "price": ["0.045", 1, 2.5], "frozen": [True], "expires_at": ["2030-01-01T00:00:00+08:00"], "allowed_ips": [["127.0.0.1", "10.0.0.0/8"]],
    "blacklist": [["13900000012"]], "user_words": [["博彩"]], "templates": [["您的验证码是:{code}【测试】"]], "signatures": [{"1": "测试"}],
    "signature_length": [[2, 8]], "monthly_limit": [0, 5], "number_limit": [[1, 60]], "channel_hours": [["08:00:00", "20:00:00"]],
    "delivery_delay": [0, 2.5, "uniform:1,2", "lognormal:3, 0.5"], "delivery_rules": [{"139*": "UNDELIV", "*": "NO_REPORT"}],
    "delivery_statuses": [{"UNDELIV": 0.25}], "seed": [7], "unsubscribe_words": [["退订"]], "push_chaos": [{"drop": 0.5, "delay": "1"}],
    "push_backoff": [[], [5, 60]], "channel_open": [False], "sender_number": ["1069"],
}
SOME_SETTINGS = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in _GOOD.items()})
_REPLIES = st.fixed_dictionaries({"phone": st.just("13900000000"), "text": WORDS.filter(bool)})
_CLOCKS = st.fixed_dictionaries({}, optional={"start": st.just("2026-11-23T09:00:00+08:00"), "frozen": st.booleans()})
_AMOUNTS = st.sampled_from([0, 10, 2.5, "0.045"])
_SAID = st.sampled_from([
    {"kind": "code", "code": -7, "account": "shop"}, {"kind": "reset"}, {"kind": "reset", "stage": "before-reading", "every": 2},
    {"kind": "status", "status": 503, "body": "down"}, {"kind": "delay", "delay": "uniform:0.1,0.2", "probability": 0.5, "seed": 4},
    {"kind": "cut", "fraction": 0.25, "operation": "SendMsg", "door": "soap"}, {"kind": "result", "result": "", "times": 3},
    {"kind": "close", "since": "2026-11-23T10:00:00+08:00", "until": "2026-11-23T11:00:00Z", "lasts": 5, "to": "139"},
])
_WHEN = st.one_of(
    st.sampled_from([0, 2.5, "0s", "90s", "1h30m", "2d"]).map(lambda after: {"after": after}),
    st.sampled_from(["2026-11-24T10:00:00+08:00", "10:00:00", "09:00", "23:59:59.5"]).map(lambda at: {"at": at}),
)


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, Any]:
    """Scenarios in their plain form that are right."""
    names = ["shop", *draw(st.lists(st.sampled_from(NAMES[1:]), unique=True))]
    faults = [{"name": f"fault {at}", "armed": draw(st.booleans()), **draw(_SAID)} for at in range(draw(st.integers(1, 3)))]
    called = st.sampled_from([fault["name"] for fault in faults])
    actions = {
        "restore": st.lists(st.sampled_from(list(SETTINGS.fields)), max_size=3), "configure": SOME_SETTINGS, "balance": _AMOUNTS,
        "arm": called | st.lists(called, max_size=2), "disarm": called | st.lists(called, max_size=2),
    }
    account = st.fixed_dictionaries(
        {"password": WORDS.filter(bool)},
        optional={"balance": _AMOUNTS, "settings": SOME_SETTINGS, "clock": _CLOCKS, "replies": st.lists(_REPLIES, max_size=2)},
    )

    def entry() -> dict[str, Any]:
        about = {"account": draw(st.sampled_from(names)), "reply": draw(_REPLIES)} if draw(st.booleans()) else {"balance": draw(_AMOUNTS)}
        return {**draw(_WHEN), **draw(st.fixed_dictionaries({}, optional=actions)), **about}

    whole = {
        "accounts": [{"name": name, **draw(account)} for name in names], "faults": faults,
        "timeline": [entry() for _ in range(draw(st.integers(0, 4)))],
    }
    more = {
        "title": st.just("标题"), "seed": st.integers(0, 9), "defaults": SOME_SETTINGS, "clock": _CLOCKS,
        "push_networks": st.just(["10.0.0.0/8"]),
    }
    return {**draw(st.fixed_dictionaries({}, optional=more)), **whole}


@st.composite
def spoilt(draw: st.DrawFn, base: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    """Such with something in another's place, something more, or something less."""
    whole = copy.deepcopy(draw(base))
    for _ in range(draw(st.integers(1, 3))):
        at: Any = whole
        while True:
            inner = [value for value in (at.values() if isinstance(at, dict) else at) if isinstance(value, dict | list) and value]
            if not inner or draw(st.booleans()):
                break
            at = draw(st.sampled_from(inner))
        places = list(at) if isinstance(at, dict) else list(range(len(at)))
        place = draw(st.sampled_from([*places, *KEYS]) | WORDS if isinstance(at, dict) else st.sampled_from(places))
        if draw(st.booleans()) and place in places:
            del at[place]
        else:
            at[place] = draw(VALUES)
    return whole
