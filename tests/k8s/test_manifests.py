"""
The manifests of `k8s/`: as written, and as rendered by the real kustomize.

Files are validated everywhere. Rendering needs `kustomize`, `kubectl` or Go on the machine; without any of them those
tests are skipped.
"""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from inventory_stream.telemetry import TraceSettings

ROOT = Path(__file__).parents[2]
BASE = ROOT / "k8s" / "base"
TRACES = ROOT / "k8s" / "components" / "traces"
KUBERNETES = "1.33"
KUSTOMIZE = "sigs.k8s.io/kustomize/kustomize/v5@v5.7.1"
WORKLOADS = (
    "gateway",
    "inventory-api",
    "inventory-projector",
    "venue-api",
    "venue-projector",
    "fraud-api",
    "fraud-projector",
    "tracer",
)
USE_KAFKA = ("projector", "tracer", "inventory_api")  # the last of them for the activity that apps report
RESOURCE_FILES = sorted(path for path in BASE.glob("*.yaml") if path.name != "kustomization.yaml")


def renderer() -> list[str] | None:
    """Return the command that renders a folder, without the folder."""
    for program, arguments in (
        ("kustomize", ["build"]),
        ("kubectl", ["kustomize"]),
        ("go", ["run", KUSTOMIZE, "build"]),
    ):
        if shutil.which(program):
            return [program, *arguments]
    return None


@pytest.fixture(scope="session")
def rendered():
    """Give all rendered objects."""
    return render(BASE)


@pytest.fixture(scope="session")
def traced(tmp_path_factory):
    """Give all objects rendered with the component for traces."""
    folder = tmp_path_factory.mktemp("overlay")
    base, component = (os.path.relpath(path, folder.resolve()) for path in (BASE, TRACES))
    (folder / "kustomization.yaml").write_text(f"resources: [{base}]\ncomponents: [{component}]\n")
    return render(folder)


@pytest.fixture(params=WORKLOADS)
def deployment(request, rendered):
    """Give each rendered Deployment in turn."""
    return next(item for item in rendered if item["kind"] == "Deployment" and item["metadata"]["name"] == request.param)


@pytest.fixture
def pod(deployment):
    """Give the pod of each workload."""
    return deployment["spec"]["template"]["spec"]


@pytest.fixture
def container(pod):
    """Give the one container of each workload."""
    (container,) = pod["containers"]
    return container


def render(folder: Path) -> list[dict]:
    """Return what kustomize makes of a folder."""
    command = renderer()
    if command is None:
        pytest.skip("needs kustomize, kubectl or Go to render the manifests")
    done = subprocess.run([*command, str(folder)], capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def selects(selector: dict, labels: dict) -> bool:
    """Say whether a selector of labels matches."""
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())


@pytest.mark.parametrize("path", RESOURCE_FILES, ids=lambda path: path.name)
def test_files_are_valid(path):
    """Every file is valid by Kubernetes' schemas, and has no field that they do not know."""
    objects = list(yaml.safe_load_all(path.read_text()))

    assert objects
    for item in objects:
        kubernetes_validate.validate(item, KUBERNETES, strict=True)


def test_every_file_is_listed():
    """kustomization.yaml names every file and no other."""
    kustomization = yaml.safe_load((BASE / "kustomization.yaml").read_text())

    assert sorted(kustomization["resources"]) == [path.name for path in RESOURCE_FILES]


def test_rendered_objects_are_valid(rendered):
    """What kustomize makes of the files is valid, too."""
    for item in rendered:
        kubernetes_validate.validate(item, KUBERNETES, strict=True)


def test_workloads_are_the_processes(rendered):
    """There is one Deployment a process, and nothing else runs."""
    kinds = {"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod"}

    assert {item["metadata"]["name"] for item in rendered if item["kind"] in kinds} == set(WORKLOADS)


def test_commands_exist(container):
    """The module that a container runs is there."""
    *command, module = container["command"]

    assert command == ["python", "-m"]
    assert importlib.util.find_spec(module) is not None


def test_every_probe_is_set(container):
    """Startup and liveness ask `/healthz`, readiness `/readyz`, on a port that the container has."""
    probes = {name: container[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")}

    assert [probe["path"] for probe in probes.values()] == ["/healthz", "/healthz", "/readyz"]
    assert {probe["port"] for probe in probes.values()} <= {port["name"] for port in container["ports"]}


def test_nothing_is_root_or_may_become_it(pod, container):
    """Pods are not root by number, keep the runtime's seccomp profile, and containers have no capabilities."""
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] >= 10_000
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["securityContext"]["allowPrivilegeEscalation"] is False


def test_the_root_is_read_only(pod, container):
    """Nothing is writable but an empty folder at /tmp; what else is mounted are secrets, for reading."""
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    writable = [mount for mount in container["volumeMounts"] if not mount.get("readOnly")]

    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert [mount["mountPath"] for mount in writable] == ["/tmp"]  # noqa: S108
    assert "emptyDir" in volumes.pop(writable[0]["name"])
    assert all("secret" in volume for volume in volumes.values())


def test_only_the_gateway_can_sign(rendered):
    """The private key is in the gateway's pod alone; the public one in the gateway's and all APIs'."""
    pods = {
        item["metadata"]["name"]: {volume["secret"]["secretName"] for volume in volumes if "secret" in volume}
        for item in rendered
        if item["kind"] == "Deployment" and (volumes := item["spec"]["template"]["spec"]["volumes"])
    }
    settings = next(item["data"] for item in rendered if item["kind"] == "ConfigMap")

    assert {name for name, secrets in pods.items() if "seatstream-gateway" in secrets} == {"gateway"}
    assert {name for name, secrets in pods.items() if "seatstream-identity" in secrets} == {
        *("gateway", "inventory-api", "venue-api", "fraud-api")
    }
    assert settings["GATEWAY_IDENTITY_KEY"] == "/etc/seatstream/gateway/gateway.jwk"
    assert settings["SEATSTREAM_IDENTITY_KEYS"] == "/etc/seatstream/identity/gateway.jwks"


def test_no_token_and_no_service_links(pod):
    """A pod has no token, and no variable of the cluster can pass for a setting such as GATEWAY_PORT."""
    assert (pod["serviceAccountName"], pod["automountServiceAccountToken"]) == ("seatstream", False)
    assert pod["enableServiceLinks"] is False


def test_resources_are_set(container):
    """A container asks for processor and memory, and its memory is limited."""
    assert set(container["resources"]["requests"]) == {"cpu", "memory"}
    assert "memory" in container["resources"]["limits"]


def test_disruptions_are_bounded(rendered, deployment):
    """Exactly one budget covers a workload."""
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    budgets = [item for item in rendered if item["kind"] == "PodDisruptionBudget"]

    assert sum(selects(budget["spec"]["selector"], labels) for budget in budgets) == 1


def test_the_network_is_closed_by_default(rendered, deployment):
    """A policy without a rule covers every pod in both directions."""
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    closed = next(item["spec"] for item in rendered if item["metadata"]["name"] == "closed")

    assert selects(closed["podSelector"], labels)
    assert (closed["policyTypes"], closed.keys() & {"ingress", "egress"}) == (["Ingress", "Egress"], set())


def test_a_pod_reaches_what_it_is_told_of(rendered, deployment, container):
    """Who gets the database's address may reach it, and nobody else; only the gateway reaches the APIs."""
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    policies = {item["metadata"]["name"]: item["spec"] for item in rendered if item["kind"] == "NetworkPolicy"}
    has_database = "SEATSTREAM_DATABASE_URL" in {variable["name"] for variable in container.get("env", [])}

    assert selects(policies["postgresql"]["podSelector"], labels) is has_database
    assert selects(policies["gateway"]["podSelector"], labels) is (container["command"][-1] == "gateway")
    assert selects(policies["kafka"]["podSelector"], labels) is container["command"][-1].endswith(USE_KAFKA)


def test_the_policy_in_the_readme_lets_only_the_gateway_out(tmp_path, rendered):
    """It renders in an overlay, is valid, opens what is closed otherwise, and is the gateway's alone."""
    text = (BASE.parent / "README.md").read_text().partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "outside.yaml").write_text(text)
    base = os.path.relpath(BASE, tmp_path.resolve())
    (tmp_path / "kustomization.yaml").write_text(f"resources: [{base}, outside.yaml]\n")
    policy = next(item for item in render(tmp_path) if item["metadata"]["name"] == "gateway-outside")
    pods = [item["spec"]["template"] for item in rendered if item["kind"] == "Deployment"]

    kubernetes_validate.validate(policy, KUBERNETES, strict=True)
    chosen = [pod for pod in pods if selects(policy["spec"]["podSelector"], pod["metadata"]["labels"])]
    assert [pod["spec"]["containers"][0]["command"][-1] for pod in chosen] == ["gateway"]
    assert [rule["ports"][0]["port"] for rule in policy["spec"]["egress"]] == [443, 6379]


def test_services_lead_to_ports(rendered):
    """Each Service finds one workload and a port of it; the gateway's addresses are Services."""
    deployments = [item["spec"]["template"] for item in rendered if item["kind"] == "Deployment"]
    services = {item["metadata"]["name"]: item["spec"] for item in rendered if item["kind"] == "Service"}
    settings = next(item["data"] for item in rendered if item["kind"] == "ConfigMap")
    for service in services.values():
        (found,) = [t for t in deployments if selects({"matchLabels": service["selector"]}, t["metadata"]["labels"])]
        ports = {port["name"]: port["containerPort"] for port in found["spec"]["containers"][0]["ports"]}
        assert ports["http"] == service["ports"][0]["port"]

    for name in ("inventory-api", "venue-api", "fraud-api"):
        url = settings[f"GATEWAY_{name.upper().replace('-', '_')}_URL"]
        assert url == f"http://{name}:{services[name]['ports'][0]['port']}"


def test_traces_are_a_choice(rendered, traced):
    """Nothing of the base sends traces; with the component all pods are told where, and are valid."""
    without, told = (next(item for item in objects if item["kind"] == "ConfigMap") for objects in (rendered, traced))

    for item in traced:
        kubernetes_validate.validate(item, KUBERNETES, strict=True)
    assert not [name for name in without["data"] if name.startswith("OTEL_")]
    assert TraceSettings(**_fields(told["data"])).url == "http://seatstream-collector:4318/v1/traces"
    assert TraceSettings(**_fields(told["data"])).ratio == 0.01
    assert told["data"].items() > without["data"].items()


def test_those_who_trace_reach_the_collector(traced):
    """All that record reach its port, which is that of the setting, and the tracer does not."""
    policy = next(item["spec"] for item in traced if item["metadata"]["name"] == "collector")
    (rule,) = policy["podSelector"]["matchExpressions"]
    pods = {
        item["metadata"]["name"]: item["spec"]["template"]["metadata"]["labels"]
        for item in traced
        if item["kind"] == "Deployment"
    }

    reaching = {name for name, labels in pods.items() if labels.get(rule["key"]) in rule["values"]}
    assert reaching == {*WORKLOADS} - {"tracer"}
    assert policy["egress"][0]["ports"] == [{"protocol": "TCP", "port": 4318}]


def _fields(data: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in data.items() if name.startswith("OTEL_")}
