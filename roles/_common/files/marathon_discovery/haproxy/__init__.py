"""From the model to a running HAProxy."""
