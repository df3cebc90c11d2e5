"""The words we all speak: frozen values and small Protocols, with no input or output.

Times are aware UTC datetimes, or integer nanoseconds since the epoch where the name ends in
`_ns`. Windows are half open. Units stand in the name.
"""
