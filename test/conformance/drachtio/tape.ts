// The part of tape that drachtio-srf's suite uses. tape would add about eighty packages for these few functions. Here
// each assertion is reported with its text.

export interface Tally {
  readonly passed: string[];
  readonly failed: string[];
}

type Body = (assertions: Assertions) => void;

class Assertions {
  readonly #tally: Tally;
  readonly #end: () => void;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(tally: Tally, end: () => void) {
    this.#tally = tally;
    this.#end = end;
  }

  timeoutAfter(ms: number): void {
    this.#timer = setTimeout(() => {
      this.fail(`test timed out after ${ms} ms`);
      this.end();
    }, ms);
  }

  pass(words: string): void {
    this.ok(true, words);
  }

  fail(words: string): void {
    this.ok(false, words);
  }

  ok(value: unknown, words: string): void {
    // tape also counts an assertion after the end as a failure.
    if (value && !this.#ended) this.#tally.passed.push(words);
    else this.#tally.failed.push(this.#ended ? `after the end: ${words}` : words);
  }

  error(error: unknown): void {
    if (error) this.fail(String(error));
  }

  end(error?: unknown): void {
    this.error(error);
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#end();
  }
}

/** Runs the tests that a file registers, in order. Resolves when the last one has ended. */
export class Tape {
  readonly tally: Tally = { passed: [], failed: [] };
  readonly #tests: [title: string, body: Body][] = [];

  readonly test = (title: string, body: Body): void => {
    this.#tests.push([title, body]);
  };

  async run(): Promise<Tally> {
    for (const [title, body] of this.#tests) {
      await new Promise<void>(resolve => {
        const assertions = new Assertions(this.tally, resolve);
        try {
          body(assertions);
        } catch (error) {
          assertions.end(`${title}: ${String(error)}`);
        }
      });
    }
    return this.tally;
  }
}
