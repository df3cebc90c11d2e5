"""NAB: does a detector that sees one point at a time open an alarm in the labelled windows?"""
