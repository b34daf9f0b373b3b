"""Calls every service of the environment on this machine as boto3 does by default; prints what it was told."""

import json
import os
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

said = {}
s3 = boto3.client("s3")
s3.put_object(Bucket="stock", Key="a key+(1)/ü.txt", Body=b"content", Metadata={"of": "two  blanks"})
said["get"] = s3.get_object(Bucket="stock", Key="a key+(1)/ü.txt")["Body"].read().decode()
said["list"] = [o["Key"] for o in s3.list_objects_v2(Bucket="stock", Prefix="a key+")["Contents"]]
s3.upload_file(__file__, "stock", "file", Config=boto3.s3.transfer.TransferConfig(multipart_threshold=1))
signed = boto3.client("s3", config=Config(signature_version="s3v4"))
address = signed.generate_presigned_url("get_object", {"Bucket": "stock", "Key": "a key+(1)/ü.txt"})
said["presigned"] = urllib.request.urlopen(address).read().decode()
upload = signed.generate_presigned_url("put_object", {"Bucket": "stock", "Key": "put"})
urllib.request.urlopen(urllib.request.Request(upload, b"by address", {"Content-Type": ""}, method="PUT"))
said["put"] = s3.get_object(Bucket="stock", Key="put")["Body"].read().decode()
objects = [{"Key": "a key+(1)/ü.txt"}, {"Key": "put"}, {"Key": "file"}]
said["deleted"] = len(s3.delete_objects(Bucket="stock", Delete={"Objects": objects})["Deleted"])
try:
    urllib.request.urlopen(address.replace("X-Amz-Signature=", "X-Amz-Signature=0"))
except urllib.error.HTTPError as error:
    said["forged"] = error.code

said["queue"] = boto3.client("sqs").get_queue_url(QueueName="stock")["QueueUrl"].split("/")[-1]
said["secret"] = boto3.client("secretsmanager").get_secret_value(SecretId="stock")["SecretString"]
functions = boto3.client("lambda")
[name] = [f["FunctionArn"] for f in functions.list_functions()["Functions"]]
said["function"] = functions.get_function_configuration(FunctionName=name)["Handler"]
said["console"] = len(boto3.client("ec2").get_console_output(InstanceId="i-1")["Output"]) > 0
pool = os.environ["COGNITO_USER_POOL_ID"]
said["users"] = boto3.client("cognito-idp").list_users(UserPoolId=pool)["Users"]
try:
    boto3.client("glue").get_job_runs(JobName="none")
except ClientError as error:
    said["glue"] = error.response["Error"]["Code"]
try:
    boto3.client("sqs", aws_secret_access_key="other", aws_access_key_id="other").get_queue_url(QueueName="stock")
except ClientError as error:
    said["stranger"] = error.response["Error"]["Code"]
print(json.dumps(said))
