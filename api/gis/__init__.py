"""GIS: households, villages and communes as files for QGIS and other desktop programs."""
