"""Readings, states and decisions from MQTT into InfluxDB: nothing measured is lost."""
