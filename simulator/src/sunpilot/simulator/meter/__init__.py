"""Twins of meters that publish on MQTT."""
