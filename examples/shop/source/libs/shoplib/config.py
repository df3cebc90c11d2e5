"""Settings of a service: its file in config/, over these defaults."""

import tomllib

DEFAULTS = {
    "service": {"slots": 64, "queue_timeout_s": 2.0},
    "client": {"timeout_s": 1.5, "attempts": 2, "backoff_s": 0.1},
    "database": {"name": "shop", "pool_size": 6, "acquire_timeout_s": 1.0},
    "cache": {"ttl_s": 60.0, "max_entries": 500},
}
ALWAYS = ("service", "client")  # the other sections only where a service asks for them


def load(text: str) -> dict:
    """Sections given in the file replace the defaults key by key."""
    given = tomllib.loads(text)
    sections = [section for section in DEFAULTS if section in given or section in ALWAYS]
    return {section: DEFAULTS[section] | given.get(section, {}) for section in sections}
