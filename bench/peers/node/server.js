// A peer for the benchmark: what many projects begin with. WebSockets by `ws`, a subscription of Redis Pub/Sub for
// all channels, and a JSON.stringify for each send. No log, no resume, no authentication.
//
//   node server.js <port> <port of Redis>
//
// GET /ws/<channel> follows what is published on the Redis channel bench:<channel>.

import net from "node:net";
import { WebSocketServer } from "ws";

const [port, redisPort] = process.argv.slice(2).map(Number);
const PREFIX = "bench:";
const followers = new Map();

const server = new WebSocketServer({ host: "127.0.0.1", port, backlog: 4096, perMessageDeflate: false });

server.on("connection", (socket, request) => {
  const channel = request.url.slice("/ws/".length);
  if (!followers.has(channel)) followers.set(channel, new Set());
  followers.get(channel).add(socket);
  socket.on("close", () => followers.get(channel).delete(socket));
  socket.on("error", () => socket.terminate());
});

function deliver(channel, payload) {
  const event = { type: "bench", payload: JSON.parse(payload), channel, id: `${Date.now()}-0`, timestamp: Date.now() };
  for (const socket of followers.get(channel) ?? []) socket.send(JSON.stringify(event));
}

// As much of RESP as a subscription needs, so that no client library stands in between.
const redis = net.connect(redisPort, "127.0.0.1", () => redis.write(`PSUBSCRIBE ${PREFIX}*\r\n`));
let rest = "";
redis.setEncoding("latin1");
redis.on("error", (failure) => {
  console.error(failure.message);
  process.exit(1);
});
redis.on("data", (text) => {
  rest += text;
  // *4 $8 pmessage $n pattern $n channel $n payload; the confirmation of the subscription has no payload.
  const message = /^\*4\r\n\$8\r\npmessage\r\n\$\d+\r\n[^\r]*\r\n\$\d+\r\n([^\r]*)\r\n\$\d+\r\n([^\r]*)\r\n/;
  const confirmation = /^\*3\r\n\$10\r\npsubscribe\r\n\$\d+\r\n[^\r]*\r\n:\d+\r\n/;
  for (;;) {
    const found = message.exec(rest);
    if (found) deliver(found[1].slice(PREFIX.length), found[2]);
    const taken = found ?? confirmation.exec(rest);
    if (!taken) return;
    rest = rest.slice(taken[0].length);
  }
});
