// The Node.js side of a simulated Lambda function: loads the bundle once, then runs one invocation after the other.
// Plain JavaScript, because it runs in a process of its own that knows nothing of this repository's tools.
'use strict';
const { fetchFrom } = require('./fetch');

const [bundle, handlerName, functionName, functionArn, dataPlaneUrl] = process.argv.slice(2);
globalThis.fetch = fetchFrom(dataPlaneUrl, globalThis.fetch);

// Output goes to the parent as messages, because messages arrive in order with the answer, which pipes do not promise.
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (chunk, encoding, callback) => {
    process.send({
      kind: 'output',
      text: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'),
    });
    const done = typeof encoding === 'function' ? encoding : callback;
    if (done) done();
    return true;
  };
}

const describe = (error) =>
  error instanceof Error
    ? {
        errorType: error.name,
        errorMessage: error.message,
        trace: String(error.stack).split('\n').slice(0, 10),
      }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };

let handler;
async function invoke({ requestId, payload, timeout }) {
  const deadline = performance.now() + timeout;
  const context = {
    awsRequestId: requestId,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    memoryLimitInMB: '512',
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: requestId,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
  };
  try {
    handler ??= require(bundle)[handlerName];
    if (typeof handler !== 'function') {
      const error = new Error(`${handlerName} is undefined or not exported`);
      error.name = 'Runtime.HandlerNotFound';
      throw error;
    }
    const result = await handler(JSON.parse(payload), context);
    process.send({ kind: 'answer', requestId, payload: JSON.stringify(result ?? null) });
  } catch (error) {
    process.send({ kind: 'error', requestId, error: describe(error) });
  }
}

process.on('message', (request) => void invoke(request));
process.on('disconnect', () => process.exit(0));
