"""What an analysis returned, as files and values that a page can show."""
