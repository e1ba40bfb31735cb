"""The Wattpilot twin: a box with its logic and its faults, and the door through which clients reach it."""
