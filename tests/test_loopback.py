"""The guard itself: nothing in the suite reaches another machine, the vendor's least of all (A1, A2)."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from winnerlook._transport.endpoint import Endpoint
from winnerlook.operations import HTTP_BASE, HTTPS_BASE


@pytest.mark.parametrize("base", [HTTP_BASE, HTTPS_BASE])
def test_the_documented_addresses_cannot_be_reached(base):
    address = Endpoint.parse(base)
    with socket.socket() as sock, pytest.raises(RuntimeError, match="loopback only"):
        sock.connect((address.host, address.port))


def test_no_name_is_looked_up():
    with pytest.raises(RuntimeError, match="loopback only"):
        socket.getaddrinfo("gateway.example", 80)


def test_datagrams_stay_too():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, pytest.raises(RuntimeError, match="loopback only"):
        sock.sendto(b"x", ("192.0.2.1", 9))


def test_programs_that_tests_start_are_guarded_as_well():
    code = "import socket; socket.create_connection(('192.0.2.1', 9), timeout=0.1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "LeftLoopbackError" in done.stderr
