"""Sunpilot's devices in Home Assistant, announced by MQTT device discovery."""
