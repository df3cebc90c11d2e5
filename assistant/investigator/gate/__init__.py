"""The claim gate: what a sentence says is checked against the evidence it cites."""

from assistant.investigator.gate.gate import check as check
from assistant.investigator.gate.gate import check_all as check_all
