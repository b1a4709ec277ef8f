"""Coverage-guided fuzzing of what reads bytes from outside, with atheris: ``make fuzz``. Not part of the package.

An input is a line that says how the bytes arrive, and the bytes: people can read it, write one down, and hand it to
``python -m fuzz TARGET FILE``. Each target gives `SEEDS`, made from the documented examples, and `one`, which raises where a promise does
not hold. The suite runs every target on its seeds and on what was found once, without atheris.
"""
