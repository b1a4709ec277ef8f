"""What a call did against the document, though the gateway may let it pass; for the journal.

Notes are in English, each says what is wrong and how to mend it, and quotes nothing that the caller sent: names and counts only (L2).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from urllib.parse import unquote, unquote_plus

from winnerlook import sms
from winnerlook.individual import parse_pairs
from winnerlook.operations import DEFAULT_SMS_TYPE, MAX_CUSTOMER_UUID, MAX_EXTENSION_DIGITS, Operation
from winnerlook_mock.gateway.submission import Parameters, Submission, text_of
from winnerlook_mock.percent import unescaped

_INTEGER = re.compile(r"\s*-?[0-9]{1,10}\s*", re.ASCII)
_EXTENSION = re.compile(rf"[0-9]{{1,{MAX_EXTENSION_DIGITS}}}", re.ASCII)
_COUNTRY = re.compile(r"\A\s*(?:(?:\+|00)\s*86|86(?=[\s-]?1[0-9]{10}\s*\Z))", re.ASCII)
_SPACED = re.compile(r"[0-9)][\s.()-]+[0-9(]", re.ASCII)
_FULL_WIDTH = re.compile("[０-９＋]")
_OTHER_SEPARATOR = re.compile(r"[0-9][;；、|/\r\n\t]+\s*\+?[0-9]", re.ASCII)
_ESCAPED = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f]){2,}")
_ESCAPED_SIGN = re.compile(r"%(?:2[0-9A-F]|3[A-F]|5[BD]|7[BCD])", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});")
_LOST = re.compile(r"\?{4,}")
_PLAIN_NUMBERS = re.compile("1[0-9]+(?:,1[0-9]+)*", re.ASCII)
_ODD = re.compile("[%&?\ufffd]")
_SIGNATURE = re.compile("【[^【】]*】")
_LINK = re.compile(r"://|\.[A-Za-z]{2,10}/")
_NOT_IN_LINK = re.compile("[^!-~]")
_MOST_LINK = 2000
_MOST_ESCAPES = 20
_MOST_LIKE = 1000
"""Characters of a name or password that is compared with the right one by more than equality: a slip of the pen is no longer."""
_NO_TEXT_AT_ALL = "Msg is empty: send the text of the SMS"


def notes_on(submission: Submission) -> Iterator[str]:
    """Notes on how many numbers a send has."""
    operation, count = submission.operation, len(submission.pairs)
    if operation.max_recipients == 1 and "," in submission.pairs[0][0]:
        yield f"{operation.name} takes one number: use SendBatchMsg for several (R3)"
    if count > operation.max_recipients:
        yield f"{count} recipients in one call, the document allows {operation.max_recipients}: split the send (R4, R5)"


def notes_on_user(parameters: Parameters, known: Iterable[str], raw: bytes) -> Iterator[str]:
    """Notes on a user name that no account has; `known` are those that there are, `raw` is the request's body."""
    if "userCode" not in parameters:
        kind = {b"{": "JSON", b"[": "JSON", b"<": "XML"}.get(raw.lstrip()[:1])
        if kind:
            yield f"the body is {kind}, not a form: send name=value pairs joined by &, as application/x-www-form-urlencoded (A5)"
        else:
            yield "userCode is missing: every operation needs it, names are case-sensitive (H2)"
        return
    given = text_of(parameters, "userCode")
    for name in known:
        reason = _difference(given, name)
        if reason:
            yield f"userCode {reason}: write it as the account does"
            return
    yield "there is no account of this userCode: open one first, or mend the name" if given else "userCode is empty: send the login name"


def notes_on_password(operation: Operation, parameters: Parameters, right: str) -> Iterator[str]:
    """Notes on a password that is not the account's."""
    where = "userPass in submitInfo" if operation.submit_info else "userPass"
    if "userPass" not in parameters:
        yield f"{where} is missing: every operation needs it, names are case-sensitive"
        return
    given = text_of(parameters, "userPass")
    reason = _difference(given, right)
    if reason:
        yield f"{where} {reason}: send the password to the letter"
    elif operation.submit_info:
        yield f"{where} differs from the password that the DES key is made of: write the same one into the plaintext (E2)"
    elif given:
        yield f"{where} is not the account's password: mend it, or open the account with it"
    else:
        yield f"{where} is empty: send the login password"


def notes_on_parameters(operation: Operation, parameters: Parameters, door: str) -> Iterator[str]:
    """Notes on what a send carries, be it accepted or not. `parameters` are decrypted."""
    return iter(()) if _is_as_documented(operation, parameters) else _notes_on_parameters(operation, parameters, door)


def _is_as_documented(operation: Operation, parameters: Parameters) -> bool:
    """Whether there is surely nothing to say of a send, as of most: they do not pay for what is looked for in the others."""
    message, numbers = parameters.get("Msg"), parameters.get("DesNo")
    sms_type = parameters.get("smsType")
    return (
        isinstance(message, str) and isinstance(numbers, str) and operation.name != "SendIndividualMsg"
        and _PLAIN_NUMBERS.fullmatch(numbers) is not None and _ODD.search(message) is None and bool((sms.signature(message) or "").strip())
        and (sms_type is None or sms_type == DEFAULT_SMS_TYPE) and not parameters.get("ExeNo")
        and len(text_of(parameters, "customerUuid")) <= MAX_CUSTOMER_UUID
        and parameters.get("userPass") is not None and (bool(operation.submit_info) or parameters.get("userCode") is not None)
    )


def _notes_on_parameters(operation: Operation, parameters: Parameters, door: str) -> Iterator[str]:
    wanted = [parameter.name for parameter in operation.submit_info or operation.parameters if parameter.required]
    missing = [name for name in wanted if parameters.get(name) is None]
    if missing:
        within = " in submitInfo" if operation.submit_info else ""
        yield f"{' and '.join(missing)} missing{within}: {operation.name} needs {', '.join(wanted)} (names are case-sensitive)"
    yield from _notes_on_options(parameters)
    if operation.name == "SendIndividualMsg":
        yield from _notes_on_pairs(text_of(parameters, "Msg"))
    else:
        yield from _notes_on_numbers(text_of(parameters, "DesNo"))
        yield from _notes_on_texts([text_of(parameters, "Msg")] if "Msg" in parameters else [], bool(text_of(parameters, "autograph")))
    yield from _notes_on_escapes(operation, parameters, door)


def _difference(given: str, right: str) -> str:
    """In which usual way a value differs from the right one; empty where in none."""
    if given == right or not given or len(given) > _MOST_LIKE:
        return ""
    return next((reason for reason, is_so in _DIFFERENCES if is_so(given, right)), "")


def _is_hash(given: str, right: str) -> bool:
    raw = right.encode("utf-8", "surrogatepass")
    return given.lower() in {hashlib.new(name, raw, usedforsecurity=False).hexdigest() for name in ("md5", "sha1", "sha256")}


_DIFFERENCES: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("has blanks or line ends around it", lambda given, right: given.strip() == right),
    ("lacks the blanks around it", lambda given, right: given == right.strip()),
    ("is in the wrong case", lambda given, right: given.strip().casefold() == right.casefold()),
    ("is in quotation marks", lambda given, right: given.strip("'\"") == right),
    ("is percent-encoded once too often", lambda given, right: right in (unquote(given), unquote_plus(given))),
    ("has a blank where a + belongs, which a form writes as %2B", lambda given, right: given == right.replace("+", " ")),
    ("was escaped as XML twice", lambda given, right: given.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == right),
    ("is a hash of the right value", _is_hash),
)


def _notes_on_options(parameters: Parameters) -> Iterator[str]:
    sms_type = parameters.get("smsType")
    if sms_type not in (None, "") and not _INTEGER.fullmatch(str(sms_type)):
        yield "smsType is not a whole number: send digits, 101 where nothing else was agreed, or leave it out (R9)"
    length = len(text_of(parameters, "customerUuid"))
    if length > MAX_CUSTOMER_UUID:
        yield f"customerUuid has {length} characters: send {MAX_CUSTOMER_UUID} at most (R7)"
    extension = text_of(parameters, "ExeNo")
    if extension and not _EXTENSION.fullmatch(extension):
        yield f"ExeNo is not made of 1 to {MAX_EXTENSION_DIGITS} digits: send digits only, or leave it out (R8)"


def _notes_on_pairs(message: str) -> Iterator[str]:
    if not message.strip():
        yield _NO_TEXT_AT_ALL
        return
    try:
        pairs = parse_pairs(message)
    except ValueError:
        yield "Msg is not made of number and text pairs: write number|~|text, and join the pairs by |-| (F4)"
        return
    yield from _notes_on_spelling([phone for phone, _ in pairs])
    yield from _notes_on_texts([text for _, text in pairs], is_signed=False)


def _notes_on_numbers(numbers: str) -> Iterator[str]:
    if "，" in numbers:
        yield "DesNo holds a full-width comma: separate the numbers by the ASCII comma (R4)"
    elif _OTHER_SEPARATOR.search(numbers):
        yield "DesNo separates its numbers by something else than a comma: use the ASCII comma (R4)"
    yield from _notes_on_spelling([number for number in re.split("[,，]", numbers) if number.strip()])


def _notes_on_spelling(numbers: list[str]) -> Iterator[str]:
    odd = [number for number in numbers if not (number[:1] == "1" and number.isdigit() and number.isascii())]
    if not odd:  # as correct callers write them: they do not pay for the others
        return
    for pattern, what, remedy in (
        (_COUNTRY, "with a country code", "leave +86 out"),
        (_SPACED, "with blanks or hyphens within", "send the digits only"),
        (_FULL_WIDTH, "in full-width digits", "send ASCII digits"),
    ):
        count = sum(bool(pattern.search(number)) for number in odd)
        if count:
            yield f"{count} of {len(numbers)} numbers are written {what}: {remedy}"


def _notes_on_texts(texts: list[str], is_signed: bool) -> Iterator[str]:  # noqa: FBT001  # whether autograph names the signature
    if any(not text.strip() for text in texts):
        yield _NO_TEXT_AT_ALL
    signatures = [sms.signature(text) for text in texts if text.strip()]
    for count, what in (
        (sum(signature is not None and not signature.strip() for signature in signatures), "an empty signature 【】"),
        (0 if is_signed else signatures.count(None), "no signature 【…】 at its beginning or end"),
    ):
        if count:
            yield f"{count} of {len(texts)} texts have {what}: put the registered signature there, or operators drop the SMS (C4)"
    if any(_has_lost(text) for text in texts):
        yield "Msg holds marks of characters that were lost on the way: read and write it in one charset before it is sent"


def _has_lost(text: str) -> bool:
    """Whether a text has characters that another charset could not hold. Question marks in a row are a manner of speech beside Chinese."""
    return "\ufffd" in text or (_LOST.search(text) is not None and _SIGNATURE.sub("", text).isascii())


def escapes_outside_links(text: str) -> Iterator[str]:
    """The first runs of percent-encoded bytes beyond ASCII in a text, but for those in addresses, which rightly hold them."""
    for match in islice(_ESCAPED.finditer(text), _MOST_ESCAPES):
        before = text[max(0, match.start() - _MOST_LINK) : match.start()]
        if not _LINK.search(_NOT_IN_LINK.split(before)[-1]):
            yield match[0]


def _notes_on_escapes(operation: Operation, parameters: Parameters, door: str) -> Iterator[str]:
    message = text_of(parameters, "Msg")
    if "%" not in message and "&" not in message and "%" not in text_of(parameters, "DesNo"):
        return
    inside, is_soap = bool(operation.submit_info), door.startswith("soap")
    where = "in submitInfo, whose values are not encoded" if inside else "in the envelope" if is_soap else "after decoding"
    for name in ("Msg", "DesNo"):
        value = text_of(parameters, name)
        text = next(filter(None, map(_charset_of_escape, escapes_outside_links(value))), "")
        said_by_the_form = text == "utf-8" and not inside and not is_soap
        if (text and not said_by_the_form) or (not text and name == "DesNo" and _ESCAPED_SIGN.search(value)):
            yield f"{name} is percent-encoded {where}: write it as it is (E2)" if inside or is_soap else (
                f"{name} is still percent-encoded {where}: encode it once (H2)"
            )
    if _ENTITY.search(message):
        yield "Msg still holds an XML escape such as &amp; after decoding: escape it once, or leave that to the XML library"


def _charset_of_escape(escaped: str) -> str:
    """The charset of percent-encoded text, empty where it is none."""
    for charset in ("utf-8", "gbk"):
        try:
            unescaped(escaped.encode("ascii")).decode(charset)
        except UnicodeDecodeError:
            continue
        return charset
    return ""
