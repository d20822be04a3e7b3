"""From a person to the files: saves, drafts, attached files."""
