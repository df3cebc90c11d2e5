"""Everything that can go wrong with the shop."""

from examples.shop.generator.mutations import code, configuration, operations
from examples.shop.generator.mutations.base import Lure, Mutation

MUTATIONS: tuple[Mutation, ...] = (
    *code.MUTATIONS,
    *configuration.MUTATIONS,
    *operations.MUTATIONS,
)

__all__ = ["MUTATIONS", "Lure", "Mutation"]
