"""Embeddings and models in OpenAI's shapes."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from netgpt_docs_service.api.schemas.shapes import WHOLE, Strict, shown
from netgpt_docs_service.domain.models import ServedModel
from netgpt_docs_service.embedding.interface import TextKind
from netgpt_docs_service.usecases.embed import MAX_CHARACTERS, MAX_TEXTS, TextsToEmbed

_MOST_NAME_CHARACTERS = 512
_NOT_TEXT = (
    "token ids belong to the tokenizer of another model: send text "
    "(in LangChain, OpenAIEmbeddings(check_embedding_ctx_length=False))"
)


def _only_texts(sent: object) -> object:
    """Stop at the first item that is no text: pydantic would describe 100,000 of them."""
    for index, each in enumerate(sent if isinstance(sent, list) else ()):
        if isinstance(each, str):
            continue
        if isinstance(each, int | list) and not isinstance(each, bool):
            kind, message = "token_ids", _NOT_TEXT
        else:
            kind, message = "string_type", f"text {index} is not a string"
        raise PydanticCustomError(kind, message)
    return sent


_Text = Annotated[
    str,
    shown(
        minLength=1,
        maxLength=MAX_CHARACTERS,
        pattern=r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
    ),
]
_Texts = Annotated[list[_Text], shown(minItems=1, maxItems=MAX_TEXTS)]


class EmbeddingsRequest(Strict):
    """Texts to embed, each as a whole: one that is longer than the model takes is refused."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "model": "BAAI/bge-small-en-v1.5",
                    "input": ["Holidays are booked two weeks ahead.", "Trains come first."],
                }
            ]
        }
    )

    model: Annotated[
        str,
        Field(
            max_length=_MOST_NAME_CHARACTERS,
            description="As `GET /v1/models` names it, or the last part of that name.",
        ),
    ]
    input: Annotated[_Text | _Texts, BeforeValidator(_only_texts)]
    encoding_format: Annotated[
        Literal["float", "base64"],
        Field(description="base64: of little-endian float32 values."),
    ] = "float"
    dimensions: (
        Annotated[
            int, Field(ge=1, description="The model's own; vectors are not shortened."), WHOLE
        ]
        | None
    ) = None
    user: Annotated[str | None, Field(description="Accepted, and not used.")] = None
    input_type: Annotated[
        Literal["query", "passage"],
        Field(description="What the texts are: each kind gets the model's prefix for it."),
    ] = "passage"

    def to_texts(self) -> TextsToEmbed:
        """Return the texts; one that came alone is a list of one."""
        return TextsToEmbed(
            texts=[self.input] if isinstance(self.input, str) else self.input,
            kind=TextKind(self.input_type),
            model=self.model,
            dimensions=self.dimensions,
        )


class EmbeddingModel(BaseModel):
    """The vector of the text at `index`: numbers, or base64 of little-endian float32 values."""

    object: Literal["embedding"]
    index: int
    embedding: list[float] | str


class UsageModel(BaseModel):
    """What the texts cost, prefixes and special tokens included; both numbers are the same."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingsModel(BaseModel):
    """One vector for each text, in order."""

    object: Literal["list"]
    data: list[EmbeddingModel]
    model: str
    usage: UsageModel


class ModelModel(BaseModel):
    """The embedding model; `created` is when this process loaded it, in seconds of Unix time."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: Literal["netgpt-docs-service"] = "netgpt-docs-service"

    @classmethod
    def of(cls, model: ServedModel) -> Self:
        """Show the model."""
        return cls(id=model.name, created=int(model.loaded_at.timestamp()))


class ModelList(BaseModel):
    """The models that are served: one."""

    object: Literal["list"] = "list"
    data: list[ModelModel]
