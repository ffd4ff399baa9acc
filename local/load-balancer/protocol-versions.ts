/** Protocol versions of target groups (ELB guide, "Target groups for your Application Load Balancers"). */
import type { ProtocolVersion } from '../service';
import type { ClientRequest } from './client-request';

/** Which requests a target group of each version takes; ELB answers 464 to others. */
const TAKES: Readonly<Record<ProtocolVersion, (request: ClientRequest) => boolean>> = {
  HTTP1: ({ protocol }) => protocol !== 'GRPC',
  HTTP2: ({ protocol }) => protocol !== 'HTTP1',
  GRPC: ({ protocol, method }) => protocol === 'GRPC' || (protocol === 'HTTP2' && method === 'POST'),
};

/** Whether a request can be sent to a target group of this version. */
export function isCompatible(request: ClientRequest, version: ProtocolVersion): boolean {
  return TAKES[version](request);
}

/** What the target gets to hear: gRPC goes through HTTP/2 as well. */
export function spokenToTarget({ protocol }: ClientRequest, version: ProtocolVersion): ProtocolVersion {
  return version === 'HTTP2' && protocol === 'GRPC' ? 'GRPC' : version;
}
