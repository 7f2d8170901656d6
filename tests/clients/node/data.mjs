// Calls of aws-amplify 6's generateClient, one a line; {data, errors, name} goes out as an app sees it.
// CONFIG in the environment is {endpoint, apiKey, region, models}. A line is {as: {mode, token?, credentials?}} and
// either {query, variables} for client.graphql or {model, operation, input, options} for client.models.
import { createInterface } from "node:readline";
import { Amplify } from "aws-amplify";
import { generateClient } from "aws-amplify/api";

const config = JSON.parse(process.env.CONFIG);
let asked; // who the present line asks as

const payload = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
const tokens = async () => {
  if (!asked.token) return null;
  const token = { toString: () => asked.token, payload: payload(asked.token) };
  return { accessToken: token, idToken: token };
};
const credentials = async () => (asked.credentials ? { credentials: asked.credentials, identityId: "us-east-1:me" } : undefined);

Amplify.configure(
  {
    API: {
      GraphQL: {
        endpoint: config.endpoint,
        region: config.region,
        apiKey: config.apiKey,
        defaultAuthMode: "apiKey",
        modelIntrospection: config.models,
      },
    },
  },
  {
    Auth: {
      tokenProvider: { getTokens: tokens },
      credentialsProvider: { getCredentialsAndIdentityId: credentials, clearCredentialsAndIdentityId: () => undefined },
    },
  },
);
const client = generateClient();

async function call(line) {
  asked = line.as;
  if (line.query) return client.graphql({ query: line.query, variables: line.variables, authMode: asked.mode });
  const operation = client.models[line.model][line.operation];
  const options = { ...line.options, authMode: asked.mode };
  return line.input ? operation(line.input, options) : operation(options);
}

for await (const text of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const { data, errors, nextToken } = await call(JSON.parse(text));
    answer = { data, errors, nextToken };
  } catch (error) {
    answer = { data: error.data, errors: error.errors, name: error.name, message: error.message };
  }
  console.log(JSON.stringify(answer));
}
