"""How fast the client and the mock are, beside their peers, in one run: ``python -m bench.speed`` (``--quick`` for a look)."""
