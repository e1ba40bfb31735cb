"""Grafana for Sunpilot: its image, and the dashboards in it, which `python -m grafana` makes from these modules."""
