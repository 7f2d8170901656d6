'use strict';
// An API as Amplify's own parts serve it: the transformer's schema and resolver templates, run by AppSync's simulator.
const path = require('path');
const { createRequire } = require('module');
const { Tables } = require('./dynamo.js');

const SLOTS = ['init', 'preAuth', 'auth', 'postAuth', 'preDataLoad', 'preUpdate', 'data', 'postDataLoad', 'postUpdate', 'finish'];
const AFTER = '$util.toJson($ctx.prev.result)';

// what the transformer writes into every resolver before its first function
function before(type, field) {
  return `$util.qr($ctx.stash.put("typeName", "${type}"))
$util.qr($ctx.stash.put("fieldName", "${field}"))
$util.qr($ctx.stash.put("conditions", []))
$util.qr($ctx.stash.put("metadata", {}))
$util.qr($ctx.stash.metadata.put("dataSourceType", "AMAZON_DYNAMODB"))
$util.qr($ctx.stash.put("connectionAttributes", {}))
$util.toJson({})`;
}

class Engine {
  // folders: where the oracle (lib.js and its packages) and the simulator are installed
  constructor(oracleFolder, simulatorFolder) {
    this.transform = require(path.resolve(oracleFolder, 'lib.js')).transform;
    const from = createRequire(path.resolve(simulatorFolder, 'package.json'));
    const name = '@aws-amplify/amplify-appsync-simulator';
    this.simulator = from(name);
    const inside = createRequire(from.resolve(name));
    this.graphql = inside('graphql');
    this.run = from(`${name}/lib/utils/graphql-runner/query-and-mutation`).runQueryOrMutation;
    const { DynamoDBDataLoader } = from(`${name}/lib/data-loader/dynamo-db`);
    // the simulator's own leaves the values of conditions out, so that no condition with a value can be met
    const { transformUtils } = from(`${name}/lib/velocity/util/transform`);
    transformUtils.toDynamoDBConditionExpression = transformUtils.toDynamoDBFilterExpression;
    const engine = this;
    this.simulator.removeDataLoader('AMAZON_DYNAMODB');
    this.simulator.addDataLoader('AMAZON_DYNAMODB', class extends DynamoDBDataLoader {
      constructor(config) {
        super(config);
        this.client = { send: (command) => engine.store.client(config.config.tableName).send(command) };
      }
    });
  }

  // tables: {Model: {key, indexes}}
  serve(sdl, tables) {
    const made = this.transform(sdl);
    const schema = this.graphql.parse(made.sdl);
    const typeOfField = {};
    for (const one of schema.definitions) {
      for (const field of one.fields || []) {
        let type = field.type;
        while (type.type) type = type.type;
        typeOfField[`${one.name.value}.${field.name.value}`] = type.name.value.replace(/^Model(.*)Connection$/, '$1');
      }
    }
    const resolvers = {};
    const templates = [];
    const functions = [];
    for (const [asset, content] of Object.entries(made.assets)) {
      const found = /^resolvers\/(\w+)\.(\w+)(?:\.(\w+)\.(\d+))?\.(req|res)\.vtl$/.exec(asset);
      if (!found || found[1] === 'Subscription') continue;
      const [, type, field, slot = 'data', number = '1', half] = found;
      templates.push({ path: asset, content });
      const parts = (resolvers[`${type}.${field}`] ??= {});
      (parts[`${slot}.${number}`] ??= {})[half] = asset;
    }
    const pipelines = Object.entries(resolvers).map(([name, parts]) => {
      const [typeName, fieldName] = name.split('.');
      const model = typeOfField[name];
      const ordered = Object.keys(parts).sort((a, b) => SLOTS.indexOf(a.split('.')[0]) - SLOTS.indexOf(b.split('.')[0]));
      for (const part of ordered) {
        const { req, res } = parts[part];
        const stored = tables[model] && (part === 'data.1' || res);
        templates.push({ path: `${name}.${part}.pass`, content: '$util.toJson($ctx.result)' });
        templates.push({ path: `${name}.${part}.none`, content: '{"version": "2018-05-29", "payload": {}}' });
        functions.push({
          name: `${name}.${part}`,
          dataSourceName: stored ? model : 'none',
          requestMappingTemplateLocation: req || `${name}.${part}.none`,
          responseMappingTemplateLocation: res || `${name}.${part}.pass`,
        });
      }
      templates.push({ path: `${name}.before`, content: before(typeName, fieldName) }, { path: `${name}.after`, content: AFTER });
      return {
        kind: 'PIPELINE', typeName, fieldName,
        functions: ordered.map((part) => `${name}.${part}`),
        requestMappingTemplateLocation: `${name}.before`,
        responseMappingTemplateLocation: `${name}.after`,
      };
    });
    const dataSources = Object.keys(tables).map((model) => ({
      name: model,
      type: 'AMAZON_DYNAMODB',
      config: { tableName: model, endpoint: 'memory', region: 'us-east-1', accessKeyId: 'x', secretAccessKey: 'x' },
    }));
    dataSources.push({ name: 'none', type: 'NONE' });
    this.store = new Tables(tables);
    this.api = new this.simulator.AmplifyAppSyncSimulator();
    this.api.init({
      schema: { content: made.sdl },
      appSync: {
        name: 'answers',
        apiKey: 'key',
        defaultAuthenticationType: { authenticationType: made.authModes[0] },
        additionalAuthenticationProviders: made.authModes.slice(1).map((mode) => ({ authenticationType: mode })),
      },
      mappingTemplates: templates, functions, resolvers: pipelines, dataSources,
    });
    this.modes = made.authModes;
    return made;
  }

  // a fresh, empty API of the same schema
  clear() { this.store = new Tables(this.store.tables); }

  // caller: {mode, claims?}
  async ask(query, variables, caller) {
    const context = {
      requestAuthorizationMode: caller.mode,
      jwt: caller.claims && { iss: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_oracle', ...caller.claims },
      headers: {}, sourceIp: '127.0.0.1', appsyncErrors: [],
    };
    return this.run(this.api.schema, this.graphql.parse(query), variables, undefined, context);
  }
}

module.exports = { Engine };
