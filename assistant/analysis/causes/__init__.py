"""From observations to ranked causes: operational ones and suspects among the changes."""
