// `fetch` in a simulated Lambda function: hosts with names are those of load balancers, which all answer at one address.
// Plain JavaScript, as runner.js.
'use strict';
const http = require('node:http');
const { isIP } = require('node:net');

/** What `fetch` throws when a host has no address. */
const notFound = (hostname) =>
  new TypeError('fetch failed', {
    cause: Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' }),
  });

/** The status with which the data plane says that there is no such host. */
const NO_SUCH_HOST = 421;

/** @param dataPlaneUrl where the load balancers answer; the host and the port of a request go there in headers. */
exports.fetchFrom = (dataPlaneUrl, fetchDirectly) => async (resource, options) => {
  const request = new Request(resource, options);
  const { protocol, hostname, port, pathname, search } = new URL(request.url);
  if (hostname === 'localhost' || isIP(hostname)) return fetchDirectly(request);
  const headers = {
    ...Object.fromEntries(request.headers),
    host: hostname,
    connection: 'close',
    'x-forwarded-port': port || (protocol === 'https:' ? '443' : '80'),
  };
  const body = Buffer.from(await request.arrayBuffer());
  return new Promise((resolve, reject) => {
    const refused = (cause) => reject(new TypeError('fetch failed', { cause }));
    http
      .request(
        new URL(pathname + search, dataPlaneUrl),
        { method: request.method, headers, signal: request.signal },
        (answer) => {
          if (answer.statusCode === NO_SUCH_HOST) reject(notFound(hostname));
          const chunks = [];
          answer.on('data', (chunk) => chunks.push(chunk)).on('error', refused);
          answer.on('end', () => {
            const { statusCode: status, headers: given } = answer;
            resolve(new Response(Buffer.concat(chunks), { status, headers: flat(given) }));
          });
        },
      )
      .on('error', refused)
      .end(body);
  });
};

const flat = (headers) =>
  Object.entries(headers).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));
