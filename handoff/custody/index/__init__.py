"""What the custody log says, arranged for questions: a copy for reading, never evidence.

The index is derived from the log alone, lies beside it, and can be thrown away at any time: the
next question builds it anew. It exists so that a question over a million events is answered in
milliseconds; what it answers is looked up again in the log wherever it is handed out as proof.
"""
