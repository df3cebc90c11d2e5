"""What can go wrong with the shop, by chapters; `catalogue` has all of it."""
