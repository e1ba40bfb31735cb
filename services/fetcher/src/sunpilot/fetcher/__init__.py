"""Asks the sources of power readings, no more often than they allow, and publishes what they measured."""
