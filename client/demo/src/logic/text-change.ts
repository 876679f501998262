/** What a keystroke, a paste or somebody else did to a text: at one place something went and something came. */
export interface TextChange {
  readonly at: number;
  readonly removed: string;
  readonly inserted: string;
  /** What stood beside it, to find the place again in a text that others changed meanwhile. */
  readonly before: string;
  readonly after: string;
}

const context = 24;

/** The difference of two texts as one change. */
export function changeOf(old: string, text: string): TextChange {
  const shorter = Math.min(old.length, text.length);
  let start = 0;
  while (start < shorter && old[start] === text[start]) start++;
  let end = 0;
  while (end < shorter - start && old[old.length - 1 - end] === text[text.length - 1 - end]) end++;
  return {
    at: start,
    removed: old.slice(start, old.length - end),
    inserted: text.slice(start, text.length - end),
    before: old.slice(Math.max(0, start - context), start),
    after: old.slice(old.length - end, old.length - end + context),
  };
}

/** Makes the change in a text that may not be the one it was made in. Pure, as a change of a shared document must be. */
export function applyChange(change: TextChange, text: string): string {
  const { removed, inserted } = change;
  const at = placeOf(change, text);
  // What was to go has gone already, or is another thing now: that stays, and what came is not lost.
  const gone = text.startsWith(removed, at) ? removed.length : 0;
  return text.slice(0, at) + inserted + text.slice(at + gone);
}

/** Where the change belongs: where it was if that still looks the same, else the nearest place that does. */
function placeOf({ at, removed, before, after }: TextChange, text: string): number {
  const attempts: readonly (readonly [string, number])[] = [
    [before + removed + after, before.length],
    [before + removed, before.length],
    [removed + after, 0],
    [before, before.length],
    [after, 0],
  ];
  for (const [looked, offset] of attempts) {
    if (!looked) continue;
    const found = nearest(text, looked, at - offset);
    if (found >= 0) return found + offset;
  }
  return Math.min(at, text.length);
}

function nearest(text: string, looked: string, around: number): number {
  const left = text.lastIndexOf(looked, Math.max(0, around));
  const right = text.indexOf(looked, Math.max(0, around));
  if (left < 0 || right < 0) return Math.max(left, right);
  return around - left <= right - around ? left : right;
}

/** Where a caret at `offset` is after the change. */
export function moveOffset({ at, removed, inserted }: TextChange, offset: number): number {
  if (offset <= at) return offset;
  return offset >= at + removed.length ? offset + inserted.length - removed.length : at + inserted.length;
}

/** Lines and columns from 0. */
export function placeAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length - 1, column: offset - start };
}

/** The offset of a line and column, as near as this text has it. */
export function offsetAt(text: string, line: number, column: number): number {
  const lines = text.split("\n");
  const row = Math.max(0, Math.min(line, lines.length - 1));
  const before = lines.slice(0, row).reduce((sum, one) => sum + one.length + 1, 0);
  return before + Math.max(0, Math.min(column, lines[row]?.length ?? 0));
}
