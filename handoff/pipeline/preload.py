"""Imported once in the fork server, so that every worker starts with the language model in memory.

Workers are forked from it: they share the model's pages instead of each loading its own. A model
that is missing or wrong is not an error here; the run has said so before it asks for a worker.
"""

from __future__ import annotations

import gc
from contextlib import suppress

import handoff.pipeline.reading  # noqa: F401 - for its imports
from handoff import assets
from handoff.detection.language import classifier
from handoff.detection.ner import load_model
from handoff.errors import HandoffError

with suppress(HandoffError):
    load_model(assets.model_path())
classifier()
# What is there now stays: a collection in a worker would only copy the shared pages.
gc.freeze()
