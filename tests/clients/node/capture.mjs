// Prints, as JSON, requests as aws-sdk v2 and @aws-sdk/client-amplifybackend v3 sign and send them, with made-up keys.
// They go to a server of this process on 127.0.0.1 and no further.
// node tests/clients/node/capture.mjs > tests/wire/signed_by_javascript.json
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { AmplifyBackend } from "@aws-sdk/client-amplifybackend";

process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1";
const AWS = createRequire(import.meta.url)("aws-sdk");

const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const odd = "a b/c+é~*'()!%2F日";
const calls = [
  ["createBackend", { AppId: "d1example", AppName: "demo é 日本", BackendEnvironmentName: "staging" }],
  ["getBackendJob", { AppId: "d1example", BackendEnvironmentName: "staging", JobId: "j1" }],
  ["createToken", { AppId: "d1example" }],
  ["listBackendJobs", { AppId: "d1example", BackendEnvironmentName: "staging", MaxResults: 25, Status: "RUNNING" }],
  ["getToken", { AppId: odd, SessionId: odd }],
  ["getBackend", { AppId: odd, BackendEnvironmentName: odd }],
  ["getToken", { AppId: ".", SessionId: ".." }],
  ["deleteToken", { AppId: "d1example", SessionId: "..." }],
  ["createBackendStorage", {
    AppId: "d1example", BackendEnvironmentName: "staging", ResourceName: "media",
    ResourceConfig: { ServiceName: "S3", Permissions: { Authenticated: ["READ"], UnAuthenticated: [] } },
  }],
  ["updateBackendAPI", {
    AppId: "d1example", BackendEnvironmentName: "staging", ResourceName: "api",
    ResourceConfig: { TransformSchema: "type Post @model { id: ID! }\n".repeat(40) },
  }],
];

const captured = [];
let label = {};
const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const headers = [];
  for (let i = 0; i < request.rawHeaders.length; i += 2) headers.push([request.rawHeaders[i], request.rawHeaders[i + 1]]);
  captured.push({ ...label, method: request.method, target: request.url, headers, body: Buffer.concat(parts).toString() });
  response.setHeader("content-type", "application/json");
  response.end("{}");
});
await new Promise((started) => server.listen(0, "127.0.0.1", started));
const origin = `http://127.0.0.1:${server.address().port}`;

for (const base of ["", "/prod", "/prod/"]) {
  for (const sessionToken of [undefined, "SESSION/EXAMPLE+token=="]) {
    const endpoint = origin + base;
    const credentials = { ...keys, sessionToken };
    const v2 = new AWS.AmplifyBackend({ endpoint, region: "eu-west-1", ...credentials });
    const v3 = new AmplifyBackend({ endpoint, region: "eu-west-1", credentials });
    for (const [operation, input] of base ? calls.slice(0, 5) : calls) {
      label = { client: "aws-sdk v2", operation };
      await v2[operation](input).promise();
      label = { client: "aws-sdk v3", operation };
      await v3[operation](input);
    }
  }
}
server.close();
// the operating system's name is not signed and says nothing here
const tidy = (name, value) => (name.toLowerCase() === "user-agent" ? value.replace(/os\/\S+/, "os/x") : value);
const lines = captured.map((one) => {
  const headers = one.headers.map(([name, value]) => [name, tidy(name, value)]);
  return JSON.stringify({ ...one, headers });
});
console.log(`{"keys": ${JSON.stringify(keys)}, "requests": [\n${lines.join(",\n")}\n]}`);
