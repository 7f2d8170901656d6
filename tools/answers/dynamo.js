'use strict';
// As much of DynamoDB as Amplify's resolvers use, in memory: items and expressions in the wire's attribute values.
// A table is {key: [partition, sort?], indexes: {name: [partition, sort?]}}. `send` takes the SDK's commands.

const compareText = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const typeOf = (value) => Object.keys(value)[0];

function order(a, b) {
  if (a === undefined || b === undefined || typeOf(a) !== typeOf(b)) return undefined;
  if (a.N !== undefined) return Number(a.N) - Number(b.N);
  if (a.S !== undefined) return compareText(a.S, b.S);
  return undefined;
}

function equal(a, b) {
  if (a === undefined || b === undefined || typeOf(a) !== typeOf(b)) return false;
  if (a.N !== undefined) return Number(a.N) === Number(b.N);
  if (a.L) return a.L.length === b.L.length && a.L.every((one, place) => equal(one, b.L[place]));
  if (a.M) {
    const names = Object.keys(a.M);
    return names.length === Object.keys(b.M).length && names.every((name) => equal(a.M[name], b.M[name]));
  }
  return JSON.stringify(a) === JSON.stringify(b);
}

function sizeOf(value) {
  if (value === undefined) return undefined;
  if (value.S !== undefined) return { N: String(value.S.length) };
  if (value.L) return { N: String(value.L.length) };
  if (value.M) return { N: String(Object.keys(value.M).length) };
  return undefined;
}

function holds(value, wanted) {
  if (value === undefined) return false;
  if (value.S !== undefined) return wanted.S !== undefined && value.S.includes(wanted.S);
  return value.L ? value.L.some((one) => equal(one, wanted)) : false;
}

const COMPARE = {
  '=': equal,
  '<>': (a, b) => !equal(a, b),
  '<': (a, b) => order(a, b) < 0,
  '<=': (a, b) => order(a, b) <= 0,
  '>': (a, b) => order(a, b) > 0,
  '>=': (a, b) => order(a, b) >= 0,
};
const FUNCTIONS = {
  attribute_exists: (value) => value !== undefined,
  attribute_not_exists: (value) => value === undefined,
  attribute_type: (value, type) => value !== undefined && typeOf(value) === type.S,
  begins_with: (value, start) => value !== undefined && value.S !== undefined && value.S.startsWith(start.S),
  contains: holds,
};

// condition := and (OR and)*;  and := not (AND not)*;  not := NOT not | ( condition ) | function(...) | operand test
class Condition {
  constructor(text, names = {}, values = {}) {
    this.tokens = text.match(/[#:]?[A-Za-z_][\w.-]*|<>|<=|>=|[=<>(),]/g) || [];
    this.at = 0;
    this.names = names;
    this.values = values;
    this.test = this.either();
    if (this.at < this.tokens.length) throw new Error(`Cannot read the expression ${text}`);
  }

  next() { return this.tokens[this.at++]; }
  peek(word) { return (this.tokens[this.at] || '').toUpperCase() === word; }
  take(word) { const found = this.peek(word); if (found) this.at += 1; return found; }
  expect(word) { if (!this.take(word)) throw new Error(`${word} expected before ${this.tokens[this.at]}`); }

  either() {
    let left = this.both();
    while (this.take('OR')) { const [a, b] = [left, this.both()]; left = (item) => a(item) || b(item); }
    return left;
  }

  both() {
    let left = this.negated();
    while (this.take('AND')) { const [a, b] = [left, this.negated()]; left = (item) => a(item) && b(item); }
    return left;
  }

  negated() {
    if (this.take('NOT')) { const inner = this.negated(); return (item) => !inner(item); }
    if (this.take('(')) { const inner = this.either(); this.expect(')'); return inner; }
    const name = this.tokens[this.at];
    if (FUNCTIONS[name]) {
      this.at += 1;
      const given = this.operands();
      return (item) => FUNCTIONS[name](...given.map((one) => one(item)));
    }
    return this.comparison();
  }

  comparison() {
    const left = this.operand();
    if (this.take('BETWEEN')) {
      const low = this.operand();
      this.expect('AND');
      const high = this.operand();
      return (item) => order(left(item), low(item)) >= 0 && order(left(item), high(item)) <= 0;
    }
    if (this.take('IN')) {
      const given = this.operands();
      return (item) => given.some((one) => equal(left(item), one(item)));
    }
    const compare = COMPARE[this.next()];
    const right = this.operand();
    return (item) => compare(left(item), right(item));
  }

  operands() {
    this.expect('(');
    const found = [this.operand()];
    while (this.take(',')) found.push(this.operand());
    this.expect(')');
    return found;
  }

  operand() {
    const token = this.next();
    if (token === 'size') { const [inner] = this.operands(); return (item) => sizeOf(inner(item)); }
    if (token.startsWith(':')) {
      if (this.values[token] === undefined) throw new Error(`${token} has no value`);
      return () => this.values[token];
    }
    const name = token.startsWith('#') ? this.names[token] : token;
    return (item) => item[name];
  }
}

class ConditionalCheckFailedException extends Error {
  constructor() {
    super('The conditional request failed');
    this.name = 'ConditionalCheckFailedException';
  }
}

class Tables {
  constructor(tables) {
    this.tables = tables;
    this.items = Object.fromEntries(Object.keys(tables).map((name) => [name, new Map()]));
  }

  client(table) { return { send: async (command) => this[command.constructor.name](table, command.input) }; }

  id(table, item) { return JSON.stringify(this.tables[table].key.map((name) => item[name])); }

  check(input, item) {
    if (!input.ConditionExpression) return;
    const condition = new Condition(input.ConditionExpression, input.ExpressionAttributeNames, input.ExpressionAttributeValues);
    if (!condition.test(item || {})) throw new ConditionalCheckFailedException();
  }

  GetItemCommand(table, input) { return { Item: this.items[table].get(this.id(table, input.Key)) }; }

  PutItemCommand(table, input) {
    const id = this.id(table, input.Item);
    this.check(input, this.items[table].get(id));
    this.items[table].set(id, input.Item);
    return {};
  }

  UpdateItemCommand(table, input) {
    const id = this.id(table, input.Key);
    this.check(input, this.items[table].get(id));
    const item = { ...(this.items[table].get(id) || input.Key) };
    for (const [, verb, list] of input.UpdateExpression.matchAll(/\b(SET|REMOVE)\s+(.*?)(?=\s+(?:SET|REMOVE|ADD|DELETE)\s|$)/gs)) {
      for (const one of list.split(',').map((part) => part.trim()).filter(Boolean)) {
        const [name, value] = one.split('=').map((part) => part.trim());
        const field = input.ExpressionAttributeNames[name];
        if (verb === 'SET') item[field] = input.ExpressionAttributeValues[value];
        else delete item[field];
      }
    }
    this.items[table].set(id, item);
    return { Attributes: item };
  }

  DeleteItemCommand(table, input) {
    const id = this.id(table, input.Key);
    const item = this.items[table].get(id);
    this.check(input, item);
    this.items[table].delete(id);
    return { Attributes: item };
  }

  QueryCommand(table, input) {
    const key = new Condition(input.KeyConditionExpression, input.ExpressionAttributeNames, input.ExpressionAttributeValues);
    const [partition, sort] = input.IndexName ? this.tables[table].indexes[input.IndexName] : this.tables[table].key;
    const indexed = (item) => item[partition] !== undefined && (!sort || item[sort] !== undefined);
    const found = [...this.items[table].values()].filter((item) => indexed(item) && key.test(item));
    if (sort) found.sort((a, b) => order(a[sort], b[sort]));
    if (input.ScanIndexForward === false) found.reverse();
    return this.page(found, input);
  }

  ScanCommand(table, input) { return this.page([...this.items[table].values()], input); }

  // Pages do not end here: what a limit cuts off differs between the engines on purpose (docs/deviations.md).
  page(items, input) {
    if (!input.FilterExpression) return { Items: items, ScannedCount: items.length };
    const filter = new Condition(input.FilterExpression, input.ExpressionAttributeNames, input.ExpressionAttributeValues);
    return { Items: items.filter((item) => filter.test(item)), ScannedCount: items.length };
  }
}

module.exports = { Tables };
