"""block_real_gateway: nothing ever leaves for the documented addresses (A1, A2)."""

from __future__ import annotations

import pytest

from tests.mockserver.pytest_plugin.running import run

pytest_plugins = ["pytester"]

TRIES = """
import asyncio, socket, threading, urllib.request
from winnerlook.operations import HTTP_BASE, HTTPS_BASE

HOST = HTTP_BASE.removeprefix("http://")

def by_socket():
    socket.create_connection((HOST, 80), 1)

def by_number():
    with socket.socket() as sock:
        sock.connect_ex((HOST, 8443))

def by_mapped_address():
    with socket.socket(socket.AF_INET6) as sock:
        sock.connect((f"::ffff:{HOST}", 80))

def by_datagram():
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.sendto(b"x", (HOST, 80))

def by_library():
    urllib.request.urlopen(HTTPS_BASE, timeout=1)

def by_loop():
    asyncio.run(asyncio.wait_for(asyncio.open_connection(HOST, 80), 1))

def by_client():
    with Client("a", "b", endpoint=HTTP_BASE, binding="http", retries=0) as client:
        client.send(PHONE, TEXT)

def caught():
    try:
        by_socket()
    except BaseException:
        pass

def in_a_thread():
    def quietly():
        try:
            by_socket()
        except BaseException:
            pass
    thread = threading.Thread(target=quietly)
    thread.start()
    thread.join()

WAYS = [by_socket, by_number, by_mapped_address, by_datagram, by_library, by_loop, by_client, caught, in_a_thread]
"""


def test_every_way_fails_before_anything_leaves(pytester: pytest.Pytester) -> None:
    """The suite's own guard stands behind it: had one come through, its error would be another."""
    done = run(
        pytester,
        TRIES + """
@pytest.mark.block_real_gateway
@pytest.mark.parametrize("way", WAYS)
def test_it(way):
    way()
""",
    )
    done.assert_outcomes(failed=9)
    text = done.stdout.str()
    assert text.count("FAILED test_it.py") == 9
    assert sum("tried to reach the real gateway at" in line and line.startswith(("E ", "this test")) for line in done.outlines) >= 9
    assert "LeftLoopbackError" not in text


def test_by_configuration_and_not_for_others(pytester: pytest.Pytester) -> None:
    """Other hosts are none of its business, and afterwards all is as it was."""
    pytester.makeini("[pytest]\nwinnerlook_block_real_gateway = true\n")
    done = run(
        pytester,
        TRIES + """
def test_blocked():
    by_socket()

def test_others(sms, winnerlook_account):
    sms.send(PHONE, TEXT)
    winnerlook_account.assert_sent()

@pytest.mark.block_real_gateway(False)
def test_not_blocked():
    assert "connect" not in vars(socket.socket)
    with pytest.raises(RuntimeError, match="not on this machine"):  # the suite's own guard
        by_number()
""",
    )
    done.assert_outcomes(passed=2, failed=1)
    done.stdout.fnmatch_lines(["*this test tried to reach the real gateway at *:80; nothing was sent. Point the program at the mock:*"])
