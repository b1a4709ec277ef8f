"""Puts a scenario into a gateway that nobody calls yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from winnerlook_mock.faults.board import Armed
from winnerlook_mock.gateway import Account, Clock, Gateway, Settings, money
from winnerlook_mock.gateway.settings.plain import read
from winnerlook_mock.scenario.scenario import AccountPlan, EntryPlan, FaultPlan, Scenario


def apply(scenario: Scenario, gateway: Gateway, defaults: Mapping[str, Any]) -> None:
    """Open the accounts, arm the faults, set the timeline. `defaults` are settings of every account, those of the scenario among them.

    Raises ValueError where the gateway cannot take an account, which leaves it to be thrown away.
    """
    _Play(scenario, gateway, defaults).begin()


class _Play:
    """A scenario while it runs: which of its faults are in force, and how accounts began."""

    def __init__(self, scenario: Scenario, gateway: Gateway, defaults: Mapping[str, Any]) -> None:
        self._scenario, self._gateway, self._defaults = scenario, gateway, defaults
        self._armed: dict[str, Armed] = {}
        self._plans = {plan.name: plan for plan in scenario.accounts}
        self._faults = {plan.name: plan for plan in scenario.faults if plan.name}

    def begin(self) -> None:
        for account in [self._opened(plan) for plan in self._scenario.accounts]:
            self._gateway.add(account)
        for fault in self._scenario.faults:
            if fault.armed:
                self._arm(fault)
        for plan in self._scenario.accounts:
            for reply in plan.replies:
                self._gateway.reply(self._gateway.accounts[plan.name], reply.phone, reply.text)
        for due, clock, entry in sorted(self._entries(), key=lambda timed: timed[0]):
            if due <= clock.timestamp():  # a clock that stands still would keep it waiting
                self._happen(entry)
            else:
                clock.call_at(due, entry.what, partial(self._happen, entry))

    def _opened(self, plan: AccountPlan) -> Account:
        balance = money.amount("the balance", plan.balance)
        return Account(plan.name, plan.password, balance, self._settings(plan.name), plan.clock.clock() if plan.clock else None)

    def _settings(self, name: str) -> Settings:
        """With which an account begins."""
        plan = self._plans.get(name)
        return Settings(**{**self._defaults, **read(plan.settings if plan else {})})

    def _entries(self) -> Iterator[tuple[float, Clock, EntryPlan]]:
        begins: dict[Clock, float] = {}
        for entry in self._scenario.timeline:
            clock = self._gateway.accounts[entry.account].clock if entry.account else self._gateway.clock
            begin = begins.setdefault(clock, clock.timestamp())
            yield entry.due(begin), clock, entry

    def _happen(self, entry: EntryPlan, _due: float = 0.0) -> None:
        held = self._gateway.accounts
        accounts = [held[entry.account]] if entry.account in held else list(held.values()) if entry.account is None else []
        for account in accounts:  # none, where somebody has closed it
            self._change(account, entry)
            if entry.reply:
                self._gateway.reply(account, entry.reply.phone, entry.reply.text)
        for name in entry.disarm or ():
            self._disarm(name)
        for name in entry.arm or ():
            self._arm(self._faults[name])

    def _change(self, account: Account, entry: EntryPlan) -> None:
        with self._gateway.lock:
            if entry.restore or entry.configure:
                first = self._settings(account.user_code)
                restored = {name: getattr(first, name) for name in entry.restore or ()}
                self._gateway.configure(account, replace(account.settings, **{**restored, **read(entry.configure or {})}))
            if entry.balance is not None:
                account.balance = money.amount("the balance", entry.balance)

    def _arm(self, plan: FaultPlan) -> None:
        self._disarm(plan.name)
        armed = self._gateway.arm(plan.fault(self._scenario.seed))
        if plan.name:
            self._armed[plan.name] = armed

    def _disarm(self, name: str) -> None:
        armed = self._armed.pop(name, None)
        if armed is not None:
            self._gateway.disarm(armed.number)
