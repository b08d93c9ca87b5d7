"""What Marathon says: its apps, and its events as a hint that they changed."""
