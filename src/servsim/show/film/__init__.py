"""The film of a day at the desk: as one HTML page that plays it, or as a GIF for slides."""
