import type { ConnectionStatus, Stats, StreamEvent } from "@freshet/client";
import { useChannel, useChannelPoller, usePolling } from "@freshet/client/react";
import { useEffect, useRef, useState } from "react";
import { Bins, median } from "../logic/bins";
import { Chart } from "../parts/chart";
import { Choice } from "../parts/choice";
import { useReport } from "../parts/status-board";
import { StatusChip } from "../parts/status-chip";
import { Traffic } from "./traffic";

const seconds = 60;
const channels = ["broadcast:orders", "broadcast:demo"];

type Way = "sse" | "polling";

export function Dashboard() {
  const [way, setWay] = useState<Way>("sse");
  const { hear, rates, freshness, connections, stats, statsStatus } = useFigures();
  useReport("Statistics", "GET /api/stats, every 2 s", statsStatus);
  const Feed = way === "sse" ? StreamFeed : PollingFeed;
  return (
    <>
      <section className="tiles" aria-label="Now">
        <Tile name="Events per second" value={stats?.eventsPerSecond} />
        <Tile name="Deliveries per second" value={stats?.deliveriesPerSecond} />
        <Tile
          name="Connections"
          value={stats && stats.connections.sse + stats.connections.websocket + stats.connections.poll}
        />
        <Tile name="Users" value={stats?.users} note={stats && `${stats.pods} ${stats.pods === 1 ? "pod" : "pods"}`} />
      </section>
      <section className="card" aria-labelledby="feed-title">
        <div className="card-head">
          <div>
            <h2 id="feed-title">Events on this page</h2>
            <p className="muted small">
              <code>{channels.join(", ")}</code>
            </p>
          </div>
          <Choice
            legend="How they come"
            value={way}
            onChange={setWay}
            options={[
              ["sse", "SSE"],
              ["polling", "Polling"],
            ]}
          />
        </div>
        <Feed hear={hear} />
        <Chart
          title="Events per second, as they came here"
          unit="events/s"
          series={[{ name: "events/s", values: rates, hue: 1 }]}
          kind="bars"
        />
        <p className="figures small">
          Freshness of the last 100:{" "}
          <strong className="numbers">{freshness === undefined ? "none yet" : `${freshness} ms`}</strong>{" "}
          <span className="muted">from publishing to this page, in the middle</span>
        </p>
        <Traffic />
      </section>
      <section className="card" aria-labelledby="connections-title">
        <div className="card-head">
          <div>
            <h2 id="connections-title">Connections to the machine</h2>
            <p className="muted small">
              <code>GET /api/stats</code>, a 304 while nothing changes
            </p>
          </div>
          <StatusChip status={statsStatus} of="Statistics" />
        </div>
        <Chart
          title="Open connections over all pods"
          unit="connections"
          kind="lines"
          series={[
            { name: "SSE", values: connections.map(({ sse }) => sse), hue: 1 },
            { name: "WebSocket", values: connections.map(({ websocket }) => websocket), hue: 5 },
            { name: "Polling", values: connections.map(({ poll }) => poll), hue: 3 },
          ]}
        />
      </section>
    </>
  );
}

interface FeedProps {
  readonly hear: (event: StreamEvent) => void;
}

function StreamFeed({ hear }: FeedProps) {
  const status = useChannel(channels, { "*": hear });
  return <FeedStatus status={status} />;
}

function PollingFeed({ hear }: FeedProps) {
  const status = useChannelPoller({ channels, intervalMs: 3000 }, { "*": hear });
  return <FeedStatus status={status} />;
}

function FeedStatus({ status }: { status: ConnectionStatus }) {
  useReport("Dashboard", `events of ${channels.join(", ")}`, status);
  return (
    <p className="feed-status">
      <StatusChip status={status} of="Dashboard" />
    </p>
  );
}

function Tile({ name, value, note }: { name: string; value: number | undefined; note?: string | undefined }) {
  const shown = value === undefined ? "–" : new Intl.NumberFormat("en", { maximumFractionDigits: 1 }).format(value);
  return (
    <div className="tile card">
      <span className="muted small">{name}</span>
      <strong className="numbers">{shown}</strong>
      {note && <span className="muted small">{note}</span>}
    </div>
  );
}

type Connections = Stats["connections"];
const none: Connections = { sse: 0, websocket: 0, poll: 0 };

/** What the charts show: the last minute, in steps of a second. */
function useFigures() {
  const [bins] = useState(() => new Bins(seconds));
  const delays = useRef<number[]>([]);
  const [rates, setRates] = useState<readonly number[]>(() => Array.from({ length: seconds }, () => 0));
  const [freshness, setFreshness] = useState<number>();
  const [connections, setConnections] = useState<readonly Connections[]>([]);
  const { polled, status: statsStatus } = usePolling<Stats>("/api/stats", { intervalMs: 2000 });
  const stats = polled.state === "loaded" ? polled.data : undefined;
  const now = useRef(stats);
  useEffect(() => {
    now.current = stats;
  }, [stats]);

  useEffect(() => {
    const timer = setInterval(() => {
      setRates(bins.series(Date.now()));
      setFreshness(median(delays.current));
      const counted = now.current?.connections;
      if (counted) setConnections((all) => [...all, counted].slice(-seconds));
    }, 1000);
    return () => clearInterval(timer);
  }, [bins]);

  const hear = ({ type, payload }: StreamEvent) => {
    if (type === "gap" || type === "heartbeat") return;
    const at = Date.now();
    bins.record(at);
    const sentAt = (payload as { sentAt?: unknown } | null)?.sentAt;
    if (typeof sentAt === "number") delays.current = [...delays.current, Math.max(0, at - sentAt)].slice(-100);
  };
  const padded = [...Array.from({ length: seconds - connections.length }, () => none), ...connections];
  return { hear, rates, freshness, connections: padded, stats, statsStatus };
}
