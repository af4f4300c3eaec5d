// Reads lines of "TYPE<tab>HEX" and says of each what stock protovalidate says.
// usage: node validate.mjs IMAGE.binpb < CASES      A line "accept" or "refuse" for each case.
import { readFileSync } from "node:fs";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { createValidator } from "@bufbuild/protovalidate";

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(process.argv[2])));
const validator = createValidator({ registry, failFast: true });
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const [name, hex] = line.split("\t");
  const schema = registry.getMessage(name);
  const result = validator.validate(schema, fromBinary(schema, Buffer.from(hex, "hex")));
  if (result.kind === "error") throw result.error;
  console.log(result.kind === "valid" ? "accept" : "refuse");
}
