"""Imported once in the fork server, so that every worker starts with the language model in memory.

Workers are forked from it: they share the model's pages, and those of the PDF engine's machine
code, instead of each loading its own. An asset that is missing or wrong is not an error here; the
run has said so before it asks for a worker.
"""

from __future__ import annotations

import gc
import os
from contextlib import suppress

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
# A worker that is ended while it starts would print a traceback; from here on nothing is said.
nowhere = os.open(os.devnull, os.O_WRONLY)
os.dup2(nowhere, 1)
os.dup2(nowhere, 2)
# What is there now stays: a collection in a worker would only copy the shared pages.
gc.freeze()
