import type { Template } from "./shape.ts";

export const annexDe: Template = {
  heading: "Anhang: Datenschutz und Mitbestimmung bei {company}",
  opening: "Sitzungen sind personenbezogene Daten derer, die sie geschrieben haben, und oft auch anderer. Dieser Anhang nennt, was das Recht üblicherweise verlangt, und was das Programm dafür tun kann und was nicht. Lassen Sie ihn für Ihr Land und Ihre Organisation prüfen.",
  sections: [
    {
      heading: "Rechtsgrundlage",
      adapt: true,
      clauses: [
        { id: "basis.purposes", text: "Jeder Zweck hat seine eigene Grundlage nach Artikel 6 DSGVO, und sie wird für jeden festgehalten: die Arbeitsaufzeichnung zu verwahren, meist berechtigte Interessen, Artikel 6 Absatz 1 Buchstabe f, mit einer Abwägung; das Zugriffsprotokoll und die Prüfungen dieser Richtlinie, berechtigte Interessen oder eine rechtliche Verpflichtung, Artikel 6 Absatz 1 Buchstabe f oder c; eine Sitzung mit einem Team zu teilen, dieselbe Grundlage wie die Verwahrung, begrenzt durch die Freigabe der Verfasserin oder des Verfassers; Coaching, nur auf Wunsch." },
        { id: "basis.approval", text: "Die Freigabe im Programm ist eine Schutzmaßnahme. Sie ist für sich allein keine Einwilligung nach Artikel 6 Absatz 1 Buchstabe a: Zwischen Arbeitgeber und Beschäftigten ist eine Einwilligung oft nicht freiwillig." },
        { id: "basis.employment", text: "Artikel 88 DSGVO erlaubt Mitgliedstaaten und Kollektivvereinbarungen, für die Beschäftigung spezifischere Vorschriften zu erlassen. In Deutschland nennt § 26 BDSG das Beschäftigungsverhältnis; seit der Gerichtshof über eine gleich gefasste Vorschrift eines Bundeslandes entschieden hat (C-34/21), ist offen, wie weit seine Generalklausel noch trägt. Holen Sie Rat ein, bevor Sie sich allein darauf stützen. Eine Betriebsvereinbarung kann eine Grundlage sein, wenn sie den Anforderungen des Artikels 88 Absatz 2 genügt." },
      ],
    },
    {
      heading: "Information",
      clauses: [
        { id: "information.given", text: "Vor der ersten Aufzeichnung bekommen alle die Informationen nach Artikel 13 DSGVO: Verantwortlicher, Kontakt, Zwecke und Grundlagen, Empfänger, Dauer und ihre Rechte. Diese Richtlinie und dieser Anhang sind ein Teil davon." },
        { id: "information.others", text: "Personen, die in einer Sitzung nur erwähnt werden, findet das Programm nicht. Wo Artikel 14 DSGVO verlangt, sie zu informieren, sorgt die Organisation auf anderem Weg dafür oder hält fest, warum eine Ausnahme gilt." },
      ],
    },
    {
      heading: "Auskunft und Export",
      clauses: [{ id: "access.person", text: "Jede Person kann die eigenen Sitzungen und das Protokoll, wer nach ihnen gefragt und sie gelesen hat, mit den eigenen Schlüsseln sehen und exportieren, ohne jemanden zu fragen (Artikel 15 DSGVO). Das Unternehmen kann das nicht für sie tun, weil es nicht öffnen kann, was sie nicht freigegeben hat. Andere Anfragen gehen an: {contact}." }],
    },
    {
      heading: "Löschung",
      clauses: [
        { id: "erasure.can", text: "Gelöscht (Artikel 17 DSGVO) wird, indem die eingepackten Schlüssel entfernt werden: Was für sie verschlüsselt war, bleibt als Bytes zurück, die sich aus dem aktuellen Stand der Aufzeichnung nicht mehr öffnen lassen." },
        { id: "erasure.cannot", text: "Das erreicht nicht: alte Klone, Sicherungen, unerreichbare Objekte beim Host, die eigenen Schlüssel und die Wiederherstellungsphrase der Verfasserin oder des Verfassers, oder Kopien, die jemand exportiert hat. Wo es einen alten eingepackten Schlüssel und das Gegenstück noch gibt, lässt sich der Inhalt öffnen. Ob das Recht dies als Löschung ansieht, ist im Einzelfall zu beurteilen." },
        { id: "erasure.requests", text: "Anträge auf Löschung werden innerhalb eines Monats beantwortet. Die Organisation führt eine Liste der Klone und Sicherungen, über die sie verfügt, und löscht dort ebenfalls, was gelöscht wurde, spätestens mit deren regelmäßigem Ablauf." },
      ],
    },
    {
      heading: "Verzeichnis von Verarbeitungstätigkeiten",
      adapt: true,
      clauses: [{ id: "records.processing", text: "Das Verzeichnis nach Artikel 30 DSGVO hat einen Eintrag für diese Verarbeitung: Zwecke, Gruppen von Personen, Arten von Daten, Empfänger (die Teams, und der Host als Auftragsverarbeiter), Dauer ({retention}) und die technischen Maßnahmen, für die auf das Bedrohungsmodell des Programms verwiesen werden kann." }],
    },
    {
      heading: "Folgenabschätzung",
      adapt: true,
      clauses: [{ id: "impact.assessment", text: "Die Organisation prüft vor dem Beginn, ob eine Folgenabschätzung nach Artikel 35 DSGVO nötig ist, und hält das Ergebnis fest. Aufzeichnungen darüber, wie Menschen arbeiten, in einem Verhältnis der Abhängigkeit, sprechen dafür. Der Rat der oder des Datenschutzbeauftragten und der Standpunkt der Betroffenen oder ihrer Vertretung werden eingeholt." }],
    },
    {
      heading: "Betriebsrat",
      adapt: true,
      clauses: [
        { id: "codetermination.rights", text: "Wo es einen Betriebsrat gibt, wird er rechtzeitig unterrichtet. In Deutschland: § 80 BetrVG (Überwachung der Vorschriften zum Schutz der Beschäftigten, Unterrichtung, Sachverständige) und § 87 Absatz 1 Nummer 6 BetrVG (technische Einrichtungen, die zur Überwachung von Verhalten oder Leistung bestimmt sind; nach ständiger Rechtsprechung reicht, dass sie dazu geeignet sind). Wo dieses Recht besteht, wird das System nicht ohne Einigung eingeführt." },
        { id: "codetermination.agreement", text: "Eine Betriebsvereinbarung regelt mindestens: Zwecke und verbotene Verwendungen; welche Repositorys und Werkzeuge; wer unter welchen Bedingungen was sehen darf; die kleinste Gruppe ({group}); die Dauer; die Möglichkeiten, sich auszunehmen ({pause}, {exclude}); das Protokoll und wer es prüft; was aus einem Verstoß folgt, und dass so Erlangtes nicht verwertet wird; Änderungen, Frist ({notice}) und Ende der Vereinbarung; und dass sie dieser Richtlinie vorgeht." },
        { id: "codetermination.checks", text: "Der Betriebsrat und die oder der Datenschutzbeauftragte können jederzeit ohne Schlüssel prüfen, was diese Richtlinie sagt: mit dem Programm, an einem Klon, und ohne fremde Hilfe." },
      ],
    },
  ],
};
