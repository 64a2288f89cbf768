"""What is touched: every vendor and every machine, each behind a port of ours."""
