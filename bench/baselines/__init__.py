"""What each measure is compared with: the least code that gives the same bytes."""
