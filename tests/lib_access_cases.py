"""Random simulation documents for tests of the decision, the same for the same seed.

    document = case(seed=1, number=0)

Each has a caller, an action, a resource and policies in every place that the caller has, made so that each result is frequent and most
policies almost fit: a name that differs by a letter, a statement for the neighbour's account, a condition on the value beside.
"""

import base64
import random

A, B = "111122223333", "444455556666"
ORG, OTHER_ORG = "o-a1b2c3d4e5", "o-zzzzzzzzzz"
YES = 0.62  # how often a statement that is meant to fit is not spoiled

# action, resource, owner's other actions of the service, does the service take resource policies, is it on the list of RCPs
KINDS = [
    ("s3:GetObject", "arn:aws:s3:::records/2026/jan.csv", ["s3:PutObject", "s3:GetObjectTagging"], True, True, 6),
    ("s3:PutObject", "arn:aws:s3:::records/in/a:b.csv", ["s3:GetObject", "s3:PutObjectAcl"], True, True, 3),
    ("s3:ListBucket", "arn:aws:s3:::records", ["s3:GetObject", "s3:ListBucketVersions"], True, True, 2),
    ("s3:GetBucketPolicy", "arn:aws:s3:::records", ["s3:PutBucketPolicy"], True, True, 1),
    ("s3:ListAllMyBuckets", "*", ["s3:ListBucket"], False, True, 1),
    ("kms:Decrypt", "arn:aws:kms:eu-west-1:{owner}:key/1234abcd-12ab-34cd-56ef-1234567890ab", ["kms:Encrypt", "kms:DescribeKey"], True, True, 4),
    ("kms:ScheduleKeyDeletion", "arn:aws:kms:eu-west-1:{owner}:key/1234abcd-12ab-34cd-56ef-1234567890ab", ["kms:Decrypt"], True, True, 1),
    ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:{owner}:orders", ["sqs:ReceiveMessage"], True, True, 2),
    ("sns:Publish", "arn:aws:sns:eu-west-1:{owner}:alarms", ["sns:Subscribe"], True, False, 2),
    ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:{owner}:secret:db-AbCdEf", ["secretsmanager:PutSecretValue"], True, True, 2),
    ("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:{owner}:function:bill", ["lambda:GetFunction"], True, False, 1),
    ("logs:PutLogEvents", "arn:aws:logs:eu-west-1:{owner}:log-group:app:log-stream:one", ["logs:GetLogEvents"], False, False, 2),
    ("ec2:DescribeInstances", "*", ["ec2:RunInstances"], False, False, 1),
    ("iam:CreateUser", "arn:aws:iam::{owner}:user/team/new", ["iam:DeleteUser"], False, False, 1),
    ("sts:AssumeRole", "arn:aws:iam::{owner}:role/team/target", ["sts:TagSession"], True, True, 4),
    ("sts:GetCallerIdentity", "*", ["sts:AssumeRole"], False, False, 0.3),
]
SERVICES = ["cloudtrail.amazonaws.com", "lambda.amazonaws.com", "s3.amazonaws.com"]
PROVIDERS = ["arn:aws:iam::{owner}:oidc-provider/token.actions.githubusercontent.com", "arn:aws:iam::{owner}:saml-provider/corp",
             "accounts.google.com"]

# Context keys by the type of their operators, with values that policies and requests draw from: neighbours, so that most almost fit.
KEYS = {
    "String": [("aws:PrincipalOrgID", [ORG, OTHER_ORG]), ("aws:RequestedRegion", ["eu-west-1", "eu-west-2", "EU-WEST-1", "us-east-1"]),
               ("aws:PrincipalTag/team", ["red", "Red", "blue", "re*"]), ("s3:prefix", ["2026/", "2026/jan", "2025/", "a:b"]),
               ("aws:username", ["alice", "alicia", "bob"]), ("aws:SourceVpce", ["vpce-1a2b3c4d", "vpce-1a2b3c4e"]),
               ("sts:ExternalId", ["k9", "K9", "k?"]), ("aws:SourceAccount", [A, B])],
    "Multi": [("aws:TagKeys", ["team", "Team", "cost", "owner"]), ("aws:PrincipalOrgPaths", [f"{ORG}/r-ab12/ou-ab12-1/", f"{ORG}/r-ab12/ou-ab12-2/"]),
              ("aws:CalledVia", ["athena.amazonaws.com", "cloudformation.amazonaws.com"])],
    "Numeric": [("aws:MultiFactorAuthAge", ["60", "3600", "3600.0", "3601", "-1"]), ("s3:max-keys", ["10", "10.5", "100"])],
    "Date": [("aws:CurrentTime", ["2026-11-29T12:00:00Z", "2026-11-29T13:00:00+01:00", "2026-11-29", "1795953600", "2026-12-01T00:00:00Z"]),
             ("aws:TokenIssueTime", ["2026-11-28T00:00:00Z", "2026-11-29T12:00:00Z"])],
    "Bool": [("aws:SecureTransport", ["true", "false"]), ("aws:MultiFactorAuthPresent", ["true", "false"]), ("aws:ViaAWSService", ["true", "false"]),
             ("aws:PrincipalIsAWSService", ["true", "false"])],
    "Binary": [("key:blob", [base64.b64encode(b"one").decode(), base64.b64encode(b"two").decode()])],
    "IpAddress": [("aws:SourceIp", ["203.0.113.7", "203.0.113.200", "198.51.100.1", "2001:db8::7", "2001:db8:1::7"]),
                  ("aws:VpcSourceIp", ["10.0.0.7", "10.1.0.7"])],
    "Arn": [("aws:PrincipalArn", ["arn:aws:iam::{a}:role/team/worker", "arn:aws:iam::{a}:user/alice", "arn:aws:iam::{b}:role/team/worker"]),
            ("aws:SourceArn", ["arn:aws:cloudtrail:eu-west-1:{a}:trail/all", "arn:aws:cloudtrail:eu-west-1:{b}:trail/all",
                               "arn:aws:sns:eu-west-1:{a}:x:y"])],
}
RANGES = ["203.0.113.0/24", "203.0.113.0/25", "203.0.113.7", "0.0.0.0/0", "2001:db8::/32", "2001:db8::/48", "10.0.0.0/16", "198.51.100.1/32"]
OPERATORS = {
    "String": ["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike"],
    "Numeric": ["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals"],
    "Date": ["DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"],
    "Bool": ["Bool"], "Binary": ["BinaryEquals"], "IpAddress": ["IpAddress", "NotIpAddress"],
    "Arn": ["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"],
}
OPERATORS["Multi"] = OPERATORS["String"]


def near(rng, text):
    """The text, changed a little."""
    at = rng.randrange(len(text))
    return rng.choice([text + "x", text[:-1] if len(text) > 1 else text + "y", text[:at] + ("q" if text[at] != "q" else "w") + text[at + 1:]])


def wild(rng, text):
    """A pattern that the text fits."""
    a, b = sorted(rng.sample(range(len(text) + 1), 2))
    return rng.choice([text[:a] + "*", text[:a] + "*" + text[b:], text[:a] + "?" + text[a + 1:] if a < len(text) else text + "*", "*" + text[b:]])


def some_case(rng, text):
    return rng.choice([text, text.lower(), text.upper(), text.swapcase()])


def maybe_list(rng, values):
    return values[0] if len(values) == 1 and rng.random() < 0.6 else values


class Maker:
    def __init__(self, rng):
        self.rng = rng

    def chance(self, share):
        return self.rng.random() < share

    # ---- who and what ----------------------------------------------------------------------------------------------------------

    def document(self):
        rng = self.rng
        kind = rng.choices(KINDS, weights=[k[5] for k in KINDS])[0]
        self.owner = A
        self.action, self.others, with_policy, self.rcp = kind[0], kind[2], kind[3], kind[4]
        self.resource = kind[1].format(owner=self.owner)
        self.choose_caller()
        self.context = self.make_context()
        document = {
            "request": {"principal": self.principal, "action": some_case(rng, self.action) if self.chance(0.05) else self.action,
                        "resource": {"resource": self.resource, "accountId": self.owner}, "contextVariables": self.context,
                        "wildcardOnlyAction": self.resource == "*"},
            "identityPolicies": [], "serviceControlPolicies": [], "resourceControlPolicies": [], "engine": True,
        }
        self.add_policies(document, with_policy)
        return document

    def choose_caller(self):
        rng = self.rng
        assume = self.action == "sts:AssumeRole"
        kinds = {"user": 6, "role_session": 7, "federated_user": 1.5, "root": 0 if assume else 1.5, "assumed_root": 0 if assume else 0.4,
                 "service": 1.5, "anonymous": 0 if assume else 1.5, "linked": 0.5, "web": 1.5 if assume else 0}
        if self.action == "sts:GetCallerIdentity":
            kinds = {"user": 1, "role_session": 1}
        self.kind = rng.choices(list(kinds), weights=list(kinds.values()))[0]
        self.account = self.owner if self.chance(0.62) else B
        user, name = rng.choice(["alice", "team/alice"]), rng.choice(["worker", "reader"])
        sts = f"arn:aws:sts::{self.account}:"
        self.principal = {
            "user": f"arn:aws:iam::{self.account}:user/{user}", "role_session": f"{sts}assumed-role/{name}/s1",
            "federated_user": f"{sts}federated-user/alice", "root": f"arn:aws:iam::{self.account}:root",
            "assumed_root": f"arn:aws:iam::{self.account}:root", "service": rng.choice(SERVICES), "anonymous": {"type": "Anonymous"},
            "linked": f"{sts}assumed-role/AWSServiceRoleForSupport/s1", "web": rng.choice(PROVIDERS).format(owner=self.owner),
        }[self.kind]
        if self.kind == "web":
            self.action = "sts:AssumeRoleWithSAML" if "saml-provider" in self.principal else "sts:AssumeRoleWithWebIdentity"
            self.others = ["sts:AssumeRole"]
        self.role = f"arn:aws:iam::{self.account}:role/{'team/' if name == 'worker' else ''}{name}"
        if self.kind == "linked":
            self.role = f"arn:aws:iam::{self.account}:role/aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport"

    def make_context(self):
        rng, context = self.rng, {}
        if self.kind not in ("anonymous", "service", "web") and self.chance(0.9):
            context["aws:PrincipalArn"] = self.role if self.kind in ("role_session", "linked") else self.principal
            context["aws:PrincipalAccount"] = self.account
            if self.account == A or self.chance(0.3):
                context["aws:PrincipalOrgID"] = ORG
        if self.kind == "assumed_root":
            context["aws:AssumedRoot"] = "true"
        if self.kind == "service":
            context["aws:PrincipalIsAWSService"] = "true"
        for family, keys in KEYS.items():
            for key, values in keys:
                if key in context or not self.chance(0.45) or (key == "aws:PrincipalOrgID" and self.kind != "web"):
                    continue
                count = rng.choice([0, 1, 1, 2, 3]) if family == "Multi" else 2 if self.chance(0.03) else 1
                drawn = [self.fill(v) for v in rng.sample(values, min(count, len(values)))]
                context[some_case(rng, key) if self.chance(0.1) else key] = drawn if family == "Multi" or len(drawn) > 1 else drawn[0]
        return context

    def fill(self, value):
        return value.replace("{a}", A).replace("{b}", B)

    # ---- policies --------------------------------------------------------------------------------------------------------------

    def add_policies(self, document, with_policy):
        rng = self.rng
        has_identity = self.kind in ("user", "role_session", "federated_user", "linked")
        # What else might stop the request should not stop most requests.
        careful = self.chance(0.5)
        if has_identity:
            document["identityPolicies"] = [{"name": f"i{i}", "policy": self.policy("identity", 0.7, 0.06)} for i in range(rng.choice([0, 1, 1, 2]))]
            if self.chance(0.25):
                document["permissionBoundaryPolicies"] = [{"name": "b", "policy": self.policy("boundary", 0.55, 0.08)}]
        if self.kind in ("role_session", "federated_user") and self.chance(0.3 if self.kind == "role_session" else 0.6):
            document["sessionPolicy"] = self.policy("session", 0.6, 0.08)
        if self.kind == "assumed_root":
            document["sessionPolicy"] = self.policy("session", 0.6, 0.05)
        if has_identity or self.kind in ("root", "assumed_root"):
            if self.chance(0.35):
                document["serviceControlPolicies"] = self.levels("scp", 0.93 if careful else 0.75, 0.05)
        if self.rcp and self.chance(0.25):
            document["resourceControlPolicies"] = self.levels("rcp", 0, 0.25)
        on_role = self.action.startswith("sts:AssumeRole")
        if with_policy and (on_role or self.chance(0.75)):
            document["resourcePolicy"] = self.policy("trust" if on_role else "resource", 0.75, 0.08)
        if self.kind not in ("service", "web") and self.chance(0.15):
            document["vpcEndpointPolicies"] = [{"name": "e", "policy": self.policy("endpoint", 0.75, 0.1)}]
        if self.action.startswith("s3:") and self.chance(0.25):
            document["additionalSettings"] = {"s3": {"blockPublicAccess": self.chance(0.8)}}

    def levels(self, place, allow, deny):
        rng, made = self.rng, []
        for level in ["r-ab12", "ou-ab12-1", "ou-ab12-2"][:rng.randint(0, 3)] + [A]:
            if place == "scp" and self.chance(0.6):
                policies = [{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}]
                if self.chance(0.3):
                    policies.append(self.policy(place, 0, deny * 4))
            else:
                policies = [self.policy(place, allow, deny)]
            made.append({"orgIdentifier": level, "policies": [{"name": f"{level}-{i}", "policy": p} for i, p in enumerate(policies)]})
        return made

    def policy(self, place, allow, deny):
        """A policy that is likely to hold an Allow or a Deny that fits, beside statements that do not."""
        statements = []
        if self.chance(allow):
            statements.append(self.statement(place, "Allow", YES))
        if self.chance(deny):
            statements.append(self.statement(place, "Deny", YES))
        while not statements or self.chance(0.3):
            statements.append(self.statement(place, "Deny" if place == "rcp" else self.rng.choice(["Allow", "Allow", "Deny"]), 0.1))
        self.rng.shuffle(statements)
        policy = {"Version": "2012-10-17", "Statement": statements[0] if len(statements) == 1 and self.chance(0.3) else statements}
        if place not in ("scp", "rcp") and self.chance(0.08):
            policy["Version"] = "2008-10-17"
            if self.chance(0.5):
                del policy["Version"]
        return policy

    def statement(self, place, effect, fits):
        """`fits`: how likely it covers the request in each of its parts together."""
        spoiled = None if self.chance(fits) else self.rng.choice(["Action", "Resource", "Condition", "Principal"])
        statement = {"Effect": effect}
        if place in ("resource", "trust", "rcp", "endpoint"):
            self.add_principal(statement, place, effect, spoiled == "Principal")
        elif spoiled == "Principal":
            spoiled = "Condition"
        self.add_action(statement, place, spoiled == "Action")
        if place != "trust":
            self.add_resource(statement, place, spoiled == "Resource")
        conditions = self.conditions(spoiled == "Condition")
        if conditions:
            statement["Condition"] = conditions
        return statement

    def add_action(self, statement, place, spoiled):
        rng, action = self.rng, self.action
        service, name = action.split(":")
        others = [rng.choice(self.others)] if self.chance(0.4) else []
        if not spoiled and place not in ("rcp", "trust") and self.chance(0.12):
            statement["NotAction"] = maybe_list(rng, [rng.choice(self.others + ["iam:*" if service != "iam" else "s3:*", near(rng, action)])])
            return
        if spoiled and place not in ("rcp", "trust") and self.chance(0.3):
            statement["NotAction"] = maybe_list(rng, [rng.choice([action, f"{service}:*", f"{service}:{name[:3]}*"])])
            return
        if spoiled:
            fitting = rng.choice([near(rng, action), f"{service}:{name[:2]}*Zz", rng.choice(self.others), f"{service}x:*"])
            if place == "trust":
                fitting = rng.choice(["sts:SetSourceIdentity", "sts:TagSession"])
        elif place == "trust":
            fitting = action
        else:
            fitting = rng.choice([action, action, f"{service}:*", f"{service}:{name[:3]}*", f"{service}:{wild(rng, name)}", some_case(rng, action)])
            if place != "rcp" and self.chance(0.15):
                fitting = "*"
        statement["Action"] = maybe_list(rng, [fitting] + (others if place != "trust" else []))

    def add_resource(self, statement, place, spoiled):
        rng, resource = self.rng, self.resource
        head, tail = resource.rsplit(":", 1) if resource != "*" else ("arn:aws:s3::", "records")
        if resource == "*":
            statement["Resource"] = rng.choice(["arn:aws:s3:::*", "arn:aws:ec2:*:*:instance/*"]) if spoiled else "*"
            return
        if self.chance(0.12) and place not in ("rcp",):
            statement["NotResource"] = maybe_list(rng, [rng.choice([resource, f"{head}:*"]) if spoiled else near(rng, resource)])
            return
        if spoiled:
            fitting = rng.choice([near(rng, resource), f"{head}:{tail[:2]}*zz", f"{head}:${{aws:username}}/*", f"{head}:{tail.upper()}",
                                  f"{head}:${{aws:PrincipalTag/none}}"])
        else:
            cut = rng.randint(1, len(tail))
            fitting = rng.choice([resource, resource, f"{head}:*", f"{head}:{tail[:cut]}*", f"{head}:{wild(rng, tail)}", "*",
                                  head.rsplit(":", 1)[0] + f":*:{tail}" if resource.count(":") == 5 and head[-1] != ":" else resource,
                                  f"{head}:{tail[:-1]}${{aws:PrincipalTag/none, '{tail[-1]}'}}"])
            if self.chance(0.06) and isinstance(self.context.get("s3:prefix"), str):
                fitting = f"{head}:${{s3:prefix}}*"
        statement["Resource"] = maybe_list(rng, [fitting] + ([near(rng, resource)] if self.chance(0.2) else []))

    def add_principal(self, statement, place, effect, spoiled):
        rng = self.rng
        if place == "rcp":
            statement["Principal"] = "*"
            return
        if place == "endpoint":
            fitting = rng.choice(["*", "*", {"AWS": "*"}, {"AWS": self.account or B}])
            statement["Principal"] = {"AWS": f"arn:aws:iam::{B}:user/zoe"} if spoiled else fitting
            return
        mine = self.own_forms()
        iam = f"arn:aws:iam::{self.account}:"
        strange = [{"AWS": f"{iam}user/zoe"}, {"AWS": f"arn:aws:sts::{self.account}:assumed-role/worker/s2"}, {"AWS": "777788889999"},
                   {"Service": "config.amazonaws.com"}, {"AWS": f"{iam}role/work"}, {"AWS": f"{iam}user/Alice"}]
        if self.kind == "federated_user":
            del strange[0]
        if effect == "Deny" and place == "resource" and self.chance(0.15) and self.kind != "anonymous":
            chosen = rng.sample(mine, rng.randint(1, len(mine))) if spoiled or self.chance(0.6) else [rng.choice(strange)]
            statement["NotPrincipal"] = merged(chosen)
            return
        if effect == "Allow" and place == "resource" and self.chance(0.02):
            statement["NotPrincipal"] = merged([rng.choice(mine if mine and spoiled else strange)])
            return
        if spoiled or not mine and self.chance(0.1):
            statement["Principal"] = merged(rng.sample(strange, rng.randint(1, 2)))
        elif self.chance(0.25) or not mine:
            statement["Principal"] = rng.choice(["*", {"AWS": "*"}])
        else:
            statement["Principal"] = merged([rng.choice(mine)] + ([rng.choice(strange)] if self.chance(0.3) else []))

    def own_forms(self):
        if self.kind == "anonymous":
            return []
        if self.kind == "service":
            return [{"Service": self.principal}]
        if self.kind == "web":
            return [{"Federated": self.principal}]
        forms = [{"AWS": self.account}, {"AWS": f"arn:aws:iam::{self.account}:root"}]
        if self.kind not in ("root", "assumed_root"):
            forms += [{"AWS": self.principal}] * 2
        if self.kind in ("role_session", "linked"):
            forms += [{"AWS": self.role}] * 3
        if self.kind == "federated_user":
            forms += [{"AWS": f"arn:aws:iam::{self.account}:user/alice"}] * 2
        return forms

    # ---- conditions ------------------------------------------------------------------------------------------------------------

    def conditions(self, spoiled):
        block = {}
        for _ in range(self.rng.choice([1, 1, 2]) if spoiled else self.rng.choice([0, 0, 0, 1, 1, 2])):
            operator, key, values = self.condition(spoiled)
            block.setdefault(operator, {})[key] = values
        return block

    def condition(self, spoiled):
        """Tries a few and keeps one that leans the way it should: values of the request for one that fits, others for one that does not."""
        rng = self.rng
        family = rng.choice(list(KEYS))
        key, pool = rng.choice(KEYS[family])
        pool = [self.fill(v) for v in (RANGES if family == "IpAddress" else pool)]
        have = next((v if isinstance(v, list) else [v] for k, v in self.context.items() if k.lower() == key.lower()), [])
        if self.chance(0.1):
            return "Null", key, rng.choice(["true", "false", True]) if self.chance(0.3) or spoiled else ("false" if have else "true")
        operator = rng.choice(OPERATORS[family])
        drawn = rng.sample(pool, rng.randint(1, min(3, len(pool))))
        if have and family != "IpAddress" and self.chance(0.6) and (spoiled == ("Not" in operator)):
            drawn = drawn[:1] + [rng.choice(have)]
        if family in ("String", "Multi", "Arn") and self.chance(0.3):
            drawn[0] = self.pattern(family, drawn[0])
        if self.chance(0.01):
            drawn = []
        if family == "Multi" and self.chance(0.9) or self.chance(0.04):
            operator = rng.choice(["ForAllValues:", "ForAnyValue:"]) + operator
        if self.chance(0.2):
            operator += "IfExists"
        if self.chance(0.08):
            key = some_case(rng, key)
        if family == "Bool" and self.chance(0.1) and drawn:
            return operator, key, drawn[0] == "true"
        return operator, key, maybe_list(rng, drawn) if drawn else []

    def pattern(self, family, value):
        rng = self.rng
        if family == "Arn":
            parts = value.split(":", 5)
            at = rng.randrange(2, 6)
            parts[at] = wild(rng, parts[at]) if parts[at] else "*"
            return ":".join(parts)
        return rng.choice([wild(rng, value), value + "*", "${aws:username}", "${aws:PrincipalTag/team}", "${aws:PrincipalTag/none, '" + value + "'}",
                           "${aws:PrincipalTag/none}", "re${*}", "k${?}", value[:1] + "${$}"])


def merged(principals):
    whole = {}
    for principal in principals:
        if principal == "*":
            return "*"
        for kind, value in principal.items():
            if value not in whole.setdefault(kind, []):
                whole[kind].append(value)
    return {kind: values[0] if len(values) == 1 else values for kind, values in whole.items()}


def case(seed, number):
    document = Maker(random.Random(f"{seed}/{number}")).document()
    document["id"] = f"{seed}/{number}"
    return document
