// aws-amplify with the files that `preamp pull` and `preamp export config` wrote, and nothing changed in them.
// node exported.mjs 6|5 CONFIG GRAPHQL_FOLDER MODEL INPUT: creates, gets, updates, lists and deletes a row; one line of JSON.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { readFileSync } from 'node:fs';

const [, , version, file, folder, model, input] = process.argv;
const { USERNAME, PASSWORD } = process.env; // given: signs in first, and asks as that user
const load = async (path) => import(pathToFileURL(path));
const config = file.endsWith('.js') ? (await load(file)).default : JSON.parse(readFileSync(file, 'utf8'));
const queries = await load(`${folder}/queries.js`);
const mutations = await load(`${folder}/mutations.js`);

async function six() {
  const { Amplify } = await import('aws-amplify');
  const { generateClient } = await import('aws-amplify/data');
  Amplify.configure(config);
  const client = generateClient();
  const asUser = USERNAME ? { authMode: 'userPool' } : {};
  if (USERNAME) {
    const { signIn } = await import('aws-amplify/auth');
    await signIn({ username: USERNAME, password: PASSWORD });
  }
  const ask = (query, variables) => client.graphql({ query, variables, ...asUser });
  return { ask, client, asUser, keys: [config.aws_appsync_apiKey, Object.keys(config)] };
}

async function five() {
  const { API, graphqlOperation } = createRequire(import.meta.url)('aws-amplify-5');
  API.configure(config);
  return { ask: (query, variables) => API.graphql(graphqlOperation(query, variables)) };
}

const { ask, client, asUser, keys } = version === '6' ? await six() : await five();
const told = { keys };
async function step(name, run) {
  try {
    told[name] = await run();
  } catch (error) {
    told[name] = { error: (error.errors ?? [error])[0].errorType ?? String((error.errors ?? [error])[0].message ?? error) };
  }
}
const plural = Object.keys(queries).find((name) => name.startsWith('list') && queries[name].includes(`ModelStringInput`) === false && queries[name].includes(`Model${model}FilterInput`));
await step('create', async () => (await ask(mutations[`create${model}`], { input: JSON.parse(input) })).data[`create${model}`]);
const id = told.create?.id;
await step('get', async () => (await ask(queries[`get${model}`], { id })).data[`get${model}`]?.id);
await step('update', async () => (await ask(mutations[`update${model}`], { input: { ...JSON.parse(input), id } })).data[`update${model}`].id);
await step('list', async () => (await ask(queries[plural], {})).data[plural].items.map((one) => one.id));
if (client) {
  await step('models', async () => {
    const { data, errors } = await client.models[model].list(asUser);
    return errors ? { error: errors[0].errorType } : data.map((one) => one.id);
  });
}
await step('delete', async () => (await ask(mutations[`delete${model}`], { input: { id } })).data[`delete${model}`].id);
console.log(JSON.stringify(told));
process.exit(0);
