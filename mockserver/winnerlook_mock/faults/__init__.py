"""What goes wrong on purpose: which faults there are, which calls they strike, and what they do to an answer on its way out."""
