"""Embeddings from any endpoint that speaks OpenAI's `POST /embeddings`."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from assistant.domain.errors import InvalidPayload, OperatorError, Overloaded
from retrievers.knowledge.embedding import Vectors, unit_rows

_BATCH = 64


class OpenAiEndpoint:
    """Texts leave the machine: only for operators who set it. `base_url` ends in `/v1`."""

    def __init__(
        self, base_url: str, model: str, *, api_key: str = "", timeout_s: float = 20.0
    ) -> None:
        self.name = f"openai-{model}"
        self._base_url = base_url
        self._model = model
        self._api_key = api_key
        self._timeout_s = timeout_s
        self._loading = threading.Lock()
        self._dimensions = 0

    @property
    def dimensions(self) -> int:
        """Known from the first answer; asking before it costs one small request."""
        return self._dimensions or self.embed(["dimensions"]).shape[1]

    def embed(self, texts: Sequence[str]) -> Vectors:
        with self._loading:
            client = self._client
        parts = [
            self._request(client, texts[start : start + _BATCH])
            for start in range(0, len(texts), _BATCH)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, self.dimensions), np.float32)

    def _request(self, client: Any, texts: Sequence[str]) -> Vectors:
        import openai

        try:
            answer = client.embeddings.create(
                # An empty input is refused by the protocol; a space means the same.
                input=[text or " " for text in texts],
                model=self._model,
                encoding_format="float",
            )
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            raise InvalidPayload(f"{self.name} refused a text: {error}") from error
        except (openai.RateLimitError, openai.APIConnectionError) as error:
            raise Overloaded(f"{self.name} cannot be reached: {error}") from error
        except openai.OpenAIError as error:
            raise OperatorError(
                f"{self.name} failed: {error}", hint="Check the embedding's URL, model and key."
            ) from error
        return self._vectors(answer, len(texts))

    def _vectors(self, answer: Any, count: int) -> Vectors:
        rows = sorted(answer.data or (), key=lambda item: item.index)
        lengths = {len(row.embedding) for row in rows} | ({self._dimensions} - {0})
        if len(rows) != count or len(lengths) != 1:
            raise OperatorError(
                f"{self.name} answered {len(rows)} vectors of dimensions {sorted(lengths)} "
                f"to {count} texts.",
                hint="Check that the endpoint serves one embedding model.",
            )
        (self._dimensions,) = lengths
        return unit_rows([row.embedding for row in rows])

    @cached_property
    def _client(self) -> Any:
        import openai

        return openai.OpenAI(
            base_url=self._base_url,
            api_key=self._api_key or "none",
            timeout=self._timeout_s,
            max_retries=1,
        )
