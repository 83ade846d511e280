import type { Template } from "./shape.ts";

export const policyEn: Template = {
  heading: "Session records policy of {company}",
  opening: "Engineers work with AI agents. Their conversations with them, the sessions, are kept beside the code. This policy says what is kept, who may see it, and what it is never used for.",
  sections: [
    {
      heading: "Purpose",
      adapt: true,
      clauses: [{ id: "purpose.record", text: "The sessions hold the reasoning behind the code. They are kept so that this reasoning survives a lost machine, a change of tool and a departure, and so that colleagues can learn from it when its author agrees. They are kept for no other purpose." }],
    },
    {
      heading: "Scope",
      clauses: [
        { id: "scope.connection", text: "The connection of a repository is the boundary. Recorded is only what ran in a checkout of a repository that is connected to a project of the company and has a listed remote. Everything else on the same machine is outside." },
        { id: "scope.tools", text: "Sessions of these tools are recorded: {tools}." },
        { id: "scope.accounts", text: "The tools are used on company accounts. Nobody is asked to use a private account for work, and hx does not know whose account a tool used." },
        { id: "scope.pause", text: "Pausing the recording of one's own sessions: {pause}." },
        { id: "scope.exclude", text: "Keeping a single session out of the record before it is pushed: {exclude}." },
      ],
    },
    {
      heading: "Custody",
      clauses: [
        { id: "custody.sealed", text: "The company keeps the record; keeping is not seeing. What is pushed is encrypted to its author, and whoever runs the servers can read none of it." },
        { id: "custody.unaltered", text: "What was recorded is not changed or withdrawn unnoticed: every client that has seen a state of the record refuses an older or a different one." },
        { id: "custody.retention", text: "Sessions are kept for: {retention}." },
      ],
    },
    {
      heading: "Visibility",
      clauses: [
        { id: "visibility.author", text: "A session as it was recorded is readable by its author, and by nobody else unless the author approves." },
        { id: "visibility.conditions", text: "A team may read a session only when all four conditions hold: it was recorded in a work repository; that repository is connected to a project; the team was granted that project; and the author approved a request of that team." },
        { id: "visibility.approval", text: "An approval covers what it names and no more. Only who is named in it gets a key." },
        { id: "visibility.revocation", text: "An approval can be revoked at any time. Unchanged programs stop opening the session as soon as they know of it; while they cannot ask, they go on for at most 8 hours after the last entry. What somebody has read, copied or kept before cannot be taken back." },
        { id: "visibility.lifetime", text: "Longest life of an approval: {approval}." },
        { id: "visibility.redaction", text: "Taking out the secrets that a scan finds before a session is shared: {redaction}." },
        { id: "visibility.administrators", text: "Managers and administrators have no access of their own. Who administers repositories, teams and people can read no session by that." },
        { id: "visibility.aggregates", text: "Everybody else sees figures about groups or nothing. The smallest group of which a figure is shown: {group} people, with its size and its trend." },
        { id: "visibility.screens", text: "Who may read treats what they read as confidential. What becomes of a screen that somebody photographs, or of a text that somebody copies, no program can hold." },
      ],
    },
    {
      heading: "Coaching",
      adapt: true,
      clauses: [{ id: "coaching.use", text: "Using sessions for coaching, of people who asked for it and with sessions that they approved for it: {coaching}. Nobody is put at a disadvantage for not asking." }],
    },
    {
      heading: "Never used for",
      clauses: [
        { id: "never.people", text: "The records are never used to assess, compare or rank people, to measure working time, output or cost per person, to decide on pay, promotion, discipline or dismissal, or to train a model on somebody's way of working. What such a use brings to light may not be held against anybody." },
        { id: "never.inference", text: "Nobody works out who wrote which sealed record from days, sizes or patterns, although that is technically possible." },
      ],
    },
    {
      heading: "Access log",
      clauses: [
        { id: "log.entry", text: "Before a session of somebody else is opened, an entry that says who opens it, when and for which reason is stored at the remote. Without the entry an unchanged program does not open." },
        { id: "log.author", text: "The author can read what unchanged programs write about their sessions: who asked, who was given access, who read." },
        { id: "log.changed", text: "Somebody who may read and changes their program can read without an entry. That is forbidden, and not technically prevented." },
        { id: "log.mentioned", text: "The log concerns the author and the co-authors whom the author names. People who are merely mentioned in a session are not detected, and get no entries." },
      ],
    },
    {
      heading: "Departure",
      adapt: true,
      clauses: [
        { id: "departure.closed", text: "When somebody leaves, the record stays. What they approved stays approved; what they did not approve stays closed, to the company too." },
        { id: "departure.succession", text: "A person can sign, if they want to, that a team may open their sessions after they have left. Without that signature nobody can arrange it." },
      ],
    },
    {
      heading: "Changes",
      clauses: [
        { id: "changes.notice", text: "Each version of this policy is signed by an administrator and announced before it takes effect. Notice at least: {notice}." },
        { id: "changes.versions", text: "Every version stays readable for everybody, for as long as the record exists." },
        { id: "changes.stated", text: "The values in this text and the values that the program keeps are the same data. A version whose text states something else cannot be published." },
        { id: "changes.repositories", text: "A repository may set tighter values than this policy, and never looser ones." },
        { id: "changes.instruments", text: "Other instruments that apply: {instruments}. Where one of them protects people better, it comes first." },
        { id: "changes.contact", text: "Questions and complaints go to: {contact}. Nobody is put at a disadvantage for asking." },
      ],
    },
  ],
};
