"""From the apps of Marathon to the model of what HAProxy serves. No input or output in here."""
