// aws-amplify's subscriptions, driven by lines of JSON on stdin: VERSION=6|5, ENDPOINT, API_KEY.
// {"subscribe": id, "query", "variables"} | {"unsubscribe": id} | {"ask": id, "query", "variables"}; answers are lines too.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import WebSocket from 'ws';

globalThis.WebSocket = WebSocket;
globalThis.navigator ??= { userAgent: 'preamp tests' };
const { VERSION, ENDPOINT, API_KEY } = process.env;
const require = createRequire(import.meta.url);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function six() {
  const { Amplify } = await import('aws-amplify');
  const { generateClient } = await import('aws-amplify/api');
  Amplify.configure({ API: { GraphQL: { endpoint: ENDPOINT, region: 'us-east-1', defaultAuthMode: 'apiKey', apiKey: API_KEY } } });
  const client = generateClient();
  return { ask: (given) => client.graphql(given), watch: (given) => client.graphql(given), value: (event) => event.data };
}

function five() {
  const { API } = require('aws-amplify-5');
  API.configure({ aws_appsync_graphqlEndpoint: ENDPOINT, aws_appsync_region: 'us-east-1', aws_appsync_authenticationType: 'API_KEY', aws_appsync_apiKey: API_KEY });
  return { ask: (given) => API.graphql(given), watch: (given) => API.graphql(given), value: (event) => event.value.data };
}

const client = VERSION === '6' ? await six() : five();
const open = new Map();

async function ask({ ask: id, query, variables }) {
  try {
    say({ answer: id, data: (await client.ask({ query, variables })).data });
  } catch (error) {
    say({ answer: id, errors: error.errors ?? [{ message: String(error) }] });
  }
}

function subscribe({ subscribe: id, query, variables }) {
  const seen = client.watch({ query, variables }).subscribe({
    next: (event) => say({ event: id, data: client.value(event) }),
    error: (error) => say({ failed: id, errors: error.errors ?? error.error?.errors ?? [{ message: String(error) }] }),
  });
  open.set(id, seen);
}

say({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const given = JSON.parse(line);
  if (given.ask) await ask(given);
  if (given.subscribe) subscribe(given);
  if (given.unsubscribe) open.get(given.unsubscribe).unsubscribe();
}
process.exit(0);
