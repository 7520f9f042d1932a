"""
Settings that every process shares, read once from the environment.
"""

import re
import sys
from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

Read = TypeVar("Read", bound=BaseSettings)


class StreamSettings(BaseSettings):
    """
    Where the stream and the database are. Environment prefix: `SEATSTREAM_`.
    """

    model_config = SettingsConfigDict(env_prefix="SEATSTREAM_", frozen=True)

    kafka_bootstrap_servers: str = "127.0.0.1:9092"
    database_url: str = "postgresql://postgres@127.0.0.1:5432/seatstream"
    topic_prefix: str = ""
    log_level: str = "INFO"


def read_settings(kind: type[Read]) -> Read:
    """
    Return settings from the environment; where they are wrong, end the process with a line for each wrong variable.
    """
    try:
        return kind()
    except ValidationError as error:
        # Without the value: it may be a secret.
        sys.exit("\n".join(f"{_variable(kind, item['loc'])}: {item['msg']}" for item in error.errors()))
    except SettingsError as error:
        field = re.search(r'field "(\w+)"', str(error))
        sys.exit(f'{_variable(kind, (field[1],)) if field else error}: Input should be JSON, a list as ["…"]')


def _variable(kind: type[BaseSettings], place: tuple[int | str, ...]) -> str:
    name, *inner = map(str, place) if place else ("settings",)
    if name in kind.model_fields:
        name = f"{kind.model_config.get('env_prefix', '')}{name}".upper()
    return ".".join((name, *inner))
