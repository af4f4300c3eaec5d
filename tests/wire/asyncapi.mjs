// Validates proto/asyncapi.yaml and holds it against the descriptors.
// usage: node asyncapi.mjs ASYNCAPI IMAGE.json      (buf build -o IMAGE.json)
// Prints what is wrong, one line each; exit 1 when anything is.
import { readFileSync } from "node:fs";
import { Parser, fromFile } from "@asyncapi/parser";

const [catalogue, image] = process.argv.slice(2);
const wrong = [];

// The schemas are .proto files: that the named one exists and compiles is buf's to say, which message is in it is checked below.
const parser = new Parser();
parser.registerSchemaParser({
  validate: async () => [],
  parse: async ({ data }) => ({ type: "object", "x-proto": data }),
  getMimeTypes: () => ["application/vnd.google.protobuf;version=3"],
});
const { document, diagnostics } = await fromFile(parser, catalogue).parse();
for (const d of diagnostics.filter((d) => d.severity < 2 && d.code !== "asyncapi-latest-version"))
  wrong.push(`${d.path.join(".")}: ${d.message}`);

// topic -> [messages], from the descriptors: an event is what has a meta.
const want = new Map();
for (const file of JSON.parse(readFileSync(image)).file.filter((f) => f.package.startsWith("ombud.")))
  for (const message of file.messageType ?? [])
    if (message.field?.some((f) => f.name === "meta")) {
      const names = want.get(file.package) ?? [];
      want.set(file.package, [...names, { name: `${file.package}.${message.name}`, file: file.name }]);
    }

for (const channel of document?.channels() ?? []) {
  const topic = channel.address();
  const described = want.get(topic) ?? [];
  const binding = channel.bindings().get("kafka")?.value();
  if (binding?.topic !== topic) wrong.push(`${topic}: its Kafka binding names ${binding?.topic}`);
  if (described.length === 0) wrong.push(`${topic}: no package of that name`);
  const got = channel.messages().all();
  for (const message of got) {
    const match = described.find((m) => m.name === message.name());
    if (!match) wrong.push(`${topic}: ${message.name()} is no message of it`);
    else if (!JSON.stringify(message.json()).includes(match.file)) wrong.push(`${message.name()}: its schema is not ${match.file}`);
    if (!message.bindings().get("kafka")?.value().key) wrong.push(`${message.name()}: no key in its Kafka binding`);
  }
  for (const { name } of described)
    if (!got.some((m) => m.name() === name)) wrong.push(`${topic}: ${name} is missing`);
  want.delete(topic);
}
for (const topic of want.keys()) wrong.push(`${topic}: no such channel`);
wrong.forEach((line) => console.log(line));
process.exit(wrong.length > 0 ? 1 : 0);
