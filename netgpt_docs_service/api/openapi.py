"""The OpenAPI document: FastAPI's, with the schemas that no route's type names."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel

from netgpt_docs_service.api.schemas.filter_schema import FILTER_SCHEMA, NAMED_SCHEMA
from netgpt_docs_service.api.schemas.openai import OpenAIErrorModel
from netgpt_docs_service.api.schemas.problem import Problem

_TEMPLATE = "#/components/schemas/{model}"


class DescribedAPI(FastAPI):
    """An application that describes itself completely."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, made once."""
        if self.openapi_schema is None:
            document = get_openapi(
                title=self.title,
                version=self.version,
                summary=self.summary,
                routes=self.routes,
            )
            schemas = document["components"]["schemas"]
            schemas["Filter"] = FILTER_SCHEMA
            schemas |= _definitions(Problem) | _definitions(OpenAIErrorModel)
            self.openapi_schema = _with_references(document)
        return self.openapi_schema


def operation_id(route: APIRoute) -> str:
    """Name an operation after its function: generated clients read better."""
    return route.name


def _definitions(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template=_TEMPLATE)
    return {**schema.pop("$defs"), model.__name__: schema}


def _with_references(node: Any) -> Any:  # noqa: ANN401  JSON
    if isinstance(node, dict):
        if name := node.get(NAMED_SCHEMA):
            return {"$ref": _TEMPLATE.format(model=name)}
        return {key: _with_references(value) for key, value in node.items()}
    return [_with_references(each) for each in node] if isinstance(node, list) else node
