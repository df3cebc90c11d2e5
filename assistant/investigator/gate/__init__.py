"""The claim gate: what a sentence says is checked against the evidence it cites."""
