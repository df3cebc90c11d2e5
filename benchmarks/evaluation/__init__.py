"""`causeway eval`: suites of incidents played through the ordinary line and graded."""
