"""Everything that can go wrong with the shop."""

from examples.shop.generator.mutations import (
    calls,
    configuration,
    logic,
    operations,
    queries,
    resources,
)
from examples.shop.generator.mutations.base import Mutation

MUTATIONS: tuple[Mutation, ...] = (
    *queries.MUTATIONS,
    *resources.MUTATIONS,
    *calls.MUTATIONS,
    *logic.MUTATIONS,
    *configuration.MUTATIONS,
    *operations.MUTATIONS,
)
