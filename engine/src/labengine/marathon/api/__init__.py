"""Marathon's REST API, as the leader answers it."""
