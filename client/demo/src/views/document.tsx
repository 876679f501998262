import { useChannel, useCollaborativeDocument, usePresence } from "@freshet/client/react";
import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { applyChange, changeOf, moveOffset, offsetAt, placeAt } from "../logic/text-change";
import { Avatar, hueOf } from "../parts/avatar";
import { useSession } from "../parts/session-context";
import { useReport } from "../parts/status-board";
import { StatusChip } from "../parts/status-chip";

const documentId = "minutes";
const channel = `document:${documentId}`;

/** Keeps the document open, edits that are on their way included, and its light on the board. */
export function DocumentHolder({ onSaving }: { onSaving: (saving: boolean) => void }) {
  const { saving } = useCollaborativeDocument<string>(documentId);
  // As the document follows it, so it is the document's own connection.
  useReport("Document", `events of ${channel}`, useChannel(channel, {}));
  useEffect(() => onSaving(saving), [onSaving, saving]);
  return null;
}

export function DocumentView() {
  const { faults, nameOf, user } = useSession();
  const { state, content, version, saving, cursors, error, edit, moveCursor } =
    useCollaborativeDocument<unknown>(documentId);
  const presence = usePresence(channel);
  const status = useChannel(channel, {});
  const text = typeof content === "string" ? content : "";
  const saved = saving ? "Saving …" : `Version ${version}, saved`;

  const change = (next: string) => {
    const made = changeOf(text, next);
    edit((old) => applyChange(made, typeof old === "string" ? old : ""));
  };

  return (
    <>
      <section className="card paper" aria-labelledby="document-title">
        <div className="card-head">
          <div>
            <h2 id="document-title">Minutes of the meeting</h2>
            <p className="muted small">{state === "loading" ? "Loading …" : saved}</p>
          </div>
          <StatusChip status={status} of="Document" />
        </div>
        <ul className="present" aria-label="Who is here">
          {presence.users.map((id) => (
            <li key={id} title={nameOf(id)}>
              <Avatar userId={id} name={nameOf(id)} />
              <span className="visually-hidden">{nameOf(id)}</span>
            </li>
          ))}
        </ul>
        {error && (
          <p className="notice-bad" role="status">
            {saving ? "Not saved yet" : "Something went wrong"}: {error.message}
          </p>
        )}
        <Editor
          text={text}
          disabled={state === "loading"}
          company={presence.users.join()}
          onChange={change}
          onMove={moveCursor}
          carets={[...cursors.values()]
            .filter(({ userId }) => userId !== user.id)
            .map(({ userId, line, column }) => ({ userId, name: nameOf(userId), line, column }))}
        />
      </section>
      <section className="card" aria-labelledby="collide-title">
        <h2 id="collide-title">Two at once</h2>
        <p className="muted small">
          What you type is there at once, and saved under the version it was made on. If somebody else was first, the
          service refuses with 412; your change is then made again in what stands there now, and both are kept.
        </p>
        <button
          type="button"
          className="button"
          disabled={state === "loading"}
          onClick={() => {
            faults.collide();
            edit((old) => `${typeof old === "string" ? old.trimEnd() : ""}\nA line by ${user.name}\n`);
          }}
        >
          Add a line while somebody else does
        </button>
        <Rebases />
      </section>
    </>
  );
}

function Rebases() {
  const { log } = useSession().faults;
  const entries = useSyncExternalStore(log.subscribe, log.getSnapshot);
  const refused = entries.find(({ what, outcome }) => what.startsWith("PATCH /api/documents/") && outcome === "412");
  return (
    <p role="status" className="small">
      {refused
        ? `Refused with 412 and made again: ${refused.times === 1 ? "once" : `${refused.times} times`}.`
        : "Nothing was refused yet."}
    </p>
  );
}

interface Caret {
  readonly userId: string;
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

interface EditorProps {
  readonly text: string;
  readonly disabled: boolean;
  readonly carets: readonly Caret[];
  /** Changes when somebody comes or goes. */
  readonly company: string;
  readonly onChange: (text: string) => void;
  readonly onMove: (line: number, column: number) => void;
}

function Editor({ text, disabled, carets, company, onChange, onMove }: EditorProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const shown = useRef(text);
  const selection = useRef({ selectionStart: 0, selectionEnd: 0 });
  // Somebody else's edit must not move the caret to another word.
  useLayoutEffect(() => {
    const before = shown.current;
    shown.current = text;
    const field = area.current;
    if (!field || before === text) return;
    const made = changeOf(before, text);
    const { selectionStart, selectionEnd } = selection.current;
    field.setSelectionRange(moveOffset(made, selectionStart), moveOffset(made, selectionEnd));
  }, [text]);
  // Cursors are not kept by anybody: who has just come is told where we are.
  useEffect(() => {
    const field = area.current;
    if (!company || !field || field !== document.activeElement) return;
    const { line, column } = placeAt(field.value, field.selectionStart);
    onMove(line, column);
  }, [company, onMove]);
  return (
    <>
      <div className="editor">
        <div className="editor-mirror" aria-hidden="true">
          <Mirror text={text} carets={carets} />
        </div>
        <textarea
          ref={area}
          aria-label="Text of the document"
          aria-describedby="carets"
          value={text}
          disabled={disabled}
          spellCheck={false}
          onChange={({ target }) => {
            const { value, selectionStart, selectionEnd } = target;
            selection.current = { selectionStart, selectionEnd };
            shown.current = value;
            onChange(value);
          }}
          onSelect={({ currentTarget }) => {
            const { value, selectionStart, selectionEnd } = currentTarget;
            selection.current = { selectionStart, selectionEnd };
            const { line, column } = placeAt(value, selectionStart);
            onMove(line, column);
          }}
        />
      </div>
      <p id="carets" className="muted small">
        {carets.length
          ? carets.map(({ name, line }) => `${name} is in line ${line + 1}`).join(", ")
          : "Nobody else has a cursor here."}
      </p>
    </>
  );
}

/** The same text in the same type, so that a caret in it is where it belongs in the field above it. */
function Mirror({ text, carets }: { text: string; carets: readonly Caret[] }) {
  const placed = carets
    .map((caret) => ({ ...caret, offset: offsetAt(text, caret.line, caret.column) }))
    .sort((one, other) => one.offset - other.offset);
  const parts = placed.map(({ userId, name, offset }, index) => {
    return { userId, name, before: text.slice(placed[index - 1]?.offset ?? 0, offset) };
  });
  return (
    <>
      {parts.map(({ userId, name, before }) => (
        <span key={userId}>
          {before}
          <span className={`caret hue-${hueOf(userId)}`}>
            <span className="caret-name">{name}</span>
          </span>
        </span>
      ))}
      {text.slice(placed.at(-1)?.offset ?? 0)}
      {"\n"}
    </>
  );
}
