// Runs a command with a Sentry-compatible server beside it, for `./dev run --sentry`: node run-with-sentry.mjs LOG COMMAND ARGS...
// What arrives is written to LOG, a line an item. The server ends with the command, however that ends.
import { spawn } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { linesOf } from "./sentry-items.mjs";

const startSecondsMax = 30;
const [logPath, command, ...args] = process.argv.slice(2);
const program = join(dirname(fileURLToPath(import.meta.url)), "../node_modules/sentry/dist/bin.cjs");
// Its settings, and what could not be sent to it: neither is worth keeping.
const folder = mkdtempSync(join(tmpdir(), "klk-sentry-"));

let child;
// The terminal sends its Ctrl-C to the command as well; it ends by itself, and what it still reports is waited for.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child?.kill(signal));

const port = await freePort();
const server = spawn(process.execPath, [program, "local", "serve", "--port", `${port}`, "--host", "127.0.0.1", "--quiet"], {
  // A group of its own: Ctrl-C must not reach it before the command has reported its last.
  detached: true,
  stdio: "ignore",
  env: {
    PATH: process.env.PATH, HOME: folder, SENTRY_CONFIG_DIR: folder,
    SENTRY_CLI_NO_TELEMETRY: "1", SENTRY_CLI_NO_UPDATE_CHECK: "1",
  },
});
// Also where this script is ended by an error of its own.
process.on("exit", () => {
  server.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

const log = createWriteStream(logPath);
const stream = await openStream();
const written = writeLines(stream);
say(`a local Sentry takes what is reported; see it arrive: tail -f ${logPath}`);
child = spawn(command, args, {
  stdio: "inherit",
  env: { ...process.env, SENTRY_DSN: `http://local@127.0.0.1:${port}/1`, SENTRY_OUTBOX: join(folder, "outbox") },
});
const code = await new Promise((resolve) => {
  child.on("error", (error) => {
    say(`${command}: ${error.message}`);
    resolve(127);
  });
  child.on("close", (status) => resolve(status ?? 130));
});
// It has sent everything when it ends; a moment for the stream to tell of it.
await new Promise((resolve) => setTimeout(resolve, 500));
server.kill();
await Promise.race([written, new Promise((resolve) => setTimeout(resolve, 2000))]);
log.end(() => process.exit(code));

async function openStream() {
  const until = Date.now() + startSecondsMax * 1000;
  while (server.exitCode === null && Date.now() < until) {
    try {
      return await fetch(`http://127.0.0.1:${port}/stream`);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  say(`the local Sentry did not start: ${process.execPath} ${program} local serve says why`);
  process.exit(1);
}

async function writeLines(answer) {
  let rest = "";
  try {
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop();
      for (const line of lines.filter((text) => text.startsWith("data: "))) {
        for (const item of linesOf(JSON.parse(line.slice("data: ".length)))) log.write(`${item}\n`);
      }
    }
  } catch {
    // The server has ended, and with it the stream.
  }
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port: free } = probe.address();
      probe.close(() => resolve(free));
    });
  });
}

function say(text) {
  process.stderr.write(`[dev] ${text}\n`);
}
