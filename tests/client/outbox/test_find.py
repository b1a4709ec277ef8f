"""Finding messages by their number, encrypted or not."""

from __future__ import annotations

import pytest

from tests.client.outbox.conftest import TEXT
from tests.client.outbox.test_metrics import explained
from winnerlook import InvalidRequestError
from winnerlook.outbox import _search, new_key
from winnerlook.outbox._confidential import using

PHONE, OTHER = "13912345678", "13887654321"


@pytest.fixture(params=["in clear", "encrypted"])
def some(request, url, make, clock):
    """An outbox with messages to two numbers."""
    outbox = make(url, **({} if request.param == "in clear" else {"key": new_key()}))
    for number in (PHONE, f"+86{PHONE}", OTHER, PHONE):
        outbox.put(number, TEXT)
        clock.advance(seconds=1)
    return outbox


@pytest.mark.parametrize("written", [PHONE, f"+86{PHONE}", f"0086{PHONE}", "139-1234 5678", "(+86) 139 1234 5678"])
def test_messages_to_a_number_newest_first(some, written):
    found = some.find(written)
    assert [view.phone for view in found] == [PHONE, f"+86{PHONE}", PHONE]
    assert [view.created_at for view in found] == sorted((view.created_at for view in found), reverse=True)
    assert [view.id for view in some.find(written, most=1)] == [found[0].id]


def test_a_number_that_nothing_went_to(some):
    assert some.find("13700000000") == []
    assert some.find(PHONE[-8:]) == []


@pytest.mark.parametrize("wrong", ["", "12", "1" * 21, "139x2345678", "１３９１２３４５６７８", None, 13912345678])
def test_what_is_no_number(some, wrong):
    with pytest.raises(InvalidRequestError) as failed:
        some.find(wrong)
    assert failed.value.parameter == "phone"


def test_it_goes_by_the_index(some):
    with using(some._store.seals):
        plan = explained(some, _search.by_number(PHONE).limit(10))
    assert "wl_messages_phone" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def test_a_reference_is_found_by_all_of_it(some, clock):
    """An index holds its end; one that ends alike is another one."""
    long = "shop-1/" + "9" * 80
    wanted = [some.put(PHONE, TEXT, reference=long).id]
    for number in range(3):
        clock.advance(seconds=1)
        some.put(OTHER, TEXT, reference=f"shop-{number + 2}/" + "9" * 80)
    clock.advance(seconds=1)
    wanted.append(some.put(OTHER, TEXT, reference=long).id)
    assert [view.id for view in some.find(reference=long)] == wanted[::-1]
    assert [view.id for view in some.find(reference=long, most=1)] == wanted[1:]
    assert some.find(reference="9" * 64) == []


def test_a_key_is_found_in_all_accounts(some):
    ids = {some.put(PHONE, TEXT, account=account, dedup_key="order-42").id for account in ("one", "two")}
    assert {view.id for view in some.find(dedup_key="order-42")} == ids
    assert some.find(dedup_key="order-43") == []


@pytest.mark.parametrize("given", [{}, {"phone": PHONE, "reference": "x"}, {"reference": 5}, {"dedup_key": b"x"}])
def test_one_thing_is_looked_for(outbox, given):
    with pytest.raises(InvalidRequestError):
        outbox.find(**given)


def test_references_and_keys_go_by_their_indexes(some):
    with using(some._store.seals):
        assert "wl_messages_reference" in explained(some, _search.by_reference("order-42").limit(10))
        assert "dedup" in explained(some, _search.by_key(["shop"], "order-42")).replace("sqlite_autoindex_wl_messages_2", "dedup")
