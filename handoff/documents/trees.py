"""The type of lxml's elements, which come without types of their own."""

from __future__ import annotations

from typing import Any, TypeAlias

Element: TypeAlias = Any
