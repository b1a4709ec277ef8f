"""Reading XML that came from outside."""

from __future__ import annotations

from typing import Any

from lxml import etree

from winnerlook import errors
from winnerlook._wire import HTTP_OK, WireAnswer, facts_of
from winnerlook.operations import Operation


def parse_answer(operation: Operation, answer: WireAnswer) -> Any:
    """The root element of an answer. Raises HttpStatusError or NotXmlError where it is no XML, ForbiddenDtdError where it has a DTD.

    The XML declaration and the byte order mark say how the bytes are encoded; nothing is fetched, no entity is expanded.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root = etree.fromstring(answer.body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        kind = errors.NotXmlError if answer.status == HTTP_OK else errors.HttpStatusError
        place = "" if isinstance(error, ValueError) else " from line {} column {} on".format(*error.position)
        problem = f"the answer is not XML{place}" if answer.status == HTTP_OK else "the server refused the request"
        # The parser's words quote the answer, and a chained exception is printed with its words (L2).
        raise kind(problem, **facts_of(operation, answer)) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise errors.ForbiddenDtdError("the answer carries a document type declaration", **facts_of(operation, answer))
    return root
