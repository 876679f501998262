/** Counts per second, for the last so many seconds. Events may come late and in bursts, as polling brings them. */
export class Bins {
  readonly #seconds: number;
  readonly #counts = new Map<number, number>();

  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** `at` in milliseconds since 1970. */
  record(at: number, count = 1): void {
    const second = Math.floor(at / 1000);
    this.#counts.set(second, (this.#counts.get(second) ?? 0) + count);
  }

  /** One count for each second, oldest first. The second that `now` is in is not over, so it is not among them. */
  series(now: number): number[] {
    const end = Math.floor(now / 1000);
    const begin = end - this.#seconds;
    for (const second of this.#counts.keys()) if (second < begin) this.#counts.delete(second);
    return Array.from({ length: this.#seconds }, (_, index) => this.#counts.get(begin + index) ?? 0);
  }
}

/** The upper end of an axis, of which the half is a whole number, too: 1, 2 or 4 times a power of ten, at least `floor`. */
export function niceMaximum(values: readonly number[], floor = 4): number {
  const most = Math.max(floor, ...values);
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 4, 10].map((step) => step * power).find((step) => step >= most) ?? most;
}

/** The middle one; undefined if there is none. */
export function median(values: readonly number[]): number | undefined {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}
