"""What notes were: versions, their differences and merges, what was deleted."""
