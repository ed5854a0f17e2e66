"""A naive evaluator of one simulation document, to hold `reeve access simulate` against.

    answer(document) -> Answer(result, points)

Written from AWS's pages as directly as they can be said, and slow on purpose: nothing is prepared, every statement is looked at afresh.
It shares nothing with src/policy. A document is a closed world: a context key that it does not have is absent.

Truth has three values: True, False, and OPEN where AWS's pages do not settle the rule. An OPEN has a name; `points` are the names met on
the way to a result that hangs on one. The result is then `Unknown`, or `ImplicitlyDenied` where only the kind of the denial hangs on it.

Pages (IAM User Guide, reference_policies_…): EL evaluation-logic_policy-eval-denyallow, XA evaluation-logic-cross-account, PR
elements_principal, NP elements_notprincipal, RS elements_resource, NA elements_notaction, CO elements_condition_operators, SM
condition-single-vs-multi-valued-context-keys, VA variables, AA access-analyzer-reference-policy-checks, BO access_policies_boundaries.
Others: SE orgs_manage_policies_scps_evaluation, RC orgs_manage_policies_rcps, KD, KE, KX the KMS guide's key-policy-default,
policy-evaluation, key-policy-modifying-external-accounts, BP the S3 guide's access-control-block-public-access, VP vpc-endpoints-access.
"""

import collections

from access_oracle_match import OPEN, Matcher, both, either, listed, negate

Answer = collections.namedtuple("Answer", "result points")
Caller = collections.namedtuple("Caller", "kind arn partition account name session service service_linked")

ALLOWED, EXPLICIT, IMPLICIT, UNKNOWN = "Allowed", "ExplicitlyDenied", "ImplicitlyDenied", "Unknown"

# What another account can do with a key (KX): cryptographic operations and these few.
KMS_ACROSS = {"decrypt", "encrypt", "reencryptfrom", "reencryptto", "generatedatakey", "generatedatakeypair", "generatedatakeypairwithoutplaintext",
              "generatedatakeywithoutplaintext", "generatemac", "verifymac", "sign", "verify", "derivesharedsecret", "creategrant", "describekey",
              "getkeyrotationstatus", "getpublickey", "listgrants", "retiregrant", "revokegrant"}
WEB_HOSTS = {"cognito-identity.amazonaws.com", "accounts.google.com", "www.amazon.com", "graph.facebook.com"}


def caller_of(principal):
    if isinstance(principal, dict):
        return Caller("anonymous", "", "", "", "", "", "", False)
    if not principal.startswith("arn:"):
        kind = "web_identity" if principal in WEB_HOSTS else "service"
        return Caller(kind, "", "", "", "", "", principal, False)
    _, partition, service, _, account, rest = principal.split(":", 5)
    what, _, path = rest.partition("/")
    if what == "root":
        return Caller("root", principal, partition, account, "", "", "", False)
    if what == "user":
        return Caller("user", principal, partition, account, path.rsplit("/", 1)[-1], "", "", False)
    if what == "assumed-role":
        name, _, session = path.partition("/")
        return Caller("role_session", principal, partition, account, name, session, "", name.startswith("AWSServiceRoleFor"))
    if what == "federated-user":
        return Caller("federated_user", principal, partition, account, path, "", "", False)
    if what in ("oidc-provider", "saml-provider"):
        return Caller("web_identity" if what == "oidc-provider" else "saml", "", partition, account, "", "", principal, False)
    raise ValueError(f"no caller is known by {principal}")


class Evaluation:
    def __init__(self, document):
        request = document["request"]
        self.document = document
        self.caller = caller_of(request["principal"])
        self.action = request["action"]
        self.resource = request["resource"]["resource"]
        self.owner = request["resource"].get("accountId", "")
        self.points = set()
        self.match = Matcher(request.get("contextVariables", {}), self.points)
        self.service, _, self.operation = self.action.lower().partition(":")
        self.on_key = self.service == "kms" and ":key/" in self.resource
        self.on_role = self.service == "sts" and ":role/" in self.resource
        context = {key.lower(): value for key, value in request.get("contextVariables", {}).items()}
        self.in_endpoint = False
        self.assumed_root = self.caller.kind == "root" and listed(context.get("aws:assumedroot", "false")) == ["true"]

    # ---- who is meant ----------------------------------------------------------------------------------------------------------

    def form(self, kind, value):
        """How one principal of a list means the caller: `everyone`, `account`, `self`, `role` (through whose session, or whose federated
        session, the caller acts); '' if it does not."""
        caller = self.caller
        if kind == "AWS" and value == "*":
            return "everyone"
        if kind == "Service":
            return "self" if caller.kind == "service" and caller.service == value else ""
        if kind == "Federated":
            return "self" if caller.kind in ("web_identity", "saml") and caller.service == value else ""
        if kind != "AWS" or caller.kind in ("service", "anonymous", "web_identity", "saml"):
            return ""
        if value == caller.account or value == f"arn:{caller.partition}:iam::{caller.account}:root":
            return "account"
        if value == caller.arn:
            return "self"
        if not value.startswith("arn:"):
            return ""
        _, partition, service, _, account, rest = value.split(":", 5)
        if (partition, service, account) != (caller.partition, "iam", caller.account):
            return ""
        what, _, path = rest.partition("/")
        last = path.rsplit("/", 1)[-1]
        if what == "role" and caller.kind == "role_session" and last == caller.name:
            return "role"
        if what == "user" and caller.kind == "federated_user" and path == caller.name:
            return "role"
        return ""

    def principals(self, element):
        """[(kind, value)], and whether everyone was said by a bare `*`."""
        if element == "*":
            return [("AWS", "*")], True
        return [(kind, str(value)) for kind, values in element.items() for value in listed(values)], False

    def everyone(self, bare, effect):
        """Is the caller meant by `*`? (PR; for services CK shows Denies to `*` that except them.)"""
        if self.caller.kind == "service" and not (bare and effect == "Deny"):
            return self.open("star covers services")
        if self.caller.kind in ("web_identity", "saml") and effect == "Allow":
            return self.open("star covers federated callers")
        return True

    def open(self, point):
        self.points.add(point)
        return OPEN

    def principal_holds(self, statement):
        effect = statement["Effect"]
        if "Principal" in statement:
            found, bare = self.principals(statement["Principal"])
            truths = [False]
            for kind, value in found:
                form = self.form(kind, value)
                if form == "everyone":
                    truths.append(self.everyone(bare, effect))
                elif form == "account" and self.in_endpoint and self.caller.kind != "root":
                    truths.append(self.open("an account in an endpoint policy"))  # VP: of a gateway endpoint, its root user alone
                else:
                    truths.append(bool(form))
            return either(*truths)
        if "NotPrincipal" in statement:
            return self.not_principal_holds(statement["NotPrincipal"], effect)
        return True

    def not_principal_holds(self, element, effect):
        forms = {self.form(kind, value) for kind, value in self.principals(element)[0]}
        caller = self.caller
        if "everyone" in forms:
            return False
        if effect == "Allow":  # legacy: everyone who is not in the list, possibly without credentials
            if caller.kind == "anonymous":
                return self.open("NotPrincipal allows anonymous callers")
            if "self" in forms or caller.kind == "root" and "account" in forms:
                return False
            return self.open("NotPrincipal names the account or role alone") if forms - {""} else True
        if self.document.get("permissionBoundaryPolicies") is not None and caller.kind in ("user", "role_session") and not caller.service_linked:
            return True        # NP: whoever has a boundary is caught
        # NP: the list must name every form of the caller, or it is caught by the one that was left out.
        needed = {"user": {"self", "account"}, "role_session": {"self", "role", "account"}, "federated_user": {"self", "account"},
                  "root": {"account"}, "service": {"self"}, "web_identity": {"self"}, "saml": {"self"}, "anonymous": {"nobody"}}[caller.kind]
        return not needed <= forms

    # ---- does a statement cover the request ------------------------------------------------------------------------------------

    def covers(self, policy, statement, with_principal):
        variables = policy.get("Version") == "2012-10-17"
        return both(self.principal_holds(statement) if with_principal else True,
                    self.action_holds(statement),
                    self.resource_holds(statement, variables),
                    self.match.conditions(statement.get("Condition", {}), variables))

    def action_holds(self, statement):
        if "NotAction" in statement:
            return not any(self.match.action(pattern, self.action) for pattern in listed(statement["NotAction"]))
        return any(self.match.action(pattern, self.action) for pattern in listed(statement["Action"]))

    def resource_holds(self, statement, variables):
        if "NotResource" in statement:
            return negate(either(False, *(self.match.resource(p, self.resource, variables) for p in listed(statement["NotResource"]))))
        if "Resource" not in statement:
            return True  # a role's trust policy
        return either(False, *(self.match.resource(p, self.resource, variables) for p in listed(statement["Resource"])))

    def some(self, policies, effect, with_principal=False, endpoint=False):
        """Does some statement of that effect cover the request?"""
        self.in_endpoint = endpoint
        return either(False, *(self.covers(policy, statement, with_principal)
                               for policy in policies for statement in listed(policy["Statement"]) if statement["Effect"] == effect))

    # ---- the policies that take part -------------------------------------------------------------------------------------------

    def named(self, key):
        given = self.document.get(key)
        return None if given is None else [one["policy"] for one in given]

    def levels(self, key):
        return [[one["policy"] for one in level["policies"]] for level in self.document.get(key) or []]

    # ---- the decision ----------------------------------------------------------------------------------------------------------

    def decide(self):
        caller = self.caller
        if self.action.lower() == "sts:getcalleridentity" and caller.kind not in ("anonymous", "service", "web_identity", "saml"):
            return True, False
        if self.action.lower() == "sts:getsessiontoken" and caller.kind in ("user", "root"):
            return True, False

        has_identity = caller.kind in ("user", "role_session", "federated_user")
        identity = self.named("identityPolicies") or [] if has_identity else []
        boundary = self.named("permissionBoundaryPolicies") if has_identity and not caller.service_linked else None
        session = self.document.get("sessionPolicy")
        session = None if session is None else [session]
        resource = [self.document["resourcePolicy"]] if self.document.get("resourcePolicy") is not None else []
        under_scps = has_identity or caller.kind == "root"
        scps = self.levels("serviceControlPolicies") if under_scps and not caller.service_linked else []
        # RC: not for kms:RetireGrant. That the service is on the list of RCPs is for whoever writes the document.
        rcps = [] if caller.service_linked or self.action.lower() == "kms:retiregrant" else self.levels("resourceControlPolicies")
        rcp_denies = either(False, *(self.some(level, "Deny", True) for level in rcps))
        if self.resource == "*" and rcp_denies is not False:
            rcp_denies = self.open("RCPs and actions without a resource")  # a sentence of RC that cannot be read for sure
        endpoint = self.named("vpcEndpointPolicies")

        owner_root = caller.kind == "root" and caller.account == self.owner
        resource_denies = self.some(resource, "Deny", True)
        if owner_root and self.action.lower() in ("s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"):
            resource_denies = False  # API:PutBucketPolicy
        denied = either(self.some(identity, "Deny"), self.some(boundary or [], "Deny"), self.some(session or [], "Deny"), resource_denies,
                        *(self.some(level, "Deny") for level in scps), rcp_denies,
                        self.some(endpoint or [], "Deny", True, True))

        guarded = both(True, *(self.some(level, "Allow") for level in scps),
                       True if endpoint is None else self.some(endpoint, "Allow", True, True))
        granted = self.granted(identity, boundary, session, resource)
        return both(guarded, granted, negate(self.stopped_as_public(resource))), denied

    def granted(self, identity, boundary, session, resource):
        caller = self.caller
        grants = self.grants(resource)
        anyone = either(*grants.values())
        if not self.owner_alone_passes():
            return False
        if caller.kind in ("service", "anonymous", "web_identity", "saml"):
            return anyone
        within = both(True if boundary is None else self.some(boundary, "Allow"), self.session_allows(session))
        same = caller.account == self.owner
        if caller.kind == "root" and not self.assumed_root and self.action.lower() == "sts:assumerole":
            return False  # API:AssumeRole: roles may not be assumed by root users
        if caller.kind == "federated_user" and self.service == "sts":
            return False  # API:GetFederationToken
        if caller.kind == "federated_user" and self.service == "iam":
            within = both(within, self.open("federation of the console"))  # no call of IAM by CLI or API
        if caller.kind == "root":
            base = either(grants["account"], grants["everyone"], grants["self"]) if self.on_key or self.on_role or not same else True
            return both(base, within) if self.assumed_root else base
        own = self.some(identity, "Allow")
        if not same:
            return both(anyone, own, within)
        delegated = either(grants["account"], grants["everyone"]) if self.on_key or self.on_role else True
        to_everyone = False
        if grants["everyone"] is not False:
            to_everyone = both(grants["everyone"], True if within is True else either(within, self.open("star beats boundary")))
        return either(both(own, within, delegated), grants["self"], both(grants["role"], within), to_everyone)

    def owner_alone_passes(self):
        """Operations that a service takes from the owner's account alone (KX; API:GetBucketPolicy, PutBucketPolicy, DeleteBucketPolicy)."""
        if self.caller.account == self.owner or not self.caller.account:
            return True
        if self.on_key:
            return self.operation in KMS_ACROSS
        return self.action.lower() not in ("s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy")

    def session_allows(self, session):
        if session is None:
            return self.caller.kind not in ("federated_user",) and not self.assumed_root
        return self.some(session, "Allow")

    def grants(self, resource):
        """What Allows of the resource policy cover the request, by the form in which they name the caller (EL, PR)."""
        grants = {"self": False, "role": False, "everyone": False, "account": False}
        for policy in resource:
            for statement in listed(policy["Statement"]):
                if statement["Effect"] != "Allow":
                    continue
                rest = self.covers(policy, statement, False)
                if "NotPrincipal" in statement:
                    holds = both(rest, self.not_principal_holds(statement["NotPrincipal"], "Allow"))
                    grants["everyone"] = either(grants["everyone"], holds)
                    continue
                found, bare = self.principals(statement["Principal"])
                for form, truth in ((f, self.everyone(bare, "Allow") if f == "everyone" else True) for f in (self.form(*one) for one in found) if f):
                    if form == "everyone" and self.names_the_role(statement, policy):
                        form = "self"
                    grants[form] = either(grants[form], both(rest, truth))
        return grants

    def names_the_role(self, statement, policy):
        """`*` with a condition that aws:PrincipalArn is the caller's role (EL)."""
        if self.caller.kind != "role_session":
            return False
        for operator, keys in statement.get("Condition", {}).items():
            if operator not in ("StringEquals", "StringLike", "ArnEquals", "ArnLike"):
                continue
            for key, values in keys.items():
                values = listed(values)
                if key.lower() == "aws:principalarn" and values and all(":role/" in v and not set("*?$") & set(v) for v in values):
                    return True
        return False

    # ---- S3 Block Public Access ------------------------------------------------------------------------------------------------

    def stopped_as_public(self, resource):
        settings = self.document.get("additionalSettings", {}).get("s3", {})
        if self.service != "s3" or not settings.get("blockPublicAccess") or self.caller.kind == "service" or self.caller.account == self.owner:
            return False
        return any(statement["Effect"] == "Allow" and self.is_public(policy, statement)
                   for policy in resource for statement in listed(policy["Statement"]))

    def is_public(self, policy, statement):
        if "NotPrincipal" not in statement:
            if all(kind != "Federated" and value != "*" for kind, value in self.principals(statement["Principal"])[0]):
                return False
        for operator, keys in statement.get("Condition", {}).items():
            for key, values in keys.items():
                if self.match.bounds(operator, key, listed(values)):
                    return False
        return True


def answer(document):
    evaluation = Evaluation(document)
    allowed, denied = evaluation.decide()
    if denied is True:
        return Answer(EXPLICIT, set())
    if denied is False and allowed is not OPEN:
        return Answer(ALLOWED if allowed else IMPLICIT, set())
    if allowed is False:
        return Answer(IMPLICIT, evaluation.points)
    return Answer(UNKNOWN, evaluation.points)
