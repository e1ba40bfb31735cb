"""The bridge: one Wattpilot on one side, its branch of MQTT topics on the other."""
