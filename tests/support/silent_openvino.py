"""Run in a process of its own: convert, compile and quantise, and die at the first socket."""

from __future__ import annotations

import importlib.util
import os
import sys

_SOCKET_OPENED = 77


def main() -> None:
    # Dies, because the sender swallows what is raised; it forks first, where a hook's death would
    # not be seen.
    forbidden = {"socket.__new__", "socket.getaddrinfo", "urllib.Request", "os.fork"}
    sys.addaudithook(lambda event, _: os._exit(_SOCKET_OPENED) if event in forbidden else None)

    import torch  # noqa: PLC0415  after the hook

    from netgpt_docs_service.embedding.openvino_runtime import ov  # noqa: PLC0415  as above

    model = ov.convert_model(torch.nn.Linear(8, 8), example_input=torch.zeros(1, 8))
    ov.compile_model(model, "CPU")(torch.ones(1, 8).numpy())
    if importlib.util.find_spec("nncf") is not None:
        import nncf  # noqa: PLC0415  an extra

        nncf.quantize(model, nncf.Dataset([torch.ones(1, 8).numpy()]))


if __name__ == "__main__":
    main()
