"""Pushes to the customer's receiver (P1-P4): what is pushed, how it gets there, and what came of it."""
