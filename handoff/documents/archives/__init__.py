"""Archives: what is in them goes through the front door and comes out as a ZIP."""
