"""A twin of the Modbus TCP interface of a SolarEdge inverter."""
