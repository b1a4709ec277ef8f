"""``winnerlook outbox``: durable sending from the command line."""
