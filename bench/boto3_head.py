"""HEADs objects with boto3 from a pool of threads: a line with a number in, a line of JSON with seconds and CPU out."""
import json
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

endpoint, concurrency, session_token = sys.argv[1], int(sys.argv[2]), sys.argv[3]
client = boto3.client(
    "s3",
    endpoint_url=endpoint,
    region_name="eu-west-1",
    aws_access_key_id="LOCAL111122223333",
    aws_secret_access_key="local",
    aws_session_token=session_token,
    config=Config(max_pool_connections=concurrency, s3={"addressing_style": "path"}),
)


def head(index):
    client.head_object(Bucket="bench-bucket", Key=f"data/2026/11/part-{index:09d}.parquet")


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


print(json.dumps({"boto3": boto3.__version__, "python": sys.version.split()[0]}), flush=True)
with ThreadPoolExecutor(concurrency) as pool:
    for line in sys.stdin:
        started, before = time.perf_counter(), cpu_seconds()
        for _ in pool.map(head, range(int(line))):
            pass
        print(json.dumps({"seconds": time.perf_counter() - started, "cpu": cpu_seconds() - before}), flush=True)
