"""LibreOffice as a converter of bytes: in a jail of its own, in memory, for one document."""
