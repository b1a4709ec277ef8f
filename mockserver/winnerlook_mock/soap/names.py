"""Qualified names in requests."""

from __future__ import annotations

from typing import Any

from lxml import etree

from winnerlook_mock.soap.faults import client_fault


def qualified(element: Any) -> etree.QName:
    """The name of an element. Raises SoapFault for one whose prefix is declared nowhere: libxml2 lets it pass where a namespace behind it
    is no URI, and leaves the prefix in the tag."""
    try:
        return etree.QName(element)
    except ValueError:
        raise client_fault(
            "The request is not well-formed XML: the prefix of an element is declared nowhere. Let an XML library write it."
        ) from None
