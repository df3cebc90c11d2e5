"""Which combination of attribute values carries a change."""
