'use strict';
// Writes what Amplify's own parts answer to random requests over random rows:
//   node generate.js ORACLE_FOLDER SIMULATOR_FOLDER [--steps 4000] [--seed 5] > answers.json
// {schemas: [sdl], callers, sequences: [{schema, documents: [text], steps: [[document, variables, caller, ordered, answer]]}]}
const { Engine } = require('./engine.js');
const SCHEMAS = require('./schemas.js');

const LENGTH = 50; // steps of a sequence, over one set of rows
const DOCUMENTS = 24; // of a sequence
const print = console.log;
console.log = console.warn = () => {}; // the transformer and the simulator talk

function option(name, otherwise) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

class Chance {
  constructor(seed) { this.state = seed; }

  // mulberry32
  number() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below(most) { return Math.floor(this.number() * most); }
  is(likely) { return this.number() < likely; }
  one(list) { return list[this.below(list.length)]; }
  some(list, likely) { return list.filter(() => this.is(likely)); }
  weighted(pairs) {
    let at = this.number() * pairs.reduce((sum, [weight]) => sum + weight, 0);
    return pairs.find(([weight]) => (at -= weight) < 0)[1];
  }
}

const VALUES = {
  ID: ['1', '2', '3', '4', '5'],
  String: ['a', 'ab', 'abc', 'b', 'B', 'Zoë', 'x y', '10', '9', '𝒜', "it's", '100%', 'a_c'],
  Int: [-5, 0, 1, 2, 9, 10, 2147483647],
  Float: [-1.5, 0, 0.1, 2, 2.5, 123456.75],
  Boolean: [true, false],
  AWSDate: ['2024-01-31', '2024-02-01', '1999-12-31'],
  AWSDateTime: ['2024-01-31T10:00:00.000Z', '2024-01-31T10:00:00Z'], // the simulator changes offsets, AppSync keeps them
  AWSJSON: ['{"a":1}', '[1,2]', '"text"', 'true'],
  AWSEmail: ['a@example.com', 'b@example.org'],
  AWSTimestamp: [5, 1700000000],
};
const OPERATORS = {
  text: ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'contains', 'notContains', 'beginsWith', 'between', 'attributeExists'],
  number: ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'between', 'attributeExists'],
  boolean: ['eq', 'ne', 'attributeExists'],
};

class Writer {
  constructor(chance, schema) { this.chance = chance; this.schema = schema; }

  value(field) {
    const { chance } = this;
    if (field.list) {
      const many = chance.below(4);
      return Array.from({ length: many }, () => this.value({ ...field, list: false }));
    }
    if (field.values) return chance.one(field.values);
    if (field.fields) return this.object(field.fields);
    return chance.one(VALUES[field.type]);
  }

  object(fields) {
    const given = {};
    for (const [name, field] of Object.entries(fields)) {
      if (this.chance.is(0.15) && !field.required) given[name] = null;
      else if (field.required || this.chance.is(0.6)) given[name] = this.value(field);
    }
    return given;
  }

  input(model, operation) {
    const { chance } = this;
    const { key, fields } = this.schema.models[model];
    const input = {};
    for (const [name, field] of Object.entries(fields)) {
      if (key.includes(name)) {
        input[name] = this.value(field);
      } else if (operation !== 'delete' && !(field.hidden && operation === 'update')) {
        const wanted = operation === 'create' ? field.required || chance.is(0.6) : chance.is(0.3);
        // null removes a field; on create DynamoDB keeps it as a value, preamp does not (docs/deviations.md)
        if (wanted) input[name] = !field.required && operation === 'update' && chance.is(0.2) ? null : this.value(field);
      }
    }
    return input;
  }

  // a filter, or the condition of a mutation, which has no key fields
  condition(model, depth = 2, mutation = false) {
    const { chance } = this;
    const { key, fields } = this.schema.models[model];
    const names = Object.entries(fields).filter(([name, field]) => !field.fields && !field.hidden
      && !(field.list && field.type !== 'String') && field.type !== 'AWSJSON' && !(mutation && key.includes(name)));
    const found = {};
    for (let n = 1 + chance.below(2); n > 0; n -= 1) {
      const [name, field] = chance.one(names);
      found[name] = this.operator(field);
    }
    if (depth && chance.is(0.3)) found[chance.one(['and', 'or'])] = [1, 2].map(() => this.condition(model, depth - 1, mutation));
    if (depth && chance.is(0.15)) found.not = this.condition(model, depth - 1, mutation);
    return found;
  }

  operator(field) {
    const { chance } = this;
    const one = { ...field, list: false };
    if (field.list) return { [chance.one(['contains', 'notContains'])]: this.value(one) };
    if (this.schema.enums === field.values) return { [chance.one(['eq', 'ne'])]: this.value(one) };
    const kind = { Int: 'number', Float: 'number', AWSTimestamp: 'number', Boolean: 'boolean' }[field.type] || 'text';
    const operator = chance.one(OPERATORS[kind]);
    if (operator === 'attributeExists') return { [operator]: chance.is(0.5) };
    if (operator === 'between') return { [operator]: [this.value(one), this.value(one)] };
    return { [operator]: this.value(one) };
  }

  selection(model, depth) {
    const { chance } = this;
    const { key, fields, relations = {} } = this.schema.models[model];
    const parts = [...key];
    for (const [name, field] of Object.entries(fields)) {
      if (key.includes(name) || field.hidden || !chance.is(0.5)) continue;
      const alias = chance.is(0.1) && !field.fields ? `${name}Again: ` : '';
      parts.push(`${alias}${name}${field.fields ? this.inner(field.fields) : ''}`);
    }
    if (chance.is(0.2)) parts.push('__typename');
    if (chance.is(0.2)) parts.push('createdAt');
    if (depth) {
      for (const [name, relation] of Object.entries(relations)) {
        if (!chance.is(0.5)) continue;
        const below = this.selection(relation.model, depth - 1);
        if (!relation.many) parts.push(`${name} ${below}`);
        else {
          const filter = chance.is(0.4) ? `(filter: ${literal(this.condition(relation.model, 1), this.schema)})` : '';
          parts.push(`${name}${filter} { items ${below} }`);
        }
      }
    }
    return `{ ${parts.join(' ')} }`;
  }

  inner(fields) {
    const chosen = this.chance.some(Object.entries(fields), 0.6);
    const all = chosen.length ? chosen : Object.entries(fields).slice(0, 1);
    return ` { ${all.map(([name, field]) => (field.fields ? `${name}${this.inner(field.fields)}` : name)).join(' ')} }`;
  }

  // a document and the function that makes its variables
  document() {
    const { chance } = this;
    const model = chance.one(Object.keys(this.schema.models));
    const { key, fields, list, queries = [] } = this.schema.models[model];
    const keyTypes = key.map((name) => `$${name}: ${fields[name].type}!`).join(', ');
    const keys = () => Object.fromEntries(key.map((name) => [name, this.value(fields[name])]));
    const passed = key.map((name) => `${name}: $${name}`).join(', ');
    const write = (operation, conditional) => {
      const name = `${operation}${model}`;
      const type = `${operation[0].toUpperCase()}${operation.slice(1)}${model}Input`;
      const more = conditional ? [`, $c: Model${model}ConditionInput`, ', condition: $c'] : ['', ''];
      return {
        text: `mutation M($i: ${type}!${more[0]}) { ${name}(input: $i${more[1]}) ${this.selection(model, 1)} }`,
        variables: () => ({ i: this.input(model, operation), ...(conditional ? { c: this.condition(model, 2, true) } : {}) }),
      };
    };
    return chance.weighted([
      [30, () => write('create', false)],
      [4, () => write('create', true)],
      [10, () => write('update', false)],
      [8, () => write('update', true)],
      [4, () => write('delete', false)],
      [4, () => write('delete', true)],
      [12, () => ({ text: `query Q(${keyTypes}) { get${model}(${passed}) ${this.selection(model, 2)} }`, variables: keys })],
      [4, () => ({
        text: `query Q(${keyTypes}) { one: get${model}(${passed}) ${this.selection(model, 0)} list${list} { items ${this.selection(model, 0)} } }`,
        variables: keys,
      })],
      [8, () => ({ text: `{ list${list} { items ${this.selection(model, 2)} nextToken } }`, variables: () => ({}) })],
      [14, () => ({
        text: `query L($f: Model${model}FilterInput) { list${list}(filter: $f) { items ${this.selection(model, 1)} } }`,
        variables: () => ({ f: this.condition(model) }),
      })],
      [8, () => ({
        text: `{ list${list}(filter: ${literal(this.condition(model), this.schema)}) { items ${this.selection(model, 0)} } }`,
        variables: () => ({}),
      })],
      ...queries.map((query) => [16, () => this.keyed(model, query)]),
    ])();
  }

  // a query by an index or by the primary key, in the order of its sort key
  keyed(model, query) {
    const { chance } = this;
    const { fields } = this.schema.models[model];
    const conditioned = chance.is(0.7);
    const sort = fields[query.sort];
    const condition = { Int: 'ModelIntKeyConditionInput', String: 'ModelStringKeyConditionInput' }[sort.type];
    const filter = chance.is(0.4) ? `, filter: ${literal(this.condition(model, 1), this.schema)}` : '';
    const parameters = [`$p: ${fields[query.partition].type}!`, ...(conditioned ? [`$s: ${condition}`] : []), '$d: ModelSortDirection'];
    const given = `${query.partition}: $p${conditioned ? `, ${query.sort}: $s` : ''}, sortDirection: $d${filter}`;
    const selected = `{ ${query.sort} ${this.selection(model, 0).slice(2)}`;
    return {
      text: `query K(${parameters.join(', ')}) { ${query.field}(${given}) { items ${selected} } }`,
      ordered: true,
      variables: () => {
        const operators = ['eq', 'lt', 'le', 'gt', 'ge', 'between', ...(sort.type === 'String' ? ['beginsWith'] : [])];
        const operator = chance.one(operators);
        const low = this.value(sort);
        let high = this.value(sort);
        while (high < low) high = this.value(sort);
        const test = { [operator]: operator === 'between' ? [low, high] : low };
        return { p: this.value(fields[query.partition]), d: chance.one(['ASC', 'DESC', null]), ...(conditioned ? { s: test } : {}) };
      },
    };
  }
}

function literal(value, schema) {
  if (Array.isArray(value)) return `[${value.map((one) => literal(one, schema)).join(', ')}]`;
  if (value && typeof value === 'object') return `{${Object.entries(value).map(([name, one]) => `${name}: ${literal(one, schema)}`).join(', ')}}`;
  return schema.enums.includes(value) ? value : JSON.stringify(value);
}

async function main() {
  const chance = new Chance(option('seed', 5));
  const engine = new Engine(process.argv[2], process.argv[3]);
  const sequences = [];
  let left = option('steps', 4000);
  const served = SCHEMAS.map((schema) => ({ schema, writer: new Writer(chance, schema) }));
  for (let number = 0; left > 0; number += 1) {
    const which = number % SCHEMAS.length;
    const { schema, writer } = served[which];
    engine.serve(schema.sdl, schema.tables);
    const documents = Array.from({ length: DOCUMENTS }, () => writer.document());
    const steps = [];
    for (; steps.length < LENGTH && left > 0; left -= 1) {
      const document = chance.below(DOCUMENTS);
      const { text, ordered = false, variables } = documents[document];
      const given = JSON.parse(JSON.stringify(variables()));
      const caller = chance.below(schema.callers.length);
      const answer = await engine.ask(text, structuredClone(given), schema.callers[caller]);
      const errors = (answer.errors || []).map(({ message, errorType = null, path }) => ({ message, errorType, path }));
      steps.push([document, given, caller, ordered, { data: answer.data, ...(errors.length ? { errors } : {}) }]);
    }
    sequences.push({ schema: which, documents: documents.map(({ text }) => text), steps });
  }
  const schemas = SCHEMAS.map(({ sdl, callers }) => ({ sdl, callers }));
  print(JSON.stringify({ schemas, sequences }));
}

main().catch((error) => { print(error); process.exit(1); });
