"""Strategies for app definitions as people write them: every field, old and new forms, numbers as text, any case."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

WORDS = st.sampled_from(["alpha", "beta", "gamma-1", "x", "web.front", "Delta", "a b", "ü", ""])
FILLED = WORDS.filter(bool)
NAMES = st.sampled_from(["http", "admin", "udp-1", "metrics"])
SMALL = st.integers(0, 600)
PORTS = st.sampled_from([0, 0, 80, 8080, 31001, 65535])
IDS = st.sampled_from(["/db", "mq", "/shop/cache/", "shop/db"])


class Sloppy(str):
    """What people and templates write, and what Marathon takes in its place."""

    meant: Any

    def __new__(cls, text: str, meant: Any = None) -> Sloppy:
        made = super().__new__(cls, text)
        made.meant = meant
        return made


def as_text(numbers: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(numbers, numbers.map(lambda number: Sloppy(str(number), number)))


def any_case(*words: str) -> st.SearchStrategy[str]:
    return st.sampled_from([form for word in words for form in (word, word.lower(), word.upper())])


def optional(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of them, or null as templates leave it, or absent."""
    return st.fixed_dictionaries(
        {}, optional={name: st.one_of(member, member, st.none()) for name, member in members.items()}
    )


def record(required: dict[str, Any], **members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(st.fixed_dictionaries(required), optional(**members)).map(lambda pair: {**pair[1], **pair[0]})


SWITCHES = st.one_of(st.booleans(), st.sampled_from([Sloppy("true", True), Sloppy("False", False)]))
SECONDS = as_text(SMALL)
NUMBERS = as_text(st.sampled_from([0.1, 0.5, 1, 2.0, 64, 1024]))
LABELS = st.dictionaries(FILLED, st.one_of(WORDS, st.integers(0, 9), st.booleans(), st.sampled_from([1.5])), max_size=3)
PROTOCOLS = st.sampled_from(["tcp", "UDP", "udp,tcp", Sloppy("tcp,udp", "udp,tcp")])

# Up to 1.4 it had to be written, since 1.5 it must not.
EMPTY = Sloppy("", None)
CONSTRAINTS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                ["hostname", "UNIQUE"],
                ["hostname", Sloppy("unique", "UNIQUE")],
                ["hostname", "UNIQUE", EMPTY],
                ["rack", "CLUSTER"],
                ["rack", "CLUSTER", ""],
                ["rack", "GROUP_BY", "3"],
                ["rack", "GROUP_BY", 3],
                ["rack", Sloppy("group_by", "GROUP_BY")],
                ["rack", "MAX_PER", "2"],
                ["rack", "LIKE", "r[12]"],
                ["disk", Sloppy("is", "IS"), "ssd"],
            ]
        )
    ),
    max_size=3,
)

ARTIFACTS = st.lists(
    record(
        {"uri": st.sampled_from(["http://h/a.tgz", "http://h/b.jar", "http://h/c.ZIP", "file:///d.tar.xz"])},
        extract=SWITCHES,
        executable=SWITCHES,
        cache=SWITCHES,
        destPath=st.just("lib/x"),
    ),
    max_size=3,
)
URIS = st.lists(
    st.sampled_from(["http://h/a.tgz", "http://h/b.jar", "http://h/c.tar.gz", "http://h/c.gzip"]), max_size=3
)


def unique_by(name: str, items: list[dict[str, Any]], zero: bool = False) -> bool:
    seen = [str(item[name]) for item in items if item.get(name) is not None and not (zero and str(item[name]) == "0")]
    return len(seen) == len(set(seen))


PORT_DEFINITIONS = st.lists(
    optional(port=as_text(PORTS), protocol=PROTOCOLS, name=NAMES, labels=LABELS), max_size=3
).filter(lambda items: unique_by("name", items) and unique_by("port", items, zero=True))
PORT_LISTS = st.lists(as_text(PORTS), max_size=3).filter(
    lambda ports: len({str(port) for port in ports if str(port) != "0"}) == sum(str(port) != "0" for port in ports)
)
MAPPINGS = st.lists(
    optional(
        containerPort=as_text(PORTS),
        hostPort=as_text(PORTS),
        servicePort=as_text(PORTS),
        protocol=PROTOCOLS,
        name=NAMES,
        labels=LABELS,
        networkNames=st.just([]),
    ),
    max_size=3,
).filter(lambda items: unique_by("name", items))

PARAMETERS = st.lists(record({"key": FILLED, "value": st.one_of(WORDS, st.integers(0, 9))}), max_size=3)
DOCKER = record(
    {"image": st.sampled_from(["nginx", "registry.lab/a:1", "python:3"])},
    forcePullImage=SWITCHES,
    privileged=SWITCHES,
    parameters=PARAMETERS,
)
MESOS_IMAGE = record({"image": st.just("nginx")}, forcePullImage=SWITCHES, privileged=SWITCHES)

HOST_VOLUME = record({"containerPath": st.just("/etc/a"), "hostPath": st.just("/var/a"), "mode": any_case("RO", "RW")})
PERSISTENT_VOLUME = st.fixed_dictionaries(
    {
        "containerPath": st.sampled_from(["data", "log"]),
        "mode": st.just("RW"),
        "persistent": st.one_of(
            record({"size": as_text(st.integers(1, 99))}),
            record({"size": st.integers(1, 99), "type": any_case("root")}, constraints=st.just([])),
            record(
                {"size": st.integers(1, 9), "type": any_case("mount")},
                maxSize=as_text(st.integers(10, 99)),
                profileName=st.just("fast"),
                constraints=st.sampled_from(
                    [
                        [],
                        [["path", "LIKE", "/dev/.*"]],
                        [["path", Sloppy("like", "LIKE"), "a"], ["path", "UNLIKE", "b"]],
                    ]
                ),
            ),
            st.just({"size": 5, "profileName": "fast"}),
        ),
    }
)
EXTERNAL_VOLUME = st.fixed_dictionaries(
    {
        "containerPath": st.just("/mnt/a"),
        "mode": st.just("RW"),
        "external": st.one_of(
            record(
                {"name": st.just("v1"), "provider": st.just("dvdi"), "options": st.just({"dvdi/driver": "rexray"})},
                shared=SWITCHES,
            ),
            record(
                {
                    "name": st.just("v2"),
                    "provider": st.sampled_from(["csi", Sloppy("CSI", "csi")]),
                    "options": record(
                        {
                            "pluginName": st.just("nfs"),
                            "capability": record(
                                {"accessMode": any_case("SINGLE_NODE_WRITER"), "accessType": any_case("mount")},
                                fsType=st.just("xfs"),
                                mountFlags=st.just(["ro"]),
                            ),
                        },
                        volumeContext=st.just({"a": "b"}),
                    ),
                }
            ),
        ),
    }
)
VOLUMES = st.one_of(
    st.lists(HOST_VOLUME, max_size=2),
    st.lists(PERSISTENT_VOLUME, min_size=1, max_size=2),
    st.lists(EXTERNAL_VOLUME, min_size=1, max_size=1),
    st.just([{"containerPath": "/run/secret", "secret": "s0"}]),
)

SECCOMP = st.sampled_from(
    [{"unconfined": True}, {"profileName": "default"}, {"unconfined": Sloppy("false", False), "profileName": "x"}]
)
LINUX_INFO = optional(seccomp=SECCOMP, ipcInfo=record({"mode": any_case("PRIVATE")}, shmSize=as_text(SMALL)))


def leader_check(draw: Any, ports: int) -> dict[str, Any]:
    check = draw(
        optional(
            protocol=any_case("HTTP", "HTTPS", "TCP"),
            path=st.sampled_from(["/", "/health"]),
            gracePeriodSeconds=SECONDS,
            intervalSeconds=SECONDS,
            timeoutSeconds=SECONDS,
            maxConsecutiveFailures=SECONDS,
            delaySeconds=SECONDS,
            ignoreHttp1xx=SWITCHES,
        )
    )
    places: list[dict[str, Any]] = [{"port": 8080}, {"port": Sloppy("9090", 9090)}]
    places += [{"portIndex": index} for index in range(ports)]
    places += [{}] if ports == 1 else []
    return {**check, **draw(st.sampled_from(places))}


def mesos_check(draw: Any, ports: int) -> dict[str, Any]:
    if draw(st.booleans()):
        check = {"protocol": "COMMAND", "command": {"value": draw(st.sampled_from(["true", "test -f x"]))}}
        return {**check, **draw(optional(delaySeconds=SECONDS, gracePeriodSeconds=SECONDS, portIndex=st.just(0)))}
    check = leader_check(draw, ports)
    return {**check, "protocol": draw(any_case("MESOS_HTTP", "MESOS_TCP", "MESOS_HTTPS"))}


@st.composite
def networking(draw: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], int]:
    """Fields of the app, its container and docker that belong to networks and ports, and how many ports there are."""
    kind = draw(st.sampled_from(["host", "host", "new", "docker", "address"]))
    if kind == "host":
        fields = draw(
            st.one_of(
                st.just({}),
                PORT_DEFINITIONS.map(lambda ports: {"portDefinitions": ports}),
                PORT_LISTS.map(lambda ports: {"ports": ports}),
                PORT_LISTS.map(lambda ports: {"ports": ports, "portDefinitions": [{"port": port} for port in ports]}),
            )
        )
        fields.update(draw(st.sampled_from([{}, {"networks": []}, {"networks": [{"mode": "HOST"}]}])))
        docker = draw(st.sampled_from([{}, {"network": "HOST"}])) if "networks" not in fields else {}
        listed = fields.get("portDefinitions", fields.get("ports"))
        # Host networking drops them.
        container = draw(st.sampled_from([{}, {}, {"portMappings": [{"containerPort": 80}]}]))
        return fields, container, docker, 1 if listed is None else len(listed)
    mappings = draw(st.one_of(st.none(), MAPPINGS))
    count = 1 if mappings is None else len(mappings)
    extra = draw(st.one_of(st.just({}), st.just({}), PORT_LISTS.map(lambda ports: {"ports": ports})))
    count = max(count, len(extra.get("ports", [])))
    if kind == "new":
        network = draw(
            st.one_of(
                st.just({"mode": "container/bridge"}),
                st.just({"mode": "Container/Bridge", "labels": {"a": 1}}),
                record({"name": st.just("dcos")}, mode=any_case("container"), labels=LABELS),
            )
        )
        placed = {} if mappings is None else {"portMappings": mappings}
        return {"networks": [network], **extra}, placed, {}, count
    if kind == "docker":
        fields, network = draw(
            st.sampled_from(
                [
                    ({}, "BRIDGE"),
                    ({}, "bridge"),
                    ({"ipAddress": {"networkName": "dcos"}}, "USER"),
                    ({"ipAddress": {"networkName": "mesos-bridge", "labels": {"a": "b"}}}, "user"),
                ]
            )
        )
        fields = {**fields, **({} if "ipAddress" in fields else extra)}
        count = count if "ipAddress" not in fields else (1 if mappings is None else len(mappings))
        docker = {"network": network}
        if mappings is None:
            return fields, {}, docker, count
        moved = draw(st.booleans())
        return (
            fields,
            *(({"portMappings": mappings}, docker) if moved else ({}, {**docker, "portMappings": mappings})),
            count,
        )
    address = draw(
        record({"networkName": st.sampled_from(["dcos", "mesos-bridge"])}, labels=LABELS, groups=st.just(["g"]))
    )
    discovered = draw(
        st.sampled_from(
            [[], [{"number": 80, "name": "http"}, {"number": Sloppy("53", 53), "name": "dns", "protocol": "UDP"}]]
        )
    )
    if discovered:
        address["discovery"] = {"ports": discovered}
        return {"ipAddress": address}, {}, {}, 2
    placed = {} if mappings is None else {"portMappings": mappings}
    return {"ipAddress": address}, placed, {}, 1 if mappings is None else len(mappings)


COMMON = optional(
    user=st.one_of(st.just("www"), st.just(1000)),
    env=st.dictionaries(FILLED, st.one_of(WORDS, SMALL, st.booleans(), st.just({"secret": "s0"})), max_size=3),
    instances=as_text(st.integers(0, 5)),
    cpus=NUMBERS,
    mem=NUMBERS,
    disk=NUMBERS,
    executor=st.sampled_from(["", "//cmd", "/bin/executor"]),
    constraints=CONSTRAINTS,
    dependencies=st.lists(IDS, max_size=3),
    backoffSeconds=SECONDS,
    backoffFactor=as_text(st.sampled_from([1, 1.15, 2.5])),
    maxLaunchDelaySeconds=SECONDS,
    taskKillGracePeriodSeconds=SECONDS,
    killSelection=any_case("YOUNGEST_FIRST", "OLDEST_FIRST"),
    labels=LABELS,
    requirePorts=SWITCHES,
    tty=SWITCHES,
    acceptedResourceRoles=st.sampled_from([["*"], ["*", "dev"], ["dev", "*"]]),
    executorResources=optional(cpus=as_text(st.just(0.5)), mem=st.just(64), disk=st.just(10)),
    resourceLimits=optional(
        cpus=st.sampled_from([2000, Sloppy("4000", 4000), "unlimited", "UNLIMITED"]),
        mem=st.sampled_from([4096, "unlimited"]),
    ),
    upgradeStrategy=st.sampled_from(
        [
            {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0},
            {"minimumHealthCapacity": Sloppy("1", 1), "maximumOverCapacity": 0.0},
        ]
    ),
    unreachableStrategy=st.one_of(
        st.sampled_from(["disabled", "Off", {}, {"expungeAfterSeconds": 9}]),
        st.just({"inactiveAfterSeconds": Sloppy("5", 5), "expungeAfterSeconds": 600}),
    ),
    # What only the server sets, as in a definition that was copied from GET.
    version=st.just("2020-01-01T00:00:00.000Z"),
    tasksRunning=SMALL,
    residency=st.none(),
)


@st.composite
def definitions(draw: Any, app_id: str = "/shop/web") -> dict[str, Any]:
    """A definition that Marathon 1.11 takes (all features on, role dev, a network called dcos)."""
    app = draw(COMMON)
    fields, placed, docker_network, ports = draw(networking())
    app.update(fields)
    kind = "DOCKER" if docker_network else draw(st.sampled_from(["none", "DOCKER", "MESOS"]))
    if kind == "none" and placed:
        kind = "MESOS"
    if fields.get("ipAddress", {}).get("discovery") and kind == "DOCKER":
        kind = "MESOS"
    if kind != "none":
        mesos = kind == "MESOS"
        container: dict[str, Any] = {**placed, **draw(optional(volumes=VOLUMES))}
        if mesos or draw(st.booleans()):
            container["type"] = draw(any_case(kind))
        if mesos:
            container.update(draw(optional(docker=MESOS_IMAGE, linuxInfo=LINUX_INFO)))
        else:
            container["docker"] = {**draw(DOCKER), **docker_network}
        app["container"] = container
    elif str((app.get("networks") or [{}])[0].get("mode")).lower() != "host" and (
        app.get("networks") or "ipAddress" in app
    ):
        # The container with its one port is added only after checks have been judged.
        ports = 0
    volumes = (app.get("container") or {}).get("volumes") or []
    _run(draw, app, kind)
    checks = [leader_check(draw, ports) for _ in range(draw(st.integers(0, 2)))]
    checks += [mesos_check(draw, ports)] if draw(st.booleans()) else []
    if checks or draw(st.booleans()):
        app["healthChecks"] = checks
    app.update(draw(st.one_of(ARTIFACTS.map(lambda one: {"fetch": one}), URIS.map(lambda one: {"uris": one}))))
    if kind != "DOCKER" and draw(st.booleans()):
        app["check"] = draw(
            record(
                draw(
                    st.sampled_from(
                        [
                            {"exec": st.just({"command": {"shell": "true"}})},
                            {"exec": st.just({"command": {"argv": ["test", 1]}})},
                            {"tcp": st.just({"port": Sloppy("80", 80)})},
                            {"http": record({"port": st.just(80)}, path=st.just("/x"), scheme=any_case("HTTP"))},
                        ]
                    )
                ),
                intervalSeconds=SECONDS,
                delaySeconds=SECONDS,
            )
        )
    app["secrets"] = {"s0": {"source": "path/to/secret"}}
    app["role"] = "dev"
    if any("persistent" in volume for volume in volumes):
        app.update(
            {"upgradeStrategy": draw(st.sampled_from([None, {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0}]))}
        )
        app.update({"unreachableStrategy": draw(st.sampled_from([None, "disabled"])), "acceptedResourceRoles": None})
    if any("external" in volume for volume in volumes):
        app["instances"] = 1
    return {**app, "id": draw(st.sampled_from([app_id, app_id.lstrip("/"), f"/{app_id}/"]))}


def _run(draw: Any, app: dict[str, Any], kind: str) -> None:
    ways: list[dict[str, Any]] = [
        {"cmd": "sleep 1000", "args": []},
        {"cmd": None, "args": ["run", "--port", 8080, "--port"]},
    ]
    app.update(draw(st.sampled_from(ways if kind == "none" else [*ways, {}])))


_TEXTS = ("args", "argv", "constraints", "env", "labels", "options")


def as_marathon_takes_it(value: Any, text: bool = False) -> Any:
    """The same definition without what only people and templates write; its old fields stay as they are."""
    if isinstance(value, Sloppy):
        return value.meant
    if isinstance(value, dict):
        return {
            name: as_marathon_takes_it(inner, text or name in _TEXTS or (name in ("value", "user")))
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [as_marathon_takes_it(inner, text) for inner in value if inner is not EMPTY]
    if text and isinstance(value, bool):
        return str(value).lower()
    return str(value) if text and isinstance(value, (int, float)) else value
