// A receiver of webhooks. usage: node receive.mjs SECRET. Prints its port, then one JSON line a request:
// {path, id, verified, status, type, ...}. Behaviour by path:
//   /good      204 at once
//   /flaky     503 the first time each id comes, then 204
//   /away      redirects to /good: never to be followed
//   /gone      410
//   /hanging   never answers
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.argv[2]);
const seen = new Map();

function verified(body, headers) {
  try {
    webhook.verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

function answer(path, count) {
  if (path === "/flaky" && count === 1) return 503;
  if (path === "/away") return 302;
  if (path === "/gone") return 410;
  return 204;
}

const server = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const body = Buffer.concat(parts).toString();
    const key = `${request.url} ${request.headers["webhook-id"]}`;
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    const status = answer(request.url, count);
    const { type, timestamp, data } = JSON.parse(body);
    const line = { path: request.url, id: request.headers["webhook-id"], verified: verified(body, request.headers), status, count,
      members: Object.keys(JSON.parse(body)).sort().join(), bytes: body.length, type, timestamp, order: data.order_id, recipient: data.recipient,
      sequence: data.sequence, subject: data.subject, text: data.text, due_at: data.due_at ?? null };
    console.log(JSON.stringify(line));
    if (request.url === "/hanging") return;
    response.writeHead(status, status === 302 ? { location: "/good?followed" } : {});
    response.end();
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
