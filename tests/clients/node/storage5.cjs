// aws-amplify 5 Storage against a running server: prints one JSON document of what each call did.
// Environment as for storage6.mjs.
const dns = require("node:dns");
const { lookup } = dns;
dns.lookup = (name, options, done) =>
  lookup(name.endsWith(".localhost") ? "127.0.0.1" : name, ...(done ? [options, done] : [options]));

const { Amplify, Storage } = require("aws-amplify-5");
const { createRequire } = require("node:module");
const { Credentials } = createRequire(require.resolve("aws-amplify-5"))("@aws-amplify/core");

const callers = JSON.parse(process.env.CALLERS);
const outcome = {};

function become(name) {
  Amplify.configure({ Storage: { AWSS3: { bucket: process.env.BUCKET, region: process.env.REGION } } });
  Credentials.get = async () => ({ ...callers[name], authenticated: name !== "guest" });
}

async function told(name, act) {
  try {
    outcome[name] = (await act()) ?? "done";
  } catch (error) {
    outcome[name] = Storage.isCancelError(error) || error.name === "AbortError"
      ? { canceled: true }
      : { error: error.Code ?? error.code ?? error.name, message: error.message };
  }
}

const text = async (key, options) => {
  const { Body } = await Storage.get(key, { ...options, download: true });
  return typeof Body.text === "function" ? Body.text() : String(Body);
};
const big = Buffer.alloc(12 * 1024 * 1024, "0123456789abcdef");
const me = callers.me.identityId;

(async () => {
  become("me");
  await told("put", () => Storage.put("five/täst b+c.txt", "hello", { contentType: "text/plain", metadata: { a: "b" } }));
  await told("get", () => text("five/täst b+c.txt"));
  await told("url", async () => (await fetch(await Storage.get("five/täst b+c.txt"))).text());
  await told("multipart", () => Storage.put("big", big, { level: "protected" }));
  await told("properties", async () => (await Storage.getProperties("big", { level: "protected" })).contentLength);
  await told("list", async () => (await Storage.list("five/", { pageSize: "ALL" })).results.map((item) => item.key));
  await told("copy", () => Storage.copy({ key: "five/täst b+c.txt" }, { key: "five/copy", level: "private" }));
  await told("copy read", () => text("five/copy", { level: "private" }));
  await told("resumable", async () => {
    const events = [];
    // Paused in Node, this client reports its own aborted fetch as an error; amplify 6 is the one that pauses here.
    Storage.put("resumed", new Blob([big]), {
      resumable: true,
      completeCallback: (event) => events.push(["complete", event.key]),
      errorCallback: (error) => events.push(["error", String(error)]),
    });
    while (events.length === 0) await new Promise((done) => setTimeout(done, 20));
    return events;
  });
  await told("canceled", async () => {
    const task = Storage.put("canceled", big);
    setTimeout(() => Storage.cancel(task), 0);
    return task;
  });
  await told("remove", () => Storage.remove("five/täst b+c.txt"));
  await told("after removal", () => text("five/täst b+c.txt"));

  become("other");
  await told("other reads protected", async () =>
    (await Storage.getProperties("big", { level: "protected", identityId: me })).contentLength,
  );
  await told("other reads private", () => text("five/copy", { level: "private", identityId: me }));

  become("guest");
  await told("guest reads", async () => (await Storage.getProperties("resumed")).contentLength);
  await told("guest puts", () => Storage.put("guest", "x"));

  process.stdout.write(JSON.stringify(outcome));
  process.exit(0);
})();
