"""Labelled claims: sentences about real reports, half of them subtly wrong, for the claim gate.

The reports are investigations of generated shop incidents; the sentences are hand-written. The
test half speaks of other reports than the development half, and was written before the gate.
"""
