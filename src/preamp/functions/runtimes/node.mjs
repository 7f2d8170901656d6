// Runs a Node.js handler: events come as lines of JSON on stdin, answers leave as lines of JSON on another descriptor.
// Arguments: the function's folder, its handler ("index.handler"), the descriptor's number. What the handler writes to stdout is its log.
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [root, spec, descriptor] = process.argv.slice(2);

function tell(message) {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let done = 0; done < bytes.length; ) done += fs.writeSync(Number(descriptor), bytes, done);
}

function described(error) {
  if (error instanceof Error) {
    return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

async function load() {
  const dot = spec.lastIndexOf('.');
  const [file, name] = [spec.slice(0, dot), spec.slice(dot + 1)];
  const found = ['.js', '.mjs', '.cjs', ''].map((end) => path.join(root, file + end)).find((one) => fs.existsSync(one));
  if (!found) throw Object.assign(new Error(`Cannot find module '${file}'`), { name: 'Runtime.ImportModuleError' });
  const module = await import(pathToFileURL(found).href);
  const handler = module[name] ?? module.default?.[name];
  if (typeof handler !== 'function') {
    throw Object.assign(new Error(`${spec} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' });
  }
  return handler;
}

function contextOf({ context, deadline }, settle) {
  return {
    ...context,
    functionVersion: '$LATEST',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: (error, value) => settle(error, value),
    succeed: (value) => settle(null, value),
    fail: (error) => settle(error ?? new Error('failed')),
  };
}

function run(handler, given) {
  return new Promise((resolve, reject) => {
    const settle = (error, value) => (error ? reject(error) : resolve(value));
    const context = contextOf(given, settle);
    // A handler that has nothing left to do and never called back has answered null.
    process.stdin.unref?.();
    process.once('beforeExit', () => resolve(null));
    const answer = handler(given.event, context, settle);
    if (typeof answer?.then === 'function') answer.then(resolve, reject);
    else if (handler.length < 3 && answer !== undefined) resolve(answer);
  });
}

let current = null;
process.on('uncaughtException', (error) => {
  console.error(error);
  tell({ id: current, error: described(error), fatal: true });
  process.exit(1);
});
process.on('unhandledRejection', (error) => {
  console.error(error);
  tell({ id: current, error: { ...described(error), errorType: 'Runtime.UnhandledPromiseRejection' }, fatal: true });
  process.exit(1);
});

let handler;
try {
  handler = await load();
  tell({ ready: true });
} catch (error) {
  tell({ ready: false, error: described(error) });
  process.exit(1);
}

const lines = [];
let wake = null;
createInterface({ input: process.stdin, crlfDelay: Infinity })
  .on('line', (line) => {
    lines.push(line);
    wake?.();
  })
  .on('close', () => process.exit(0));

for (;;) {
  process.stdin.ref?.();
  while (!lines.length) await new Promise((resolve) => (wake = resolve));
  const given = JSON.parse(lines.shift());
  current = given.id;
  try {
    const value = await run(handler, given);
    tell({ id: given.id, value: value === undefined ? null : value });
  } catch (error) {
    console.error(error);
    tell({ id: given.id, error: described(error) });
  }
  process.removeAllListeners('beforeExit');
}
