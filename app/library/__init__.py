"""Notes as files: front matter, identity, sync, safe save, and what the index knows of them."""
