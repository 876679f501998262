import { useEffect, useState } from "react";
import { Choice } from "../parts/choice";
import { useSession } from "../parts/session-context";
import { post } from "../session";

type Rate = "0" | "2" | "20" | "100";

/** Publishes to `broadcast:demo` four times a second, in batches, so that there is something to see; not ephemeral, for polling does not see what is. */
export function Traffic() {
  const session = useSession();
  const [rate, setRate] = useState<Rate>("0");
  const [failed, setFailed] = useState("");
  useEffect(() => {
    if (rate === "0") return;
    let due = 0;
    const timer = setInterval(() => {
      due += Number(rate) / 4;
      const count = Math.floor(due);
      due -= count;
      if (!count) return;
      const event = { channel: "broadcast:demo", type: "tick", payload: { sentAt: Date.now() } };
      post(
        session,
        "/api/events",
        Array.from({ length: count }, () => event),
      ).then(
        () => setFailed(""),
        (error: unknown) => setFailed(error instanceof Error ? error.message : String(error)),
      );
    }, 250);
    return () => clearInterval(timer);
  }, [rate, session]);
  return (
    <div className="traffic">
      <Choice
        legend="Make traffic, events per second"
        value={rate}
        onChange={setRate}
        options={[
          ["0", "None"],
          ["2", "2"],
          ["20", "20"],
          ["100", "100"],
        ]}
      />
      <span role="status" className="small notice-bad">
        {rate === "0" ? "" : failed}
      </span>
    </div>
  );
}
