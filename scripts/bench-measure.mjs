// What several benches do: what a request costs a server, and what the tab of a browser does that shows a page.
import { cpuMs } from "./bench-server.mjs";

// As in frontend/js/live.ts.
const [SETTLE_MS, PAUSE_MS] = [300, 1_500];

/** The time below which so large a share of them lies; NaN without times. */
export function percentile(times, share) {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted.length === 0 ? NaN : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** So many requests for a path, by some connections at the same time: milliseconds, and requests a second. */
export async function measure({ pid, ask }, path, { workers, requests }) {
  const times = [];
  const [before, started] = [cpuMs(pid), performance.now()];
  const work = async () => {
    for (let round = 0; round < requests / workers; round += 1) {
      const asked = performance.now();
      const { status } = await ask(path);
      if (status !== 200) throw new Error(`${path}: ${status}`);
      times.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  const wall = performance.now() - started;
  return {
    cpu: (cpuMs(pid) - before) / times.length,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    perSecond: (times.length / wall) * 1000,
  };
}

/** A tab that shows a page; gives what closes it. `counts.fetched` goes up by one each time that it fetches its page again. */
export async function dashboard(server, path, counts) {
  const first = await server.ask(path);
  if (first.status !== 200) throw new Error(`${path}: ${first.status}`);
  const topics = (/data-temas="([^"]*)"/.exec(first.body.toString()) ?? ["", ""])[1].split(" ");
  let [planned, fetchedAt, isClosed] = [undefined, performance.now(), false];
  const refresh = async () => {
    planned = undefined;
    const { status } = await server.ask(path);
    if (status !== 200) throw new Error(`${path}: ${status}`);
    fetchedAt = performance.now();
    counts.fetched += 1;
  };
  const hear = (topic) => {
    if (planned !== undefined || isClosed || !topics.includes(topic)) return;
    const wait = Math.max(SETTLE_MS, fetchedAt + PAUSE_MS - performance.now());
    planned = setTimeout(() => void refresh().catch((error) => isClosed || console.error(error.message)), wait);
  };
  const close = await server.listen(hear);
  return () => {
    isClosed = true;
    clearTimeout(planned);
    close();
  };
}
