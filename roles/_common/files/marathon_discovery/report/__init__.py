"""What the agent says of itself: its status, its metrics, whether it is ready."""
