"""What all tests beside it need."""

from __future__ import annotations

import sys

# In this process, too; `left_out` says why.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
