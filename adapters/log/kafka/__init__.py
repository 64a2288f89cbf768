"""The log on Kafka: one topic with a partition per partition, and the chain instead of fencing."""

from __future__ import annotations

from adapters.log.kafka.commands import KafkaCommands
from adapters.log.kafka.log import KafkaLog
from adapters.log.kafka.reader import KafkaReader
from adapters.log.kafka.settings import KafkaSettings
from adapters.log.kafka.topics import TopicSpec, WrongTopic, commands_topic, ensure, log_topic

__all__ = [
    "KafkaCommands",
    "KafkaLog",
    "KafkaReader",
    "KafkaSettings",
    "TopicSpec",
    "WrongTopic",
    "commands_topic",
    "ensure",
    "log_topic",
]
