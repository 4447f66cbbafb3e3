from __future__ import annotations

import ast

import pytest

MAY_HOLD_MAINTENANCE = {
    "store/": "the port and its adapters",
    "usecases/sweep.py": "clears away stale chunks of all tenants",
    "usecases/fsck": "checks all tenants' documents for the operator",
    "usecases/export_documents.py": "reads all tenants' documents for the operator's archive",
    "usecases/import_documents.py": "counts, and forgets fences that sweeps put up against it",
    "usecases/assembly.py": "hands the port to those use cases",
    "usecases/health.py": "pings and counts, and returns no tenant's data",
    "wiring/services.py": "hands the port to those use cases",
}


@pytest.fixture(scope="session")
def document_store(modules: dict[str, ast.Module]) -> ast.ClassDef:
    return next(
        node
        for node in modules["store/interface.py"].body
        if isinstance(node, ast.ClassDef) and node.name == "DocumentStore"
    )


def test_every_method_of_the_document_store_takes_the_tenant_first(
    document_store: ast.ClassDef,
) -> None:
    first_parameters = {
        node.name: [each.arg for each in (*node.args.posonlyargs, *node.args.args)][1:2]
        for node in document_store.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert first_parameters
    assert {name: first for name, first in first_parameters.items() if first != ["tenant"]} == {}


def test_work_over_all_tenants_stays_with_the_use_cases_that_need_it(
    modules: dict[str, ast.Module],
) -> None:
    holders = {
        path
        for path, module in modules.items()
        for node in ast.walk(module)
        if isinstance(node, ast.Name | ast.alias | ast.Attribute)
        and "StoreMaintenance" in ast.unparse(node)
    }

    assert [path for path in holders if not path.startswith(tuple(MAY_HOLD_MAINTENANCE))] == []
