import { instance } from "@viz-js/viz";
import type { Architecture, Box } from "./architecture";

/** Light and dark as the reader has them: the rules win over what Graphviz writes into each shape. */
const style = `<style>
  svg { --ink: #1f2328; --faint: #656d76; --line: #8c959f; --box: #ffffff; --area: #f6f8fa; --inner: #eaeef2; --subnet: #ddebfb; background: #ffffff }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #e6edf3; --faint: #9198a1; --line: #6e7681; --box: #0d1117; --area: #161b22; --inner: #21262d; --subnet: #1c2f4a; background: #0d1117 }
  }
  text { font-size: 12px; font-family: system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: var(--ink) }
  .cluster > polygon, .cluster > path { fill: var(--area); stroke: none }
  .inner > polygon, .inner > path { fill: var(--inner) }
  .subnet > polygon, .subnet > path { fill: var(--subnet) }
  .cluster > text, .edge text { font-size: 11px; fill: var(--faint) }
  .node > polygon, .node > path { fill: var(--box); stroke: var(--line) }
  .edge > path { stroke: var(--line) }
  .edge > polygon { stroke: var(--line); fill: var(--line) }
</style>`;

/**
 * The picture as SVG, laid out by Graphviz: by itself, or as a part of a page that has the rules of its style.
 *
 * @param hrefOf where a click on a box leads; with it the picture is for a page
 */
export async function svgOf(architecture: Architecture, hrefOf?: (box: Box) => string): Promise<string> {
  const viz = await instance();
  const svg = viz.renderString(dotOf(architecture, hrefOf), { format: "svg", engine: "dot" });
  const own = hrefOf ? "" : `\n${style}`;
  // What comes before the element names a DTD that nobody needs; the comments name the nodes once more.
  return `${svg
    .slice(svg.indexOf("<svg"))
    .replace(/<!--[^]*?-->\n?/g, "")
    .replace(/(<svg[^>]*>)/, `$1\n<title>The architecture of Groundwork</title>${own}`)
    .replace(/<polygon fill="white" stroke="none"[^>]*\/>\n?/, "")
    .trim()}\n`;
}

function dotOf({ vpc, subnets, boxes, arrows }: Architecture, hrefOf?: (box: Box) => string): string {
  const node = (box: Box): string => {
    const link = hrefOf ? `, URL=${quote(hrefOf(box))}, tooltip=${quote(box.lines.join(" "))}` : "";
    return `${quote(box.id)} [label=${quote(box.lines.join("\n"))}${link}]`;
  };
  const inside = (place: Box["place"]): string =>
    boxes
      .filter((box) => box.place === place)
      .map(node)
      .join("\n");
  const cluster = (name: string, label: string, content: string, more = ""): string =>
    `subgraph ${quote(`cluster_${name}`)} { label=${quote(label)}; class=${quote(more)}; margin=14\n${content}\n}`;
  const subnet = (place: "public" | "private"): string =>
    cluster(place, `${place} subnets ${subnets[place].join(", ")}`, inside(place), "subnet");
  const vpcOf = cluster("vpc", `VPC ${vpc}`, `${subnet("public")}\n${subnet("private")}`, "inner");
  return `digraph {
    graph [rankdir=LR, fontname="Helvetica", fontsize=13, nodesep=0.3, ranksep=0.75, style="rounded,filled", labeljust=l, pad=0.1]
    node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=14, margin="0.16,0.08"]
    edge [fontname="Helvetica", fontsize=12, arrowsize=0.7]
    ${inside(undefined)}
    ${cluster("aws", "AWS", [inside("aws"), vpcOf, cluster("auth", "auth", inside("auth"), "inner")].join("\n"))}
    ${arrows.map(({ from, to, label }) => `${quote(from)} -> ${quote(to)} [label=${quote(` ${label} `)}]`).join("\n")}
  }`;
}

const quote = (text: string): string => JSON.stringify(text);
