"""The Northfield Group, an invented organization: what tools/make_northfield.py writes to examples/northfield.

One module tells one account (or the organization); `replies` builds items with the members AWS shows, `estate` collects
the files. Read `people` first: it names the accounts, Regions and units. Nothing here is random and nothing reads a clock.
"""
