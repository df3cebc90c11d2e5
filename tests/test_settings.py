"""Settings: where each value comes from, and what is refused."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from assistant.domain.errors import InvalidSettings
from assistant.settings import LoadedSettings, ModelSettings, Settings, load


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory and a home without any settings file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def origin(loaded: LoadedSettings, name: str) -> str:
    return str(loaded.shown()[name]["origin"])


def test_later_sources_win_and_each_value_knows_its_own(nowhere: Path) -> None:
    file = nowhere / "causeway.toml"
    file.write_text('api_port = 1\notlp_http_port = 2\n[repositories]\nshop = "/srv/shop.git"\n')

    loaded = load(
        overrides={"api_port": 4},
        environment={"CAUSEWAY_OTLP_HTTP_PORT": "3", "CAUSEWAY_API_PORT": "3"},
    )

    assert loaded.settings.api_port == 4
    assert loaded.settings.otlp_http_port == 3
    assert loaded.settings.otlp_grpc_port == 4317
    assert loaded.settings.repositories == {"shop": Path("/srv/shop.git")}
    assert origin(loaded, "api_port") == "command line"
    assert origin(loaded, "otlp_http_port") == "environment CAUSEWAY_OTLP_HTTP_PORT"
    assert origin(loaded, "otlp_grpc_port") == "default"
    assert origin(loaded, "repositories") == "file causeway.toml"


def test_a_file_in_the_users_configuration_folder_is_found(nowhere: Path) -> None:
    folder = nowhere / "config" / "causeway"
    folder.mkdir(parents=True)
    (folder / "causeway.toml").write_text("retention_days = 3")
    assert load(environment={}).settings.retention_days == 3


def test_the_environment_writes_maps_and_lists_with_commas(nowhere: Path) -> None:
    settings = load(
        environment={
            "CAUSEWAY_REPOSITORIES": "shop=/srv/shop.git, web=~/web",
            "CAUSEWAY_ALLOWED_HOSTS": "localhost,causeway.internal",
        }
    ).settings
    assert settings.repositories == {"shop": Path("/srv/shop.git"), "web": Path.home() / "web"}
    assert settings.allowed_hosts == ("localhost", "causeway.internal")


def test_kubernetes_may_inject_variables_of_its_own(nowhere: Path) -> None:
    settings = load(environment={"CAUSEWAY_PORT": "tcp://10.0.0.7:8080"}).settings
    assert settings.api_port == 8080


def test_secrets_and_passwords_are_masked(nowhere: Path) -> None:
    shown = load(
        environment={
            "CAUSEWAY_EMBEDDING_API_KEY": "sk-secret",
            "CAUSEWAY_RECORDS_URL": "postgresql://causeway:hunter2@db/causeway",
        }
    ).shown()
    assert shown["embedding_api_key"]["value"] == "••••••"
    assert shown["records_url"]["value"] == "postgresql://causeway:••••••@db/causeway"


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({"CAUSEWAY_API_PORT": "http"}, r"api_port \(from environment CAUSEWAY_API_PORT\)"),
        ({"CAUSEWAY_API_PORT": "70000"}, "less than or equal to 65535"),
        ({"CAUSEWAY_HOST": "0.0.0.0"}, "only loopback addresses"),
        ({"CAUSEWAY_HOST": "example.org"}, "IP address or localhost"),
        ({"CAUSEWAY_RETENTION_DAYS": "0"}, "greater than 0"),
        ({"CAUSEWAY_REPOSITORIES": "/srv/shop.git"}, "write name=path"),
        ({"CAUSEWAY_EMBEDDING": "openai"}, "needs embedding_url and embedding_model"),
        ({"CAUSEWAY_CONFIG": "/does/not/exist.toml"}, "does not exist"),
        ({"CAUSEWAY_MODEL_URL": "http://127.0.0.1:1/v1"}, "need model, the name"),
        ({"CAUSEWAY_MODEL": "m", "CAUSEWAY_MODEL_URL": "localhost:1"}, "give a URL such as"),
        ({"CAUSEWAY_MODEL": "m", "CAUSEWAY_MODEL_PROVIDER": "azure"}, "azure needs base_url"),
        ({"CAUSEWAY_MODEL": "m", "CAUSEWAY_MODELS": '{"default": {"model": "m"}}'}, "not both"),
        ({"CAUSEWAY_MODELS": "fast"}, "write JSON"),
        ({"CAUSEWAY_MODELS": '{"fast": {"modle": "m"}}'}, "models.fast.modle .*no such setting"),
        ({"CAUSEWAY_MODELS": '{"a": {"model": "m", "input_usd": 1}}'}, "both input_usd and"),
        ({"CAUSEWAY_MODEL": "m", "CAUSEWAY_MODEL_STEPS": '{"chta": ["default"]}'}, "steps are"),
        ({"CAUSEWAY_MODEL": "m", "CAUSEWAY_MODEL_STEPS": '{"chat": ["b"]}'}, "models: default"),
        ({"CAUSEWAY_MODEL": "m", "CAUSEWAY_MODEL_STEPS": '{"chat": []}'}, "names no model"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(
    nowhere: Path, environment: dict[str, str], complaint: str
) -> None:
    with pytest.raises(InvalidSettings, match=complaint):
        load(environment=environment)


def test_a_misspelt_name_in_the_file_is_refused_with_a_suggestion(nowhere: Path) -> None:
    file = nowhere / "mine.toml"
    file.write_text("api_prot = 1")
    with pytest.raises(InvalidSettings, match="no setting called 'api_prot'") as refused:
        load(file, environment={})
    assert refused.value.hint == "Did you mean api_port?"


def test_a_file_that_is_no_toml_is_refused(nowhere: Path) -> None:
    file = nowhere / "mine.toml"
    file.write_text("= =")
    with pytest.raises(InvalidSettings, match="cannot be read"):
        load(file, environment={})


def test_keys_of_models_stay_masked_however_deep_they_lie(nowhere: Path) -> None:
    (nowhere / "causeway.toml").write_text(
        'model = "small"\nmodel_api_key = "sk-1"\n'
        '[models.large]\nmodel = "m"\napi_key = "sk-2"\nheaders = {Tenant = "sk-3"}\n'
    )
    loaded = load(environment={})

    assert "sk-" not in f"{loaded.shown()} {loaded.settings!r} {loaded.settings.model_table}"
    assert loaded.shown()["models"]["value"]["large"]["api_key"] == "••••••"
    assert list(loaded.settings.model_table) == ["default", "large"]


def test_a_refused_value_is_never_quoted(nowhere: Path) -> None:
    models = '{"a": {"model": "m", "api_key": ["sk-secret"]}, "b": {"model": 7}}'
    with pytest.raises(InvalidSettings) as refused:
        load(environment={"CAUSEWAY_MODELS": models})
    assert "sk-secret" not in f"{refused.value} {refused.value.__cause__}"


def test_a_budget_of_zero_is_no_limit(nowhere: Path) -> None:
    budget = load(environment={"CAUSEWAY_BUDGET_USD": "0"}).settings.budget
    assert (budget.usd, budget.tokens, budget.calls, budget.seconds) == (None, 40_000, 12, 120)


def test_the_usual_key_never_goes_to_a_server_of_somebody_else(nowhere: Path) -> None:
    usual = {"OPENAI_API_KEY": "sk-usual", "MINE": "sk-mine"}
    assert ModelSettings(model="m").key(usual) == "sk-usual"
    elsewhere = ModelSettings(model="m", base_url="http://10.0.0.1/v1")
    assert elsewhere.key(usual) == ""
    assert elsewhere.model_copy(update={"api_key_env": "MINE"}).key(usual) == "sk-mine"


def test_the_documented_models_are_valid() -> None:
    page = (Path(__file__).parents[1] / "docs/models.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"^```toml\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    assert list(Settings(**tomllib.loads(snippet)).model_table) == [
        "fast",
        "claude",
        "azure",
        "local",
    ]
