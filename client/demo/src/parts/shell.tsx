import { FreshetProvider, useRoom, useWebSocket } from "@freshet/client/react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { unread } from "../logic/notices";
import { statusText, worst } from "../logic/status-text";
import { go, pathTo, useView, type View, views } from "../router";
import type { Session } from "../session";
import { Chat, roomName } from "../views/chat";
import { Connections } from "../views/connections";
import { Dashboard } from "../views/dashboard";
import { DocumentHolder, DocumentView } from "../views/document";
import { Notifications } from "../views/notifications";
import { Orders } from "../views/orders";
import { Announcer } from "./announcer";
import { Avatar } from "./avatar";
import { Icon } from "./icons";
import { NoticesContext, useNoticeCentre, useNotices } from "./notice-centre";
import { SessionContext, useSession } from "./session-context";
import { BoardContext, StatusBoard, useReport, useReported } from "./status-board";
import { ThemeSwitch } from "./theme";
import { Toasts } from "./toasts";
import { useNow } from "./use-now";

const titles: Record<View, string> = {
  dashboard: "Dashboard",
  chat: "Chat",
  document: "Document",
  orders: "Orders",
  notifications: "Notifications",
  connections: "Connections",
};

/** Where there is no room for more. */
const shortTitles: Partial<Record<View, string>> = {
  dashboard: "Board",
  notifications: "Inbox",
  connections: "Network",
};

const contents: Record<View, () => ReactNode> = {
  dashboard: Dashboard,
  chat: Chat,
  document: DocumentView,
  orders: Orders,
  notifications: Notifications,
  connections: () => null,
};

export function Shell({ session, signOut }: { session: Session; signOut: () => void }) {
  const [board] = useState(() => new StatusBoard());
  return (
    <FreshetProvider freshet={session.freshet}>
      <SessionContext value={session}>
        <BoardContext value={board}>
          <Inside signOut={signOut} />
        </BoardContext>
      </SessionContext>
    </FreshetProvider>
  );
}

function Inside({ signOut }: { signOut: () => void }) {
  const view = useView();
  const centre = useNoticeCentre();
  const socket = useWebSocket();
  useReport("Chat", `WebSocket, room:${roomName}`, socket.status);
  // Held here, so that messages that wait for the network outlive a change of the view.
  useRoom(roomName);
  // So are edits that are not saved yet; without them the document's stream ends with its view.
  const [unsaved, setUnsaved] = useState(false);
  const Content = contents[view];
  return (
    <NoticesContext value={centre}>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <div className={`shell view-${view}`}>
        <header className="top">
          <p className="brand">
            <Icon name="wave" /> Freshet
          </p>
          <Navigation view={view} />
          <Who signOut={signOut} />
        </header>
        <main id="content" tabIndex={-1}>
          <Heading key={view} view={view} />
          <Content />
        </main>
        <aside className="rail" aria-label="Connections">
          <Connections />
        </aside>
      </div>
      {(view === "document" || unsaved) && <DocumentHolder onSaving={setUnsaved} />}
      <Toasts />
      <Announcer />
    </NoticesContext>
  );
}

function Heading({ view }: { view: View }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${titles[view]} · Freshet`;
  }, [view]);
  return (
    <h1 ref={heading} className="view-title">
      {titles[view]}
    </h1>
  );
}

function Navigation({ view }: { view: View }) {
  const waiting = unread(useNotices().notices);
  const now = useNow();
  const tones = [...useReported().values()].map(({ status }) => statusText(status, now).tone);
  return (
    <nav aria-label="Views">
      <ul>
        {views.map((one) => (
          <li key={one} className={`nav-${one}`}>
            <a
              href={pathTo(one)}
              aria-current={one === view ? "page" : undefined}
              onClick={(event) => {
                if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                event.preventDefault();
                go(one);
                document.getElementById("content")?.focus({ preventScroll: true });
                scrollTo(0, 0);
              }}
            >
              <Icon name={one} />
              <span className="nav-long">{titles[one]}</span>
              <span className="nav-short">{shortTitles[one] ?? titles[one]}</span>
              {one === "notifications" && waiting > 0 && (
                <span className="badge">
                  {waiting}
                  <span className="visually-hidden"> unread</span>
                </span>
              )}
              {one === "connections" && <span className={`light tone-${worst(tones)}`} aria-hidden="true" />}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Who({ signOut }: { signOut: () => void }) {
  const { user } = useSession();
  return (
    <div className="who">
      <Avatar userId={user.id} name={user.name} />
      <span className="who-name">{user.name}</span>
      <ThemeSwitch />
      <button type="button" className="icon-button" onClick={signOut} aria-label="Sign out" title="Sign out">
        <Icon name="leave" />
      </button>
    </div>
  );
}
