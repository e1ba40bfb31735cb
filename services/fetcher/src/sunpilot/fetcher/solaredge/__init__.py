"""SolarEdge's cloud as a source: API V1 with its power flow, API V2 with averages, by key or by consent."""
