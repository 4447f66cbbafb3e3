"""What every command that may load the model does first."""

from __future__ import annotations

from netgpt_docs_service.observability.cpus import usable_cpus
from netgpt_docs_service.settings import (
    Settings,
    export_to_libraries,
    limit_library_threads,
    load_settings,
)


def start_settings() -> Settings:
    """Return the settings, and bound what the libraries that are imported after this may use.

    Raises ConfigurationError as load_settings does. numpy starts its threads when it is imported,
    so no command imports wiring at its top.
    """
    settings = load_settings()
    export_to_libraries(settings)
    limit_library_threads(settings.engine_threads(usable_cpus()))
    return settings
