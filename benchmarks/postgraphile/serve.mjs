// PostGraphile over the schema `board` of a database, as its own preset sets it up, without GraphiQL and watching.
//     node serve.mjs DATABASE_URL READY_FILE      tells its port in the file once it answers
import { renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const [connectionString, readyFile] = process.argv.slice(2);
const service = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString, schemas: ["board"] })],
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false, maxRequestLength: 1_000_000 },
  grafast: { explain: false },
}).createServ(grafserv);
const server = createServer();
await service.addTo(server);
server.listen(0, "127.0.0.1", () => {
  writeFileSync(`${readyFile}.new`, String(server.address().port));
  renameSync(`${readyFile}.new`, readyFile);
});
process.on("SIGTERM", () => process.exit(0));
