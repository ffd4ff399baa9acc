/** Quotas and delays of AWS that the guards apply, all in one table. Durations are virtual milliseconds. */
export const LIMITS = {
  /** From CreateLoadBalancer until the state is `active`; AWS takes two to three minutes. */
  loadBalancerProvisioning: 120_000,
  /** From the first registration of a scalable target in an account until IAM has the service-linked role. */
  scalingServiceLinkedRole: 15_000,
  /** From CreateWebACL until the web ACL can be associated; AWS speaks of seconds to a number of minutes. */
  webAclPropagation: 180_000,
  /** From CreateIPSet until a rule can name the IP set; AWS speaks of seconds to a number of minutes. */
  ipSetPropagation: 20_000,
  /** How long the network interfaces of a deleted load balancer still hold its security groups. */
  networkInterfaceRelease: 60_000,
  /** From the DNS validation record (or the request, when validation is automatic) until a certificate is issued. */
  certificateValidation: 60_000,
  /** Whether a DNS-validated certificate is issued only once its CNAME record exists in Route 53. */
  certificateNeedsDnsRecord: true,
  /** From CreateHttpNamespace until the namespace is there; AWS speaks of an operation that can be looked at meanwhile. */
  namespaceCreation: 3_000,
  /** Rules of a load balancer, default rules not counted (ELB quotas, "Rules per Application Load Balancer"). */
  rulesPerLoadBalancer: 100,
  /** Certificates of a load balancer, default certificates not counted. */
  certificatesPerLoadBalancer: 25,
  targetGroupsPerLoadBalancer: 100,
  /** Target groups of one forward action. */
  targetGroupsPerAction: 5,
  /** Values of all conditions of a rule together. */
  conditionValuesPerRule: 5,
  targetGroupsPerRegion: 3000,
  loadBalancersPerRegion: 50,
  listenersPerLoadBalancer: 50,
};

/** See {@link LIMITS}. */
export type Limits = Readonly<typeof LIMITS>;
