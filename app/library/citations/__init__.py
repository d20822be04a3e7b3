"""BibTeX and the works that notes are about or cite."""
