"""No library that handoff loads tells anybody about it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("onnxruntime", reason="handoff[ocr] is missing")


def test_the_runtime_of_the_networks_leaves_no_session_file_of_its_telemetry(
    tmp_path: Path,
) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    command = [sys.executable, "-c", "import handoff, onnxruntime"]
    subprocess.run(command, check=True, env={**environment, "TMPDIR": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []
