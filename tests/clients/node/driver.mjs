// Calls of a JavaScript client, one a line: {operation, input, keys, unchecked} comes in, {output} or {error} goes out.
// node driver.mjs v2|v3, with ENDPOINT and KEYS ({name: {accessKeyId, secretAccessKey}}) in the environment.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import * as v3 from "@aws-sdk/client-amplifybackend";

process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1";
const AWS = createRequire(import.meta.url)("aws-sdk");

const endpoint = process.env.ENDPOINT;
const keys = JSON.parse(process.env.KEYS);
const region = "eu-west-1";

function clientV2({ keys: name, unchecked }) {
  const options = { endpoint, region, ...keys[name], maxRetries: 0, paramValidation: !unchecked };
  return new AWS.AmplifyBackend(options);
}

async function callV2(request) {
  const method = request.operation[0].toLowerCase() + request.operation.slice(1);
  return clientV2(request)[method](request.input).promise();
}

async function callV3(request) {
  const client = new v3.AmplifyBackendClient({ endpoint, region, credentials: keys[request.keys], maxAttempts: 1 });
  try {
    const { $metadata, ...output } = await client.send(new v3[`${request.operation}Command`](request.input));
    return output;
  } finally {
    client.destroy();
  }
}

// v2 shows members of errors by their wire names, v3 by AWS's
function errorOf(error) {
  return {
    Code: error.code ?? error.name,
    Message: error.message,
    Status: error.statusCode ?? error.$metadata?.httpStatusCode,
    ResourceType: error.resourceType ?? error.ResourceType,
    LimitType: error.limitType ?? error.LimitType,
    Type: process.argv[2] === "v3" ? error.constructor.name : undefined,
    RequestId: error.requestId ?? error.$metadata?.requestId,
  };
}

const call = { v2: callV2, v3: callV3 }[process.argv[2]];
for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = { output: await call(JSON.parse(line)) };
  } catch (error) {
    answer = { error: errorOf(error) };
  }
  console.log(JSON.stringify(answer));
}
