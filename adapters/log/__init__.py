"""The chained log: every record carries the proof that it belongs. The picture is in docs/architecture.md."""
