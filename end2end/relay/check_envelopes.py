#!/usr/bin/env python3
"""Puts envelopes through Sentry Relay's own normaliser (PyPI: sentry-relay), which is what a real Sentry does first.

usage: check_envelopes.py FILE...   each FILE one raw envelope

Prints a line for everything that Relay refuses, drops, shortens or marks in an event or a transaction, and exits 1 if there
is any, or if there was nothing to look at. Check-ins, logs, metrics and streamed spans have no normaliser here.
"""
import json
import sys

from sentry_relay.processing import StoreNormalizer

NORMALISED = ("event", "transaction")

normalizer = StoreNormalizer(
    project_id=1, protocol_version="7", client="check/1.0", key_id="1", is_renormalize=False, remove_other=True,
    normalize_user_agent=True, max_secs_in_future=60, max_secs_in_past=2592000, enable_trimming=True)


def items(envelope: bytes):
    """Yields (type, payload) of what can be normalised."""
    _, _, rest = envelope.partition(b"\n")
    while rest.strip():
        header, _, rest = rest.partition(b"\n")
        if not header.strip():
            continue
        header = json.loads(header)
        length = header.get("length", rest.find(b"\n") if b"\n" in rest else len(rest))
        body, rest = rest[:length], rest[length:]
        if header["type"] in NORMALISED:
            payload = json.loads(body)
            if header["type"] == "transaction":
                payload.setdefault("type", "transaction")  # as Relay does
            yield header["type"], payload


def remarks(meta, path=""):
    """Yields what Relay noted about a value: errors, and remarks of what it removed or cut."""
    for key, value in meta.items():
        if key == "":
            for kind in ("err", "rem"):
                for note in value.get(kind, []):
                    yield f"{path or '(whole)'}: {kind} {json.dumps(note)}"
        elif isinstance(value, dict):
            yield from remarks(value, f"{path}.{key}" if path else key)


def problems(payload):
    """Everything that Relay has against a payload."""
    try:
        normalized = normalizer.normalize_event(payload)
    except Exception as error:  # the normaliser raises on what it would reject
        return [f"rejected: {str(error).splitlines()[0]}"]
    found = [f"error: {json.dumps(error)}" for error in normalized.get("errors") or []]
    found.extend(remarks(normalized.get("_meta") or {}))
    found.extend(f"dropped: {path}" for path in dropped(payload, normalized))
    return found


def dropped(before, after, path=""):
    """Yields the paths of what went in and did not come out: Relay drops what it does not know."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            place = f"{path}.{key}" if path else key
            if value in (None, "", [], {}) or place == "server_name":  # Relay makes a tag of the server's name
                continue
            if place == "message":  # which is one of two ways to write it
                if (after.get("logentry") or {}).get("formatted") != value:
                    yield place
            elif place == "tags":
                kept = dict(tag for tag in after["tags"] if tag)
                yield from (f"tags.{name}" for name in value if kept.get(name) != value[name])
            elif after.get(key) is None:
                yield place
            else:
                yield from dropped(value, after[key], place)
    elif isinstance(before, list) and isinstance(after, list):
        for index, (one, other) in enumerate(zip(before, after)):
            yield from dropped(one, other, f"{path}.{index}")


def main(files):
    """Checks the files; the exit code."""
    seen = bad = 0
    for file in files:
        with open(file, "rb") as envelope:
            for kind, payload in items(envelope.read()):
                seen += 1
                name = payload.get("transaction") or payload.get("message") or payload.get("event_id")
                for problem in problems(payload):
                    bad += 1
                    print(f"{kind} {str(name)[:80]}: {problem}")
    print(f"{seen} events and transactions, {bad} remarks")
    return 1 if bad or not seen else 0


sys.exit(main(sys.argv[1:]))
