import type { WebSocketLike } from "@freshet/client";

export interface SocketRules {
  /** Called before a connection is opened; what it throws is a network that fails. */
  readonly before: (url: string) => Promise<void>;
  readonly opened: (socket: BreakableSocket) => void;
  readonly ended: (socket: BreakableSocket, code: number) => void;
}

/** A WebSocket that can be cut, and that waits before it connects. */
export class BreakableSocket implements WebSocketLike {
  onmessage: WebSocketLike["onmessage"] = null;
  onclose: WebSocketLike["onclose"] = null;
  onerror: WebSocketLike["onerror"] = null;
  readonly #rules: SocketRules;
  #socket: WebSocket | undefined;
  #over = false;

  constructor(url: string, rules: SocketRules) {
    this.#rules = rules;
    rules.opened(this);
    rules.before(url).then(
      () => this.#connect(url),
      () => this.cut(),
    );
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  close(code?: number): void {
    this.#end(1000);
    this.#socket?.close(code);
  }

  /** As when the cable is pulled: no farewell, and the client learns of it at once. */
  cut(): void {
    if (this.#over) return;
    this.#end(1006);
    this.#socket?.close();
    this.onclose?.({ code: 1006, reason: "" });
  }

  #connect(url: string): void {
    if (this.#over) return;
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onmessage = (event) => {
      if (!this.#over) this.onmessage?.(event);
    };
    socket.onerror = (event) => {
      if (!this.#over) this.onerror?.(event);
    };
    socket.onclose = ({ code, reason }) => {
      if (this.#over) return;
      this.#end(code);
      this.onclose?.({ code, reason });
    };
  }

  #end(code: number): void {
    if (!this.#over) this.#rules.ended(this, code);
    this.#over = true;
  }
}
