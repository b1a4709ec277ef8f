"""Recording exchanges with a gateway, everything private replaced by stand-ins, and answering from such recordings."""
