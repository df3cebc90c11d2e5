"""RootCauseBench: which commit did it, or none; also for any folder of the same form."""
