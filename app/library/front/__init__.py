"""The front matter of notes: read with patience, written without touching the rest."""
