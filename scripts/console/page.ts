import { type Html, html } from "./html";

/** The pages that the navigation shows, in its order. */
const navigation = [
  ["map", "Map"],
  ["files", "Files"],
  ["tables", "Tables"],
  ["functions", "Functions"],
  ["users", "Users"],
  ["api", "API"],
] as const;

/** A whole page around `body`. */
export function page({
  stack,
  name,
  title,
  body,
  isWatched,
}: {
  stack: string;
  name: string;
  title: string;
  body: Html;
  /** Whether changes of the programs are deployed as they are saved. */
  isWatched: boolean;
}): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Groundwork ${stack}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/style.css" />
        <script src="/client.js" defer></script>
      </head>
      <body>
        <a class="skip" href="#main">To the content</a>
        <header>
          <p class="brand">Groundwork <span class="stack">${stack}</span></p>
          <nav aria-label="Pages">
            ${navigation.map(
              ([path, label]) =>
                html`<a href="/${path}" ${isCurrent(name, path) && html` aria-current="page"`}>${label}</a>`,
            )}
            ${isWatched && html`<a href="/watch" ${name === "watch" && html` aria-current="page"`}>Watch</a>`}
          </nav>
          ${isWatched && html`<div class="watch" data-load="/watch/last"></div>`}
        </header>
        <main id="main">
          <h1>${title}</h1>
          <div id="said" role="status"></div>
          <noscript><p class="problem">This page needs its script: allow it in your browser.</p></noscript>
          ${body}
        </main>
      </body>
    </html> `;
}

/** A job is one of the files, a table one of the tables. */
const isCurrent = (name: string, path: string): boolean =>
  name === path || (name === "job" && path === "files") || (name === "table" && path === "tables");

/** A part of a page that the script fills, from `address`. */
export function panel(title: string, address: string): Html {
  return html`<section>
    <h2>${title}</h2>
    <div class="panel" data-load="${address}"><p class="quiet">Loading …</p></div>
  </section>`;
}

/** A page that says one thing, to who has no way in. */
export function lockedPage(said: string): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Groundwork</title>
      </head>
      <body>
        <main>
          <h1>Groundwork</h1>
          <p>${said}</p>
        </main>
      </body>
    </html> `;
}

/** A table with a head. A column that begins with # holds numbers. */
export function dataTable(
  label: string,
  columns: readonly string[],
  rows: readonly (readonly (Html | string)[])[],
): Html {
  const isNumber = columns.map((column) => column.startsWith("#"));
  return html`<div class="wide" role="region" aria-label="${label}" tabindex="0">
    <table>
      <thead>
        <tr>
          ${columns.map((column, at) => html`<th scope="col" ${numeric(isNumber[at])}>${column.replace(/^#/, "")}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell, at) => html`<td${numeric(isNumber[at])}>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const numeric = (is: boolean | undefined): Html | false => is === true && html` class="number"`;

/** Names and what they stand for. */
export const facts = (rows: readonly (readonly [string, Html | string | number])[]): Html =>
  html`<dl>
    ${rows.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;

export const problem = (said: string): Html => html`<p class="problem">${said}</p>`;
export const done = (said: string): Html => html`<p class="done">${said}</p>`;
