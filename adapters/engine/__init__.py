"""The engine: what waits is decided, appended, answered and indexed; what was appended is followed."""
