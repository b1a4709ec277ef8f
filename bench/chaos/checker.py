"""Message by message: what the mock says that it was sent, against what the outbox says of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from bench.chaos.ledger import Kept, LostWindow, MockLedger, OutboxLedger, Sent

TAKEN_ON = frozenset({"ACCEPTED", "DELIVERED", "FAILED", "NO_REPORT"})
NOT_SENT = frozenset({"REJECTED", "EXPIRED"})
IN_DOUBT = frozenset({"UNKNOWN", "UNKNOWN_EXPIRED"})
_WIRE = 0.25
"""Seconds of real time by which two processes may disagree on when an answer left."""

OfReal = Callable[[float], float]
"""From real time to the run's own."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that must not be. `about` is a message's number of digits, an id, a kind."""

    kind: str
    about: str


LOST = "lost"
SILENT_DOUBLE = "silent double"


@dataclass(slots=True)
class Verdict:
    """All problems, and how many of what there were."""

    problems: list[Problem] = field(default_factory=list)
    flagged_doubles: int = 0
    flagged_singles: int = 0
    proven_doubles: int = 0
    open_doubts: int = 0
    doubts_sent: int = 0
    doubts_not_sent: int = 0
    reports: int = 0
    in_windows: int = 0
    states: Counter[str] = field(default_factory=Counter)

    @property
    def counts(self) -> Counter[str]:
        """Problems by kind."""
        return Counter(problem.kind for problem in self.problems)


def check(expected: Iterable[str], outbox: OutboxLedger, mock: MockLedger, of_real: OfReal) -> Verdict:
    """Compare. `expected` are the numbers of the messages that must be there, each message's its own."""
    verdict = Verdict()
    sent: dict[str, list[Sent]] = defaultdict(list)
    for one in mock.sent:
        sent[one.phone].append(one)
    kept: dict[str, list[Kept]] = defaultdict(list)
    for each in outbox.kept:
        kept[each.phone].append(each)
    wanted = set(expected)
    verdict.problems += [Problem(LOST, f"{phone}: put, and not in the outbox") for phone in sorted(wanted - set(kept))]
    verdict.problems += [Problem("ghost", f"{phone}: in the outbox, and never put") for phone in sorted(set(kept) - wanted)]
    verdict.problems += [Problem("ghost", f"{phone}: sent, and not in the outbox") for phone in sorted(set(sent) - set(kept))]
    for phone, messages in kept.items():
        if len(messages) > 1:
            verdict.problems.append(Problem("ghost", f"{phone}: {len(messages)} times in the outbox"))
        _check_message(verdict, messages[0], sent.get(phone, []))
    _check_records(verdict, outbox, mock, of_real)
    verdict.problems += _of_money(mock)
    return verdict


def _check_message(verdict: Verdict, message: Kept, sent: list[Sent]) -> None:
    verdict.states[message.state] += 1
    for holds, kind, what in _rules(message, sent):
        if not holds:
            tries = "; ".join(f"{each.operation} {each.certainty} {each.batch_number or ''}" for each in message.attempts)
            verdict.problems.append(Problem(kind, f"{message.id} is {message.state}, sent {len(sent)} times: {what} (attempts: {tries})"))
    double = len(sent) > 1
    verdict.flagged_doubles += double and message.possible_duplicate
    verdict.flagged_singles += not double and message.possible_duplicate
    verdict.proven_doubles += message.proven_duplicate
    verdict.open_doubts += message.state == "UNKNOWN"
    if message.state in IN_DOUBT:
        verdict.doubts_sent += bool(sent)
        verdict.doubts_not_sent += not sent


def _rules(message: Kept, sent: list[Sent]) -> Iterator[tuple[bool, str, str]]:
    state, count = message.state, len(sent)
    known = {each.customer_uuid for each in message.attempts}
    taken = [each for each in message.attempts if each.certainty == "accepted" or each.echoed]
    statuses = {one.status for one in sent}
    yield state in TAKEN_ON | NOT_SENT | IN_DOUBT, LOST, "it stands still, and time has passed"
    yield state not in TAKEN_ON or count >= 1, LOST, "the outbox says that the gateway has it"
    yield state not in NOT_SENT or count == 0, "denied", "the outbox says that it was never sent"
    yield count <= 1 or message.possible_duplicate, SILENT_DOUBLE, "nothing in the outbox says so"
    yield not message.proven_duplicate or count >= 2, "false proof", "the outbox calls it a proven duplicate"
    yield len(taken) < 2 or message.proven_duplicate, "unproven", "two attempts were accepted, and it is no proven duplicate"
    yield len(taken) <= count, "false proof", f"{len(taken)} attempts are said to have been accepted"
    yield count <= len(message.attempts), "unwritten", f"only {len(message.attempts)} attempts were written down"
    yield all(not one.customer_uuid or one.customer_uuid in known for one in sent), "unwritten", "an attempt's id was never written down"
    yield state != "DELIVERED" or "DELIVRD" in statuses, "wrong report", f"the reports say {sorted(statuses)}"
    yield state != "FAILED" or bool(statuses - {"DELIVRD", "ACCEPTD", ""}), "wrong report", f"the reports say {sorted(statuses)}"


def _check_records(verdict: Verdict, outbox: OutboxLedger, mock: MockLedger, of_real: OfReal) -> None:
    """What was handed to a poller is there, or a window says that it may be lost; what the receiver said that it has is there."""
    windows: dict[tuple[str, str], list[LostWindow]] = defaultdict(list)
    for window in outbox.windows:
        windows[window.account, window.operation].append(window)

    def covered(account: str, operation: str, moments: tuple[float, ...]) -> bool:
        spare = of_real(_WIRE) - of_real(0)
        shown = windows[account, operation]
        return all(any(each.start - spare <= of_real(at) <= each.end + spare for each in shown) for at in moments)

    for one in mock.sent:
        if not one.polled_at and not one.pushed:
            continue
        verdict.reports += 1
        if (one.account, one.phone, one.batch_number) in outbox.records:
            continue
        if one.pushed or not covered(one.account, "GetReport2Connect", one.polled_at):
            verdict.problems.append(Problem("report lost", f"batch {one.batch_number}, {'pushed' if one.pushed else 'polled'}"))
        else:
            verdict.in_windows += 1
    for reply in mock.replies:
        verdict.reports += 1
        if (reply.account, reply.phone, reply.text) in outbox.replies:
            continue
        if reply.at is None or not covered(reply.account, "GetMo2Connect", (reply.at,)):
            verdict.problems.append(Problem("reply lost", f"{reply.text}, {'pushed' if reply.at is None else 'polled'}"))
        else:
            verdict.in_windows += 1


def _of_money(mock: MockLedger) -> Iterator[Problem]:
    total = sum(one.cost for one in mock.sent)
    if total != mock.charged or mock.charged != mock.spent:
        yield Problem("money", f"messages cost {total}, {mock.charged} was charged, {mock.spent} is gone from the accounts")
    if mock.dropped:
        yield Problem("ledger", f"the mock had no room for {mock.dropped} messages or entries: the comparison is not whole")
