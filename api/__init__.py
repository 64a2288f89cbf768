"""The doors: HTTP routes, the command line, and the wiring behind them."""
