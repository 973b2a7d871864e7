"""No library that we load tells anybody of it, or leaves a mark on disk."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest


@pytest.mark.parametrize("module", ["onnxruntime", "rapidocr", "tokenizers", "spacy", "weasyprint"])
def test_a_library_writes_nothing_when_it_is_loaded(module: str, tmp_path: Path) -> None:
    """Of the runtime for ONNX, 1.30 keeps an id of the machine and a database of events to send."""
    if find_spec(module) is None:
        pytest.skip(f"{module} is missing")
    # It keeps still where it sees that it is tested.
    kept = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    environment = kept | {"TMPDIR": str(tmp_path), "HOME": str(tmp_path)}
    loading = [sys.executable, "-c", f"import {module}"]
    done = subprocess.run(loading, env=environment, capture_output=True, text=True, check=False)
    if "OSError: cannot load library" in done.stderr:
        pytest.skip(f"a system library of {module} is missing")
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.rglob("*"))
