import type { RoomMessage } from "@freshet/client/models";
import { useRoom, useWebSocket } from "@freshet/client/react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Avatar } from "../parts/avatar";
import { Icon } from "../parts/icons";
import { useSession } from "../parts/session-context";
import { StatusChip } from "../parts/status-chip";
import { clock } from "../parts/use-now";

export const roomName = "lobby";

export function Chat() {
  const { nameOf, user } = useSession();
  const { state, messages, typing, presence, gap, error, send, retry, setTyping } = useRoom(roomName);
  const { status } = useWebSocket();
  const waiting = messages.filter((message) => message.state === "sending").length;
  const connected = status.state === "open";
  if (state === "refused") return <p role="alert">You may not come in: {error?.message}</p>;
  return (
    <div className="chat card">
      <div className="card-head">
        <div>
          <h2>The lobby</h2>
          <p className="muted small">
            {state === "joining"
              ? "Coming in …"
              : `${presence.count} ${presence.count === 1 ? "person" : "people"} here`}
          </p>
        </div>
        <StatusChip status={status} of="Chat" />
      </div>
      <ul className="present" aria-label="Who is here">
        {presence.users.map((id) => (
          <li key={id} title={nameOf(id)}>
            <Avatar userId={id} name={nameOf(id)} />
            <span className="visually-hidden">{nameOf(id)}</span>
          </li>
        ))}
      </ul>
      {gap && <p className="notice-bad">Some messages are missing here ({gap}).</p>}
      <Messages messages={messages} me={user.id} retry={retry} />
      <p className="typing muted small" aria-live="polite">
        {typing.length > 0 && (
          <>
            <span className="dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            {typing.join(", ")} {typing.length === 1 ? "is" : "are"} typing
          </>
        )}
      </p>
      {!connected && (
        <p className="queue" role="status">
          {waiting
            ? `${waiting} ${waiting === 1 ? "message waits" : "messages wait"} and will be sent, once each, when the connection is back.`
            : "No connection. Go on writing: what you send waits here."}
        </p>
      )}
      <Write send={send} setTyping={setTyping} />
    </div>
  );
}

interface MessagesProps {
  readonly messages: readonly RoomMessage[];
  readonly me: string;
  readonly retry: (id: string) => void;
}

function Messages({ messages, me, retry }: MessagesProps) {
  const list = useRef<HTMLOListElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    // Whoever reads what was said before is not pulled away from it.
    if (messages.length && atEnd.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [messages]);
  return (
    <ol
      ref={list}
      className="messages"
      role="log"
      aria-label="Messages"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must reach it
      tabIndex={0}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < 40;
      }}
    >
      {messages.length === 0 && <li className="empty">Nobody has said anything yet.</li>}
      {messages.map((message, index) => (
        <Message key={message.id} message={message} before={messages[index - 1]} me={me} retry={retry} />
      ))}
    </ol>
  );
}

const togetherMs = 120_000;

interface MessageProps {
  readonly message: RoomMessage;
  readonly before: RoomMessage | undefined;
  readonly me: string;
  readonly retry: (id: string) => void;
}

function Message({ message, before, me, retry }: MessageProps) {
  const { nameOf } = useSession();
  const { id, payload, timestamp, state, error } = message;
  const author = message.userId ?? me;
  const mine = author === me;
  const follows = before && (before.userId ?? me) === author && timestamp - before.timestamp < togetherMs;
  const name = message.userName ?? nameOf(author);
  return (
    <li className={`message ${mine ? "mine" : ""} ${follows ? "follows" : ""} is-${state}`}>
      {!mine && (follows ? <span className="avatar-space" /> : <Avatar userId={author} name={name} />)}
      <div className="message-body">
        {follows ? (
          <span className="visually-hidden">{mine ? "You" : name}: </span>
        ) : (
          <p className="message-head small">
            <strong>{mine ? "You" : name}</strong> <time className="muted">{clock(timestamp)}</time>
          </p>
        )}
        <p className="bubble">{String(payload.text ?? "")}</p>
        {state === "sending" && <p className="muted small">Waits …</p>}
        {state === "failed" && (
          <p className="small notice-bad">
            Not sent: {error?.message}{" "}
            <button type="button" className="link" onClick={() => retry(id)}>
              Try again
            </button>
          </p>
        )}
      </div>
    </li>
  );
}

interface WriteProps {
  readonly send: (text: string) => Promise<unknown>;
  readonly setTyping: (isTyping: boolean) => void;
}

function Write({ send, setTyping }: WriteProps) {
  const [text, setText] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const said = text.trim();
    if (!said) return;
    void send(said);
    setText("");
  };
  return (
    <form className="write" onSubmit={submit}>
      <label className="visually-hidden" htmlFor="message">
        Your message
      </label>
      <input
        id="message"
        value={text}
        placeholder="Say something"
        autoComplete="off"
        maxLength={2000}
        onChange={({ target }) => {
          setText(target.value);
          setTyping(target.value !== "");
        }}
        onBlur={() => setTyping(false)}
      />
      <button type="submit" className="button primary" disabled={!text.trim()}>
        <Icon name="send" /> Send
      </button>
    </form>
  );
}
