"""One question to a model: the agent, its limits, and what stands around each of its calls."""
