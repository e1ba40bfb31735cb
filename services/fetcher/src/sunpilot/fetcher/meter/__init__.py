"""Meters that publish on MQTT."""
