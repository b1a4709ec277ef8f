"""What can be provoked without any control, as data: the failure codes, and the numbers and user names that are reserved."""

from __future__ import annotations

from typing import Any

from winnerlook import codes
from winnerlook_mock.gateway import reserved


def tables() -> dict[str, list[dict[str, Any]]]:
    """`codes` with the recipient and the user that make a call fail with each, and `deliveries` with the recipient that ends so."""
    return {
        "codes": [
            {
                "code": code.value, "meaning": code.meaning, "english": code.english,
                "recipient": f"{reserved.FAILING_NUMBER}{-code.value:02}", "user": f"{reserved.FAILING_USER}{-code.value}",
            }
            for code in codes.ALL
        ],
        "deliveries": [
            {"recipient": reserved.DELIVERY_NUMBER + digits, "status": end.status, "meaning": end.meaning, "delay": end.delay}
            for digits, end in reserved.DELIVERIES.items()
        ],
    }
