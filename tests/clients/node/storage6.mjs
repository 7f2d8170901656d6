// aws-amplify 6 Storage against a running server: prints one JSON document of what each call did.
// Environment: BUCKET, REGION (HOST:PORT/#, which makes the client build our address), CALLERS ({name: credentials}).
import dns from "node:dns";
import { Amplify } from "aws-amplify";
import { copy, downloadData, getProperties, getUrl, isCancelError, list, remove, uploadData } from "aws-amplify/storage";

// Browsers resolve names below localhost to this machine by rule; Node asks the resolver.
const { lookup } = dns;
dns.lookup = (name, options, done) =>
  lookup(name.endsWith(".localhost") ? "127.0.0.1" : name, ...(done ? [options, done] : [options]));

// What browsers have and Node has not: amplify reads the parts of a multipart upload with it.
globalThis.FileReader ??= class {
  async readAsArrayBuffer(blob) {
    this.result = await blob.arrayBuffer();
    this.onload?.({ target: this });
  }

  async readAsDataURL(blob) {
    this.result = `data:;base64,${Buffer.from(await blob.arrayBuffer()).toString("base64")}`;
    this.onload?.({ target: this });
  }
};

const callers = JSON.parse(process.env.CALLERS);
const outcome = {};

function become(name) {
  const { identityId, ...credentials } = callers[name];
  Amplify.configure(
    { Storage: { S3: { bucket: process.env.BUCKET, region: process.env.REGION } } },
    {
      Auth: {
        credentialsProvider: {
          getCredentialsAndIdentityId: async () => ({ credentials, identityId }),
          clearCredentialsAndIdentityId: () => {},
        },
      },
    },
  );
}

async function told(name, act) {
  try {
    outcome[name] = (await act()) ?? "done";
  } catch (error) {
    outcome[name] = isCancelError(error) ? { canceled: true } : { error: error.name, message: error.message };
  }
}

const text = async (path, options) => (await downloadData({ path, options }).result).body.text();
const big = Buffer.alloc(12 * 1024 * 1024, "0123456789abcdef");
const me = callers.me.identityId;

become("me");
await told("put", () =>
  uploadData({
    path: "public/täst file+1.txt",
    data: "hello",
    options: { contentType: "text/plain", metadata: { Colour: "red" }, cacheControl: "no-cache" },
  }).result,
);
await told("get", () => text("public/täst file+1.txt"));
await told("range", () => text("public/täst file+1.txt", { bytesRange: { start: 1, end: 2 } }));
await told("properties", () => getProperties({ path: "public/täst file+1.txt" }));
await told("prevented", () =>
  uploadData({ path: "public/täst file+1.txt", data: "again", options: { preventOverwrite: true } }).result,
);
await told("url", async () => {
  const { url } = await getUrl({ path: "public/täst file+1.txt", options: { validateObjectExistence: true } });
  return (await fetch(url)).text();
});
await told("multipart", () => uploadData({ path: `protected/${me}/big`, data: big }).result);
await told("multipart crc", () =>
  uploadData({ path: `protected/${me}/big-crc`, data: big, options: { checksumAlgorithm: "crc-32" } }).result,
);
await told("multipart read", async () => {
  const blob = await (await downloadData({ path: `protected/${me}/big` }).result).body.blob();
  return Buffer.from(await blob.arrayBuffer()).equals(big);
});
const soon = () => new Promise((done) => setTimeout(done, 10));
await told("paused", async () => {
  const task = uploadData({ path: "public/paused", data: big });
  await soon();
  task.pause();
  const paused = task.state;
  await soon();
  task.resume();
  const { eTag } = await task.result;
  return { paused, state: task.state, eTag };
});
await told("canceled", async () => {
  const task = uploadData({ path: "public/canceled", data: big });
  await soon();
  task.cancel();
  return task.result;
});
await told("blob", () => uploadData({ path: "public/dir/blob", data: new Blob(["from a blob"]) }).result);
await told("copied", () =>
  copy({ source: { path: "public/täst file+1.txt" }, destination: { path: "public/dir/copy" } }),
);
await told("copy", () => copy({ source: { path: "public/dir/blob" }, destination: { path: "public/dir/a b+c" } }));
await told("copy read", () => text("public/dir/a b+c"));
await told("list all", async () => (await list({ path: "public/", options: { listAll: true } })).items.map((i) => i.path));
await told("list page", async () => {
  const first = await list({ path: "public/", options: { pageSize: 2 } });
  const second = await list({ path: "public/", options: { pageSize: 2, nextToken: first.nextToken } });
  return [first.items.length, second.items.length];
});
await told("list level", async () => {
  const found = await list({ path: "public/", options: { subpathStrategy: { strategy: "exclude" } } });
  return [found.items.map((item) => item.path), found.excludedSubpaths];
});
await told("private", () => uploadData({ path: `private/${me}/diary`, data: "secret" }).result);
await told("removed", () => remove({ path: "public/paused" }));
await told("after removal", () => text("public/paused"));
await told("removed folder", () => remove({ path: "public/dir/" }));
await told("list folder", async () => (await list({ path: "public/dir/" })).items.length);
await told("foreign put", () => uploadData({ path: `protected/${callers.other.identityId}/x`, data: "x" }).result);

become("other");
await told("other reads protected", async () => (await getProperties({ path: `protected/${me}/big` })).size);
await told("other reads private", () => text(`private/${me}/diary`));
await told("other lists private", () => list({ path: `private/${me}/` }));
await told("other removes protected", () => remove({ path: `protected/${me}/big` }));

become("guest");
await told("guest reads public", () => text("public/täst file+1.txt"));
await told("guest reads protected", async () => (await getProperties({ path: `protected/${me}/big` })).size);
await told("guest puts", () => uploadData({ path: "public/guest", data: "x" }).result);
await told("guest reads private", () => text(`private/${me}/diary`));

become("stranger");
await told("stranger reads public", () => text("public/täst file+1.txt"));

become("ended");
await told("ended session", () => text("public/täst file+1.txt"));

process.stdout.write(JSON.stringify(outcome));
process.exit(0);
