"""Correlations judged slowly and plainly, by what docs/formats/detections.md says of them and by nothing that Reeve is made of.

    rules = read_rules([text, …])            # documents of Sigma, correlations and the simple detections they stand on
    alerts = correlate(rules, events)        # [(rule id, alert id, count)], of events in any order

The detections are few and simple here: maps of fields with a value, a list of values or `|exists`, put together by `selection`,
`selection and not filter` or `all of selection*`. Every window is built anew from the list of all events, so a test has a few hundred of them.
"""

import base64
import hashlib
import itertools
import math

import yaml

SPAN_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}
COMPARE = {"gt": lambda a, b: a > b, "gte": lambda a, b: a >= b, "lt": lambda a, b: a < b, "lte": lambda a, b: a <= b,
           "eq": lambda a, b: a == b, "neq": lambda a, b: a != b}


def read_rules(texts):
    documents = [document for text in texts for document in yaml.safe_load_all(text) if document]
    named = {}
    for document in documents:
        for key in ("title", "name", "id"):
            if document.get(key):
                named[document[key]] = document
    for document in documents:
        if "correlation" in document:
            document["bases"] = [named[name] for name in document["correlation"]["rules"]]
    return documents


def text_of(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)


def values_of(event, field):
    """Texts of the field's values, a list's items each; [] if it is absent, null or an empty list."""
    places = [event]
    for part in field.split("."):
        places = [inner for place in places for inner in (place if isinstance(place, list) else [place])]
        places = [place[part] for place in places if isinstance(place, dict) and part in place]
    flat = []
    while places:
        place = places.pop(0)
        if isinstance(place, list):
            places = place + places
        elif place is not None:
            flat.append(text_of(place))
    return flat


def map_holds(event, wanted):
    for key, value in wanted.items():
        field, _, modifier = key.partition("|")
        have = values_of(event, field)
        if modifier == "exists":
            if bool(have) != value:
                return False
        elif not any(text_of(one).lower() in [text.lower() for text in have] for one in (value if isinstance(value, list) else [value])):
            return False
    return True


def matches(rule, event):
    detection = rule["detection"]
    holds = {name: map_holds(event, wanted) for name, wanted in detection.items() if name != "condition"}
    condition = detection["condition"]
    if condition == "selection":
        return holds["selection"]
    if condition == "selection and not filter":
        return holds["selection"] and not holds["filter"]
    assert condition == "all of selection*", condition
    return all(held for name, held in holds.items() if name.startswith("selection"))


def base32(digest):
    return base64.b32encode(digest).decode().lower().rstrip("=")


def alert_id(rule, group, start_ms):
    text = rule["id"].encode() + b"".join(b"\0" + field.encode() + b"\0" + value.encode() for field, value in group) + b"\0\1" + str(start_ms).encode()
    return "al-" + base32(hashlib.sha256(text).digest()[:12])


class Occurrence:
    """A base rule matched: an event, or an alert of a correlation with the events behind it."""

    def __init__(self, rule, time_ms, uid, events):
        self.rule, self.time, self.uid, self.events = rule, time_ms, uid, events


def field_for(correlation, base, name):
    aliases = correlation.get("aliases", {}).get(name)
    if aliases is None:
        return name
    return next((aliases[key] for key in (base.get("name"), base.get("id"), base.get("title")) if key in aliases), name)


def bounds_of(correlation):
    condition = correlation.get("condition", {})
    bounds = [(key, value) for key, value in condition.items() if key in COMPARE]
    return bounds or [("gte", len(correlation["rules"]))]


def is_settled(correlation):
    return correlation["type"] in ("value_avg", "value_percentile") or any(key not in ("gt", "gte") for key, _ in bounds_of(correlation))


def percentile(numbers, share):
    numbers = sorted(numbers)
    place = share / 100 * (len(numbers) - 1)
    below = math.floor(place)
    above = min(below + 1, len(numbers) - 1)
    return numbers[below] + (numbers[above] - numbers[below]) * (place - below)


class Entry:
    def __init__(self, occurrence, base, values, numbers):
        self.of, self.base, self.values, self.numbers = occurrence, base, values, numbers
        self.time, self.uid = occurrence.time, occurrence.uid


def figure(correlation, window):
    kind = correlation["type"]
    if kind == "event_count":
        return len({entry.uid for entry in window})
    if kind == "temporal":
        return len({entry.base for entry in window})
    if kind == "temporal_ordered":
        return max((len(chain) for chain in chains(window)), default=0)
    once = {}
    for entry in sorted(window, key=lambda entry: entry.base):
        once.setdefault(entry.uid, entry)
    if kind == "value_count":
        return len({value for entry in once.values() for value in entry.values})
    numbers = [number for entry in once.values() for number in entry.numbers]
    if kind == "value_sum":
        return sum(numbers)
    if kind == "value_avg":
        return sum(numbers) / len(numbers)
    return percentile(numbers, correlation["condition"].get("percentile", 50))


def chains(window):
    """Every choice of entries whose base rules rise, whose times do not fall, and of which no two are the same event."""
    for bases in itertools.chain.from_iterable(itertools.combinations(sorted({entry.base for entry in window}), n) for n in range(1, 9)):
        yield from chain_of(window, bases, [])


def chain_of(window, bases, so_far):
    if not bases:
        yield so_far
        return
    for entry in window:
        if entry.base == bases[0] and (not so_far or entry.time >= so_far[-1].time) and entry.uid not in {one.uid for one in so_far}:
            yield from chain_of(window, bases[1:], so_far + [entry])


def holds(correlation, value):
    return all(COMPARE[key](value, bound) for key, bound in bounds_of(correlation))


def entries_by_group(rule, occurrences):
    correlation = rule["correlation"]
    groups = {}
    for occurrence in occurrences:
        for base, base_rule in enumerate(rule["bases"]):
            if base_rule is not occurrence.rule:
                continue
            for event in occurrence.events:
                group = []
                for name in correlation.get("group-by") or []:
                    have = values_of(event, field_for(correlation, base_rule, name))
                    if have:
                        group.append((name, ", ".join(have)))
                if not group and correlation.get("group-by"):
                    continue
                values, numbers = [], []
                if correlation["type"].startswith("value_"):
                    have = values_of(event, field_for(correlation, base_rule, correlation["condition"]["field"]))
                    if correlation["type"] == "value_count":
                        values = have
                    else:
                        for one in have:
                            try:
                                numbers.append(float(one))
                            except ValueError:
                                pass
                    if not values and not numbers:
                        continue
                entries = groups.setdefault(tuple(group), {})
                entries.setdefault((occurrence.uid, base), Entry(occurrence, base, values, numbers))
    return {group: sorted(entries.values(), key=lambda entry: (entry.time, entry.uid, entry.base)) for group, entries in groups.items()}


def span_ms(text):
    return int(text[:-1]) * SPAN_S[text[-1]] * 1000


def windows_of(correlation, entries):
    """[(start, moment at which it is known, entries that made it)] of one group."""
    span, used, found = span_ms(correlation["timespan"]), -math.inf, []
    moments = sorted({entry.time for entry in entries})
    if not is_settled(correlation):
        for now in moments:
            window = [entry for entry in entries if used < entry.time <= now and entry.time >= now - span]
            if correlation["type"] == "temporal_ordered":
                good = [chain for chain in chains(window) if holds(correlation, len(chain))]
                if not good:
                    continue
                window = max(good, key=lambda chain: (chain[0].time, len(chain)))
            elif not holds(correlation, figure(correlation, window)):
                continue
            found.append((window[0].time, now, window))
            used = now
        return found
    covered = -math.inf
    for start in moments:
        if start <= used:
            continue
        window = [entry for entry in entries if start <= entry.time <= start + span]
        if window[-1].time <= covered:
            continue
        covered = window[-1].time
        if holds(correlation, figure(correlation, window)):
            found.append((start, start + span + 1, window))
            used = covered
    return found


def correlate(rules, events):
    """`events`: pairs of (milliseconds, event). An event that stands there twice is one."""
    by_id = {event["eventID"]: (time, event) for time, event in events}
    occurrences = {}
    for rule in rules:
        if "detection" in rule:
            occurrences[id(rule)] = [Occurrence(rule, time, uid, [event]) for uid, (time, event) in sorted(by_id.items()) if matches(rule, event)]
    alerts, left = {}, [rule for rule in rules if "correlation" in rule]
    quiet = {id(base) for rule in left for base in rule["bases"]}
    while left:
        ready = next(rule for rule in left if all(id(base) in occurrences for base in rule["bases"]))
        left.remove(ready)
        mine = {}
        for base in {id(base): base for base in ready["bases"]}:
            for occurrence in occurrences[base]:
                mine[(base, occurrence.uid, occurrence.time)] = occurrence
        made = []
        for group, entries in entries_by_group(ready, mine.values()).items():
            for start, known, window in windows_of(ready["correlation"], entries):
                uid = alert_id(ready, group, start)
                behind = [event for entry in window for event in entry.of.events]
                made.append(Occurrence(ready, known, uid, behind))
                if id(ready) not in quiet:
                    alerts[(ready["id"], uid)] = len({entry.uid for entry in window})
        occurrences[id(ready)] = made
    return sorted((rule, uid, count) for (rule, uid), count in alerts.items())
