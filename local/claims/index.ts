/**
 * Every claim that the local AWS makes about AWS. The provider is judged by this world, so that a wrong belief in it is
 * confirmed by both; a claim says where the belief is from, and whether it has to be true.
 */
import { ACM } from './acm';
import { APPLICATION_AUTO_SCALING } from './application-autoscaling';
import type { Claim, OpenClaim } from './claim';
import { CLOUDFORMATION } from './cloudformation';
import { EC2 } from './ec2';
import { ECS } from './ecs';
import { ELASTIC_LOAD_BALANCING } from './elasticloadbalancing';
import { EVENTBRIDGE } from './eventbridge';
import { IAM } from './iam';
import { ROUTE_53 } from './route-53';
import { SERVICE_DISCOVERY } from './servicediscovery';
import { WAFV2 } from './wafv2';

export type { Claim, ConfirmedClaim, OpenClaim } from './claim';

interface Table {
  /** Name of the service in its documentation. */
  readonly title: string;
  readonly claims: readonly Claim[];
}

/** The tables, by the name of their file, with which all ids in it begin. */
export const TABLES = {
  ecs: { title: 'Amazon ECS', claims: ECS },
  elasticloadbalancing: { title: 'Elastic Load Balancing', claims: ELASTIC_LOAD_BALANCING },
  'application-autoscaling': { title: 'Application Auto Scaling', claims: APPLICATION_AUTO_SCALING },
  cloudformation: { title: 'AWS CloudFormation', claims: CLOUDFORMATION },
  iam: { title: 'AWS Identity and Access Management', claims: IAM },
  ec2: { title: 'Amazon EC2', claims: EC2 },
  acm: { title: 'AWS Certificate Manager', claims: ACM },
  'route-53': { title: 'Amazon Route 53', claims: ROUTE_53 },
  servicediscovery: { title: 'AWS Cloud Map', claims: SERVICE_DISCOVERY },
  wafv2: { title: 'AWS WAF', claims: WAFV2 },
  eventbridge: { title: 'Amazon EventBridge', claims: EVENTBRIDGE },
} as const satisfies Readonly<Record<string, Table>>;

type Row = (typeof TABLES)[keyof typeof TABLES]['claims'][number];

/** Ids of all claims. */
export type ClaimId = Row['id'];

/** Ids of the claims that are not confirmed: the switches of the local AWS. */
export type OpenClaimId = Exclude<Row, { readonly state: 'confirmed' }>['id'];

/** All claims. */
export const CLAIMS: readonly Claim[] = Object.values(TABLES).flatMap<Claim>(({ claims }) => claims);

/** The claims that are not confirmed, each a switch. */
export const OPEN_CLAIMS = CLAIMS.filter(
  (claim): claim is OpenClaim & { readonly id: OpenClaimId } => claim.state !== 'confirmed',
);
