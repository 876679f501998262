import type { StreamEvent } from "@freshet/client";

export interface Notice {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** When this page heard of it, milliseconds since 1970. */
  readonly at: number;
  readonly tone: "order" | "message" | "plain" | "gap";
}

export interface Notices {
  /** Newest first. */
  readonly items: readonly Notice[];
  /** Ids that were read; also of notices that are no longer there, for they come again after a reload. */
  readonly read: ReadonlySet<string>;
  /** Ids that are shown as toasts, oldest first. */
  readonly toasts: readonly string[];
}

const mostItems = 100;
const mostRead = 500;
const mostToasts = 3;

export function noNotices(read: Iterable<string> = []): Notices {
  return { items: [], read: new Set(read), toasts: [] };
}

/** Adds one, unless it is there. `toast`: it is worth an interruption, so it came now rather than being old news. */
export function add(notices: Notices, notice: Notice, toast: boolean): Notices {
  const { items, read, toasts } = notices;
  if (items.some(({ id }) => id === notice.id)) return notices;
  return {
    items: [notice, ...items].slice(0, mostItems),
    read,
    toasts: toast && !read.has(notice.id) ? [...toasts, notice.id].slice(-mostToasts) : toasts,
  };
}

export function markRead(notices: Notices, ids: Iterable<string>): Notices {
  const added = new Set(ids);
  // The newest last, so that the oldest are forgotten.
  const read = new Set([...[...notices.read].filter((id) => !added.has(id)), ...added].slice(-mostRead));
  return { ...notices, read, toasts: notices.toasts.filter((id) => !added.has(id)) };
}

export function markAllRead(notices: Notices): Notices {
  return markRead(notices, notices.items.map(({ id }) => id).reverse());
}

export function dismiss(notices: Notices, id: string): Notices {
  return { ...notices, toasts: notices.toasts.filter((one) => one !== id) };
}

export function unread({ items, read }: Notices): number {
  return items.filter(({ id }) => !read.has(id)).length;
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

/** What an event of one's own channel says to a person. Payloads come from others: nothing is taken for granted. */
export function noticeOf(event: StreamEvent, at: number, nameOf: (id: string) => string): Notice {
  const { type, payload } = event;
  const { orderId, total, from, text } = record(payload);
  const id = event.id ?? `${type} ${at}`;
  if (type === "gap") {
    return {
      id: `gap ${at}`,
      at,
      tone: "gap",
      title: "Some notifications may be missing",
      text: `Reason: ${record(payload).reason}`,
    };
  }
  if (type === "order-completed") {
    const price = typeof total === "number" ? ` for ${money(total)}` : "";
    return { id, at, tone: "order", title: `Order ${orderId} is completed`, text: `Your order${price} is on its way.` };
  }
  if (typeof from === "string") {
    return {
      id,
      at,
      tone: "message",
      title: `A message from ${nameOf(from)}`,
      text: typeof text === "string" ? text : "",
    };
  }
  return {
    id,
    at,
    tone: "plain",
    title: typeof text === "string" ? text : type,
    text: typeof text === "string" ? type : "",
  };
}

export function money(amount: number): string {
  return new Intl.NumberFormat("en", { style: "currency", currency: "EUR" }).format(amount);
}
