"""For each rule of `reeve access lint` a policy that breaks it and one that does not.

`§` marks where the rule says so; it is taken out before the policy is judged. `None` as kind: told by the content.
"""

ID = "arn:aws:iam::111122223333:"


def policy(*statements, version="2012-10-17"):
    return '{"Version": "' + version + '", "Statement": [' + ", ".join(statements) + "]}"


def allow(action, resource="*", more=""):
    return f'{{"Effect": "Allow", "Action": {quote(action)}, "Resource": {quote(resource)}{more}}}'


def deny(action, resource="*", more=""):
    return allow(action, resource, more).replace("Allow", "Deny", 1)


def quote(text):
    return text if text.startswith(("[", "§")) else f'"{text}"'


def when(operator, key, value):
    """A Condition of one key; the operator, the key or the value may have the mark before its quotes."""
    return f', "Condition": {{{quote(operator)}: {{{quote(key)}: {quote(value)}}}}}'


def trust(principal, action="sts:AssumeRole", more=""):
    return policy(f'{{"Effect": "Allow", "Principal": {principal}, "Action": {quote(action)}{more}}}')


def bucket(principal, more="", effect="Allow", action="s3:GetObject"):
    return policy(f'{{"Effect": "{effect}", "Principal": {principal}, "Action": "{action}", "Resource": "arn:aws:s3:::records/*"{more}}}')


def github(sub, operator="StringLike"):
    provider = "token.actions.githubusercontent.com"
    return trust(
        f'{{"Federated": "{ID}oidc-provider/{provider}"}}',
        "sts:AssumeRoleWithWebIdentity",
        f', "Condition": {{"StringEquals": {{"{provider}:aud": "sts.amazonaws.com"}}, "{operator}": {{"{provider}:sub": {quote(sub)}}}}}',
    )


GET = allow("s3:GetObject", "arn:aws:s3:::records/*")
GITHUB = '§"' + ID + 'oidc-provider/token.actions.githubusercontent.com"'
AUD = when("StringEquals", "token.actions.githubusercontent.com:aud", "sts.amazonaws.com")
SUB = ', "Condition": {"StringEquals": {"token.actions.githubusercontent.com:sub": "repo:northfield/site:ref:refs/heads/main"}}'
SAML = '§"' + ID + 'saml-provider/corp"'

# rule: (kind, breaks it, does not)
CASES = {
    "action-form": (None, policy(allow('§"GetObject"')), policy(allow("s3:GetObject"))),
    "action-missing": (None, policy('§{"Effect": "Allow", "Resource": "*"}'), policy(GET)),
    "action-needs-star": (
        None,
        policy(allow('["s3:GetObject", §"s3:ListAllMyBuckets"]', "arn:aws:s3:::records/*")),
        policy(allow("s3:ListAllMyBuckets")),
    ),
    "action-redundant": (None, policy(allow('["s3:Get*", §"s3:GetObject"]')), policy(allow('["s3:Get*", "s3:PutObject"]'))),
    "action-unknown": (None, policy(allow('§"s3:GetObjekt"')), policy(allow("s3:getobject"))),
    "allow-everything": ("identity", policy(allow("*").replace('"Action"', '§"Action"')), policy(allow("s3:*"))),
    "character-not-allowed": (
        None,
        policy(allow("s3:GetObject", '§"arn:aws:s3:::records/→"')),
        policy(allow("s3:GetObject", "arn:aws:s3:::records/é")),
    ),
    "condition-value": (
        None,
        policy(allow("s3:GetObject", "*", when("IpAddress", "aws:SourceIp", '§"203.0.113.0/33"'))),
        policy(allow("s3:GetObject", "*", when("IpAddress", "aws:SourceIp", "203.0.113.0/24"))),
    ),
    "date-bare-year": (
        None,
        policy(allow("s3:GetObject", "*", when("DateLessThan", "aws:CurrentTime", '§"2027"'))),
        policy(allow("s3:GetObject", "*", when("DateLessThan", "aws:CurrentTime", "2027-01-01T00:00:00Z"))),
    ),
    "duplicate-key": (None, policy(GET.replace('"Resource"', '"action": "s3:PutObject", "Resource"').replace('"action"', '§"action"')), policy(GET)),
    "effect-invalid": (None, policy(GET.replace('"Allow"', '§"allow"')), policy(GET)),
    "element-pair": (None, policy(GET.replace('"Resource"', '§"NotAction": "s3:PutObject", "Resource"')), policy(GET)),
    "element-unknown": (None, policy(GET.replace('"Resource"', '§"Resources"')), policy(GET)),
    "endpoint-account": (
        "endpoint",
        bucket('{"AWS": §"111122223333"}'),
        bucket('"*"', when("StringEquals", "aws:PrincipalAccount", "111122223333")),
    ),
    "forall-always": (
        None,
        policy(allow("ec2:CreateTags", "*", when('§"ForAnyValue:Null"', "aws:TagKeys", "false"))),
        policy(allow("ec2:CreateTags", "*", when("Null", "aws:TagKeys", "false"))),
    ),
    "forall-in-allow": (
        None,
        policy(allow("ec2:CreateTags", "*", when('§"ForAllValues:StringEquals"', "aws:TagKeys", '["team"]'))),
        policy(
            allow("ec2:CreateTags", "*", ', "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "team"}, ' '"Null": {"aws:TagKeys": "false"}}')
        ),
    ),
    "forall-single": (
        None,
        policy(deny("s3:GetObject", "*", when('§"ForAllValues:StringEquals"', "aws:PrincipalOrgID", "o-a1b2c3d4e5"))),
        policy(deny("s3:GetObject", "*", when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"))),
    ),
    "guardrail-form": (
        "rcp",
        policy('{"Effect": "Deny", "Principal": "*", §"Action": "*", "Resource": "*"}'),
        policy('{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}'),
    ),
    "identifier-wildcard": (
        None,
        policy(deny("s3:*", "*", when("StringNotLike", "aws:PrincipalOrgID", '§"o-a1b2*"'))),
        policy(deny("s3:*", "*", when("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"))),
    ),
    "key-never-applies": (
        None,
        policy(
            allow("ec2:DescribeInstances", "*", when("StringEquals", '§"ec2:Attribute/none"', "x")).replace("ec2:Attribute/none", "ec2:InstanceType")
        ),
        policy(allow("ec2:RunInstances", "*", when("StringEquals", "ec2:InstanceType", "t3.micro"))),
    ),
    "key-not-sent-by-services": (
        None,
        bucket('{"Service": "cloudtrail.amazonaws.com"}', when("StringEquals", '§"aws:PrincipalOrgID"', "o-a1b2c3d4e5")),
        bucket('{"Service": "cloudtrail.amazonaws.com"}', when("StringEquals", "aws:SourceOrgID", "o-a1b2c3d4e5")),
    ),
    "key-unknown": (
        None,
        policy(allow("s3:GetObject", "*", when("StringEquals", '§"aws:PrincipleOrgID"', "o-a1b2c3d4e5"))),
        policy(allow("s3:GetObject", "*", when("StringEquals", "AWS:principalorgid", "o-a1b2c3d4e5"))),
    ),
    "list-empty": (None, policy(allow("§[]")), policy(allow('["s3:GetObject"]'))),
    "mfa-absent-allowed": (
        None,
        policy(allow("s3:GetObject", "*", when('§"BoolIfExists"', "aws:MultiFactorAuthPresent", "true"))),
        policy(allow("s3:GetObject", "*", when("Bool", "aws:MultiFactorAuthPresent", "true"))),
    ),
    "mfa-absent-not-denied": (
        None,
        policy(deny("s3:GetObject", "*", when('§"Bool"', "aws:MultiFactorAuthPresent", "false"))),
        policy(deny("s3:GetObject", "*", when("BoolIfExists", "aws:MultiFactorAuthPresent", "false"))),
    ),
    "negated-for-everyone": (
        None,
        bucket('"*"', when('§"StringNotEquals"', "aws:PrincipalOrgID", "o-zzzzzzzzzz")),
        bucket('"*"', when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5")),
    ),
    "not-action-allow": (
        None,
        policy('{"Effect": "Allow", §"NotAction": "iam:*", "Resource": "*"}'),
        policy('{"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}'),
    ),
    "not-principal-allow": (None, bucket('{"AWS": "111122223333"}').replace('"Principal"', '§"NotPrincipal"'), bucket('{"AWS": "111122223333"}')),
    "not-principal-deny": (
        None,
        bucket('{"AWS": "111122223333"}', effect="Deny").replace('"Principal"', '§"NotPrincipal"'),
        bucket('"*"', when("StringNotEquals", "aws:PrincipalAccount", "111122223333"), "Deny"),
    ),
    "not-principal-place": ("trust", trust('{"AWS": "111122223333"}').replace('"Principal"', '§"NotPrincipal"'), trust('{"AWS": "111122223333"}')),
    "not-resource-allow": (None, policy('{"Effect": "Allow", "Action": "s3:*", §"NotResource": "arn:aws:s3:::records/*"}'), policy(GET)),
    "null-if-exists": (
        None,
        policy(allow("s3:GetObject", "*", when('§"NullIfExists"', "aws:TokenIssueTime", "true"))),
        policy(allow("s3:GetObject", "*", when("Null", "aws:TokenIssueTime", "true"))),
    ),
    "oidc-audience": (
        None,
        trust(f'{{"Federated": {GITHUB}}}', "sts:AssumeRoleWithWebIdentity", SUB),
        github("repo:northfield/site:ref:refs/heads/main", "StringEquals").replace(
            '"Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}, "StringEquals": {',
            '"Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com", ',
        ),
    ),
    "oidc-subject": (None, trust(f'{{"Federated": {GITHUB}}}', "sts:AssumeRoleWithWebIdentity", AUD), github("repo:northfield/site:*")),
    "oidc-subject-broad": (None, github('§"repo:northfield/*"'), github("repo:northfield/site:*")),
    "oidc-subject-wide": (None, github('§"repo:northfield*"'), github("repo:northfield/site:*")),
    "operator-type": (
        None,
        policy(allow("s3:GetObject", "*", when('§"StringEquals"', "aws:SourceIp", "203.0.113.7"))),
        policy(allow("s3:GetObject", "*", when("IpAddress", "aws:SourceIp", "203.0.113.7"))),
    ),
    "operator-unknown": (
        None,
        policy(allow("s3:GetObject", "*", when('§"StringEqual"', "aws:username", "alice"))),
        policy(allow("s3:GetObject", "*", when("stringequals", "aws:username", "alice"))),
    ),
    "pass-role-any": (
        None,
        policy(allow("iam:PassRole", "*").replace('"Resource"', '§"Resource"')),
        policy(
            allow("iam:PassRole", ID + "role/app/*"), allow("iam:PassRole", "*", when("StringEquals", "iam:PassedToService", "ec2.amazonaws.com"))
        ),
    ),
    "pass-role-tags": (
        None,
        policy(allow("iam:PassRole", ID + "role/*", when("StringEquals", '§"aws:ResourceTag/team"', "red"))),
        policy(allow("iam:PassRole", ID + "role/red/*")),
    ),
    "principal-arn-root": (
        None,
        policy(deny("s3:*", "*", when("ArnNotEquals", "aws:PrincipalArn", '§"' + ID + 'root"'))),
        policy(deny("s3:*", "*", when("ArnNotEquals", "aws:PrincipalArn", ID + "role/admin"))),
    ),
    "principal-deleted": (None, trust('{"AWS": §"AROAEXAMPLE1234567890"}'), trust('{"AWS": "' + ID + 'role/app"}')),
    "principal-form": (None, trust('{"AWS": §"' + ID + 'role/*"}'), trust('{"AWS": "' + ID + 'role/app"}')),
    "principal-missing": ("resource", policy("§" + GET), bucket('{"AWS": "111122223333"}')),
    "principal-not-allowed": ("identity", bucket('"*"').replace('"Principal"', '§"Principal"'), policy(GET)),
    "public-grant": (
        None,
        bucket('"*"').replace('"Principal"', '§"Principal"'),
        bucket('"*"', when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5")),
    ),
    "resource-form": (None, policy(allow("s3:GetObject", '§"records/*"')), policy(GET)),
    "resource-missing": ("identity", policy('§{"Effect": "Allow", "Action": "s3:GetObject"}'), policy(GET)),
    "resource-never": (
        None,
        policy(allow("s3:GetObject", '§"arn:aws:sqs:eu-west-1:111122223333:orders"')),
        policy(allow("s3:GetObject", "arn:aws:s3:::*/x")),
    ),
    "saml-audience": (
        None,
        trust(f'{{"Federated": {SAML}}}', "sts:AssumeRoleWithSAML"),
        trust(f'{{"Federated": {SAML[1:]}}}', "sts:AssumeRoleWithSAML", when("StringEquals", "SAML:aud", "https://signin.aws.amazon.com/saml")),
    ),
    "service-unbound": (
        None,
        bucket('{"Service": §"cloudtrail.amazonaws.com"}'),
        bucket('{"Service": "cloudtrail.amazonaws.com"}', when("StringEquals", "aws:SourceAccount", "111122223333")),
    ),
    "service-unknown": (None, policy(allow('§"s4:GetObject"')), policy(allow("S3:GetObject"))),
    "set-operator-missing": (
        None,
        policy(allow("ec2:CreateTags", "*", when('§"StringEquals"', "aws:TagKeys", "team"))),
        policy(allow("ec2:CreateTags", "*", when("ForAnyValue:StringEquals", "aws:TagKeys", "team"))),
    ),
    "sid-characters": (
        None,
        policy(GET.replace('"Effect"', '"Sid": §"Read records", "Effect"')),
        policy(GET.replace('"Effect"', '"Sid": "ReadRecords2", "Effect"')),
    ),
    "sid-duplicate": (
        None,
        policy(GET.replace('"Effect"', '"Sid": "A", "Effect"'), GET.replace('"Effect"', '"Sid": §"A", "Effect"')),
        policy(GET.replace('"Effect"', '"Sid": "A", "Effect"'), GET.replace('"Effect"', '"Sid": "B", "Effect"')),
    ),
    "size-exceeded": (
        "rcp",
        "§"
        + policy(
            '{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"' + when("StringNotEquals", "aws:PrincipalTag/x", "x" * 5100) + "}"
        ),
        policy(
            '{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"' + when("StringNotEquals", "aws:PrincipalTag/x", "x" * 4900) + "}"
        ),
    ),
    "size-tight": (
        None,
        "§" + policy(allow("s3:GetObject", "arn:aws:s3:::" + "x" * 6100)),
        policy(allow("s3:GetObject", "arn:aws:s3:::" + "x" * 1900)),
    ),
    "source-ip-private": (
        None,
        policy(deny("s3:*", "*", when("NotIpAddress", "aws:SourceIp", '§"10.0.0.0/8"'))),
        policy(deny("s3:*", "*", when("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"))),
    ),
    "statement-missing": (None, '{"Version": "2012-10-17", "Statement": §[]}', policy(GET)),
    "string-for-arn": (
        None,
        policy(deny("s3:*", "*", when('§"StringNotLike"', "aws:PrincipalArn", "arn:aws:iam::*:role/admin"))),
        policy(deny("s3:*", "*", when("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/admin"))),
    ),
    "trust-action": (
        None,
        trust('{"AWS": "111122223333"}', '["sts:AssumeRole", §"sts:GetSessionToken"]'),
        trust('{"AWS": "111122223333"}', '["sts:AssumeRole", "sts:TagSession"]'),
    ),
    "trust-everyone": (
        None,
        trust('{"AWS": §"*"}'),
        trust('{"AWS": "*"}', "sts:AssumeRole", when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5")),
    ),
    "trust-resource": ("trust", trust('{"AWS": "111122223333"}', "sts:AssumeRole", ', §"Resource": "*"'), trust('{"AWS": "111122223333"}')),
    "variable-form": (
        None,
        policy(allow("s3:GetObject", '§"arn:aws:s3:::records/${aws:username"')),
        policy(allow("s3:GetObject", "arn:aws:s3:::records/${aws:username}/${aws:PrincipalTag/team, 'none'}")),
    ),
    "variable-multivalued": (
        None,
        policy(allow("s3:GetObject", '§"arn:aws:s3:::records/${aws:PrincipalOrgPaths}"')),
        policy(allow("s3:GetObject", "arn:aws:s3:::records/${aws:PrincipalOrgID}")),
    ),
    "variable-old-version": (
        None,
        policy(allow("s3:GetObject", '§"arn:aws:s3:::records/${aws:username}"'), version="2008-10-17"),
        policy(allow("s3:GetObject", "arn:aws:s3:::records/${aws:username}")),
    ),
    "variable-operator": (
        None,
        policy(allow("s3:GetObject", "*", when("Bool", "aws:SecureTransport", '§"${aws:PrincipalTag/safe}"'))),
        policy(allow("s3:ListBucket", "*", when("StringEquals", "s3:prefix", "${aws:PrincipalTag/safe}"))),
    ),
    "variable-place": (
        None,
        policy(allow("sqs:SendMessage", '§"arn:aws:sqs:*:${aws:PrincipalAccount}:orders"')),
        policy(allow("sqs:SendMessage", "arn:aws:sqs:*:*:${aws:username}")),
    ),
    "version-invalid": (None, policy(GET, version="2024-01-01").replace('"2024', '§"2024'), policy(GET)),
    "version-old": (None, policy(GET, version="2008-10-17").replace('"2008', '§"2008'), policy(GET)),
    "wildcard-in-equals": (
        None,
        policy(allow("s3:ListBucket", "*", when("StringEquals", "s3:prefix", '§"home/*"'))),
        policy(allow("s3:ListBucket", "*", when("StringLike", "s3:prefix", "home/*"))),
    ),
}
