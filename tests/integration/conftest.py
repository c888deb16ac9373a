"""The borders of both countries for the tests of a module, all of it running."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.layout import topics_file
from deploy.local.topics import ensure_topics
from shared.store.mongo import Database
from shared.topics import load_topics
from tests.integration.borders import Borders


@pytest.fixture(scope="module")
async def borders(
    kafka_bootstrap: str, mongodb_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Borders]:
    borders = Borders(tmp_path_factory.mktemp("borders"), kafka_bootstrap, mongodb_uri)
    topics = load_topics(topics_file(), borders.agreements.countries)
    await ensure_topics(kafka_bootstrap, topics)
    # The console looks on and carries nothing.
    places = (*borders.layout.nationals, *borders.layout.services)
    names = [place.name for place in places if place.name != "console"]
    for name in names:
        borders.start(name)
    await borders.until_ready(*names)
    yield borders
    for process in borders.running.values():
        process.stop()
    for place in borders.layout.services:
        database = Database(mongodb_uri, place.name.replace("-", "_"))
        await database.drop()
        database.close()
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    await admin.delete_topics([topic.name for topic in topics])
    await admin.close()
    await borders.client.aclose()
