#!/usr/bin/env python3
"""Counts what lists do to routes, with nothing of depeer's: it reads what bgpdump
prints and the lists as they are published, and asks each path by itself.

    bgpdump -m TABLE | count.py QUESTION...

A question is lists, most severe first: drop=FILE:depeer,asndrop=FILE:tag,path=701:deprefer.
The answers are printed in order, each a JSON object in a line.
"""
import json
import re
import sys
from collections import Counter, defaultdict

# ASNs that feeds must not name: 0, AS_TRANS, documentation, private use, the last ones.
RESERVED = [(0, 0), (23456, 23456), (64496, 65551), (4200000000, 4294967295)]


def number(prefix):
    """A prefix as (is IPv6, its leading bits as a number, how many)."""
    address, bits = prefix.split("/")
    if ":" not in address:
        value, size = 0, 32
        for octet in address.split("."):
            value = value << 8 | int(octet)
    else:
        head, _, tail = address.partition("::")
        groups = [g for g in head.split(":") if g]
        after = [g for g in tail.split(":") if g]
        groups += ["0"] * (8 - len(groups) - len(after)) + after
        value, size = 0, 128
        for group in groups:
            value = value << 16 | int(group, 16)
    return size == 128, value >> size - int(bits), int(bits)


def around(prefix):
    """A prefix and all that are around it, the longest first."""
    is6, value, bits = prefix
    for n in range(bits, -1, -1):
        yield is6, value >> bits - n, n


def published(lists):
    """Entries of the lists: prefixes, origins and ASNs anywhere, each with its
    provider and the severity of its treatment."""
    prefixes, origins, anywhere, providers = {}, {}, {}, {}
    for severity, item in enumerate(lists.split(",")):
        kind, _, rest = item.partition("=")
        name, _, treatment = rest.rpartition(":")
        if kind == "path":
            anywhere[int(name)] = ("mci", severity)
            providers["mci"] = treatment
            continue
        for line in open(name):
            if kind == "drop" and (entry := re.match(r"([\d.]+/\d+) ; (SBL\d+)", line)):
                prefixes[number(entry[1])] = (entry[2].lower(), severity, entry[1])
                providers[entry[2].lower()] = treatment
            elif kind == "asndrop" and (entry := re.match(r'(?:\{"asn":|AS)(\d+)', line)):
                asn = int(entry[1])
                if not any(low <= asn <= high for low, high in RESERVED):
                    origins[asn] = (f"as{asn}", severity)
                    providers[f"as{asn}"] = treatment
    return prefixes, origins, anywhere, providers


def table():
    """Paths by prefix: of whom, and along which path. A path is four things: ASNs
    of sequences with None for a set, all ASNs, the origin or None, and ASNs of sets."""
    routes, members, paths = defaultdict(list), {}, {}
    for line in sys.stdin:
        field = line.split("|")
        text = field[7 if field[0].endswith("_AP") else 6]
        if text not in paths:
            asns = [int(asn) if asn.isdigit() else None for asn in re.sub(r"[{(\[][^})\]]*[})\]]", "set", text).split()]
            paths[text] = asns, {int(asn) for asn in re.findall(r"\d+", text)}, asns[-1] if asns else None, {
                int(asn) for some in re.findall(r"[{\[][^}\]]*[}\]]", text) for asn in re.findall(r"\d+", some)}
        member = members.setdefault((field[3], int(field[4])), len(members))
        routes[field[5]].append((member, text))
    return routes, list(members), paths


def usable(member, asn, announcements, paths):
    """Which of the paths to a prefix a member is offered: none of its own, and none
    through its ASN."""
    return [n for n, (whose, text) in enumerate(announcements) if whose != member and asn not in paths[text][1]]


def answer(lists, routes, members, paths, before):
    prefixes, origins, anywhere, providers = published(lists)
    keys = {prefix: number(prefix) for prefix in routes}
    reach = {(is6, bits) for is6, _, shortest in prefixes for bits in range(shortest, 129)}
    by_path = {}  # the match of a path's ASNs: the severest, the first listed of these
    for text, (asns, _, origin, _) in paths.items():
        found = [origins[origin]] if origin in origins else []
        found += [anywhere[asn] for asn in asns if asn in anywhere]
        by_path[text] = min(found, key=lambda match: match[1], default=None)

    routes_of = {"total": sum(map(len, routes.values())), "refused": 0, "changed": 0}
    prefixes_of = {"total": len(routes), "refused": 0, "without_path": 0}
    members_of = [m | dict.fromkeys(("refused", "changed", "without_path", "lost"), 0) for m in before]
    providers_of = {id: {"refused": 0, "changed": 0, "prefixes": set(), "without_path": 0, "members": set()} for id in providers}
    collateral = defaultdict(lambda: [0, 0, 0])
    alive, announced = set(), set()  # prefixes with a path that is left; entries that something is announced of
    lost = []  # prefixes without a path, and who of the lists has taken one
    for prefix, announcements in routes.items():
        key = keys[prefix]
        inside = [prefixes[p] for p in around(key) if p in prefixes] if key[::2] in reach else []
        if not inside and not any(by_path[text] for _, text in announcements):
            alive.add(key)
            continue
        outcome = []  # of each path: whose it is, and whether it is refused
        for member, text in announcements:
            matches = inside + [by_path[text]] if by_path[text] else inside
            if not key[0] and key[2] <= 8:  # nothing is added to short IPv4 announcements
                matches = [match for match in matches if providers[match[0]] == "depeer"]
            match = min(matches, key=lambda match: match[1], default=None)
            outcome.append((match, match is not None and providers[match[0]] == "depeer"))
        refused = sum(gone for _, gone in outcome)
        none = refused == len(outcome)
        announced.update(entry for _, _, entry in inside)
        if not none:
            alive.add(key)
        prefixes_of["refused"] += refused > 0
        prefixes_of["without_path"] += none
        here, beside = set(), set()
        for (member, text), (match, gone) in zip(announcements, outcome):
            if match is None:
                continue
            what = "refused" if gone else "changed"
            for count in routes_of, members_of[member], providers_of[match[0]]:
                count[what] += 1
            providers_of[match[0]]["members"].add(members[member][0])
            here.add(match[0])
            asns, _, origin, _ = paths[text]
            if match == by_path[text] and match in anywhere.values() and origin and origin not in origins and origin not in anywhere:
                collateral[origin][0 if gone else 1] += 1
                beside.add(origin)
        for id in here:
            providers_of[id]["prefixes"].add(prefix)
            providers_of[id]["without_path"] += none
            if none:
                lost.append((id, prefix))
        for origin in beside:
            collateral[origin][2] += none
        for member in {member for member, _ in announcements} if none else ():
            members_of[member]["without_path"] += 1
        for n, (_, asn) in enumerate(members) if refused else ():
            offered = usable(n, asn, announcements, paths)
            members_of[n]["lost"] += bool(offered) and all(outcome[i][1] for i in offered)

    covers = {"covered": [], "reached": [], "gone": [], "seen": []}
    names = {key: prefix for prefix, key in keys.items()}
    for key, (id, _, entry) in prefixes.items():
        if entry in announced:
            continue
        if by := next((names[p] for p in around(key) if p != key and p in alive), None):
            covers["covered"].append(f"{id} {entry} {by}")
        else:
            covers["gone"].append(f"{id} {entry}")
    for id, prefix in lost:
        if by := next((names[p] for p in around(keys[prefix]) if p != keys[prefix] and p in alive), None):
            covers["reached"].append(f"{id} {prefix} {by}")
    seen = {asn for _, everywhere, _, _ in paths.values() for asn in everywhere}
    covers["gone"] += [f"as{asn} AS{asn}" for asn in origins if asn not in seen]
    covers["gone"] += [f"mci AS{asn} path" for asn in anywhere if asn not in seen]
    unmatched, uses = Counter(), Counter(text for to in routes.values() for _, text in to)
    for text, (asns, everywhere, origin, sets) in paths.items():
        for asn in everywhere:
            if asn in origins and asn != origin:
                unmatched[f"as{asn} AS{asn} " + ("as_set" if asn in sets else "transit")] += uses[text]
            if asn in anywhere and asn not in asns:
                unmatched[f"mci AS{asn} path as_set"] += uses[text]
    covers["seen"] = [f"{entry} {paths}" for entry, paths in unmatched.items()]
    return {
        "routes": routes_of, "prefixes": prefixes_of,
        "members": {f"AS{asn} {address}": members_of[n] for n, (address, asn) in enumerate(members)},
        "providers": {id: p | {"prefixes": len(p["prefixes"]), "members": sorted(p["members"])} for id, p in providers_of.items()},
        "collateral": {f"AS{asn}": dict(zip(("refused", "changed", "without_path"), counts)) for asn, counts in collateral.items()},
    } | {what: sorted(lines) for what, lines in covers.items()}


routes, members, paths = table()
announcers = Counter(member for to in routes.values() for member, _ in to)
before = [{"routes": announcers[n], "usable": sum(1 for to in routes.values() if usable(n, asn, to, paths))} for n, (_, asn) in enumerate(members)]
for question in sys.argv[1:]:
    print(json.dumps(answer(question, routes, members, paths, before)))
