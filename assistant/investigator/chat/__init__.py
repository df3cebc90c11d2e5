"""Chat: what a message asks, answers by code and by a model, conversations with memory."""
