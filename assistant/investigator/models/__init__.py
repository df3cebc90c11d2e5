"""The configured language models: how they are built, and what each can do."""

from assistant.investigator.models.configured import (
    ConfiguredModel,
    ModelChain,
    Models,
    is_loopback,
)

__all__ = ["ConfiguredModel", "ModelChain", "Models", "is_loopback"]
