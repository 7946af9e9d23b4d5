"""FilterLogEvents as CloudWatch answers it: quoted texts, optional and excluded ones, pages. The emulator splits at every space and has one page."""

import heapq
from bisect import bisect_left, bisect_right

from ministack.core.responses import error_response_json, json_response
from ministack.services import cloudwatch_logs

MOST_EVENTS = 10_000


def install() -> None:
    """Answers in the emulator's place."""
    cloudwatch_logs._filter_log_events = _filter_log_events


def terms(pattern: str) -> list[tuple[str, str]]:
    """The terms of a pattern for plain text, each with its sign: `?` optional, `-` excluded, empty for required."""
    found, place = [], 0
    while place < len(pattern):
        if pattern[place].isspace():
            place += 1
            continue
        sign = ""
        if pattern[place] in "?-" and place + 1 < len(pattern):
            sign, place = pattern[place], place + 1
        word = []
        if pattern[place] == '"':
            place += 1
            while place < len(pattern) and pattern[place] != '"':
                place += pattern[place] == "\\"
                word.append(pattern[place : place + 1])
                place += 1
            place += 1
        else:
            while place < len(pattern) and not pattern[place].isspace():
                word.append(pattern[place])
                place += 1
        found.append((sign, "".join(word)))
    return found


def fits(found: list[tuple[str, str]], message: str) -> bool:
    """Whether a message has all required terms, no excluded one, and an optional one where nothing is required."""
    required = [word for sign, word in found if not sign]
    optional = [word for sign, word in found if sign == "?"]
    if any(sign == "-" and word in message for sign, word in found):
        return False
    if required:
        return all(word in message for word in required)
    return not optional or any(word in message for word in optional)


def _time(event: dict) -> int:
    return event["timestamp"]


def _of_stream(name: str, history: list[dict], start, end):
    first = bisect_left(history, start, key=_time) if start is not None else 0
    last = bisect_right(history, end, key=_time) if end is not None else len(history)
    return [(event, name) for event in history[first:last]]


def _filter_log_events(data):
    group = cloudwatch_logs._log_groups.get(cloudwatch_logs._resolve_log_group_name(data))
    if group is None:
        return error_response_json("ResourceNotFoundException", "The specified log group does not exist.", 400)
    streams = group["streams"]
    names = data.get("logStreamNames") or list(streams)
    if any(name not in streams for name in names):
        return error_response_json("ResourceNotFoundException", "The specified log stream does not exist.", 400)
    found = terms(data.get("filterPattern") or "")
    limit = min(int(data.get("limit") or MOST_EVENTS), MOST_EVENTS)
    skip = int(data.get("nextToken") or 0)
    with cloudwatch_logs._log_events_lock:
        parts = [_of_stream(name, streams[name]["events"], data.get("startTime"), data.get("endTime")) for name in names]
    events = []
    for place, (event, name) in enumerate(heapq.merge(*parts, key=lambda entry: _time(entry[0]))):
        if place < skip:
            continue
        if len(events) == limit:
            return json_response({"events": events, "searchedLogStreams": [], "nextToken": str(place)})
        if fits(found, event.get("message", "")):
            events.append({**event, "logStreamName": name})
    return json_response({"events": events, "searchedLogStreams": []})
