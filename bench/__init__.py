"""Measurements, with ratios taken in one run. Nothing here is a test, and no test times anything."""
