"""Deploy a service with boto3 as its documentation shows it, with a waiter after each step. Prints what was found as JSON.

The argument is the path of the template; the endpoint, the Region and the credentials come from the environment.
"""

import json
import sys

import boto3
from botocore.exceptions import ClientError, WaiterError

session = boto3.Session()
cloudformation = session.client("cloudformation")
cloudcontrol = session.client("cloudcontrol")
ecs = session.client("ecs")
elbv2 = session.client("elbv2")
s3 = session.client("s3")
found = {}


def refusal(call, **parameters):
    """What a call is refused with: HTTP status and error code."""
    try:
        call(**parameters)
    except ClientError as error:
        return [
            error.response["ResponseMetadata"]["HTTPStatusCode"],
            error.response["Error"]["Code"],
        ]
    return None


def gives_up(client, waiter, **parameters):
    """Whether a waiter fails, for what it waits for cannot come any more."""
    try:
        client.get_waiter(waiter).wait(WaiterConfig={"Delay": 1, "MaxAttempts": 3}, **parameters)
    except WaiterError:
        return True
    return False


found["absent bucket"] = refusal(s3.head_bucket, Bucket="absent-bucket")
found["absent object"] = refusal(s3.head_object, Bucket="absent-bucket", Key="key")
found["absent stack"] = refusal(cloudformation.describe_stacks, StackName="absent")
found["absent stack exists"] = not gives_up(cloudformation, "stack_exists", StackName="absent")
s3.create_bucket(Bucket="present-bucket")
s3.get_waiter("bucket_exists").wait(Bucket="present-bucket")
s3.put_bucket_lifecycle_configuration(
    Bucket="present-bucket",
    LifecycleConfiguration={
        "Rules": [
            {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 7}}
        ]
    },
)
found["lifecycle"] = s3.get_bucket_lifecycle_configuration(Bucket="present-bucket")["Rules"][0]["ID"]
s3.delete_bucket(Bucket="present-bucket")
s3.get_waiter("bucket_not_exists").wait(Bucket="present-bucket")

template = open(sys.argv[1]).read()
cloudformation.create_change_set(
    StackName="hello",
    ChangeSetName="first",
    ChangeSetType="CREATE",
    TemplateBody=template,
    Capabilities=["CAPABILITY_IAM"],
)
cloudformation.get_waiter("change_set_create_complete").wait(StackName="hello", ChangeSetName="first")
cloudformation.execute_change_set(StackName="hello", ChangeSetName="first")
cloudformation.get_waiter("stack_create_complete").wait(StackName="hello")
stack = boto3.resource("cloudformation").Stack("hello")
found["created"] = stack.stack_status

service_arn = next(
    output["OutputValue"] for output in stack.outputs if output["OutputKey"] == "ServiceArn"
)
service = service_arn.split("/")[-1]
ecs.get_waiter("services_stable").wait(cluster="default", services=[service])
tasks = ecs.list_tasks(cluster="default", serviceName=service)["taskArns"]
ecs.get_waiter("tasks_running").wait(cluster="default", tasks=tasks)
load_balancers = [each["LoadBalancerArn"] for each in elbv2.describe_load_balancers()["LoadBalancers"]]
elbv2.get_waiter("load_balancer_available").wait(LoadBalancerArns=load_balancers)
resource = cloudcontrol.get_resource(TypeName="Org::ECS::ExpressService", Identifier=service_arn)
found["status"] = json.loads(resource["ResourceDescription"]["Properties"])["Status"]

cloudformation.update_stack(
    StackName="hello",
    UsePreviousTemplate=True,
    Parameters=[{"ParameterKey": "Image", "ParameterValue": "public.ecr.aws/docker/library/httpd:2.5"}],
    Capabilities=["CAPABILITY_IAM"],
)
cloudformation.get_waiter("stack_update_complete").wait(StackName="hello")
found["updated"] = cloudformation.describe_stacks(StackName="hello")["Stacks"][0]["StackStatus"]

cloudformation.create_stack(
    StackName="fails",
    TemplateBody=template,
    Parameters=[{"ParameterKey": "Image", "ParameterValue": "https://registry.example.com/image"}],
    Capabilities=["CAPABILITY_IAM"],
)
found["waiter gives up"] = gives_up(cloudformation, "stack_create_complete", StackName="fails")

for name in ("hello", "fails"):
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=name)
elbv2.get_waiter("load_balancers_deleted").wait(LoadBalancerArns=load_balancers)
print(json.dumps(found))
