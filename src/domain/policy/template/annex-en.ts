import type { Template } from "./shape.ts";

export const annexEn: Template = {
  heading: "Annex: data protection and co-determination at {company}",
  opening: "Sessions are personal data of those who wrote them, and often of others. This annex lists what the law usually asks, and what the program can and cannot do for it. Have it checked for your country and your organisation.",
  sections: [
    {
      heading: "Lawful basis",
      adapt: true,
      clauses: [
        { id: "basis.purposes", text: "Each purpose has its own basis under Article 6 GDPR, and it is written down for each: keeping the record of work, usually legitimate interests, Article 6(1)(f), with a balancing test; the access log and the checks of this policy, legitimate interests or a legal duty, Article 6(1)(f) or (c); sharing a session with a team, the same basis as keeping it, limited by the author's approval; coaching, only on request." },
        { id: "basis.approval", text: "The author's approval in the program is a safeguard. It is not by itself consent under Article 6(1)(a): between employer and employee, consent is often not freely given." },
        { id: "basis.employment", text: "Article 88 GDPR allows member states and collective agreements to set more specific rules for employment. In Germany, section 26 BDSG names the employment relationship; since the Court of Justice ruled on a like-worded rule of a German state (C-34/21), it is open how far its general clause can be relied on. Get advice before you rest on it alone. A works agreement can be a basis if it meets the demands of Article 88(2)." },
      ],
    },
    {
      heading: "Information",
      clauses: [
        { id: "information.given", text: "Before the first recording everybody is given the information of Article 13 GDPR: controller, contact, purposes and bases, recipients, how long, and their rights. This policy and this annex are part of it." },
        { id: "information.others", text: "People who are only mentioned in a session are not found by the program. Where Article 14 GDPR asks that they be told, the organisation sees to it in another way, or writes down why an exception applies." },
      ],
    },
    {
      heading: "Access and export",
      clauses: [{ id: "access.person", text: "Everybody can see and export their own sessions, and the log of who asked for and read them, with their own keys and without asking anybody (Article 15 GDPR). The company cannot do it for them, because it cannot open what they did not approve. Other requests go to: {contact}." }],
    },
    {
      heading: "Erasure",
      clauses: [
        { id: "erasure.can", text: "Erasure (Article 17 GDPR) works by removing the wrapped keys: what was encrypted to them stays as bytes that can no longer be opened from the current state of the record." },
        { id: "erasure.cannot", text: "It does not reach old clones, backups, the host's unreachable objects, the author's own keys and recovery phrase, or copies that somebody exported: where an old wrap and its key still exist, the content can be opened. Whether the law takes this for erasure has to be judged case by case." },
        { id: "erasure.requests", text: "Requests for erasure are answered within one month. The organisation keeps a list of the clones and backups that it controls, and deletes what was erased there too, at the latest with their regular cycle." },
      ],
    },
    {
      heading: "Records of processing",
      adapt: true,
      clauses: [{ id: "records.processing", text: "The record under Article 30 GDPR has an entry for this processing: purposes, groups of people, kinds of data, recipients (the teams, and the host as a processor), how long ({retention}), and the technical measures, for which the threat model of the program can be cited." }],
    },
    {
      heading: "Impact assessment",
      adapt: true,
      clauses: [{ id: "impact.assessment", text: "The organisation checks before the start whether an impact assessment under Article 35 GDPR is needed, and writes down the result. Records of how people work, in a position of dependence, speak for one. The advice of the data protection officer, and the views of those concerned or of their representatives, are sought." }],
    },
    {
      heading: "Works council",
      adapt: true,
      clauses: [
        { id: "codetermination.rights", text: "Where there is a works council, it is informed in good time. In Germany: section 80 BetrVG (watching over the rules that protect employees, information, experts) and section 87(1) no. 6 BetrVG (technical devices that are suited to monitor behaviour or performance; on the settled reading of the courts it is enough that they are suited to it). Where that right applies, the system is not introduced without agreement." },
        { id: "codetermination.agreement", text: "A works agreement says at least: purposes, and the uses that are forbidden; which repositories and tools; who may see what, under which conditions; the smallest group ({group}); how long; opting out ({pause}, {exclude}); the log and who checks it; what follows from a breach, and that what was obtained by it is not used; changes, notice ({notice}) and the end of the agreement; and that it goes before this policy." },
        { id: "codetermination.checks", text: "The works council and the data protection officer can check at any time what this policy says, without a key: with the program, on a clone, and without anybody's help." },
      ],
    },
  ],
};
