// Hears the server: one EventSource, watched. The server says every few seconds that it is there; where two of these words do
// not come, the connection is dead, whatever the browser thinks of it, and is made anew.

/** What is heard. */
export type Heard =
  /** Whether changes are heard of. */
  | { is: 'state'; live: boolean }
  /** The server is there, runs this build, and has told so many changes of each topic. */
  | { is: 'beat'; build: string; counts: string }
  | { is: 'topic'; topic: string };

const address = '/api/eventos';
const topics = ['ejecuciones', 'gaps', 'progreso']; // as the server names them: crates/engine/src/events.rs
/** After so many silent beats the connection is dead. */
const missedBeats = 2;
/** Until the first beat has said how often it comes. */
const firstBeatMs = 10_000;
/** Between two attempts to connect. */
const pauseMs = 5_000;

export class Stream {
  private source: EventSource | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;
  private heardAt = 0;
  private triedAt = -pauseMs;
  private beatMs = firstBeatMs / missedBeats;
  private live = false;

  constructor(private readonly tell: (heard: Heard) => void) {}

  /** Opens it, or says how it is where it is open. */
  open(): void {
    if (this.watch === undefined) {
      this.watch = setInterval(() => this.look(), 1000);
      this.look();
    }
    if (this.live) this.tell({ is: 'state', live: true });
  }

  close(): void {
    clearInterval(this.watch);
    this.watch = undefined;
    this.source?.close();
    this.source = undefined;
    this.live = false;
    this.triedAt = -pauseMs;
  }

  private look(): void {
    const now = performance.now();
    const isSilent = this.source !== undefined && now - this.heardAt > this.beatMs * missedBeats + 500;
    if (isSilent || this.source?.readyState === EventSource.CLOSED) {
      this.source?.close();
      this.source = undefined;
      this.say(false);
    }
    if (!this.source && now - this.triedAt >= pauseMs) this.connect(now);
  }

  private connect(now: number): void {
    this.triedAt = this.heardAt = now;
    const source = new EventSource(address);
    this.source = source;
    source.addEventListener('latido', ({ data }: MessageEvent<string>) => {
      const { build, cambios, segundos } = JSON.parse(data) as { build: string; cambios: string; segundos: number };
      this.heardAt = performance.now();
      this.beatMs = segundos * 1000;
      this.say(true);
      this.tell({ is: 'beat', build, counts: cambios });
    });
    for (const topic of topics) {
      source.addEventListener(topic, () => {
        this.heardAt = performance.now();
        this.tell({ is: 'topic', topic });
      });
    }
    source.addEventListener('error', () => this.say(false));
  }

  private say(live: boolean): void {
    if (live === this.live) return;
    this.live = live;
    this.tell({ is: 'state', live });
  }
}
