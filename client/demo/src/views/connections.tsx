import { useEffect, useState, useSyncExternalStore } from "react";
import { statusText } from "../logic/status-text";
import { useSession } from "../parts/session-context";
import { useReported } from "../parts/status-board";
import { clockWithSeconds, useNow } from "../parts/use-now";

/** Every connection of the page, what to break it with, and what goes over the wire. */
export function Connections() {
  return (
    <>
      <Lights />
      <BreakThings />
      <Wire />
    </>
  );
}

function Lights() {
  const now = useNow();
  const reported = [...useReported().values()];
  return (
    <section className="card" aria-labelledby="lights-title">
      <h2 id="lights-title">Connections</h2>
      <ul className="lights">
        {reported.map(({ name, about, status }) => {
          const { tone, label, detail } = statusText(status, now);
          return (
            <li key={name}>
              <span className="lights-name">
                <strong>{name}</strong>
                <span className={`chip tone-${tone}`}>
                  <span className="light" aria-hidden="true" />
                  {label}
                </span>
              </span>
              <span className="muted small">{about}</span>
              <span className="muted small">{detail}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function BreakThings() {
  const { faults } = useSession();
  const { offline, noStreams } = useSyncExternalStore(faults.broken.subscribe, faults.broken.getSnapshot);
  return (
    <section className="card" aria-labelledby="break-title">
      <h2 id="break-title">Break things</h2>
      <p className="muted small">Then watch the lights above come back by themselves.</p>
      <div className="breaks">
        <button type="button" className="button" onClick={() => faults.drop()} disabled={offline}>
          Drop the connections
        </button>
        <button type="button" className="button" onClick={() => faults.spoilTickets()} disabled={offline}>
          Kill the tickets
        </button>
        <Switch on={offline} onChange={(on) => faults.setOffline(on)}>
          Offline
        </Switch>
        <Switch on={noStreams} onChange={(on) => faults.setNoStreams(on)}>
          Block event streams
        </Switch>
      </div>
    </section>
  );
}

interface SwitchProps {
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
  readonly children: string;
}

function Switch({ on, onChange, children }: SwitchProps) {
  return (
    <button type="button" role="switch" aria-checked={on} className="switch" onClick={() => onChange(!on)}>
      <span className="switch-track" aria-hidden="true" />
      {children}
    </button>
  );
}

function Wire() {
  const { faults } = useSession();
  const entries = useSyncExternalStore(faults.log.subscribe, faults.log.getSnapshot);
  // What is on top moves on by itself, which nobody can read aloud: a list, not a live region.
  const [held, setHeld] = useState<typeof entries>();
  useEffect(() => {
    if (!held) return;
    const release = (event: KeyboardEvent) => event.key === "Escape" && setHeld(undefined);
    addEventListener("keydown", release);
    return () => removeEventListener("keydown", release);
  }, [held]);
  return (
    <section className="card wire" aria-labelledby="wire-title">
      <div className="card-head">
        <h2 id="wire-title">On the wire</h2>
        <button
          type="button"
          className="button small"
          aria-pressed={held !== undefined}
          onClick={() => setHeld(held ? undefined : entries)}
        >
          {held ? "Go on" : "Hold"}
        </button>
      </div>
      <ol className="wire-list">
        {(held ?? entries).map(({ id, at, what, outcome, good, times }) => (
          <li key={id} className={good ? undefined : "wire-bad"}>
            <time className="muted">{clockWithSeconds(at)}</time>
            <span className="wire-what">{what}</span>
            <span className="wire-outcome">
              {outcome}
              {times > 1 && <span className="muted"> ×{times}</span>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
