import { useWebSocket } from "@freshet/client/react";
import { type FormEvent, useState } from "react";
import { unread } from "../logic/notices";
import { useNotices } from "../parts/notice-centre";
import { useSession } from "../parts/session-context";
import { clockWithSeconds } from "../parts/use-now";

export function Notifications() {
  const { notices, read, readAll } = useNotices();
  const waiting = unread(notices);
  return (
    <div className="columns">
      <section className="card" aria-labelledby="inbox-title">
        <div className="card-head">
          <div>
            <h2 id="inbox-title">For you</h2>
            <p className="muted small">{waiting ? `${waiting} unread` : "All read"}</p>
          </div>
          <button type="button" className="button" onClick={readAll} disabled={!waiting}>
            Mark all as read
          </button>
        </div>
        {notices.items.length === 0 && (
          <p className="empty">Nothing yet. Complete an order, or let somebody write to you.</p>
        )}
        <ul className="inbox">
          {notices.items.map(({ id, title, text, at, tone }) => {
            const isRead = notices.read.has(id);
            return (
              <li key={id} className={`inbox-item notice-${tone} ${isRead ? "is-read" : ""}`}>
                <div>
                  <strong>
                    {!isRead && <span className="visually-hidden">Unread: </span>}
                    {title}
                  </strong>
                  {text && <p>{text}</p>}
                  <time className="muted small">{clockWithSeconds(at)}</time>
                </div>
                {!isRead && (
                  <button
                    type="button"
                    className="button small"
                    onClick={() => read(id)}
                    aria-label={`Mark as read: ${title}`}
                  >
                    Mark read
                  </button>
                )}
              </li>
            );
          })}
        </ul>
      </section>
      <WriteTo />
    </div>
  );
}

function WriteTo() {
  const { users, user, nameOf } = useSession();
  const { send } = useWebSocket();
  const [to, setTo] = useState(user.id);
  const [text, setText] = useState("Hello there");
  const [result, setResult] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setResult("On its way …");
    const { ok, ...rest } = await send({ type: "direct-message", payload: { to, text } });
    setResult(ok ? `${nameOf(to)} has it.` : `Not sent: ${"error" in rest ? rest.error.message : ""}`);
  };
  return (
    <section className="card" aria-labelledby="write-title">
      <h2 id="write-title">Tell somebody</h2>
      <p className="muted small">
        A direct message over the WebSocket; it comes to all windows of that person, as an event of their own channel.
      </p>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <label>
          To
          <select value={to} onChange={({ target }) => setTo(target.value)}>
            {users.map(({ id, name }) => (
              <option key={id} value={id}>
                {id === user.id ? `${name} (you)` : name}
              </option>
            ))}
          </select>
        </label>
        <label>
          Text
          <input value={text} maxLength={500} required onChange={({ target }) => setText(target.value)} />
        </label>
        <button type="submit" className="button primary">
          Send
        </button>
        <p role="status" className="muted small">
          {result}
        </p>
      </form>
    </section>
  );
}
