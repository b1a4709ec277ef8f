"""Programs that put the product under trouble and under load. No package holds them, and every socket of theirs is on loopback."""
