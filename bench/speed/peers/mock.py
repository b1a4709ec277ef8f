"""The mock at its full work, with as many accounts, rules and faults beside the measured ones as wanted."""

from __future__ import annotations

import argparse
import signal

from winnerlook_mock import MockServer, garbage

USER, PASSWORD, BALANCE = "bench", "bench-pass", 10**12


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--accounts", type=int, default=1)
    parser.add_argument("--faults", type=int, default=0, help="armed, and none of them strikes a SendMsg")
    parser.add_argument("--rules", type=int, default=0, help="delivery rules, and none of them fits")
    wanted = parser.parse_args()
    with MockServer() as mock:
        account = mock.account(USER, PASSWORD, balance=BALANCE)
        for number in range(wanted.accounts - 1):
            mock.account(f"other-{number}", "x")
        for _ in range(wanted.faults):
            account.fault("code", operation="GetMoConnect", code=-1, lasts=86_400)
        account.configure(delivery_rules={f"137{number:08}": "UNDELIV" for number in range(wanted.rules)})
        garbage.look_rarely()  # as winnerlook-mock serve does
        print(f"PORT {mock.url.rpartition(':')[2]}", flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
