// Publishes structured CloudEvents (NDJSON on stdin) to the inbox with kafkajs and the cloudevents SDK, as their manuals say.
// usage: node publish.mjs BROKERS TOPIC
import { createInterface } from "node:readline";
import { CloudEvent, Kafka as Binding } from "cloudevents";
import { Kafka, Partitioners, logLevel } from "kafkajs";

const [brokers, topic] = process.argv.slice(2);
const kafka = new Kafka({ clientId: "shop", brokers: brokers.split(","), logLevel: logLevel.ERROR });
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
await producer.connect();
for await (const line of createInterface({ input: process.stdin })) {
  const event = new CloudEvent(JSON.parse(line));
  const message = Binding.structured(event);
  await producer.send({ topic, messages: [{ key: event.data.orderId, value: message.value, headers: message.headers }] });
}
await producer.disconnect();
