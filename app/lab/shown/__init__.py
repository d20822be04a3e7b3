"""What a page shows of the lab: blocks with their results, claims with their verdicts."""
