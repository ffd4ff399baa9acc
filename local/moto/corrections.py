"""What moto gets wrong about its own state, and nobody outside it can put right. One function for each mistake.

Importing this module imports the backends that it corrects, which takes a second.
"""

import json
from copy import copy
from typing import Any

from moto.acm.models import CertBundle
from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import (
    ApplicationAutoscalingBackend,
    FakeApplicationAutoscalingPolicy,
)
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.cloudwatch.exceptions import ResourceNotFoundException as MissingAlarm
from moto.cloudwatch.models import CloudWatchBackend
from moto.core.exceptions import JsonRESTError
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.exceptions import (
    InvalidSecurityGroupNotFoundError,
    InvalidSubnetIdError,
    InvalidVPCIdError,
)
from moto.ec2.models.security_groups import SecurityGroupBackend
from moto.ec2.models.subnets import Subnet, SubnetBackend
from moto.ec2.models.vpcs import VPCBackend
from moto.elbv2.exceptions import InvalidConfigurationRequest, TooManyTagsError
from moto.elbv2.models import (
    AvailabilityZone,
    ELBv2Backend,
    FakeListener,
    FakeLoadBalancer,
    FakeTargetGroup,
    elbv2_backends,
)
from moto.elbv2.responses import ELBV2Response
from moto.events.models import Rule
from moto.events.utils import EventTemplateParser
from moto.iam.models import AWSManagedPolicy, IAMBackend, Role, iam_backends
from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogsBackend
from moto.moto_api._internal import mock_random
from moto.route53.models import ChangeList, Route53Backend
from moto.wafv2.models import FakeIPSet, WAFV2Backend

NETWORK_PROTOCOLS = {"TCP", "TLS", "UDP", "TCP_UDP"}
SECURE_PROTOCOLS = {"HTTPS", "TLS"}

# Elastic Load Balancing quotas, "Tags per resource".
TAGS_PER_RESOURCE = 50


def derived_associations() -> None:
    """moto notes the load balancers of a target group when a rule is made, and never changes the note afterwards."""

    def load_balancer_arns(group: FakeTargetGroup) -> list[str]:
        backend = elbv2_backends[group.account_id][group.region_name]
        return [
            balancer.arn
            for balancer in list(backend.load_balancers.values())
            if any(
                group.arn in backend._get_target_group_arns_from(action_data=action.data)
                for listener in list(balancer.listeners.values())
                for rule in list(listener.rules.values())
                for action in rule.actions
            )
        ]

    FakeTargetGroup.load_balancer_arns = property(load_balancer_arns, lambda group, noted: None)


def derived_certificate_use() -> None:
    """moto notes the first listener of a certificate, and never that it is gone. ACM names load balancers."""

    def in_use_by(certificate: CertBundle) -> list[str]:
        _, _, _, region, account, _ = certificate.arn.split(":", 5)
        return [
            balancer.arn
            for balancer in list(elbv2_backends[account][region].load_balancers.values())
            if any(
                certificate.arn in listener.certificates for listener in list(balancer.listeners.values())
            )
        ]

    CertBundle.in_use_by = property(in_use_by, lambda certificate, noted: None)


def listener_certificates() -> None:
    """moto counts the default certificate for the quota (the guard keeps the quota), and attaches one twice."""

    def add(backend: ELBv2Backend, arn: str, certificates: list[dict[str, Any]]) -> list[str]:
        listener = backend.describe_listeners(load_balancer_arn=None, listener_arns=[arn])[0]
        new = [certificate["CertificateArn"] for certificate in certificates]
        listener.certificates.extend(arn for arn in new if arn not in listener.certificates)
        return listener.certificates

    ELBv2Backend.add_listener_certificates = add


def default_certificate() -> None:
    """moto shows every certificate of a listener where ELB shows the default one, and drops the others when it changes."""

    def default_only(certificates: list[str]) -> list[dict[str, str]] | None:
        return [{"CertificateArn": arn} for arn in certificates[:1]] or None

    transformers = ELBV2Response.RESPONSE_KEY_PATH_TO_TRANSFORMER
    for path in transformers:
        if path.endswith(".Listeners.Listener.Certificates"):
            transformers[path] = default_only

    modify_listener = ELBv2Backend.modify_listener

    def modify(backend: ELBv2Backend, *arguments: Any, **named: Any) -> FakeListener:
        arn = named.get("arn") or arguments[0]
        others = backend.describe_listeners(load_balancer_arn=None, listener_arns=[arn])[0].certificates[1:]
        listener = modify_listener(backend, *arguments, **named)
        listener.certificates = listener.certificates[:1] + [
            arn for arn in others if arn not in listener.certificates[:1]
        ]
        return listener

    ELBv2Backend.modify_listener = modify


def security_group_rules() -> None:
    """moto takes rules that differ in the description only for two, and revokes none without its description."""

    is_same = SecurityGroupRule.__eq__

    def is_same_without_description(rule: SecurityGroupRule, other: SecurityGroupRule) -> bool:
        one, two = copy(rule), copy(other)
        for each in (one, two):
            source = each.source_group or {}
            each.source_group = {key: value for key, value in source.items() if key != "Description"}
        return is_same(one, two)

    SecurityGroupRule.__eq__ = is_same_without_description


def matchers() -> None:
    """moto changes the codes of a health check only where they are HTTP codes of an HTTP target group."""
    modify_group = ELBV2Response.modify_target_group

    def modify(response: ELBV2Response) -> Any:
        group = response.elbv2_backend.target_groups.get(response._get_param("TargetGroupArn"))
        for name in ("GrpcCode", "HttpCode"):
            codes = response._get_param(f"Matcher.{name}")
            if group and codes:
                group.matcher = {name: codes}
        return modify_group(response)

    ELBV2Response.modify_target_group = modify


def tag_quota() -> None:
    """moto allows ten tags on a load balancer."""

    def add(backend: ELBv2Backend, resource_arns: list[str], tags: list[dict[str, str]]) -> None:
        for arn in resource_arns:
            existing = backend.tagging_service.get_tag_dict_for_resource(arn)
            if len({*existing, *(tag["Key"] for tag in tags)}) > TAGS_PER_RESOURCE:
                raise TooManyTagsError()
            backend._get_resource_by_arn(arn)
            backend.tagging_service.tag_resource(arn, tags)

    ELBv2Backend.add_tags = add


def load_balancer_attributes() -> None:
    """moto leaves out attributes that have their defaults, and lets a load balancer log to a bucket that is not there."""
    common = {"access_logs.s3.enabled": "false"}
    by_type = {
        "application": {**common, "idle_timeout.timeout_seconds": "60"},
        "network": {**common, "dns_record.client_routing_policy": "any_availability_zone"},
    }

    def defaults(backend: ELBv2Backend, arn: str) -> dict[str, Any]:
        return by_type.get(backend.load_balancers[arn].type, common)

    describe_stored = ELBv2Backend.describe_load_balancer_attributes
    modify_stored = ELBv2Backend.modify_load_balancer_attributes

    def describe(backend: ELBv2Backend, arn: str) -> dict[str, Any]:
        stored = describe_stored(backend, arn)
        return {**defaults(backend, arn), **stored}

    def modify(backend: ELBv2Backend, arn: str, attrs: dict[str, Any]) -> dict[str, Any]:
        from moto.s3.models import s3_backends

        bucket = attrs.get("access_logs.s3.bucket")
        buckets = s3_backends[backend.account_id][backend.partition].buckets
        if attrs.get("access_logs.s3.enabled") == "true" and bucket not in buckets:
            raise InvalidConfigurationRequest(
                f"Access Denied for bucket: {bucket}. Please check S3bucket permission"
            )
        stored = modify_stored(backend, arn, attrs)
        return {**defaults(backend, arn), **stored}

    ELBv2Backend.describe_load_balancer_attributes = describe
    ELBv2Backend.modify_load_balancer_attributes = modify


def address_types() -> None:
    """moto knows no load balancer without public IPv4 addresses."""
    create_known = ELBv2Backend.create_load_balancer

    def create(backend: ELBv2Backend, *arguments: Any, **named: Any) -> FakeLoadBalancer:
        ip_address_type = named.pop("ip_address_type", "ipv4")
        balancer = create_known(backend, *arguments, **named)
        balancer.ip_address_type = ip_address_type
        return balancer

    def set_type(backend: ELBv2Backend, arn: str, ip_type: str) -> None:
        backend._get_resource_by_arn(arn).ip_address_type = ip_type

    ELBv2Backend.create_load_balancer = create
    ELBv2Backend.set_ip_address_type = set_type


def network_load_balancers() -> None:
    """moto takes every load balancer for an Application Load Balancer: it has an ARN and a DNS name of that kind, two zones
    and no Elastic IP addresses."""
    create_known = ELBv2Backend.create_load_balancer
    delete_known = ELBv2Backend.delete_load_balancer
    set_subnets_known = ELBv2Backend.set_subnets

    def addresses(balancer: FakeLoadBalancer) -> dict[str, Any]:
        return getattr(balancer, "addresses", {})

    def create(backend: ELBv2Backend, *arguments: Any, **named: Any) -> FakeLoadBalancer:
        if named.get("loadbalancer_type") != "network":
            return create_known(backend, *arguments, **named)
        tags = named.pop("tags", None)
        balancer = create_known(backend, *arguments, tags=None, **named)
        del backend.load_balancers[balancer.arn]
        balancer.arn = balancer.arn.replace(":loadbalancer/app/", ":loadbalancer/net/")
        identifier = balancer.arn.rpartition("/")[2]
        balancer.dns_name = f"{balancer.name}-{identifier}.elb.{backend.region_name}.amazonaws.com"
        backend.load_balancers[balancer.arn] = balancer
        backend.tagging_service.tag_resource(balancer.arn, tags)
        balancer.addresses = {
            mapping["SubnetId"]: backend.ec2_backend.describe_addresses([mapping["AllocationId"]])[0]
            for mapping in named.get("subnet_mappings") or []
            if "AllocationId" in mapping
        }
        for address in balancer.addresses.values():
            address.association_id = f"eipassoc-{identifier}0"
        return balancer

    def delete(backend: ELBv2Backend, arn: str) -> None:
        balancer = backend.load_balancers.get(arn)
        if balancer:
            for address in addresses(balancer).values():
                address.association_id = None
        delete_known(backend, arn)

    def zones(balancer: FakeLoadBalancer) -> list[AvailabilityZone]:
        made = [AvailabilityZone(subnet) for subnet in balancer.subnets]
        for zone in made:
            address = addresses(balancer).get(zone.subnet_id)
            if address:
                described = {"IpAddress": address.public_ip, "AllocationId": address.allocation_id}
                zone.load_balancer_addresses = [described]
        return made

    def set_subnets(
        backend: ELBv2Backend, arn: str, subnets: list[str], subnet_mappings: list[dict[str, Any]]
    ) -> list[AvailabilityZone]:
        balancer = backend.load_balancers.get(arn)
        ids = [*subnets, *(mapping["SubnetId"] for mapping in subnet_mappings)]
        if balancer is None or balancer.type != "network" or len(ids) > 1:
            return set_subnets_known(backend, arn, subnets, subnet_mappings)
        balancer.subnets = [backend.ec2_backend.get_subnet(id) for id in ids]
        return balancer.availability_zones

    ELBv2Backend.create_load_balancer = create
    ELBv2Backend.delete_load_balancer = delete
    ELBv2Backend.set_subnets = set_subnets
    FakeLoadBalancer.availability_zones = property(zones)


def network_listeners() -> None:
    """moto changes no listener to TLS or UDP, nor its certificate there, and shows a security policy on every listener."""
    create_known = ELBv2Backend.create_listener
    modify_known = ELBv2Backend.modify_listener

    def create(backend: ELBv2Backend, *arguments: Any, **named: Any) -> FakeListener:
        listener = create_known(backend, *arguments, **named)
        if listener.protocol not in SECURE_PROTOCOLS:
            listener.ssl_policy = None
        return listener

    def modify(
        backend: ELBv2Backend,
        arn: str,
        port: str | None = None,
        protocol: str | None = None,
        ssl_policy: str | None = None,
        certificates: list[dict[str, Any]] | None = None,
        actions: list[dict[str, Any]] | None = None,
    ) -> FakeListener:
        known = None if protocol in NETWORK_PROTOCOLS else protocol
        listener = modify_known(backend, arn, port, known, ssl_policy, certificates, actions)
        if protocol in NETWORK_PROTOCOLS:
            listener.protocol = protocol
        if listener.protocol == "TLS" and certificates:
            listener.certificates = [certificate["CertificateArn"] for certificate in certificates]
            listener.certificate = listener.certificates[0]
        if listener.protocol not in SECURE_PROTOCOLS:
            listener.ssl_policy = None
        return listener

    ELBv2Backend.create_listener = create
    ELBv2Backend.modify_listener = modify


def network_target_groups() -> None:
    """moto gives every target group the attributes of those of Application Load Balancers."""
    init_known = FakeTargetGroup.__init__

    def init(group: FakeTargetGroup, *arguments: Any, **named: Any) -> None:
        init_known(group, *arguments, **named)
        if group.protocol not in NETWORK_PROTOCOLS:
            return
        keeps_client_address = "UDP" in group.protocol or group.target_type != "ip"
        group.attributes = {
            "deregistration_delay.timeout_seconds": 300,
            "deregistration_delay.connection_termination.enabled": "false",
            "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
            "preserve_client_ip.enabled": "true" if keeps_client_address else "false",
            "proxy_protocol_v2.enabled": "false",
            "stickiness.enabled": "false",
            "stickiness.type": "source_ip",
            "target_health_state.unhealthy.connection_termination.enabled": "true",
        }

    FakeTargetGroup.__init__ = init


def ipv6_blocks() -> None:
    """moto describes the IPv6 CIDR blocks of a subnet without their state."""

    def associated(subnet: Subnet) -> list[dict[str, Any]]:
        blocks = subnet.ipv6_cidr_block_associations.values()
        return [block for block in blocks if block["ipv6CidrBlockState"]["State"] == "associated"]

    Subnet.ipv6_cidr_block_association_set = property(associated)


def longest_deregistration_delay() -> None:
    """moto refuses 3600 seconds, the longest deregistration delay that there is."""
    modify = ELBv2Backend.modify_target_group_attributes
    delay = "deregistration_delay.timeout_seconds"

    def modify_attributes(self: ELBv2Backend, target_group_arn: str, attributes: dict[str, Any]) -> None:
        if attributes.get(delay) != "3600":
            return modify(self, target_group_arn, attributes)
        modify(self, target_group_arn, {**attributes, delay: "3599"})
        self.target_groups[target_group_arn].attributes[delay] = "3600"

    ELBv2Backend.modify_target_group_attributes = modify_attributes


def managed_policies() -> None:
    """moto parses AWS's 1,500 policies for each of eight partitions, at each start and reset: a second in all."""

    parse = IAMBackend._init_aws_policies
    parsed: list[AWSManagedPolicy] = []

    def init(backend: IAMBackend) -> list[AWSManagedPolicy]:
        if backend.partition != "aws":
            return []
        if not parsed:
            parsed.extend(parse(backend))
        return [copy(policy) for policy in parsed]

    IAMBackend._init_aws_policies = init


def role_policies() -> None:
    """moto's CloudFormation makes roles without their managed policies, and keeps inline policies as no text."""

    create = Role.create_from_cloudformation_json.__func__

    def create_with_policies(
        cls: type, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **options: Any
    ) -> Role:
        role = create(cls, resource_name, cloudformation_json, account_id, region_name, **options)
        backend = iam_backends[account_id]["aws"]
        for arn in cloudformation_json["Properties"].get("ManagedPolicyArns", []):
            backend.attach_role_policy(arn, role.name)
        for name, document in role.policies.items():
            if not isinstance(document, str):
                role.policies[name] = json.dumps(document, default=str)
        return role

    delete = Role.delete_from_cloudformation_json.__func__

    def delete_with_policies(
        cls: type, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str
    ) -> None:
        backend = iam_backends[account_id]["aws"]
        for role in list(backend.roles.values()):
            if role.name == resource_name:
                for policy in list(role.managed_policies.values()):
                    policy.detach_from(role)
        delete(cls, resource_name, cloudformation_json, account_id, region_name)

    Role.create_from_cloudformation_json = classmethod(create_with_policies)
    Role.delete_from_cloudformation_json = classmethod(delete_with_policies)


def missing_ids() -> None:
    """moto names any of the ids that were asked for as the one that does not exist."""

    def correct(backend_class: type, method: str, parameter: str, error: type[Exception]) -> None:
        describe = getattr(backend_class, method)

        def find(backend: Any, *arguments: Any, **options: Any) -> Any:
            ids = options.get(parameter) or (arguments[0] if arguments else None)
            if ids:
                present = {resource.id for resource in describe(backend)}
                missing = [id for id in ids if id not in present]
                if missing:
                    raise error(missing[0])
            return describe(backend, *arguments, **options)

        setattr(backend_class, method, find)

    correct(SubnetBackend, "describe_subnets", "subnet_ids", InvalidSubnetIdError)
    correct(VPCBackend, "describe_vpcs", "vpc_ids", InvalidVPCIdError)
    correct(
        SecurityGroupBackend, "describe_security_groups", "group_ids", InvalidSecurityGroupNotFoundError
    )


def created_records() -> None:
    """moto takes a record that was created once for one that exists. The guard looks at what exists."""

    ChangeList.__contains__ = lambda changes, change: False


def deleted_records() -> None:
    """moto deletes all records with a SetIdentifier, whatever their name and type."""

    change = Route53Backend.change_resource_record_sets

    def change_in_turn(backend: Route53Backend, zoneid: str, change_list: list[dict[str, Any]]) -> None:
        for value in change_list:
            if value["Action"] != "DELETE":
                change(backend, zoneid, [value])
                continue
            gone = value["ResourceRecordSet"]
            key = (gone["Name"].rstrip("."), gone["Type"], gone.get("SetIdentifier"))
            zone = backend.get_hosted_zone(zoneid)
            zone.rrsets = [
                record
                for record in zone.rrsets
                if (record.name.rstrip("."), record.type, record.set_identifier) != key
            ]

    Route53Backend.change_resource_record_sets = change_in_turn


def scaling_policies() -> None:
    """moto leaves the alarms of a policy that is changed, and finds policies by a part of their resource's id."""

    put_policy = ApplicationAutoscalingBackend.put_scaling_policy
    describe_policies = ApplicationAutoscalingBackend.describe_scaling_policies

    def put(backend: ApplicationAutoscalingBackend, **named: Any) -> FakeApplicationAutoscalingPolicy:
        key = FakeApplicationAutoscalingPolicy.formulate_key(
            named["service_namespace"],
            named["resource_id"],
            named["scalable_dimension"],
            named["policy_name"],
        )
        if key in backend.policies:
            backend.policies[key].delete_alarms(backend.account_id, backend.region_name)
        return put_policy(backend, **named)

    def describe(backend: ApplicationAutoscalingBackend, **named: Any) -> Any:
        for name in ("resource_id", "scalable_dimension"):
            # moto asks whether a policy's value is `in` this: a list compares whole values, a text its parts.
            named[name] = named[name] and [named[name]]
        return describe_policies(backend, **named)

    ApplicationAutoscalingBackend.put_scaling_policy = put
    ApplicationAutoscalingBackend.describe_scaling_policies = describe


def pages_of_scalable_targets() -> None:
    """moto's token of the third page of scalable targets is that of the second one."""

    describe = ApplicationAutoScalingResponse.describe_scalable_targets

    def describe_page(response: ApplicationAutoScalingResponse) -> str:
        answer = json.loads(describe(response))
        if answer["NextToken"]:
            # The number of the last target that has been told, counted from 0.
            before = int(response._get_param("NextToken") or -1)
            answer["NextToken"] = str(before + len(answer["ScalableTargets"]))
        return json.dumps(answer)

    ApplicationAutoScalingResponse.describe_scalable_targets = describe_page


def missing_scaling() -> None:
    """moto answers ValidationException where Application Auto Scaling answers ObjectNotFoundException."""

    def correct(method: str) -> None:
        remove = getattr(ApplicationAutoscalingBackend, method)

        def remove_existing(*arguments: Any, **named: Any) -> None:
            try:
                remove(*arguments, **named)
            except AWSValidationException as error:
                raise JsonRESTError("ObjectNotFoundException", error.message) from error

        setattr(ApplicationAutoscalingBackend, method, remove_existing)

    correct("delete_scaling_policy")
    correct("deregister_scalable_target")


def log_event_times() -> None:
    """moto refuses log events that are two hours ahead of its own clock; the clock of the local AWS runs ahead of it."""

    def put(
        backend: LogsBackend, log_group_name: str, log_stream_name: str, log_events: list[dict[str, Any]]
    ) -> tuple[str, dict[str, Any]]:
        if log_group_name not in backend.groups:
            raise ResourceNotFoundException()
        times = [event["timestamp"] for event in log_events]
        if times != sorted(times):
            raise InvalidParameterException(
                "Log events in a single PutLogEvents request must be in chronological order."
            )
        return backend.groups[log_group_name].put_log_events(log_stream_name, log_events), {}

    LogsBackend.put_log_events = put


def missing_tagged() -> None:
    """moto has no tags of a log group or an alarm that is not there, where AWS has an error, and keeps those of former ones."""

    def correct(backend_class: type, kind: str, member: str, delete: str, error: type[Exception]) -> None:
        list_tags = backend_class.list_tags_for_resource
        delete_named = getattr(backend_class, delete)

        def list_existing(backend: Any, arn: str) -> dict[str, str]:
            _, found, name = arn.partition(f":{kind}:")
            if found and name not in getattr(backend, member):
                raise error()
            return list_tags(backend, arn)

        def delete_with_tags(backend: Any, names: Any) -> None:
            delete_named(backend, names)
            for name in [names] if isinstance(names, str) else names:
                for arn in [arn for arn in backend.tagger.tags if arn.endswith(f":{kind}:{name}")]:
                    backend.tagger.delete_all_tags_for_resource(arn)

        backend_class.list_tags_for_resource = list_existing
        setattr(backend_class, delete, delete_with_tags)

    correct(LogsBackend, "log-group", "groups", "delete_log_group", ResourceNotFoundException)
    correct(CloudWatchBackend, "alarm", "alarms", "delete_alarms", MissingAlarm)


def event_targets() -> None:
    """moto sends events to rules that are disabled, leaves the account out of them, and fails in all of PutEvents where a
    target is of a service that it does not deliver to."""

    send_to_targets = Rule.send_to_targets
    delivered = {"events", "logs", "sqs"}

    def send(rule: Rule, original_event: Any, transform_input: bool = True) -> None:
        if rule.state != "ENABLED":
            return
        every = rule.targets
        rule.targets = [target for target in every if target["Arn"].split(":")[2] in delivered]
        try:
            send_to_targets(rule, original_event, transform_input)
        finally:
            rule.targets = every

    Rule.send_to_targets = send
    template = EventTemplateParser.DEFAULT_EVENT_INPUT_TEMPLATE
    EventTemplateParser.DEFAULT_EVENT_INPUT_TEMPLATE = template.replace("{", '{"account": "<account>", ', 1)


def web_acl_updates() -> None:
    """moto keeps rules and bodies that an update leaves out, which is how the last ones go."""
    update = WAFV2Backend.update_web_acl

    def update_web_acl(self: WAFV2Backend, *arguments: Any, **named: Any) -> str:
        token = update(self, *arguments, **named)
        # As its request handler calls it: by position.
        name, web_acl_id, _action, rules, *_others = arguments
        bodies = arguments[7]
        web_acl = self.get_web_acl(None, name, web_acl_id)
        if not rules:
            web_acl.rules = []
        web_acl.custom_response_bodies = bodies
        return token

    WAFV2Backend.update_web_acl = update_web_acl


def ip_set_lock_tokens() -> None:
    """moto makes lock tokens of IP sets that its own clients refuse to send."""
    init, update = FakeIPSet.__init__, FakeIPSet.update

    def __init__(self: FakeIPSet, *arguments: Any, **named: Any) -> None:
        init(self, *arguments, **named)
        self.lock_token = str(mock_random.uuid4())

    def updated(self: FakeIPSet, *arguments: Any, **named: Any) -> None:
        update(self, *arguments, **named)
        self.lock_token = str(mock_random.uuid4())

    FakeIPSet.__init__ = __init__
    FakeIPSet.update = updated


def apply() -> None:
    """Correct moto in this process."""
    for correct in (
        derived_associations,
        derived_certificate_use,
        listener_certificates,
        # Before the next one, which keeps what this one would drop.
        network_listeners,
        default_certificate,
        security_group_rules,
        matchers,
        tag_quota,
        load_balancer_attributes,
        address_types,
        network_load_balancers,
        network_target_groups,
        ipv6_blocks,
        longest_deregistration_delay,
        managed_policies,
        role_policies,
        missing_ids,
        created_records,
        deleted_records,
        scaling_policies,
        pages_of_scalable_targets,
        missing_scaling,
        log_event_times,
        missing_tagged,
        event_targets,
        web_acl_updates,
        ip_set_lock_tokens,
    ):
        correct()
