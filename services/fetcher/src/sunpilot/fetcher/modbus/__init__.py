"""SolarEdge's inverters over Modbus TCP."""
