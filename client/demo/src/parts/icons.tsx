import type { ReactNode } from "react";

const shapes = {
  dashboard: <path d="M4 19V11M10 19V5M16 19v-6M21 19H3" />,
  chat: <path d="M20 12a7.5 7 0 0 1-11 6.2L4.5 19.5l1.3-3.9A6.8 6.8 0 0 1 5 12a7.5 7 0 0 1 15 0Z" />,
  document: <path d="M6 3.5h8l4 4v13H6Zm8 0v4h4M9 12h6M9 16h6" />,
  orders: <path d="M4 8l8-4 8 4v8l-8 4-8-4Zm0 0l8 4 8-4M12 12v8" />,
  notifications: <path d="M6.5 16.5V11a5.5 5.5 0 0 1 11 0v5.5l1.5 1.5H5Zm3.7 3a2 2 0 0 0 3.6 0" />,
  connections: <path d="M9 3v5M15 3v5M6.5 8h11v3.5a5.5 5.5 0 0 1-11 0ZM12 17v4" />,
  sun: (
    <>
      <circle cx="12" cy="12" r="3.8" />
      <path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4" />
    </>
  ),
  moon: <path d="M19.5 14A7.8 7.8 0 0 1 10 4.5 7.8 7.8 0 1 0 19.5 14Z" />,
  system: <path d="M4 5h16v11H4ZM9 20h6M12 16v4" />,
  leave: <path d="M14 4.5H6v15h8M10.5 12H20m-3.5-3.5L20 12l-3.5 3.5" />,
  close: <path d="M6 6l12 12M18 6 6 18" />,
  send: <path d="M4.5 12 20 4.5 15 20l-3.5-6.5Zm7 1.5L20 4.5" />,
  wave: <path d="M3 8.5c3-2.7 6-2.7 9 0s6 2.7 9 0M3 13.5c3-2.7 6-2.7 9 0s6 2.7 9 0M3 18.5c3-2.7 6-2.7 9 0s6 2.7 9 0" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;

/** A picture beside words, never instead of them. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {shapes[name]}
    </svg>
  );
}
