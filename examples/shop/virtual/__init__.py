"""The shop in one process under a virtual clock: the same code, hours in seconds."""
