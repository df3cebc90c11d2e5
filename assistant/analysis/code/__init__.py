"""What a change does: its hunks, their mechanisms, the words it shares with a failure."""
