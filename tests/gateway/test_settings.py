"""
Settings that are wrong: said at the start, by the name of the variable.
"""

import pytest

from gateway.__main__ import main


@pytest.fixture
def started(monkeypatch, tmp_path):
    """
    Starts a gateway with an environment; returns what it says when it does not go on.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GATEWAY_PORT", "0")

    def start(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code

    return start


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GATEWAY_PORT", "abc"),
        ("GATEWAY_INVENTORY_API_URL", "localhost:8081"),
        ("GATEWAY_VENUE_API_URL", "http://:80"),
        ("GATEWAY_OIDC_JWKS_URL", "provider.example/keys"),
        ("GATEWAY_REDIS_URL", "127.0.0.1:6379"),
        ("GATEWAY_IDENTITY_KEY", "nowhere"),
        ("GATEWAY_SESSION_SECRET_FILE", "nowhere"),
        ("GATEWAY_TRUSTED_PROXIES", "10.0.0.0/8"),
        ("GATEWAY_TRUSTED_PROXIES", '["10.0.0.1/8"]'),
        ("GATEWAY_CORS_ORIGINS", '["https://tickets.example/"]'),
    ],
)
def test_a_wrong_variable_is_named(started, variable, value):
    """
    One line, which begins with the variable and does not show its value: that may be a secret.
    """
    said = started(**{variable: value})

    assert said.startswith(variable)
    assert (said.count("\n"), value in said.partition(":")[2]) == (0, False)


@pytest.mark.parametrize(
    "alone", [{"GATEWAY_OIDC_ISSUER": "https://provider.example"}, {"GATEWAY_OIDC_JWKS_URL": "http://127.0.0.1:1/"}]
)
def test_half_a_provider_is_none(started, alone):
    """
    Without an issuer no token could be good, without keys none could be checked.
    """
    assert "GATEWAY_OIDC_ISSUER, GATEWAY_OIDC_AUDIENCE and GATEWAY_OIDC_JWKS_URL go together" in started(**alone)


@pytest.mark.parametrize("variable", ["GATEWAY_IDENTITY_KEY", "GATEWAY_SESSION_SECRET_FILE", "GATEWAY_KEYS_FILE"])
def test_a_file_without_what_it_is_for_is_named(started, tmp_path, variable):
    """
    An empty secret would let everybody sign sessions, and an empty file of keys would refuse all who have one.
    """
    (tmp_path / "empty").touch()

    assert started(**{variable: "empty"}).startswith("gateway: empty ")


def test_a_folder_that_holds_no_answers_is_named(started, tmp_path):
    """
    A file that is no database ends the start with one sentence.
    """
    (tmp_path / "repeats.sqlite").write_text("This is no database, however long one reads it. " * 30)

    assert "repeats.sqlite cannot keep answers" in started(GATEWAY_STATE_FOLDER=str(tmp_path))
