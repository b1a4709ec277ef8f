"""What is fuzzed: a module each, with `SEEDS` and `one`."""
