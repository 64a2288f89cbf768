"""Scenarios: a policy, calendars and what happened, played through the clocks of the desk.

`docs/scenarios-clocks.md` says how a file is written.
"""
