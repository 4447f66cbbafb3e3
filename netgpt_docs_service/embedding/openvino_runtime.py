"""The one door to OpenVINO: import `ov` from here and from nowhere else.

`import openvino` reports to Google Analytics and keeps a client id below HOME, unless the user of
that HOME has opted out by hand; its converter and NNCF report what they are asked to do, too. All
of them do without when the package `openvino_telemetry` is not there, so for this process it is
not: no variable, consent file or setting can bring it back.
"""

from __future__ import annotations

import sys

# Before the import, which sends the first report. None is Python's own mark for a module that
# must not be imported.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # typeshed knows no None here

import openvino as ov  # noqa: E402  see above

__all__ = ["ov"]
