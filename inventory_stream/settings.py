"""
Settings that every process shares, read once from the environment.
"""

from pydantic_settings import BaseSettings, SettingsConfigDict


class StreamSettings(BaseSettings):
    """
    Where the stream and the database are. Environment prefix: `SEATSTREAM_`.
    """

    model_config = SettingsConfigDict(env_prefix="SEATSTREAM_", frozen=True)

    kafka_bootstrap_servers: str = "127.0.0.1:9092"
    database_url: str = "postgresql://postgres@127.0.0.1:5432/seatstream"
    topic_prefix: str = ""
    log_level: str = "INFO"
