"""Office Open XML (ECMA-376): what Word, Excel and PowerPoint files have in common."""
