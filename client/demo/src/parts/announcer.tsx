import { useEffect, useRef, useState } from "react";
import { statusText, type Tone } from "../logic/status-text";
import { useReported } from "./status-board";

/** Says aloud when a connection breaks and when it is back; not each attempt in between. */
export function Announcer() {
  const reported = useReported();
  const before = useRef(new Map<string, Tone>());
  const [text, setText] = useState("");
  useEffect(() => {
    const changes: string[] = [];
    for (const { name, status } of reported.values()) {
      const { tone, label } = statusText(status, Date.now());
      const old = before.current.get(name);
      if (status.state === "connecting" || status.state === "idle") continue;
      if (old && old !== tone) changes.push(`${name}: ${tone === "good" ? `connected, ${label}` : label}`);
      before.current.set(name, tone);
    }
    if (!changes.length) return;
    const timer = setTimeout(() => setText(changes.join(". ")), 0);
    return () => clearTimeout(timer);
  }, [reported]);
  return (
    <p className="visually-hidden" role="status">
      {text}
    </p>
  );
}
