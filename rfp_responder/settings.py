"""Settings: read once at the front door from ``rfp.toml`` and ``RFP_*`` variables, seen by ``assemble`` alone.

An environment variable wins over the file; a command's option wins over both.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from rfp_responder.errors import InputError


class Settings(BaseSettings):
    """Everything that can be set; field ``x`` is ``RFP_X`` in the environment and ``x = ...`` in ``rfp.toml``."""

    model_config = SettingsConfigDict(
        env_prefix="RFP_",
        toml_file="rfp.toml",
        extra="forbid",
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    index: Path = Field(default=Path(".rfp"), description="Folder of the index")
    read_seconds: float = Field(default=120.0, gt=0, description="Seconds that reading one file may take")
    ocr: bool = Field(default=True, description="Read pages that are pictures, where tesseract is installed")
    top_k: int = Field(default=3, ge=1, le=20, description="Passages an answer may rest on")
    embedding_model: str = Field(
        default="all-MiniLM-L6-v2",
        description="all-MiniLM-L6-v2 (from the installed weights), a sentence-transformers folder, or hashing",
    )
    dense_weight: float = Field(default=0.75, ge=0, le=1, description="Weight of meaning against words in retrieval")
    prior_weight: float = Field(
        default=0.15, ge=0, le=1, description="What a document that the question names gains in retrieval"
    )
    reranker: str = Field(default="", description="Folder or cached name of a cross-encoder; empty: none")
    min_confidence: float = Field(
        default=0.35, ge=0, le=1, description="Offline: what is less sure is left blank; higher is more careful"
    )
    passages_read: int = Field(default=12, ge=1, le=20, description="Offline: passages that are read for an answer")
    chunk_tokens: int = Field(
        default=120, ge=40, le=400, description="Size that pages are cut to, in the embedding model's tokens"
    )
    company: str = Field(
        default="",
        description='Your names in your documents ("Acme, Acme Ltd"): answers then say we; empty: as written',
    )
    model: str = Field(default="", description="Chat model; empty: the offline answerer, nothing leaves the machine")
    base_url: str = Field(default="https://api.openai.com/v1", description="Server that speaks the OpenAI protocol")
    api_key: SecretStr = Field(default=SecretStr(""), description="Its key; never printed or stored")
    api_key_file: Path | None = Field(default=None, description="File that holds the key instead, first line")
    small_model: str = Field(default="", description="Cheaper model for simple questions; empty: the one model for all")
    small_base_url: str = Field(default="", description="Its server; empty: the same")
    small_api_key: SecretStr = Field(
        default=SecretStr(""), description="Its key; empty: the same; never printed or stored"
    )
    fallback_models: str = Field(default="", description="Further models of the server, by comma, tried when one fails")
    offline_fallback: bool = Field(default=True, description="Answer offline, and say so, when every model fails")
    prompt: str = Field(default="production", description="Prompt of answers: an alias, or a version as in answer@2")
    prompts: Path = Field(default=Path("prompts"), description="Folder of your own prompt versions and aliases")
    canary: float = Field(
        default=0.0, ge=0, le=1, description="Share of a questionnaire's rows put to the candidate prompt"
    )
    timeout: float = Field(default=60.0, gt=0, description="Seconds that a reply of the model's server may take in all")
    max_retries: int = Field(default=2, ge=0, le=10, description="Retries after a fault of the model's server")
    max_wait: float = Field(default=120.0, ge=0, description="Longest wait in seconds that a server may ask for")
    parallel: int = Field(default=4, ge=1, le=64, description="Questions put to the model's server at a time")
    requests_per_minute: int = Field(default=0, ge=0, description="Most requests to the model's server; 0: no limit")
    tokens_per_minute: int = Field(default=0, ge=0, description="Most tokens, in and out; 0: no limit")
    context_passages: int = Field(default=8, ge=1, le=20, description="Passages shown to a model")
    context_tokens: int = Field(default=3000, ge=256, description="Most tokens of passages shown to a model")
    tokenizer: Path | None = Field(
        default=None, description="The model's tokenizer.json, to count with; else an estimate"
    )
    prices: Path | None = Field(default=None, description="Price list (TOML) beside the shipped one")
    reply_cache: Literal["off", "read", "write"] = Field(
        default="off", description="Use replies given before to the very same request: off, read, or write (and read)"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Options first, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**options: object) -> Settings:
    """The settings with a command's options on top (None: not given); raises InputError naming the setting."""
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            known = ", ".join(Settings.model_fields)
            raise InputError(f"rfp.toml: unknown setting {name!r}", f"Expected one of {known}") from error
        raise InputError(
            f"setting {name or '?'}: {first['msg']}",
            f"Set RFP_{name.upper()}, or {name} in rfp.toml, to a value that fits",
        ) from error
    except ValueError as error:  # tomllib's fault in rfp.toml
        raise InputError(f"rfp.toml: cannot be read ({error})", "Correct the file") from error
