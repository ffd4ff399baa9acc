/** Simulated gRPC servers: what a container answers a unary call with, on the wire of HTTP/2. */
import type { HttpResponse } from '../service';

/** Status codes of gRPC that are used here. */
const STATUS = { OK: 0, UNIMPLEMENTED: 12 } as const;

/** The path that ELB requests for its health checks by default; no server implements it. */
const UNIMPLEMENTED_PATH = '/AWS.ALB/healthcheck';

/** `Check` of the gRPC health checking protocol answers a HealthCheckResponse with `status: SERVING`. */
const HEALTH_PATH = '/grpc.health.v1.Health/Check';
const SERVING = Buffer.from([0x08, 0x01]);

/** Status code of a call of this method, `/package.Service/Method`. */
export function grpcStatusFor(path: string): number {
  return path === UNIMPLEMENTED_PATH ? STATUS.UNIMPLEMENTED : STATUS.OK;
}

/**
 * The answer to a unary call: a message whose first field is a string, as that of `HelloReply` in gRPC's own examples.
 *
 * @param text the string.
 */
export function grpcAnswer(path: string, text: string): HttpResponse {
  const status = grpcStatusFor(path);
  const message = path === HEALTH_PATH ? SERVING : stringMessage(text);
  return {
    status: 200,
    headers: { 'content-type': 'application/grpc' },
    body: status === STATUS.OK ? framed(message) : '',
    trailers: { 'grpc-status': String(status) },
  };
}

/** A message of Protocol Buffers whose field 1 is a string. */
function stringMessage(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([Buffer.from([0x0a, ...variableInteger(bytes.length)]), bytes]);
}

/** An integer as Protocol Buffers write it: seven bits in each byte, the lowest first. */
function variableInteger(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...variableInteger(value >>> 7)];
}

/** A message of gRPC on the wire: not compressed, four bytes of length, the message. */
function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
