/** Asks the service, and follows the changes of an event's seats. */

const RETRY_MS = [1000, 2000, 5000, 10000, 20000];
const HIDDEN_MS = 60000; // a tab that nobody has looked at for so long stops listening
const SAID_LATE_MS = 1500; // a gap shorter than this is not worth a word

/** An answer that is not what was asked for. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem?.detail || `the service answered ${status}`);
    Object.assign(this, { status, problem });
  }
}

/** Asks for a path; `kind` is what the answer is read as. */
export async function ask(path, kind = 'json') {
  const answer = await fetch(path, { headers: { accept: kind === 'json' ? 'application/json' : '*/*' } });
  if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => null));
  return answer[kind]();
}

/**
 * Follows a change stream from a position on, for seats of a version of the chart. `told` has `changes(data)`, `reset(data)`,
 * `linked(whether)`. `lostAt` is when the connection was lost (milliseconds since 1970), null while there is one.
 */
export class Stream {
  constructor(path, position, chart, told) {
    Object.assign(this, { path, position, chart, told, failures: 0, source: null, lostAt: null });
    const { signal } = (this.ended = new AbortController());
    document.addEventListener('visibilitychange', () => this.#look(), { signal });
    addEventListener('online', () => this.#open(), { signal });
    addEventListener('offline', () => this.#lost(), { signal });
    this.#open();
  }

  #open() {
    this.close();
    const source = new EventSource(`${this.path}?since=${this.position}&chart=${this.chart}`);
    this.source = source;
    source.onopen = () => this.#found();
    source.onerror = () => this.#lost();
    source.addEventListener('changes', (event) => {
      this.#found();
      const change = JSON.parse(event.data);
      if (change.position <= this.position) return; // what is known already
      this.position = change.position;
      this.told.changes(change);
    });
    source.addEventListener('reset', (event) => {
      this.close();
      this.told.reset(JSON.parse(event.data));
    });
  }

  #found() {
    clearTimeout(this.saying);
    Object.assign(this, { lostAt: null, failures: 0, saying: null });
    this.told.linked(true);
  }

  /** A browser tries again by itself unless the service refused: then we do. */
  #lost() {
    this.lostAt ??= Date.now();
    this.saying ??= setTimeout(() => this.told.linked(false), SAID_LATE_MS);
    if (this.source?.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.#open(), RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)]);
    this.failures += 1;
  }

  #look() {
    clearTimeout(this.sleep);
    if (document.hidden) this.sleep = setTimeout(() => this.close(), HIDDEN_MS);
    else if (!this.source) this.#open();
  }

  /** Stops for good. */
  end() {
    this.ended.abort();
    this.close();
  }

  /** Stops listening, until something opens it again. */
  close() {
    clearTimeout(this.retry);
    clearTimeout(this.saying);
    this.saying = null;
    this.source?.close();
    this.source = null;
  }
}
