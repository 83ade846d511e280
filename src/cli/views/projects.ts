import { visibleLine } from "../io/control-characters.ts";
import type { ProjectListing, ProjectReport, ProjectRow } from "../world.ts";
import { nameOf, namesOf } from "./teams.ts";
import { counted, shortId } from "./words.ts";
import type { Style } from "./words.ts";

export function projectReportView({ outcomes, project }: ProjectReport): string {
  const name = nameOf(project);
  return outcomes
    .map(({ act, already, team }) => {
      const who = team === undefined ? "the team" : nameOf(team);
      if (act === "granted") return already ? `${who} was granted ${name} already\n` : `${who} can ask for sessions of ${name} now; each author decides\n`;
      if (act === "withdrawn") return already ? `${who} was not granted ${name}\n` : `${who} can ask for nothing of ${name} any more. No key was taken back: what was shared before can be opened by who has it\n`;
      return `project ${name} is there now; a team gets it with:  hx project grant <team> --project ${shortId(project.id)}\n`;
    })
    .join("");
}

export function projectsTable(listing: ProjectListing, style: Style): string {
  const width = Math.max(...listing.projects.map((project) => nameOf(project).length));
  const lines = listing.projects.map((project) => {
    const mark = isHere(project) ? ", this one too" : "";
    return `${style.bold(nameOf(project).padEnd(width))}  ${style.dim(shortId(project.id))}  ${counted(project.repositories.length, "repository").replace("repositorys", "repositories")}${mark}; teams: ${namesOf(project.teams, "none")}\n`;
  });
  return `${lines.join("")}${hereView(listing)}${style.dim(`as of statement ${listing.head}`)}\n`;
}

export function projectsLines({ projects }: ProjectListing): string {
  return projects.map((project) => `${[project.id, project.repositories.length, project.teams.map(nameOf).join(","), isHere(project) ? "here" : "", project.name ?? ""].map((cell) => visibleLine(String(cell))).join("\t")}\n`).join("");
}

function hereView({ here }: ProjectListing): string {
  const source = here.source === "working tree" ? "the connection file of the working tree, which is on no default branch yet" : `the connection file of ${visibleLine(here.revision ?? "the default branch")}`;
  const paths = here.paths.map(({ directory, project }) => `  ${visibleLine(directory)}  ${project === undefined ? "none" : nameOf(project)}\n`);
  return `this checkout, by ${source}:\n${paths.join("")}`;
}

function isHere({ repositories }: ProjectRow): boolean {
  return repositories.some(({ here }) => here);
}
