"""Slips that the checks must catch, so that a check that sees nothing is seen. Each is one change to a file without faults."""
import copy

GOOD = {
    "type":
        "AWS::S3::Bucket",
    "title":
        "bucket",
    "scope":
        "global",
    "arn":
        "arn:{partition}:s3:::{id}",
    "columns": {
        "bucket_name": "Properties.BucketName"
    },
    "permissions": ["s3:ListAllMyBuckets", "s3:GetBucketPublicAccessBlock"],
    "reads": [{
        "call": "s3:ListBuckets",
        "each": "Buckets[]",
        "id": "Name",
        "set": {
            "Properties.BucketName": "Name"
        }
    }, {
        "call": "s3:GetPublicAccessBlock",
        "parameter": "Bucket",
        "absent_when": ["NoSuchPublicAccessBlockConfiguration"],
        "set": {
            "Properties.PublicAccessBlockConfiguration": "PublicAccessBlockConfiguration"
        }
    }]
}


def broken(checker_of):
    """How many slips were caught, and the names of those that were not."""
    def change(path, value):
        node = copy.deepcopy(GOOD)
        at = node
        for key in path[:-1]:
            at = at[key]
        if value is None:
            del at[path[-1]]
        else:
            at[path[-1]] = value
        return node

    cases = {
        "unknown key of the file":
            change(["colums"], {}),
        "unknown key of a read":
            change(["reads", 0, "filter"], "x"),
        "call that is not there":
            change(["reads", 0, "call"], "s3:ListBukkets"),
        "member that is not there":
            change(["reads", 0, "set"], {"Properties.BucketName": "BucketName"}),
        "member of the wrong case":
            change(["reads", 0, "id"], "name"),
        "list read as a map":
            change(["reads", 0, "each"], "Buckets.Name"),
        "property that is not there":
            change(["reads", 0, "set"], {"Properties.Name": "Name"}),
        "property below one":
            change(["reads", 0, "set"], {"Properties.VersioningConfiguration.State": "Name"}),
        "list for a text":
            change(["reads", 0, "set"], {"Properties.BucketName": {
                "list": [{
                    "each": "@",
                    "item": {}
                }]
            }}),
        "text for a boolean":
            change(["reads", 0, "set"], {"Properties.ObjectLockEnabled": "Name"}),
        "map for a text":
            change(["reads", 1, "set"], {"Properties.BucketName": "PublicAccessBlockConfiguration"}),
        "spelling lost in a copy":
            change(
                ["reads", 1, "set"], {
                    "Properties.PublicAccessBlockConfiguration": {
                        "path": "PublicAccessBlockConfiguration",
                        "rename": {
                            "BlockPublicAcls": "BlockPublicACLs"
                        }
                    }
                }),
        "value that the source cannot have":
            change(
                ["reads", 1], {
                    "call": "s3:GetBucketVersioning",
                    "parameter": "Bucket",
                    "set": {
                        "Properties.VersioningConfiguration.Status": {
                            "path": "Status",
                            "values": {
                                "On": "Enabled"
                            }
                        }
                    }
                }),
        "value that the target cannot have":
            change(
                ["reads", 1], {
                    "call": "s3:GetBucketVersioning",
                    "parameter": "Bucket",
                    "set": {
                        "Properties.VersioningConfiguration.Status": {
                            "path": "Status",
                            "values": {
                                "Enabled": "On"
                            }
                        }
                    }
                }),
        "error code that the call does not have":
            change(["reads", 1, "absent_when"], ["NoSuchThing"]),
        "an empty answer of a call that always gives its list":
            change(["reads", 0], {
                "call": "guardduty:ListDetectors",
                "empty": "absent",
                "each": "DetectorIds[]",
                "id": "@",
                "set": {
                    "Properties.BucketName": "@"
                }
            }),
        "parameter that is not there":
            change(["reads", 1, "parameter"], "BucketName"),
        "required parameter left out":
            change(["reads", 1, "parameter"], None),
        "match with what nothing sets":
            change(["reads", 1, "match"], "Observed.Nothing"),
        "nothing to make a resource from":
            change(["reads", 0, "id"], None),
        "column that nothing sets":
            change(["columns", "versioning"], "Properties.VersioningConfiguration"),
        "column name that is taken":
            change(["columns", "name"], "Properties.BucketName"),
        "edge to nowhere":
            change(["edges"], [{
                "kind": "x",
                "to": "AWS::S3::Nothing",
                "by": "Properties.BucketName"
            }]),
        "Observed that nobody reads":
            change(["reads", 0, "set", "Observed.CreationDate"], "CreationDate"),
        "permission left out":
            change(["permissions"], ["s3:ListAllMyBuckets"]),
        "permission too many":
            change(["permissions"], GOOD["permissions"] + ["s3:DeleteBucket"]),
        "set whole and in part":
            change(["reads", 1, "set", "Properties.PublicAccessBlockConfiguration.BlockPublicAcls"],
                   "PublicAccessBlockConfiguration.BlockPublicAcls"),
        "JMESPath beyond the subset":
            change(["reads", 0, "each"], "Buckets | [0]"),
        "event of nobody":
            change(["events"], [{"source": "s3.amazonaws.com", "names": ["PutBukketPolicy"], "at": ["requestParameters.bucketName"]}]),
        "event that only reads":
            change(["events"], [{"source": "s3.amazonaws.com", "names": ["GetBucketPolicy"], "at": ["requestParameters.bucketName"]}]),
        "event of no service":
            change(["events"], [{"source": "s33.amazonaws.com", "names": ["PutBucketPolicy"], "at": ["requestParameters.bucketName"]}]),
        "event whose path is none of an event":
            change(["events"], [{"source": "s3.amazonaws.com", "names": ["PutBucketPolicy"], "at": ["bucketName"]}]),
        "event that asks another type's call":
            change(["events"], [{"source": "s3.amazonaws.com", "names": ["PutBucketPolicy"], "at": ["requestParameters.bucketName"], "calls": ["iam:ListUsers"]}]),
        "event after which nothing is listed":
            change(["events"], [{"source": "s3.amazonaws.com", "names": ["CreateBucket"], "at": ["requestParameters.bucketName"], "calls": ["s3:GetPublicAccessBlock"]}]),
        "Config name of nobody":
            change(["config"], {
                "cites": ["x"],
                "set": {
                    "Properties.BucketName": "configuration.bukketName"
                }
            }),
    }
    good = checker_of()
    good.file("aws-s3-bucket.yaml", GOOD)
    passed, failures = (1, []) if not good.failures else (0, ["the file without faults: " + good.failures[0]])
    for name, node in cases.items():
        checker = checker_of()
        checker.file("aws-s3-bucket.yaml", node)
        if checker.failures:
            passed += 1
        else:
            failures.append(f"not caught: {name}")
    return passed, failures
