"""
Settings of the gateway, read once from the environment.
"""

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, FilePath, IPvAnyNetwork, model_validator
from pydantic_settings import SettingsConfigDict

from inventory_stream.web import ServiceSettings


def _http(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it should be a URL such as http://127.0.0.1:8081")
    return url


Seconds = Annotated[float, Field(gt=0, le=60)]
Url = Annotated[str, AfterValidator(_http)]
# As browsers send it: compared byte by byte, a slash at the end would never match.
Origin = Annotated[str, Field(pattern=r"^(\*|https?://[^/\s]+)$")]


class GatewaySettings(ServiceSettings):
    """
    Where the services are, and the limits of the door. Environment prefix: `GATEWAY_`.

    identity_key: file of the private key (JWK) with which services are told who asks. Without it they are not told, and
        those that know the gateway's public keys refuse.
    keys_file: of API keys, see `seatstream keys`. demo_header_file: where a key for trying things out is written, as a
        header; for a machine of one's own.
    session_secret_file: the same for all gateways; without it sessions end with the process. secure_cookies: the
        door is reached by HTTPS; sessions are for that alone, and browsers are told to come by nothing else.
    oidc_issuer, oidc_audience: what tokens of the identity provider must name. oidc_jwks_url: where its keys are.
    body_limit_bytes: of a request. body_timeout_s: until its next piece is here.
    cache_bytes: of answers that are kept for a moment.
    rate_factor: makes all rate limits larger or smaller; 0 for none. redis_url: of a Redis or Valkey where several gateways
        count together. trusted_proxies: networks of the proxies in front, which may say for whom they ask.
    state_folder: where answers to idempotency keys outlive the process, when there is no Redis to keep them.
    cors_origins: sites whose pages may read answers, such as `["https://tickets.example"]`, or `["*"]`.
    status_lag (records), status_freshness_s, status_silence_s (since the last change): above these a row is yellow.
    status_timeout_s, openapi_timeout_s: until a service has said how it is, or what it answers. status_cache_s, metrics_cache_s,
        openapi_cache_s: how long others get the same.
    """

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", frozen=True)

    port: Annotated[int, Field(ge=0, le=65_535)] = 8080
    inventory_api_url: Url = "http://127.0.0.1:8081"
    venue_api_url: Url = "http://127.0.0.1:8082"
    fraud_api_url: Url = "http://127.0.0.1:8083"
    identity_key: FilePath | None = None
    keys_file: Path | None = None
    demo_header_file: Path | None = None
    session_secret_file: FilePath | None = None
    secure_cookies: bool = False
    oidc_issuer: str = ""
    oidc_audience: str = "seatstream"
    oidc_jwks_url: Annotated[str, AfterValidator(lambda url: url and _http(url))] = ""
    body_limit_bytes: Annotated[int, Field(ge=0)] = 1_000_000
    cache_bytes: Annotated[int, Field(ge=0)] = 64_000_000
    body_timeout_s: Seconds = 10.0
    rate_factor: Annotated[float, Field(ge=0)] = 1.0
    redis_url: Annotated[str, Field(pattern="^((rediss?|unix)://.+)?$")] = ""
    state_folder: Path | None = None
    trusted_proxies: tuple[IPvAnyNetwork, ...] = ()
    cors_origins: tuple[Origin, ...] = ()
    connect_timeout_s: Seconds = 1.0
    status_timeout_s: Seconds = 1.0
    status_lag: int = 10_000
    status_freshness_s: float = 10.0
    status_silence_s: float = 60.0
    status_cache_s: Annotated[float, Field(ge=0, le=60)] = 0.5
    metrics_cache_s: Annotated[float, Field(ge=0, le=60)] = 1.0
    openapi_timeout_s: Seconds = 10.0
    openapi_cache_s: Annotated[float, Field(ge=0)] = 30.0

    @model_validator(mode="after")
    def _check_provider(self) -> Self:
        if bool(self.oidc_jwks_url) != bool(self.oidc_issuer and self.oidc_audience):
            raise ValueError("GATEWAY_OIDC_ISSUER, GATEWAY_OIDC_AUDIENCE and GATEWAY_OIDC_JWKS_URL go together")
        return self

    @property
    def upstreams(self) -> dict[str, str]:
        """
        Return service → base URL without a slash at its end.
        """
        urls = {
            "inventory_api": self.inventory_api_url,
            "venue_api": self.venue_api_url,
            "fraud_api": self.fraud_api_url,
        }
        return {service: url.rstrip("/") for service, url in urls.items()}
