"""The notifications by which a queue is told of objects of S3, as AWS has them; and the environment of a client whose only AWS is an endpoint."""

import json
import os
import urllib.parse

REGION = "eu-west-1"


def environment(endpoint, **more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and "proxy" not in name.lower()}
    return dict(kept, AWS_ACCESS_KEY_ID="AKIATEST", AWS_SECRET_ACCESS_KEY="secret-of-the-test", AWS_EC2_METADATA_DISABLED="true", AWS_CONFIG_FILE=os.devnull,
                AWS_SHARED_CREDENTIALS_FILE=os.devnull, AWS_REGION=REGION, AWS_ENDPOINT_URL=endpoint, **more)


def of_s3(bucket, *objects, name="ObjectCreated:Put"):
    """`objects`: (key, etag)."""
    return {"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": REGION, "eventTime": "2026-01-01T00:00:00.000Z", "eventName": name,
                         "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
                                "object": {"key": urllib.parse.quote_plus(key, safe="/"), "size": 1, "eTag": tag, "sequencer": "0055AED6DCD90281E5"}}}
                        for key, tag in objects]}


def of_eventbridge(bucket, key, tag, kind="Object Created"):
    return {"version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103", "detail-type": kind, "source": "aws.s3", "account": "111122223333", "time": "2026-01-01T00:00:00Z",
            "region": REGION, "resources": [f"arn:aws:s3:::{bucket}"],
            "detail": {"version": "0", "bucket": {"name": bucket}, "object": {"key": key, "size": 1, "etag": tag, "sequencer": "00617F08299329D189"}, "reason": "PutObject"}}


def of_trail(bucket, *keys):
    return {"s3Bucket": bucket, "s3ObjectKey": list(keys)}


def by_sns(message):
    return {"Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", "TopicArn": f"arn:aws:sns:{REGION}:111122223333:trail",
            "Message": message if isinstance(message, str) else json.dumps(message), "Timestamp": "2026-01-01T00:00:00.000Z", "SignatureVersion": "1"}


def test_event(bucket):
    return {"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-01-01T00:00:00.000Z", "Bucket": bucket, "RequestId": "5582815E1AEA5ADF"}
