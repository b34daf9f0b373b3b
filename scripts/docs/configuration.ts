import { type ConfigKey, choices, configKeysOf, defaultOf } from "../newEnvironment/file";
import { withMade } from "./page";

/** The text of docs/configuration.md with the keys as the programs' schemas tell them now. */
export function configurationDocument(text: string): Promise<string> {
  const keys = configKeysOf();
  const projects = [...new Set(keys.map(projectOf))];
  const sections = projects.map((project) => {
    const rows = keys.filter((key) => projectOf(key) === project).map(row);
    const titles = ["key", "what it is", "choices and default", "cost"];
    return `## ${project}\n\n${[titles, titles.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")}`;
  });
  return withMade("configuration.md", text, sections.join("\n\n"));
}

const projectOf = ({ key }: ConfigKey): string => key.split(":")[0] ?? "";

function row({ key, facts, isRequired }: ConfigKey): string[] {
  const values = [choices(facts), defaultOf(facts), isRequired ? "Has to be set." : ""];
  return [
    `\`${key}\``,
    cell(facts.description ?? ""),
    cell(values.filter((each) => each !== "").join(" ")),
    cell(facts.cost ?? ""),
  ];
}

const cell = (text: string): string => text.replaceAll("\n", " ").replaceAll("|", "\\|");
