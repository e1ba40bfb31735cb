"""What every service runs on: clock, message bus, store, leadership, settings, logging, and its own report."""
