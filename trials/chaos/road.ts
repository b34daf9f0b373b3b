import { type AddressInfo, type Server, type Socket, connect, createServer } from "node:net";

type Way = readonly [from: Socket, to: Socket];

/** The way from the functions to PostgreSQL: addresses that stay, whatever becomes of what is behind them. */
export class Road {
  private readonly ways = new Set<Way>();
  private readonly hanging = new Set<Way>();
  /** Hears of the next connection of a load, which hangs. */
  private hung: (() => void) | undefined;
  /** Hears of each connection of a load that is ended or refused; undefined where all get through. */
  private closed: (() => void) | undefined;

  private constructor(
    private readonly host: string,
    private readonly target: number,
    private readonly loads: Server,
    private readonly others: Server,
  ) {}

  static async open(host: string, target: number): Promise<Road> {
    const road: Road = new Road(
      host,
      target,
      createServer((from) => road.lead(from)),
      createServer((from) => road.lead(from)),
    );
    for (const server of [road.loads, road.others]) {
      await new Promise<void>((resolve, reject) =>
        server.once("error", reject).listen(0, host, () => resolve()),
      );
    }
    return road;
  }

  /** For who loads. */
  get port(): number {
    return portOf(this.loads);
  }

  /** For others: what befalls them is not told. */
  get othersPort(): number {
    return portOf(this.others);
  }

  /**
   * From now on nothing goes through the connections that are open, and none of them is closed; where no load has one,
   * the same befalls its next one.
   */
  hang(onHung: () => void): void {
    const isMet = this.hasLoad();
    for (const way of this.ways) this.stop(way);
    if (isMet) onHung();
    else this.hung = onHung;
  }

  /** Ends all connections, and refuses new ones until `allow`. */
  refuse(onRefused: () => void): void {
    this.closed = onRefused;
    if (this.hasLoad()) onRefused();
    end(this.ways);
  }

  /** All is as it was before; what hung is gone. */
  allow(): void {
    this.closed = undefined;
    this.hung = undefined;
    end(this.hanging);
  }

  close(): void {
    this.loads.close();
    this.others.close();
    end(this.ways);
    end(this.hanging);
  }

  private hasLoad(): boolean {
    return [...this.ways].some(([from]) => from.localPort === this.port);
  }

  private stop(way: Way): void {
    const [from, to] = way;
    from.unpipe(to).pause();
    to.unpipe(from).pause();
    this.hanging.add(way);
    this.ways.delete(way);
  }

  private lead(from: Socket): void {
    const isLoad = from.localPort === this.port;
    if (this.closed) {
      if (isLoad) this.closed();
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
    if (!isLoad || !this.hung) return;
    this.stop(way);
    this.hung();
    this.hung = undefined;
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function end(ways: Set<Way>): void {
  for (const sockets of ways) for (const socket of sockets) socket.destroy();
  ways.clear();
}
