"""The lab: analyses are read, run in a sandbox, and what they computed is kept and judged."""
