import { useEffect, useState } from "react";
import type { Notice } from "../logic/notices";
import { Icon } from "./icons";
import { useNotices } from "./notice-centre";

const shownMs = 6000;

/** The newest three, read aloud when there is a pause; each goes by itself, but not from under a finger. */
export function Toasts() {
  const { notices } = useNotices();
  const shown = notices.toasts.flatMap((id) => notices.items.find((one) => one.id === id) ?? []);
  return (
    <section className="toasts" aria-label="New notifications">
      <div aria-live="polite">
        {shown.map((notice) => (
          <Toast key={notice.id} notice={notice} />
        ))}
      </div>
    </section>
  );
}

function Toast({ notice }: { notice: Notice }) {
  const { dismiss, read } = useNotices();
  const [held, setHeld] = useState(false);
  const { id, title, text, tone } = notice;
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismiss(id), shownMs);
    return () => clearTimeout(timer);
  }, [held, id, dismiss]);
  const hold = { onPointerEnter: () => setHeld(true), onPointerLeave: () => setHeld(false) };
  return (
    <article className={`toast notice-${tone}`} {...hold} onFocus={() => setHeld(true)} onBlur={() => setHeld(false)}>
      <div>
        <strong>{title}</strong>
        {text && <p>{text}</p>}
      </div>
      <button type="button" className="icon-button" onClick={() => read(id)} aria-label={`Mark as read: ${title}`}>
        <Icon name="close" />
      </button>
    </article>
  );
}
