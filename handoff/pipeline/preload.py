"""Imported once in the fork server, so that every worker starts with the language model in memory.

Workers are forked from it: they share the model's pages, and those of the PDF engine's machine
code, instead of each loading its own. What is missing or does not load is no error here: the fork
server would die of it and say nothing to anybody, whereas a worker meets the same and says why
(worker.py).
"""

from __future__ import annotations

import gc
import os
from contextlib import suppress


def _load_engine() -> None:
    import handoff.pipeline.reading  # noqa: F401 - for its imports
    from handoff import assets
    from handoff.detection.language import classifier
    from handoff.detection.ner import load_model
    from handoff.documents.pdf.sandbox import compile_ahead
    from handoff.documents.registry import formats
    from handoff.errors import HandoffError

    with suppress(HandoffError):
        load_model(assets.model_path())
    with suppress(HandoffError):
        compile_ahead(assets.pdfium_wasm(), lambda: None)
    classifier()
    formats()


# A library that does not load, or a worker that is ended while it starts, would print a traceback.
nowhere = os.open(os.devnull, os.O_WRONLY)
os.dup2(nowhere, 1)
os.dup2(nowhere, 2)
with suppress(Exception):
    _load_engine()
# What is there now stays: a collection in a worker would only copy the shared pages.
gc.freeze()
