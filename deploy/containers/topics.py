"""Creates the topics that are declared and missing: `python -m deploy.containers.topics`.

Exit code 1 with the reason if one is there and differs, or if Kafka cannot be reached.
"""

from __future__ import annotations

import asyncio
import os
import sys

from aiokafka.errors import KafkaError

from deploy.local.layout import agreements_folder, topics_file
from deploy.local.topics import WrongTopicError, ensure_topics
from shared.agreements import AgreementError, load_agreements
from shared.topics import TopicsError, load_topics


def main() -> None:
    """KAFKA_BOOTSTRAP_SERVERS says where, KAKEHASHI_AGREEMENTS for which countries."""
    try:
        topics = load_topics(topics_file(), load_agreements(agreements_folder()).countries)
        created = asyncio.run(ensure_topics(os.environ["KAFKA_BOOTSTRAP_SERVERS"], topics))
    except (AgreementError, KafkaError, OSError, TopicsError, WrongTopicError) as error:
        sys.exit(str(error))
    print(f"{len(topics)} topics, {len(created)} of them new")


if __name__ == "__main__":
    main()
