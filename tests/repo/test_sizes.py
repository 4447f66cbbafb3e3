from __future__ import annotations

import ast

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
MAX_PUBLIC_NAMES = 8

MAY_HOLD_MORE_NAMES = {
    "errors.py": "the error tree is read as one drawing",
}


def test_no_file_is_longer_than_one_question_needs(tracked_texts: dict[str, str]) -> None:
    lengths = {
        path: len(text.splitlines()) for path, text in tracked_texts.items() if path.endswith(".py")
    }

    assert {path: n for path, n in lengths.items() if n > MAX_FILE_LINES} == {}


def test_no_function_is_longer_than_one_screen(modules: dict[str, ast.Module]) -> None:
    lengths = {
        f"{path}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path, module in modules.items()
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert {name: n for name, n in lengths.items() if n > MAX_FUNCTION_LINES} == {}


def test_no_module_offers_more_names_than_a_reader_can_hold(modules: dict[str, ast.Module]) -> None:
    public = {
        path: [
            node.name
            for node in module.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
        ]
        for path, module in modules.items()
    }
    crowded = {path for path, names in public.items() if len(names) > MAX_PUBLIC_NAMES}

    assert crowded == MAY_HOLD_MORE_NAMES.keys()
