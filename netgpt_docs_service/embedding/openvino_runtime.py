"""OpenVINO, without its telemetry: nothing leaves this machine."""

from __future__ import annotations

import openvino as ov

__all__ = ["ov"]
