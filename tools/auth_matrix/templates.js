'use strict';
// Reads annotated schemas (JSON list on stdin), answers for each what Amplify's own transformer makes of it: the
// authorization modes and the resolver templates of authorization, or null where it refuses the schema.
// usage: node templates.js ORACLE_FOLDER < schemas.json > templates.json
const path = require('path');
const { transform } = require(path.resolve(process.argv[2], 'lib.js'));

console.log = () => undefined; // the transformer's warnings
let text = '';
process.stdin.on('data', (chunk) => { text += chunk; });
process.stdin.on('end', () => {
  const made = JSON.parse(text).map((sdl) => {
    try {
      const { assets, authModes } = transform(sdl);
      const wanted = Object.entries(assets).filter(([name]) => /^resolvers\/((Query|Mutation)\..*auth\.1|Item\.[bc])\.re[qs]\.vtl$/.test(name));
      return { modes: authModes, templates: Object.fromEntries(wanted.map(([name, body]) => [name.slice('resolvers/'.length, -'.vtl'.length), body])) };
    } catch {
      return null;
    }
  });
  process.stdout.write(JSON.stringify(made));
});
