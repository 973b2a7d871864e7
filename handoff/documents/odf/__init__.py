"""OpenDocument: text documents, spreadsheets and presentations, by allow-list, as OpenDocument."""
