"""The rules for a definition in canonical form."""

from __future__ import annotations

from labengine.marathon.definition import constraints, container, health, networks, paths, resident, roles, volumes
from labengine.marathon.definition.container import App
from labengine.marathon.definition.errors import Failure, feature_off
from labengine.marathon.definition.migrate import INVALID_URI, names_unique, unique, valid_uri
from labengine.marathon.definition.settings import Settings

NO_COMMAND = "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'."
SECRETS_NEEDED = "use of secret-references in the environment requires the secrets feature to be enabled"
MIGRATION_API_INCOMPLETE = (
    "DCOS_PACKAGE_FRAMEWORK_NAME and DCOS_MIGRATION_API_PATH must be defined when using DCOS_MIGRATION_API_VERSION"
)


def failures(app: App, settings: Settings, allowed_roles: roles.Roles) -> list[Failure]:
    """Layer 6: what Marathon checks before it fills in the rest."""
    return [
        *_container_failures(app, settings),
        *volumes.failures(app, settings),
        *_port_failures(app),
        *_command_failures(app),
        *health.failures(app),
        *_fetch_failures(app),
        *_limit_failures(app),
        *_secret_failures(app, settings),
        *_gpu_failures(app, settings),
        *_label_failures(app),
        *health.readiness_failures(app),
        *resident.failures(app),
        *_constraint_failures(app),
        *networks.failures(app["networks"], settings),
        *roles.failures(app, allowed_roles),
        *_id_failures(app),
    ]


def stored_failures(app: App) -> list[Failure]:
    """Layer 7: what Marathon checks on the definition as it will be stored."""
    return [*health.stored_failures(app), *resident.stored_failures(app), *_linux_failures(app)]


def _container_failures(app: App, settings: Settings) -> list[Failure]:
    box = app.get("container")
    if box is None:
        return []
    found = _mapping_failures(app)
    pull_config = box.get("docker", {}).get("pullConfig")
    if box["type"] == "DOCKER" and "docker" not in box:
        found.append(("/container/docker", "not defined"))
    if pull_config is None:
        return found
    path = "/container/docker/pullConfig"
    if box["type"] == "DOCKER":
        found.append((path, "pullConfig is not supported with Docker containerizer"))
        return found
    if "secrets" not in settings.enable_features:
        found.append((path, feature_off("secrets")))
    if pull_config["secret"] not in app.get("secrets", {}):
        found.append((path, "pullConfig.secret must refer to an existing secret"))
    return found


def _mapping_failures(app: App) -> list[Failure]:
    mappings = container.port_mappings(app) or []
    path = "/container/portMappings"
    found: list[Failure] = []
    if not names_unique(mappings):
        found.append((path, "Port names must be unique."))
    several = sum(network["mode"] == "container" for network in app["networks"]) > 1
    names = [network["name"] for network in app["networks"] if "name" in network]
    for index, mapping in enumerate(mappings):
        chosen = mapping.get("networkNames", [])
        if several and "hostPort" in mapping and len(chosen) != 1:
            text = (
                "networkNames must be a single item list when hostPort is specified "
                "and more than 1 container network is defined"
            )
            found.append((f"{path}({index})", text))
        for position, name in enumerate(chosen):
            if name not in names:
                found.append((f"{path}({index})/networkNames({position})", f"is not one of ({','.join(names)})"))
    if several and container.is_docker(app):
        found.append(("/", "may only specify a single container network when using the Docker container engine"))
    return found


def _port_failures(app: App) -> list[Failure]:
    found: list[Failure] = []
    definitions = app.get("portDefinitions") or []
    if not names_unique(definitions):
        found.append(("/portDefinitions", "Port names must be unique."))
    for index, item in enumerate(definitions):
        if item["port"] < 0:
            # What comes from the old field has no bounds of its own.
            found.append((f"/portDefinitions({index})/port", f"got {item['port']}, expected 0 or more"))
    if not unique([item["port"] for item in definitions if item["port"] != 0]):
        found.append(("/portDefinitions", "Ports must be unique."))
    return found


def _command_failures(app: App) -> list[Failure]:
    found: list[Failure] = []
    box = app.get("container", {})
    cmd, args = "cmd" in app, bool(app.get("args"))
    has_container = "docker" in box or box.get("type") == "MESOS"
    if (cmd and args) or not (cmd or args or has_container):
        found.append(("/", NO_COMMAND))
    if cmd and len(app["cmd"]) < 2:
        found.append(("/", "must not be an empty string"))
    return found


def _fetch_failures(app: App) -> list[Failure]:
    return [
        (f"/fetch({index})/uri", INVALID_URI)
        for index, artifact in enumerate(app.get("fetch", []))
        if not valid_uri(artifact["uri"])
    ]


def _limit_failures(app: App) -> list[Failure]:
    limits = app.get("resourceLimits", {})
    return [
        (f"/resourceLimits/{name}", f"resource limit must be greater than or equal to requested resource ({app[name]})")
        for name, limit in limits.items()
        if limit != "unlimited" and limit < app[name]
    ]


def _secret_failures(app: App, settings: Settings) -> list[Failure]:
    secrets, env = app.get("secrets", {}), app.get("env", {})
    enabled = "secrets" in settings.enable_features
    found: list[Failure] = []
    references = {key: value["secret"] for key, value in env.items() if isinstance(value, dict)}
    if references and not enabled:
        found.append(("/env", SECRETS_NEEDED))
    if secrets and not enabled:
        found.append(("/secrets", feature_off("secrets")))
    if enabled and "" in secrets:
        found.append((f"/secrets/keys({list(secrets).index('')})", "must not be empty"))
    if "" in env:
        found.append((f"/env/keys({list(env).index('')})", "must not be empty"))
    found += [
        (f"/env/{key}/secret", "references an undefined secret")
        for key, name in references.items()
        if name not in secrets
    ]
    return found


def _gpu_failures(app: App, settings: Settings) -> list[Failure]:
    if app["gpus"] == 0:
        return []
    found: list[Failure] = []
    if container.is_docker(app):
        found.append(("/", "GPU resources only work with the Mesos containerizer"))
    if "gpu_resources" not in settings.enable_features:
        found.append(("/", feature_off("gpu_resources")))
    return found


def _label_failures(app: App) -> list[Failure]:
    labels = app["labels"]
    version = labels.get("DCOS_MIGRATION_API_VERSION")
    found: list[Failure] = []
    companions = ("DCOS_PACKAGE_FRAMEWORK_NAME", "DCOS_MIGRATION_API_PATH")
    if version and (version != "v1" or not all(labels.get(label) for label in companions)):
        found.append(("/", MIGRATION_API_INCOMPLETE))
    if resident.is_single_instance(app) and app["instances"] > 1:
        found.append(("/", "Single instance app may only have one instance"))
    return found


def _constraint_failures(app: App) -> list[Failure]:
    texts = [constraints.failure(constraint) for constraint in app.get("constraints", [])]
    return [("/constraints", text) for text in texts if text]


def _id_failures(app: App) -> list[Failure]:
    found = [("/id", text) for text in paths.failures(app["id"])]
    if paths.is_root(app["id"]):
        found.append(("/", "must not be root"))
    for index, dependency in enumerate(app.get("dependencies", [])):
        found += [(f"/dependencies({index})", text) for text in paths.name_failures(dependency)]
    return found


def _linux_failures(app: App) -> list[Failure]:
    info = app.get("container", {}).get("linuxInfo", {})
    found: list[Failure] = []
    seccomp = info.get("seccomp")
    if seccomp is not None and seccomp["unconfined"] == ("profileName" in seccomp):
        wrong = "can NOT be true when Profile is defined" if seccomp["unconfined"] else None
        text = f"Seccomp unconfined {wrong or 'must be true when Profile is NOT defined'}"
        found.append(("/container/linuxInfo/seccomp", text))
    ipc = info.get("ipcInfo")
    if ipc is not None and ipc["mode"] == "SHARE_PARENT" and "shmSize" in ipc:
        text = "ipcInfo shmSize can NOT be set when mode is SHARE_PARENT"
        found.append(("/container/linuxInfo/ipcInfo", text))
    return found
