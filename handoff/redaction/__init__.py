"""What to do with a finding: operators, pseudonyms, the plan, the recheck."""
