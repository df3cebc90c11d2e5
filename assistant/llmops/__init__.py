"""Our own model calls: metered, priced, judged."""
