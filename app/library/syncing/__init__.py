"""From the files to the index."""
