"""What traces tell: call trees, error origins, differences, who calls whom."""
