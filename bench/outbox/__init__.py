"""How many messages a second the outbox takes in and sends, by store, workers and batch.

``python -m bench.outbox`` (or ``make bench-outbox``); see docs/explanation/outbox-proof.md.
"""
