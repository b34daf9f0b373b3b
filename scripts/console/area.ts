import type { Connections } from "./connections";
import type { Html } from "./html";

/** A part of a page that is asked for by itself, and again after so many milliseconds, where some are given. */
export interface Panel {
  readonly body: Html;
  readonly again?: number;
}

/** What somebody asks for. */
export interface Asked {
  readonly connections: Connections;
  /** Of the address. */
  readonly query: URLSearchParams;
  /** Of a form; empty without one. */
  readonly form: URLSearchParams;
}

/** One page of the console: what stands at `/<its name>`, `/<its name>/<panel>`, and takes a POST at `/<its name>/<action>`. */
export interface Area {
  readonly title: string;
  /** Drawn at once: it waits for no service. */
  readonly page: (query: URLSearchParams) => Html;
  readonly panels: Readonly<Record<string, (asked: Asked) => Promise<Panel>>>;
  /** Each answers with what is to be said about what it did. */
  readonly actions: Readonly<Record<string, (asked: Asked) => Promise<Html>>>;
}
