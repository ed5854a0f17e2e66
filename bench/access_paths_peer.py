"""PMapper's graph of one GetAccountAuthorizationDetails reply, without AWS: who is an administrator, and the edges of all its checkers.

    VENV/bin/python access_paths_peer.py DETAILS.json

Runs in an environment of its own that has `principalmapper`. Prints the processor seconds of the graph alone, reading left out, as JSON.
"""
import collections
import collections.abc
import json
import sys
import time

for name in ("Mapping", "MutableMapping"):  # 1.1.5 imports them from where Python 3.10 has them no more
    setattr(collections, name, getattr(collections.abc, name))
from principalmapper.common import Node, Policy  # noqa: E402
from principalmapper.graphing.edge_identification import checker_map, obtain_edges  # noqa: E402
from principalmapper.graphing.gathering import update_admin_status  # noqa: E402


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        details = json.load(file)
    policies = {one["Arn"]: Policy(one["Arn"], one["PolicyName"], one["PolicyVersionList"][0]["Document"]) for one in details["Policies"]}

    def attached(one):
        return [policies[policy["PolicyArn"]] for policy in one["AttachedManagedPolicies"]]

    nodes = [Node(one["Arn"], one["UserId"], attached(one), [], None, None, 1, True, False, None, False, {}) for one in details["UserDetailList"]]
    for one in details["RoleDetailList"]:
        profiles = [profile["Arn"] for profile in one["InstanceProfileList"]] or None
        trust = one["AssumeRolePolicyDocument"]
        nodes.append(Node(one["Arn"], one["RoleId"], attached(one), None, trust, profiles, 0, False, False, None, False, {}))
    start = time.process_time()
    update_admin_status(nodes)
    edges = obtain_edges(None, list(checker_map), nodes)
    print(json.dumps({"seconds": time.process_time() - start, "edges": len(edges), "administrators": sum(node.is_admin for node in nodes)}))


if __name__ == "__main__":
    main()
