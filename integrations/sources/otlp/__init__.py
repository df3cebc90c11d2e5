"""OTLP: traces, metrics, logs and change events over HTTP and gRPC."""
