"""Calendars, targets and clocks. No stream: arithmetic on what others recorded."""
