"""The lab engine: its programs and the packing of them into one archive."""
