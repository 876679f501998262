import { useChannel } from "@freshet/client/react";
import { type FormEvent, useState } from "react";
import { money } from "../logic/notices";
import { useSession } from "../parts/session-context";
import { useReport } from "../parts/status-board";
import { StatusChip } from "../parts/status-chip";
import { clockWithSeconds } from "../parts/use-now";
import { post } from "../session";

interface Seen {
  readonly id: string;
  readonly orderId: number;
  readonly note: string;
  readonly at: number;
  /** Since the order was completed here; of another page's, and of old ones, unknown. */
  readonly afterMs: number | undefined;
}

const most = 12;
const newest = (seen: readonly Seen[], one: Seen) =>
  seen.some(({ id }) => id === one.id) ? seen : [one, ...seen].slice(0, most);

interface Customer {
  "order-completed": { readonly orderId: number; readonly total?: number };
}

interface Dashboard {
  "order-update": { readonly orderId: number; readonly status: string };
}

export function Orders() {
  const session = useSession();
  const [orderId, setOrderId] = useState(1001);
  const [customerId, setCustomerId] = useState(session.user.id);
  const [total, setTotal] = useState("24.90");
  const [answer, setAnswer] = useState("");
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState<ReadonlyMap<number, number>>(new Map());
  const [customer, setCustomer] = useState<readonly Seen[]>([]);
  const [dashboard, setDashboard] = useState<readonly Seen[]>([]);

  const seen = (id: string | undefined, order: number, note: string): Seen => {
    const at = Date.now();
    const began = asked.get(order);
    return { id: id ?? `${at}`, orderId: order, note, at, afterMs: began && at - began };
  };
  const own = useChannel<Customer>(
    "user:me",
    {
      "order-completed": ({ id, payload }) =>
        setCustomer((all) =>
          newest(all, seen(id, payload.orderId, payload.total === undefined ? "" : money(payload.total))),
        ),
    },
    // As the notification centre follows it, so that both have one connection.
    { last: 20 },
  );
  const shop = useChannel<Dashboard>("broadcast:orders", {
    "order-update": ({ id, payload }) => setDashboard((all) => newest(all, seen(id, payload.orderId, payload.status))),
  });
  useReport("Orders", "events of broadcast:orders", shop);

  const complete = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setAsked((all) => new Map(all).set(orderId, Date.now()));
    try {
      await post(session, `/api/orders/${orderId}/complete`, { customerId, total: Number(total) });
      setAnswer(`Order ${orderId}: done, said the service.`);
      setOrderId(orderId + 1);
    } catch (error) {
      setAnswer(`Order ${orderId} was not completed: ${error instanceof Error ? error.message : error}`);
    } finally {
      setBusy(false);
    }
  };

  // Only a service's token grants to publish to others.
  const mayChoose = session.user.role === "publisher";
  return (
    <>
      <section className="card" aria-labelledby="complete-title">
        <h2 id="complete-title">Complete an order</h2>
        <p className="muted small">
          One request to the service. It tells the customer{mayChoose ? "" : ", which is you,"} and everybody’s
          dashboard; no page asks.
        </p>
        <form className="row" onSubmit={(event) => void complete(event)}>
          <label>
            Order
            <input
              type="number"
              min={1}
              required
              value={orderId}
              onChange={({ target }) => setOrderId(target.valueAsNumber || 1)}
            />
          </label>
          {mayChoose && (
            <label>
              Customer
              <select value={customerId} onChange={({ target }) => setCustomerId(target.value)}>
                {session.users.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
          )}
          <label>
            Total in €
            <input
              type="number"
              min={0}
              step="0.01"
              required
              value={total}
              onChange={({ target }) => setTotal(target.value)}
            />
          </label>
          <button type="submit" className="button primary" disabled={busy}>
            Complete
          </button>
        </form>
        <p role="status" className="small">
          {answer}
        </p>
      </section>
      <div className="columns even">
        <Events title="The customer hears" about="order-completed on user:me" status={own} events={customer} />
        <Events title="The dashboard hears" about="order-update on broadcast:orders" status={shop} events={dashboard} />
      </div>
    </>
  );
}

interface EventsProps {
  readonly title: string;
  readonly about: string;
  readonly status: Parameters<typeof StatusChip>[0]["status"];
  readonly events: readonly Seen[];
}

function Events({ title, about, status, events }: EventsProps) {
  return (
    <section className="card" aria-label={title}>
      <div className="card-head">
        <div>
          <h2>{title}</h2>
          <p className="muted small">
            <code>{about}</code>
          </p>
        </div>
        <StatusChip status={status} of={title} />
      </div>
      {events.length === 0 && <p className="empty">Nothing yet.</p>}
      <ul className="events" aria-live="polite">
        {events.map(({ id, orderId, note, at, afterMs }) => (
          <li key={id}>
            <strong>Order {orderId}</strong>
            <span>{note}</span>
            <span className="muted small numbers">
              {afterMs === undefined ? clockWithSeconds(at) : `after ${afterMs} ms`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
