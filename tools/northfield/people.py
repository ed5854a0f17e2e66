"""Names and numbers that every account's module shares. All invented; account ids follow AWS's documentation style."""

MANAGEMENT = "111122223333"
LOG_ARCHIVE = "222233334444"
SECURITY = "333344445555"
PAYMENTS = "444455556666"
STAGING = "555566667777"
SANDBOX = "666677778888"
ACQUIRED = "777788889999"
OLD_WEBSITE = "888899990000"  # suspended; nothing was exported from it
VENDOR = "999988887777"  # outside of the organization

IRELAND = "eu-west-1"  # where Northfield works
VIRGINIA = "us-east-1"  # where AWS keeps what has no Region
LONDON = "eu-west-2"  # where the acquired firm works

ORGANIZATION = "o-northfield1"
ROOT = "r-nf01"
OU_SECURITY = "ou-nf01-secur001"
OU_WORKLOADS = "ou-nf01-workl001"
OU_PROD = "ou-nf01-prod0001"
OU_NONPROD = "ou-nf01-nonprod1"
OU_SANDBOX = "ou-nf01-sandbx01"
OU_SUSPENDED = "ou-nf01-suspnd01"

# The estate was exported in the night of 22 November 2026; this is the newest time that any reply states.
EXPORTED = "2026-11-22T04:12:00+00:00"

TRAIL_BUCKET = "nf-organization-trail-logs"
TRAIL_KEY = f"arn:aws:kms:{VIRGINIA}:{LOG_ARCHIVE}:key/22220000-0001-4000-8000-000000000001"
ORGANIZATION_TRAIL = f"arn:aws:cloudtrail:{VIRGINIA}:{MANAGEMENT}:trail/northfield-organization"
