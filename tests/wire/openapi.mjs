// Is this an OpenAPI 3.1 document? usage: node openapi.mjs FILE. Prints what is wrong; exit 1 then.
import { Validator } from "@seriousme/openapi-schema-validator";

const validator = new Validator();
const result = await validator.validate(process.argv[2]);
if (!result.valid || validator.version !== "3.1") {
  console.log(validator.version, JSON.stringify(result.errors ?? "no 3.1", null, 1));
  process.exit(1);
}
