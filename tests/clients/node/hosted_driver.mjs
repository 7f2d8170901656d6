// Drives a real browser through the hosted UI: node hosted_driver.mjs, told by JSON in SETUP, answers one JSON line.
import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const setup = JSON.parse(process.env.SETUP);
const PAGE = `<!doctype html><meta charset="utf-8"><title>app</title>
<button id="guest">guest</button><button id="signin">sign in</button><button id="google">google</button>
<button id="signout">sign out</button><pre id="ready"></pre><pre id="guest-session"></pre><pre id="user"></pre>
<pre id="error"></pre><script src="/app.js"></script>`;

const bundle = await build({
  entryPoints: [join(import.meta.dirname, 'hosted_app.mjs')],
  bundle: true,
  write: false,
  format: 'iife',
  define: { CONFIG: JSON.stringify(setup.config), global: 'globalThis' },
});
const script = bundle.outputFiles[0].text;
const app = createServer((request, response) => {
  const isScript = request.url === '/app.js';
  response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
  response.end(isScript ? script : PAGE);
});
await new Promise((done) => app.listen(setup.appPort, '127.0.0.1', done));

const profile = await mkdtemp(join(tmpdir(), 'preamp-chromium-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: setup.chromium,
  headless: true,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
    // The server's own certificate, by its key, and no other that is not trusted by everybody.
    `--ignore-certificate-errors-spki-list=${setup.spki}`,
  ],
});
const home = `http://localhost:${setup.appPort}/`;
const seen = [];

async function text(page, id) {
  await page.waitForFunction((name) => document.getElementById(name)?.textContent, id, { timeout: 20000 });
  return JSON.parse(await page.textContent(`#${id}`));
}

async function result(page, id) {
  const got = await Promise.race([text(page, id), text(page, 'error').then((error) => Promise.reject(new Error(JSON.stringify(error))))]);
  return got;
}

async function story(page) {
  page.on('request', (request) => seen.push(`${request.method()} ${request.url().split('?')[0]}`));
  await page.goto(home);
  await text(page, 'ready');
  await page.click('#guest');
  const guest = await result(page, 'guest-session');

  await page.click('#signin');
  await page.waitForURL(/\/auth\/people\/login/);
  const focused = await page.evaluate(() => document.activeElement.id);
  await page.getByLabel('User name').fill('ann');
  await page.getByLabel('Password').fill('wrong-password-1');
  await page.getByRole('button', { name: 'Sign in' }).click();
  const alert = await page.getByRole('alert').textContent();
  await page.getByLabel('Password').fill(setup.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => url.href.startsWith(home));
  const user = await result(page, 'user');

  await page.click('#signout');
  await page.waitForURL((url) => url.href.startsWith(home));
  await text(page, 'ready');
  await page.click('#signin');
  await page.waitForURL(/\/auth\/people\/login/);
  const asked = await page.title();

  return { guest, focused, alert, user, asked };
}

async function social(page) {
  await page.goto(home);
  await text(page, 'ready');
  await page.click('#google');
  await page.waitForURL((url) => url.href.startsWith(setup.issuer));
  await page.fill('input[name=login]', 'gina');
  await page.fill('input[name=password]', 'any');
  await page.click('button[type=submit]');
  await page.waitForURL(/\/interaction\//);
  await page.click('button[type=submit]');
  await page.waitForURL((url) => url.href.startsWith(home));
  return result(page, 'user');
}

let answer;
try {
  const page = await browser.newPage();
  answer = await (setup.issuer ? social(page) : story(page));
  answer = { ok: answer, seen };
} catch (error) {
  const pages = await Promise.all(browser.pages().map(async (page) => `${page.url()}\n${await page.content().catch(() => '')}`));
  answer = { failed: String(error), pages: pages.map((one) => one.slice(-3000)), seen };
} finally {
  await browser.close();
  app.close();
  await rm(profile, { recursive: true, force: true });
}
process.stdout.write(`${JSON.stringify(answer)}\n`);
process.exit(0);
