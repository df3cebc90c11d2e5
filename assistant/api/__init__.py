"""The ways in over HTTP: REST for people and tools, OTLP for telemetry."""
