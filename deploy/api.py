"""The interfaces in documents that machines read: `python -m deploy.api` writes `docs/api`, `--check` looks at it.

- `openapi/<service>.yaml`: OpenAPI 3.1 of each service's HTTP side;
- `contracts/<family>.json`: JSON Schema of a module of `shared.contracts`, each message with an example;
- `asyncapi.yaml`: AsyncAPI 3 of the topics of `deploy/kafka/topics.yaml`, with the messages that go on each.

All of it is found by walking the packages: a further contract, matter or country needs nothing here. What a national
system hands in has its examples where the bridges' suite has them (`tests/contract/bridge/fixtures`).
"""

from __future__ import annotations

import json
import pkgutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final, cast
from urllib.parse import quote

import httpx
import yaml
from fastapi import FastAPI
from faststream.specification.asyncapi.v3_0_0.schema.schema import ApplicationSchema
from joserfc.jwk import KeySet
from jsonschema import Draft202012Validator
from pydantic import ValidationError
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

import deploy
import services
from deploy.local.layout import agreements_folder
from services.console.app import build as build_console
from services.console.settings import ConsoleSettings
from shared import contracts
from shared.agreements import Agreements, load_agreements
from shared.bridge.app import declared
from shared.bridge.kit import Bridge
from shared.clock import SystemClock
from shared.contracts.base import Contract
from shared.contracts.publication import REGISTER_TOPIC, RegisterEntry
from shared.errors import Problem
from shared.messaging.envelope import CLASSIFICATIONS, Message
from shared.messaging.parking import parking_router
from shared.messaging.processor import CONTROLS
from shared.security.keys import make_key, write_public
from shared.service import Runtime, Service, application
from shared.settings import PublicationSettings
from shared.store.memory import MemoryStreams
from shared.topics import OWN, Topic, load_topics

_REPOSITORY: Final = Path(deploy.__path__[0]).parent
FOLDER: Final = _REPOSITORY / "docs" / "api"
FIXTURES: Final = _REPOSITORY / "tests" / "contract" / "bridge" / "fixtures"
TOPICS: Final = _REPOSITORY / "deploy" / "kafka" / "topics.yaml"
_LAYOUT: Final = ".assumed_layout.json"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

HEADERS: Final[Mapping[str, str]] = {
    "ce_specversion": "The version of CloudEvents.",
    "content-type": "Of the value.",
    "ce_id": "With `ce_source` the message's identity: the same pair again is a repetition and changes nothing.",
    "ce_source": "The stream or ledger that emitted it.",
    "ce_type": "The contract's name.",
    "ce_subject": "The stream it belongs to, and the record's key.",
    "ce_time": "RFC 3339. Of what follows from a national message: when its bridge accepted that.",
    "ce_sequence": "Counts what the source has emitted.",
    "ce_agreement": "The agreement it goes under.",
    "ce_originator": "The country it came from.",
    "ce_addressee": "The country it is for.",
    "ce_classification": "How secret it is.",
    "ce_correlationid": "Receipt id of the national message at the beginning.",
    "ce_causationid": "Id of the message that this one follows from.",
    "ce_caseid": "The case it is about.",
    "ce_actor": "The authenticated actor who asked, as `role:subject@country`.",
    "ce_evidence": "The sending bridge's signature, a compact JWS.",
    "traceparent": "W3C Trace Context.",
    "tracestate": "W3C Trace Context.",
}
_ALWAYS: Final = ("ce_specversion", "content-type", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time")


class UndescribedError(Exception):
    """Something has no example, or no place. Says what, and what is to be done."""


# -- what there is ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Built:
    """A service, put together with nothing behind it."""

    name: str
    app: FastAPI
    service: Service | None = None
    """None for the console, which has no topics."""
    bridge: Bridge | None = None


@cache
def agreements() -> Agreements:
    """Those of the agreement files."""
    return load_agreements(agreements_folder())


@cache
def built() -> Sequence[Built]:
    """Every service there is, bridges first."""
    return sorted(
        (_built(import_module(f"services.{one.name}.app")) for one in pkgutil.iter_modules(services.__path__)),
        key=lambda one: (one.bridge is None, one.name),
    )


def _built(module: ModuleType) -> Built:
    nothing = cast("Any", None)
    if module.__name__ == "services.console.app":
        return Built(module.NAME, _console())
    bridge: Bridge | None = getattr(module, "BRIDGE", None)
    if bridge is not None:
        service = declared(bridge, agreements(), nothing, nothing, nothing, nothing, MemoryStreams())
    else:
        settings = PublicationSettings.model_construct(public_url="http://127.0.0.1", kafka_bootstrap_servers="")
        service = module.build(
            Runtime(settings, SystemClock(), nothing, MemoryStreams(), nothing, nothing, agreements(), nothing)
        )
    parking = parking_router(
        service.name, nothing, nothing, nothing, nothing, nothing, agreements(), party=service.party
    )
    return Built(service.name, application(service, parking), service, bridge)


def _console() -> FastAPI:
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "issuer.json"
        write_public(KeySet([make_key("issuer")]), keys)
        settings = ConsoleSettings.model_validate(
            {
                "KAKEHASHI_HTTP_PORT": 0,
                "KAKEHASHI_AGREEMENTS": agreements_folder(),
                "KAKEHASHI_ISSUER_KEYS": keys,
                "KAKEHASHI_SERVICES": {},
            }
        )
        console: FastAPI = build_console(settings, httpx.AsyncClient(), SystemClock()).state.api
        return console


@cache
def families() -> Mapping[str, ModuleType]:
    """The modules of contracts by name."""
    names = [one.name for one in pkgutil.iter_modules(contracts.__path__)]
    modules = {name: import_module(f"shared.contracts.{name}") for name in names if name != "base"}
    return {name: module for name, module in modules.items() if _contracts_of(module)}


def _contracts_of(module: ModuleType) -> Sequence[type[Contract]]:
    """Those that have a name for others to use."""
    kinds = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Contract)]
    return [kind for kind in kinds if kind.__module__ == module.__name__ and not kind.__name__.startswith("_")]


def _examples_of(module: ModuleType) -> Mapping[type[Contract], Contract]:
    return {type(example): example for example in getattr(module, "EXAMPLES", ())}


@cache
def examples() -> Mapping[type[Contract], Contract]:
    """One of each message, by its type: what stands in `EXAMPLES` is a message, all else is a part of some."""
    return {kind: one for module in families().values() for kind, one in _examples_of(module).items()}


# -- contracts ----------------------------------------------------------------------------------------------------


class _Untitled(GenerateJsonSchema):
    """A member's title would be its name again."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def contract_schemas() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """File name and JSON Schema of each family; its contracts, and those they are made of, stand in `$defs`."""
    for name, module in families().items():
        kinds = _contracts_of(module)
        schemas, definitions = models_json_schema(
            [(kind, "validation") for kind in kinds], ref_template="#/$defs/{model}", schema_generator=_Untitled
        )
        defs: dict[str, Any] = definitions["$defs"]
        for kind, example in _examples_of(module).items():
            place = schemas[kind, "validation"]["$ref"].rpartition("/")[2]
            defs[place]["examples"] = [json.loads(example.model_dump_json(exclude_defaults=True))]
        yield (
            f"contracts/{name}.json",
            {"$schema": _DIALECT, "title": name, "description": (module.__doc__ or "").strip(), "$defs": defs},
        )


def _where(kind: type[Contract]) -> str:
    return f"contracts/{kind.__module__.rpartition('.')[2]}.json#/$defs/{kind.__name__}"


# -- topics -------------------------------------------------------------------------------------------------------


def asyncapi() -> Mapping[str, Any]:
    """The document. Raises UndescribedError."""
    topics = load_topics(TOPICS, [OWN])
    on = {topic.name: _messages_on(topic.name) for topic in topics}
    used = {name: message for messages in on.values() for name, message in messages.items()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Kakehashi",
            "version": "1",
            "description": "The topics of the hub. CloudEvents 1.0 in Kafka's binary mode: attributes in headers, the "
            "bare contract as JSON in the value, the subject as the key. A reader ignores members it does not know.",
        },
        "defaultContentType": "application/json",
        "channels": {_id(topic.name): _channel(topic, on[topic.name]) for topic in topics},
        "operations": {name: operation for topic in topics for name, operation in _operations(topic, on[topic.name])},
        "components": {
            "messages": {name: used[name] for name in sorted(used)},
            "messageTraits": {"CloudEvent": _cloud_event()},
            "parameters": {"country": {"description": "A party to an agreement.", "enum": [*agreements().countries]}},
        },
    }


def _id(topic: str) -> str:
    """Ids hold no braces: `bridge-cc.events.v1` stands for each country's."""
    return topic.replace(OWN, "cc")


def _channel(topic: Topic, messages: Mapping[str, Any]) -> Mapping[str, Any]:
    kept = "for ever" if topic.retention is None else f"for {topic.retention.days} days"
    said = "The last record of each key is kept." if topic.compacted else f"Records are kept {kept}."
    parameters = {"parameters": {"country": {"$ref": "#/components/parameters/country"}}} if OWN in topic.name else {}
    policy = {"cleanup.policy": ["compact" if topic.compacted else "delete"]}
    return {
        "address": topic.name,
        "description": said,
        **parameters,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in sorted(messages)},
        "bindings": {
            "kafka": {"partitions": topic.partitions, "topicConfiguration": policy, "bindingVersion": "0.5.0"}
        },
    }


def _operations(topic: Topic, messages: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Who writes, and who reads; of a service that follows events, which."""
    followed = _followed()
    for action, who in (("send", topic.writers), ("receive", topic.readers)):
        for service in who:
            taken = followed.get((service, topic.name), frozenset()) & set(messages) if action == "receive" else set()
            yield (
                f"{_id(service)}.{action}.{_id(topic.name)}",
                {
                    "action": action,
                    "channel": {"$ref": f"#/channels/{_id(topic.name)}"},
                    "title": f"{service} {'writes' if action == 'send' else 'reads'} {topic.name}",
                    **({"messages": [_in(topic.name, name) for name in sorted(taken)]} if taken else {}),
                },
            )


def _in(topic: str, message: str) -> Mapping[str, str]:
    return {"$ref": f"#/channels/{_id(topic)}/messages/{message}"}


@cache
def _followed() -> Mapping[tuple[str, str], frozenset[str]]:
    """What each service takes of each topic, bridges and their topics as one."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for one in built():
        for reactor in one.service.reactors if one.service else ():
            names = {f"bridge-{country}": f"bridge-{OWN}" for country in agreements().countries}
            head, dot, rest = reactor.topic.partition(".")
            key = names.get(one.name, one.name), f"{names.get(head, head)}{dot}{rest}"
            found[key] = found.get(key, frozenset()) | frozenset(reactor.events)
    return found


@cache
def _commands() -> Mapping[str, Mapping[str, type[Contract]]]:
    """The commands that each service takes, by their types."""
    return {
        one.name: {name: kind for decider in one.service.deciders for name, kind in decider.commands.items()}
        for one in built()
        if one.service
    }


def _messages_on(topic: str) -> Mapping[str, Mapping[str, Any]]:
    """By name, what goes on a topic. Raises UndescribedError for a topic that nothing is known of."""
    if topic == REGISTER_TOPIC:
        bare = _message(RegisterEntry)
        return {RegisterEntry.__name__: bare | {"summary": f"{bare['summary']} Null takes an entry away."}}
    if topic in _OTHERS:
        return _OTHERS[topic]
    service, _, kind = topic.partition(".")
    if kind == "parked.v1":
        return {"ParkedRecord": _PARKED}
    takes = _commands().get(service.replace(OWN, agreements().countries[0]))
    if takes is None or kind not in ("commands.v1", "events.v1"):
        raise UndescribedError(f"Nothing is known of what goes on {topic}: describe it in {Path(__file__).name}.")
    takes = {**takes, **CONTROLS}
    if missing := sorted(name for name, command in takes.items() if command not in examples()):
        raise UndescribedError(f"{service} takes {', '.join(missing)}: put an example into EXAMPLES of its module.")
    if kind == "commands.v1":
        return {name: _message(command) for name, command in takes.items()}
    # A service that takes a module's commands emits its events.
    everyones = {command for taken in _commands().values() for command in taken.values()} | set(CONTROLS.values())
    modules = {command.__module__ for command in takes.values()}
    return {
        event.__name__: _message(event)
        for event in examples()
        if event.__module__ in modules and event not in everyones and event is not RegisterEntry
    }


def _message(kind: type[Contract]) -> dict[str, Any]:
    summary = " ".join((kind.__doc__ or "").split())
    return {
        "name": kind.__name__,
        "summary": summary,
        "traits": [{"$ref": "#/components/messageTraits/CloudEvent"}],
        "headers": {"type": "object", "properties": {"ce_type": {"const": kind.__name__}}},
        "payload": {"$ref": _where(kind)},
    }


def _cloud_event() -> Mapping[str, Any]:
    carried = {name for name, _ in _FULL.headers()}
    if carried != set(HEADERS):
        raise UndescribedError(f"HEADERS in {Path(__file__).name} and the envelope differ: {carried ^ set(HEADERS)}.")
    bounds: Mapping[str, Mapping[str, Any]] = {
        "ce_specversion": {"const": "1.0"},
        "content-type": {"const": "application/json"},
        "ce_classification": {"enum": list(CLASSIFICATIONS)},
        "ce_sequence": {"pattern": "^[0-9]+$"},
    }
    properties = {
        name: {"type": "string", "description": text, **bounds.get(name, {})} for name, text in HEADERS.items()
    }
    return {
        "contentType": "application/json",
        "headers": {"type": "object", "required": list(_ALWAYS), "properties": properties},
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "bindings": {
            "kafka": {"key": {"type": "string", "description": "The subject."}, "bindingVersion": "0.5.0"},
        },
    }


_FULL: Final = Message("i", "s", "t", "u", "m", b"", 1, *"abcdefghijk")
"""Every attribute is set."""


def _headers(**texts: str) -> Mapping[str, Any]:
    properties = {name.replace("_", "-"): {"type": "string", "description": text} for name, text in texts.items()}
    return {"type": "object", "properties": properties}


_PARKED: Final = {
    "name": "ParkedRecord",
    "summary": "A copy of a record that could not be processed: its value and its headers as they were.",
    "headers": _headers(problem="Why, as JSON: a problem (RFC 9457)."),
    "payload": {"description": "Whatever it was."},
}
_DELIVERY_HEADERS: Final = {
    "kind": "`receipt` or `delivery`.",
    "content_type": "Of the value.",
    "traceparent": "W3C Trace Context.",
}
_OTHERS: Final[Mapping[str, Mapping[str, Any]]] = {
    f"bridge-{OWN}.ledger.v1": {
        "LedgerPiece": {
            "name": "LedgerPiece",
            "summary": "A piece of a ledger's batch, sealed for its own bridge alone; the key is the batch's number.",
            "contentType": "application/octet-stream",
            "headers": _headers(kid="Of the key it is sealed with.", copy="Which copy.", pieces="How many it has."),
            "payload": {"description": "Sealed."},
        }
    },
    f"national.{OWN}.inbound.v1": {
        "NationalSubmission": {
            "name": "NationalSubmission",
            "summary": "What a national system hands in, as in the body of POST /v1/messages at its bridge.",
            "headers": _headers(content_type="Of the value; JSON without one.", traceparent="W3C Trace Context."),
            "payload": {"description": "National documents; the bridge's OpenAPI document has an example of each."},
        }
    },
    f"national.{OWN}.outbound.v1": {
        "NationalReceipt": {
            "name": "NationalReceipt",
            "summary": "The receipt of an inbound record, or the problem for which there is none.",
            "headers": _headers(**_DELIVERY_HEADERS, record="The inbound record's place."),
            "payload": {"type": "object"},
        },
        "NationalDelivery": {
            "name": "NationalDelivery",
            "summary": "A national document for the national system; its place in the topic is its receipt.",
            "headers": _headers(
                **_DELIVERY_HEADERS,
                delivery_id="The same at every attempt.",
                type="The event that it tells of.",
                sequence="Counts what the event's source has emitted.",
            ),
            "payload": {"type": "object"},
        },
    },
}

# -- HTTP ---------------------------------------------------------------------------------------------------------


def openapi(one: Built) -> Mapping[str, Any]:
    """The service's document; of a bridge with an example of each type of message that it takes."""
    described = one.app.openapi()
    if one.bridge is not None:
        body = described["paths"]["/v1/messages"]["post"]["requestBody"]["content"]["application/json"]
        body["examples"] = {kind: {"externalValue": _reference(one.bridge, kind)} for kind in one.bridge.inward}
    return described


def fixture_of(bridge: Bridge, kind: str) -> Path:
    """The example of a national type."""
    return FIXTURES / bridge.country / f"{kind}{_LAYOUT}"


def _reference(bridge: Bridge, kind: str) -> str:
    place = fixture_of(bridge, kind).relative_to(_REPOSITORY)
    return "../" * len((FOLDER / "openapi").relative_to(_REPOSITORY).parts) + quote(place.as_posix())


# -- documents ----------------------------------------------------------------------------------------------------


class _Plain(yaml.SafeDumper):
    """Writes a value out wherever it occurs."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def documents() -> Mapping[str, str]:
    """Every file of `docs/api` by its path there. Raises UndescribedError."""
    files = {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in contract_schemas()}
    files["asyncapi.yaml"] = _yaml(asyncapi())
    return files | {f"openapi/{one.name}.yaml": _yaml(openapi(one)) for one in built()}


def _yaml(document: Mapping[str, Any]) -> str:
    return yaml.dump(document, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=120)


# -- what is wrong with them --------------------------------------------------------------------------------------


def stale(files: Mapping[str, str], folder: Path) -> Iterator[str]:
    """What in the folder is not as the code has it."""
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(there | set(files)):
        if name not in files:
            yield f"{name}: nothing makes it any more"
        elif name not in there or (folder / name).read_text(encoding="utf-8") != files[name]:
            yield f"{name}: not as the code has it"


def wrong() -> Iterator[str]:
    """Schemas, examples and references that do not hold."""
    schemas = dict(contract_schemas())
    for name, schema in schemas.items():
        Draft202012Validator.check_schema(schema)
        for kind, definition in schema["$defs"].items():
            for example in definition.get("examples", ()) if "properties" in definition else ():
                whole = Draft202012Validator({**schema, "$ref": f"#/$defs/{kind}"})
                yield from (f"{name}: example of {kind}: {error.message}" for error in whole.iter_errors(example))
    unknown = {name for (_, topic), names in _followed().items() for name in names - set(_messages_on(topic))}
    yield from (f"{name} is followed and goes on no topic: put it into EXAMPLES of its module" for name in unknown)
    topics = asyncapi()
    try:
        ApplicationSchema.model_validate(topics)
    except ValidationError as error:
        yield f"asyncapi.yaml: {error}"
    yield from _dangling("asyncapi.yaml", topics, schemas)
    for one in built():
        yield from _dangling(f"openapi/{one.name}.yaml", openapi(one), {})
        if one.bridge is not None:
            yield from _untaken(one.bridge)


def _dangling(name: str, document: Mapping[str, Any], beside: Mapping[str, Any]) -> Iterator[str]:
    """References to what is not there, in the document itself or in those beside it."""
    for reference in set(_references(document)):
        file, _, pointer = reference.partition("#")
        found: Any = beside.get(file) if file else document
        for part in pointer.split("/")[1:]:
            name_there = part.replace("~1", "/").replace("~0", "~")
            found = found.get(name_there) if isinstance(found, Mapping) else None
        if found is None:
            yield f"{name}: {reference} leads nowhere"


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for member in value.values():
            yield from _references(member)
    elif isinstance(value, list):
        for member in value:
            yield from _references(member)


def _untaken(bridge: Bridge) -> Iterator[str]:
    """Examples that a bridge would not take, or that are not there."""
    for kind, translate in bridge.inward.items():
        path = fixture_of(bridge, kind)
        if not path.is_file():
            yield f"{bridge.service}: {kind} has no example {path.relative_to(_REPOSITORY)}"
            continue
        document = json.loads(path.read_text(encoding="utf-8"))
        if document.get(bridge.type_field) != kind:
            yield f"{path.relative_to(_REPOSITORY)}: {bridge.type_field} is not {kind}"
        problems: Sequence[Problem] = translate(document).problems
        yield from (f"{path.relative_to(_REPOSITORY)}: {found.slug}: {found.detail}" for found in problems)


def main(arguments: Sequence[str]) -> None:
    """Writes the documents, or with `--check` says what is wrong with them. Exit code 1 if anything is."""
    try:
        files, found = documents(), list(wrong())
    except UndescribedError as error:
        sys.exit(f"docs/api: {error}")
    if "--check" in arguments:
        found += [f"{told}: make api" for told in stale(files, FOLDER)]
    else:
        for told in list(stale(files, FOLDER)):
            name = told.partition(":")[0]
            path = FOLDER / name
            if name in files:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(files[name], encoding="utf-8")
            else:
                path.unlink()
    for told in found:
        print(f"docs/api: {told}", file=sys.stderr)
    sys.exit(bool(found))


if __name__ == "__main__":
    main(sys.argv[1:])
