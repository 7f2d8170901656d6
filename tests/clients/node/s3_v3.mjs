// @aws-sdk/client-s3 against a running server: prints one JSON document of what each call did.
// Environment: ENDPOINT, KEYS ({root: credentials}).
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import * as s3 from "@aws-sdk/client-s3";

const endpoint = process.env.ENDPOINT;
const client = new s3.S3Client({
  endpoint,
  region: "eu-west-1",
  forcePathStyle: true,
  credentials: JSON.parse(process.env.KEYS).root,
  maxAttempts: 1,
});
const outcome = {};
const Bucket = "javascript";
const big = Buffer.alloc(6 * 1024 * 1024, "0123456789abcdef");

async function told(name, act) {
  try {
    outcome[name] = (await act()) ?? "done";
  } catch (error) {
    outcome[name] = { error: error.name, status: error.$metadata?.httpStatusCode, message: error.message };
  }
}

const send = (name, input) => client.send(new s3[`${name}Command`]({ Bucket, ...input }));
const md5 = async (stream) => {
  const hash = createHash("md5");
  for await (const piece of stream) hash.update(piece);
  return hash.digest("hex");
};

await told("create", async () => (await send("CreateBucket")).Location);
for (const ChecksumAlgorithm of ["CRC32", "SHA1", "SHA256"]) {
  await told(`put ${ChecksumAlgorithm}`, async () => {
    const put = await send("PutObject", { Key: `sum/${ChecksumAlgorithm}`, Body: "hello", ChecksumAlgorithm });
    const got = await send("GetObject", { Key: `sum/${ChecksumAlgorithm}`, ChecksumMode: "ENABLED" });
    return [put[`Checksum${ChecksumAlgorithm}`] === got[`Checksum${ChecksumAlgorithm}`], await got.Body.transformToString()];
  });
}
await told("stream", async () => {
  const Body = Readable.from([big.subarray(0, 1_000_000), big.subarray(1_000_000)]);
  await send("PutObject", { Key: "stream", Body, ContentLength: big.length });
  return (await md5((await send("GetObject", { Key: "stream" })).Body)) === createHash("md5").update(big).digest("hex");
});
await told("multipart", async () => {
  const { UploadId } = await send("CreateMultipartUpload", { Key: "parts" });
  const Parts = [];
  for (const [index, Body] of [big, Buffer.from("end")].entries()) {
    const { ETag } = await send("UploadPart", { Key: "parts", UploadId, PartNumber: index + 1, Body });
    Parts.push({ ETag, PartNumber: index + 1 });
  }
  await send("CompleteMultipartUpload", { Key: "parts", UploadId, MultipartUpload: { Parts } });
  return (await send("HeadObject", { Key: "parts" })).ContentLength;
});
await told("missing", () => send("GetObject", { Key: "missing" }));
await told("copy", async () => {
  await send("CopyObject", { Key: "copy ä+", CopySource: `${Bucket}/sum/CRC32` });
  return (await send("GetObject", { Key: "copy ä+" })).Body.transformToString();
});
await told("list", async () => {
  const found = await send("ListObjectsV2", { Delimiter: "/" });
  return [found.Contents.map((each) => each.Key), found.CommonPrefixes.map((each) => each.Prefix)];
});
await told("delete", async () => {
  const { Contents } = await send("ListObjectsV2");
  const { Deleted } = await send("DeleteObjects", { Delete: { Objects: Contents.map(({ Key }) => ({ Key })) } });
  await send("DeleteBucket");
  return Deleted.length;
});

process.stdout.write(JSON.stringify(outcome));
process.exit(0);
