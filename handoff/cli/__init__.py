"""Click: one file per command group; build objects, loop over outcomes, print, exit."""
