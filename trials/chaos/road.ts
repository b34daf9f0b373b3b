import { type AddressInfo, type Socket, connect, createServer } from "node:net";

/** The way from the functions to PostgreSQL: an address that stays, whatever becomes of what is behind it. */
export class Road {
  private readonly ways = new Set<readonly [Socket, Socket]>();
  private readonly hanging = new Set<readonly [Socket, Socket]>();
  private readonly server = createServer((from) => this.lead(from));
  /** Hears of each connection that is ended or refused; undefined where all get through. */
  private closed: (() => void) | undefined;

  private constructor(
    private readonly host: string,
    private readonly target: number,
  ) {}

  static async open(host: string, target: number): Promise<Road> {
    const road = new Road(host, target);
    await new Promise<void>((resolve, reject) =>
      road.server.once("error", reject).listen(0, host, () => resolve()),
    );
    return road;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /**
   * From now on nothing goes through the connections that are open, and none of them is closed.
   *
   * @returns how many these are
   */
  hang(): number {
    for (const way of this.ways) {
      const [from, to] = way;
      from.unpipe(to).pause();
      to.unpipe(from).pause();
      this.hanging.add(way);
      this.ways.delete(way);
    }
    return this.hanging.size;
  }

  /** Ends all connections, and refuses new ones until `allow`. */
  refuse(onRefused: () => void): void {
    this.closed = onRefused;
    if (this.ways.size > 0) onRefused();
    end(this.ways);
  }

  /** All is as it was before; what hung is gone. */
  allow(): void {
    this.closed = undefined;
    end(this.hanging);
  }

  close(): void {
    this.server.close();
    end(this.ways);
    end(this.hanging);
  }

  private lead(from: Socket): void {
    if (this.closed) {
      this.closed();
      from.resetAndDestroy();
      return;
    }
    const to = connect(this.target, this.host);
    const way = [from, to] as const;
    this.ways.add(way);
    for (const [one, other] of [way, [to, from] as const]) {
      one.pipe(other);
      one.on("error", () => undefined); // "close" follows.
      one.on("close", () => {
        this.ways.delete(way);
        if (!this.hanging.has(way)) other.destroy();
      });
    }
  }
}

function end(ways: Set<readonly [Socket, Socket]>): void {
  for (const sockets of ways) for (const socket of sockets) socket.destroy();
  ways.clear();
}
