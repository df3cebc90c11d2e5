"""One file per kind of check. Each takes a reading and its grounds and tells, in words that help
to mend the sentence, what does not hold."""
