"""Many messages through many processes that are killed, frozen and lied to; then every single one is accounted for.

``python -m bench.chaos`` (or ``make chaos``); see docs/explanation/outbox-proof.md.
"""
