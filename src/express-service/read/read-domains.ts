/** What a template says of host names, paths and test requests, from what AWS holds. Pure: no call to AWS. */
import type { ObservedHealthAlarms } from '../resources/cloudwatch/health-alarms';
import type { ObservedDnsRecord } from '../resources/route-53/dns-record';
import { switchesOf, type ObservedHealthCheck } from '../resources/route-53/health-check';
import { isSameHost } from '../memory/hosts';
import { dnsInput, routingOf } from '../properties/dns';
import type { ObservedListenerRule } from '../resources/elastic-load-balancing/service-rule';
import type { ObservedTestListenerRule } from '../resources/elastic-load-balancing/test-listener-rule';
import type { ObservedServiceSecurityGroup } from '../resources/ec2/service-security-group';
import type { Domain } from '../properties/domains';
import { requiredHeaderIn } from '../memory/resource-marks';
import { ownConditions } from '../properties/rule-conditions';
import { testTrafficInput } from '../properties/test-traffic';
import type { AdditionalDomain, RequiredHttpHeader, ResourceModel } from '../model';
import type { Properties } from '../../cloudformation/extension';
import { defined, unlessEmpty } from '../../core/unset';

/** What is observed of host names. */
export interface ObservedDomains {
  readonly DnsRecord?: ObservedDnsRecord;
  readonly HealthAlarms?: ObservedHealthAlarms;
  readonly HealthCheck?: ObservedHealthCheck;
  readonly ListenerRule?: ObservedListenerRule;
  readonly ServiceSecurityGroup?: ObservedServiceSecurityGroup;
  readonly TestListenerRule?: ObservedTestListenerRule;
}

/** The properties of host names, paths and test requests; a host that the rule does not match counts as absent. */
export function domainInputsOf(observed: ObservedDomains): Properties<ResourceModel> {
  const { ListenerRule, ServiceSecurityGroup, TestListenerRule } = observed;
  const testRule = TestListenerRule?.rule;
  const requiredHeaders = [ListenerRule, testRule].flatMap(
    (rule) => (rule && requiredHeaderIn(rule.tags)) ?? [],
  );
  const matched = ListenerRule?.hostNames ?? [];
  const [domain, ...additional] = ServiceSecurityGroup?.domains ?? [];
  const known = ServiceSecurityGroup?.hosts.map(({ hostName }) => hostName) ?? [];
  const byHand = matched.filter((hostName) => !known.includes(hostName));
  const isMatched = domain !== undefined && matched.includes(domain.hostName);
  return {
    DomainName: isMatched ? domain.hostName : undefined,
    HostedZoneId: isMatched ? domain.hostedZoneId : undefined,
    CertificateArn: domain?.certificateArn,
    AdditionalDomains: unlessEmpty([
      ...additional.filter(({ hostName }) => matched.includes(hostName)).map(additionalInput),
      ...byHand.map((DomainName) => ({ DomainName })),
    ]),
    DnsConfiguration: dnsInputOf(domain, observed),
    PathPatterns: unlessEmpty([...(ListenerRule?.paths ?? [])]),
    RequiredHttpHeader: requiredHeaderInput(ListenerRule),
    TestTraffic: testTrafficInput(
      ownConditions(testRule?.conditions ?? [], ListenerRule?.conditions ?? [], requiredHeaders),
    ),
  };
}

/** Without the values, which are secret: READ answers them to nobody. */
function requiredHeaderInput(
  rule: ObservedListenerRule | undefined,
): Properties<RequiredHttpHeader> | undefined {
  const Name = rule && requiredHeaderIn(rule.tags);
  const isOn = rule?.headers?.some((header) => header.toLowerCase() === Name?.toLowerCase());
  return isOn ? { Name } : undefined;
}

/** Without what the template leaves to the configuration of the type: lists are compared as a whole. */
function additionalInput(domain: Domain): Properties<AdditionalDomain> {
  const { hostName: DomainName, hostedZoneId, certificateArn, written = [] } = domain;
  return defined({
    DomainName,
    HostedZoneId: written.includes('HostedZoneId') ? hostedZoneId : undefined,
    CertificateArn: written.includes('CertificateArn') ? certificateArn : undefined,
  });
}

/** By the record of the endpoint; undefined where there is none. */
function dnsInputOf(
  domain: Domain | undefined,
  { DnsRecord, HealthAlarms = {}, HealthCheck }: ObservedDomains,
): Properties<ResourceModel>['DnsConfiguration'] {
  const { ipv4 } = DnsRecord?.hosts.find(({ host }) => domain && isSameHost(host, domain)) ?? {};
  if (!ipv4) return undefined;
  const EvaluationPeriods = Object.values(HealthAlarms)[0]?.EvaluationPeriods;
  const settings = HealthCheck?.check && { ...switchesOf(HealthCheck.check), EvaluationPeriods };
  return dnsInput(routingOf(ipv4), settings);
}
