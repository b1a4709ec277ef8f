"""The commands that ask for the balance and send."""

from __future__ import annotations

from winnerlook.cli.exits import DONE
from winnerlook.cli.invocation import Invocation
from winnerlook.cli.output import OutputClosedError
from winnerlook.cli.rendering import sent_line, sent_value
from winnerlook.operations import BY_NAME
from winnerlook.results import Sent


def balance(run: Invocation) -> int:
    """O1."""
    with run.client() as client, run.calling(BY_NAME["GetBalanceConnect"]):
        left = client.balance()
    if run.output.as_json:
        run.output.document({"balance": str(left)})
    else:
        run.output.line(str(left))
    return DONE


def send(run: Invocation) -> int:
    """O2, O8, O11."""
    args = run.args
    text = run.inputs.text(args.text)
    with run.client() as client, run.calling(BY_NAME["SendMsg"]):
        sent = client.send(
            args.number, text, customer_uuid=args.uuid, extension=args.extension, sms_type=args.sms_type, autograph=args.autograph,
            encrypted=args.encrypted,
        )
    show_sent(run, sent)
    return DONE


def send_many(run: Invocation) -> int:
    """O7."""
    args = run.args
    text = run.inputs.text(args.text)
    numbers = run.inputs.numbers(args.numbers, args.numbers_from)
    with run.client() as client, run.calling(BY_NAME["SendBatchMsg"]):
        sent = client.send_many(numbers, text, sms_type=args.sms_type, autograph=args.autograph)
    _show_all(run, sent)
    return DONE


def send_each(run: Invocation) -> int:
    """O12."""
    args = run.args
    pairs = run.inputs.pairs(args.pairs, args.source)
    with run.client() as client, run.calling(BY_NAME["SendIndividualMsg"]):
        sent = client.send_each(pairs, customer_uuid=args.uuid, sms_type=args.sms_type)
    _show_all(run, sent)
    return DONE


def show_sent(run: Invocation, sent: Sent) -> None:
    """Print one receipt."""
    try:
        if run.output.as_json:
            run.output.document(sent_value(sent))
        else:
            run.output.line(sent_line(sent))
    except (OutputClosedError, KeyboardInterrupt):
        _note_batches(run, (sent,))
        raise


def _show_all(run: Invocation, sent: tuple[Sent, ...]) -> None:
    try:
        if run.output.as_json:
            run.output.document({"sent": [sent_value(each) for each in sent]})
        else:
            for each in sent:
                run.output.line(sent_line(each))
    except (OutputClosedError, KeyboardInterrupt):
        _note_batches(run, sent)
        raise


def _note_batches(run: Invocation, sent: tuple[Sent, ...]) -> None:
    run.output.note(f"accepted, though it could not be printed: batch {', '.join(each.batch_number for each in sent)}")
