"""The table of moves, and messages driven through it in any order against a gateway that keeps its own ledger."""

from __future__ import annotations

import itertools
import tempfile
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from winnerlook import Certainty, Report
from winnerlook.outbox import TRANSITIONS, Hold, Move, Outbox, ResendAfter, SettlementError, State
from winnerlook.outbox import _schema as schema
from winnerlook.outbox._claims import Holder, begin, claim, release
from winnerlook.outbox._outcomes import Outcome, record
from winnerlook.outbox._packing import EQUAL, Packer, Packing
from winnerlook.outbox._settling import enter
from winnerlook.outbox._states import BY_HAND, FINAL, HELD, IN_DOUBT

ACCEPTED = {State.ACCEPTED, State.DELIVERED, State.FAILED, State.NO_REPORT}
"""States that say that the gateway took a message on."""
UNSENT = {State.QUEUED, State.CLAIMED, State.EXPIRED, State.REJECTED, State.CANCELLED}
"""States that say that it did not, unless the message is flagged."""


def test_a_lease_that_runs_out_in_an_attempt_never_leads_back_to_the_queue():
    assert TRANSITIONS[Move.LAPSE, State.CLAIMED] is State.QUEUED
    assert TRANSITIONS[Move.LAPSE, State.ATTEMPT] is State.UNKNOWN


def test_what_is_delivered_stays_so_and_what_was_accepted_is_never_sent_again():
    """Nothing leads from where the gateway has a message back to where it might be sent."""
    assert not [move for move, state in TRANSITIONS if state is State.DELIVERED]
    for (_, before), after in TRANSITIONS.items():
        if before in ACCEPTED:
            assert after in ACCEPTED


def test_what_only_a_person_does_settles_doubt_or_what_is_queued_or_unsent():
    hands = {before for move, before in TRANSITIONS if move in BY_HAND}
    assert hands == {State.QUEUED, State.REJECTED, State.EXPIRED, State.CANCELLED} | IN_DOUBT
    assert not {State.ACCEPTED, *HELD} & FINAL
    assert {after for (move, before), after in TRANSITIONS.items() if before in FINAL - IN_DOUBT and move not in BY_HAND} <= ACCEPTED


def test_every_state_is_reached_and_only_an_attempt_reaches_the_gateway():
    reached = {State.QUEUED}
    while more := {after for (_, before), after in TRANSITIONS.items() if before in reached} - reached:
        reached |= more
    assert reached == set(State)
    assert [before for (move, before) in TRANSITIONS if move is Move.ATTEMPT] == [State.CLAIMED]


@pytest.mark.parametrize("move", list(Move))
@pytest.mark.parametrize("state", list(State))
def test_no_other_move_is_made(shared, state, move):
    outbox, message_id = shared

    def work(unit):
        unit.connection.execute(schema.messages.update().values(state=state.value))
        moved = unit.move(unit.lock(message_id), move)
        return State(moved.state) if moved else None

    assert outbox._store.run(work) is TRANSITIONS.get((move, state))


def test_a_move_fails_when_another_was_faster(outbox):
    message_id = outbox.put("13900000000", "内容【测试】").id
    old = outbox._store.run(lambda unit: unit.lock(message_id))
    claimed = outbox._store.run(lambda unit: unit.move(old, Move.CLAIM, fence=1))
    assert outbox._store.run(lambda unit: unit.move(old, Move.CLAIM, fence=1)) is None
    assert outbox._store.run(lambda unit: unit.move(claimed, Move.RELEASE))
    assert outbox._store.run(lambda unit: unit.move(claimed, Move.ATTEMPT)) is None  # the token fits, the state does not
    assert outbox._store.run(lambda unit: unit.move(old, Move.EXPIRE)) is None  # and the other way round


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with Outbox(f"sqlite:///{tmp_path_factory.mktemp('states')}/o.sqlite", account="a") as outbox:
        yield outbox.init(), outbox.put("13900000000", "内容【测试】").id


POLICIES = st.sampled_from([Hold(), ResendAfter(timedelta(0)), ResendAfter(timedelta(minutes=1), 2)])
_template: list[bytes] = []


def fresh(path: Path) -> None:
    """A file with the tables in it."""
    if not _template:
        with Outbox(f"sqlite:///{path}") as outbox:
            outbox.init()
        _template.append(path.read_bytes())
    path.write_bytes(_template[0])


class Life(RuleBasedStateMachine):
    """Workers that claim, send, crash and answer late; a gateway that takes on or not; echoes in any order; and time."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.now = 1_800_000_000.0
        path = Path(self.folder.name) / "o.sqlite"
        fresh(path)
        self.outbox = Outbox(f"sqlite:///{path}", account="a", clock=lambda: self.now, patience=0)
        self.store, self.holder = self.outbox._store, Holder("worker", 120_000)
        self.ids, self.phones, self.claimed, self.tickets = [], {}, [], []
        # Ids decide the order among messages of the same moment: random ones would make another story of the same steps.
        numbers = itertools.count()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr("winnerlook.outbox._message.new_id", lambda _now: f"{next(numbers):026}")
        self.ledger: Counter[str] = Counter()  # by message: how often the gateway took it on
        self.taken = []  # tickets that it took on

    def teardown(self) -> None:
        self.patch.undo()
        self.outbox.verify()
        self.outbox.close()
        self.folder.cleanup()

    @initialize(policies=st.lists(POLICIES, min_size=1, max_size=3), bulk=st.booleans())
    def begin_with(self, policies, bulk):
        for policy in policies:
            self.put(policy, bulk)

    @precondition(lambda self: len(self.ids) < 6)
    @rule(policy=POLICIES, bulk=st.booleans())
    def put(self, policy, bulk):
        phone = str(13_900_000_000 + len(self.ids))
        message_id = self.outbox.put(phone, "内容【测试】", policy=policy, bulk=bulk).id
        self.ids.append(message_id)
        self.phones[message_id] = phone

    @rule(most=st.integers(1, 3))
    def claim(self, most):
        by = int(self.now * 1000)
        self.claimed += self.store.run(lambda unit: claim(unit, "a", self.holder, due_by=by, most=most)).rows

    @precondition(lambda self: self.claimed)
    @rule(place=st.integers(0, 20))
    def give_back(self, place):
        row = self.claimed.pop(place % len(self.claimed))
        self.store.run(lambda unit: release(unit, [row]))

    @precondition(lambda self: self.ids)
    @rule(
        place=st.integers(0, 20), packing=st.sampled_from(Packing), taken=st.booleans(), told=st.sampled_from(["now", "late", "never"]),
    )
    def send(self, place, packing, taken, told):
        """One of the calls that what was claimed makes."""
        if not self.claimed:
            self.claim(3)
        if not self.claimed:
            return
        packer = Packer(packing)
        calls = packer.calls(self.claimed)
        call = calls[place % len(calls)]
        self.claimed = [row for row in self.claimed if row not in call.rows]
        ticket = self.store.run(lambda unit: begin(self.store, unit, call, self.holder, packer))
        if ticket is None:
            return
        if taken:
            self.ledger.update(part.message_id for part in ticket.parts)
            self.taken += [(ticket, part) for part in ticket.parts]
        if told == "now":
            self.answer(ticket, taken=taken, known=True)
        elif told == "late":
            self.tickets.append((ticket, taken))

    @precondition(lambda self: self.ids)
    @rule(place=st.integers(0, 20), packing=st.sampled_from(Packing), taken=st.booleans(), told=st.sampled_from(["late", "never"]))
    def send_and_be_overtaken(self, place, packing, taken, told):
        """The worker is killed in its call, or stalls so long that its lease runs out."""
        self.send(place, packing, taken, told)
        self.time_passes(121)

    @precondition(lambda self: self.tickets)
    @rule(place=st.integers(0, 20), known=st.booleans())
    def late(self, place, known):
        ticket, taken = self.tickets.pop(place % len(self.tickets))
        self.answer(ticket, taken=taken, known=known)

    def answer(self, ticket, *, taken, known):
        if not known:
            outcome = Outcome(Certainty.UNKNOWN, error="CallTimeoutError")
        elif taken:
            outcome = Outcome(Certainty.ACCEPTED, batch_number="2200001476358475197")
        else:
            back = ticket.parts[0].number % 2 == 1
            outcome = Outcome(Certainty.NOT_SENT if back else Certainty.REJECTED, put_back=back)
        self.store.run(lambda unit: record(self.store, unit, ticket, outcome))

    @precondition(lambda self: self.taken)
    @rule(place=st.integers(0, 20), status=st.sampled_from(["DELIVRD", "UNDELIV", "ACCEPTD"]))
    def report(self, place, status):
        ticket, part = self.taken[place % len(self.taken)]
        if ticket.operation == EQUAL.name and len(ticket.parts) > 1:
            return  # it took no id, so its report has none
        report = Report("", self.phones[part.message_id], status, str(ticket.parameters["customerUuid"]))
        self.store.run(lambda unit: enter(self.store, unit, "a", [report], source="poll"))

    @precondition(lambda self: self.ids)
    @rule(place=st.integers(0, 20), what=st.sampled_from(["hold", "resend", "cancel", "mark"]))
    def a_person_settles(self, place, what):
        """Marks are true; the rest is as it comes."""
        message_id = self.ids[place % len(self.ids)]
        arguments = ("sent" if self.ledger[message_id] else "not_sent",) if what == "mark" else ()
        with suppress(SettlementError):
            getattr(self.outbox, what)(message_id, *arguments, by="anna", reason="as it comes")

    @rule(seconds=st.sampled_from([1, 61, 121, 90_000, 300_000]))
    def time_passes(self, seconds):
        self.now += seconds
        self.outbox.sweep()

    @invariant()
    def nothing_is_lost_and_nothing_doubled_unflagged(self):
        rows = self.store.look(lambda unit: unit.connection.execute(schema.messages.select()).all())
        assert {row.id for row in rows} == set(self.ids)
        for row in rows:
            taken, flagged = self.ledger[row.id], row.possible_duplicate
            assert taken <= 1 or flagged
            assert not row.proven_duplicate or taken > 1
            if row.state in ACCEPTED:
                assert taken >= 1
            if row.state in UNSENT and taken:
                assert flagged


Life.TestCase.settings = settings(
    max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow],
)
TestLife = Life.TestCase
