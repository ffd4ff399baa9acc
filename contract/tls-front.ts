import { execFile } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A TLS port that passes everything on to a plain HTTP endpoint. */
export interface TlsFront {
  readonly port: number;
  /** The certificate that a client must trust, in PEM form. It is for the name `localhost`. */
  readonly certificate: string;
  close(): Promise<void>;
}

/**
 * Put TLS in front of a plain HTTP endpoint, with a certificate made for the occasion.
 * @param endpoint base URL, e.g. `http://127.0.0.1:4566`.
 * @param python Python interpreter with the package `cryptography`.
 * @throws Error when the certificate cannot be made.
 */
export async function startTlsFront(endpoint: string, python: string): Promise<TlsFront> {
  const { stdout: pem } = await promisify(execFile)(python, [join(__dirname, 'certificate.py')]);
  const server = createServer({ key: pem, cert: pem }, (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const forwarded = httpRequest(new URL(url ?? '/', endpoint), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    certificate: pem.slice(pem.indexOf('-----BEGIN CERTIFICATE-----')),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
