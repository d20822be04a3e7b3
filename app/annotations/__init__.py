"""The margin: marks and comments on passages, in the form of the W3C, found again after edits."""
