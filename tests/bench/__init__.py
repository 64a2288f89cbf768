"""Benchmarks beside a peer, in the same run. `atende bench NAME --json` prints one JSON object last."""
