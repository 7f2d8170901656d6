// Drives a real browser through the hosted UI: node hosted_driver.mjs, told by JSON in SETUP, answers one JSON line.
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
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

// The newest code that the server would have sent, as `preamp outbox` shows it.
function code() {
  const [program, ...given] = setup.outbox;
  const listed = JSON.parse(execFileSync(program, given, { encoding: 'utf8' }));
  return listed[0].body.match(/\d{6}/)[0];
}

// RFC 6238, some steps of 30 seconds from now: a server takes each step's code once.
function totp(secret, steps) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
  const digest = createHmac('sha1', key).update(counter).digest();
  const at = digest[19] & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1e6).padStart(6, '0');
}

async function account(page) {
  await page.goto(home);
  await text(page, 'ready');
  const call = (name, input) => page.evaluate(([one, given]) => window.call(one, given), [name, input]);
  const wrong = (name, input) => call(name, input).then(() => 'no error', (error) => String(error).split('\n')[0]);
  const username = 'zoe', password = setup.password, next = 'An0ther-password';

  const signedUp = await call('signUp', { username, password, options: { userAttributes: { email: 'zoe@example.org' } } });
  const early = await call('signIn', { username, password });
  await call('confirmSignUp', { username, confirmationCode: code() });
  const refused = await wrong('signIn', { username, password: 'wrong-password-1' });
  const signedIn = await call('signIn', { username, password });
  const { sharedSecret } = await call('setUpTOTP');
  await call('verifyTOTPSetup', { code: totp(sharedSecret, 0) });
  await call('updateMFAPreference', { totp: 'PREFERRED' });
  await call('signOut');
  const asked = await call('signIn', { username, password });
  const mistaken = await wrong('confirmSignIn', { challengeResponse: '000000' });
  const done = await call('confirmSignIn', { challengeResponse: totp(sharedSecret, 1) });
  const user = await call('getCurrentUser');
  await call('updateMFAPreference', { totp: 'DISABLED' });
  await call('signOut');
  await call('resetPassword', { username });
  await call('confirmResetPassword', { username, confirmationCode: code(), newPassword: next });
  const old = await wrong('signIn', { username, password });
  const anew = await call('signIn', { username, password: next });
  await call('deleteUser');
  const gone = await wrong('signIn', { username, password: next });

  return { signedUp, early, refused, signedIn, asked, mistaken, done, user, old, anew, gone };
}

let answer;
try {
  const page = await browser.newPage();
  const tell = { account, social, story }[setup.tells];
  answer = await tell(page);
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
