import type { Template } from "./shape.ts";

export const policyDe: Template = {
  heading: "Richtlinie über Sitzungsaufzeichnungen bei {company}",
  opening: "Entwicklerinnen und Entwickler arbeiten mit KI-Agenten. Ihre Gespräche mit ihnen, die Sitzungen, werden neben dem Code aufbewahrt. Diese Richtlinie sagt, was aufbewahrt wird, wer es sehen darf und wofür es nie verwendet wird.",
  sections: [
    {
      heading: "Zweck",
      adapt: true,
      clauses: [{ id: "purpose.record", text: "Die Sitzungen enthalten die Überlegungen hinter dem Code. Sie werden aufbewahrt, damit diese Überlegungen ein verlorenes Gerät, einen Wechsel des Werkzeugs und einen Weggang überdauern, und damit Kolleginnen und Kollegen daraus lernen können, wenn die Verfasserin oder der Verfasser zustimmt. Einen anderen Zweck gibt es nicht." }],
    },
    {
      heading: "Geltungsbereich",
      clauses: [
        { id: "scope.connection", text: "Die Verbindung eines Repositorys ist die Grenze. Aufgezeichnet wird nur, was in einem Checkout eines Repositorys lief, das mit einem Projekt des Unternehmens verbunden ist und ein gelistetes Remote hat. Alles andere auf demselben Gerät liegt außerhalb." },
        { id: "scope.tools", text: "Aufgezeichnet werden Sitzungen dieser Werkzeuge: {tools}." },
        { id: "scope.accounts", text: "Die Werkzeuge werden mit Konten des Unternehmens benutzt. Niemand wird gebeten, für die Arbeit ein privates Konto zu benutzen, und hx weiß nicht, wessen Konto ein Werkzeug benutzt hat." },
        { id: "scope.pause", text: "Die Aufzeichnung der eigenen Sitzungen anzuhalten, ist: {pause}." },
        { id: "scope.exclude", text: "Eine einzelne Sitzung vor der Übertragung von der Aufzeichnung auszunehmen, ist: {exclude}." },
      ],
    },
    {
      heading: "Verwahrung",
      clauses: [
        { id: "custody.sealed", text: "Das Unternehmen verwahrt die Aufzeichnung; verwahren heißt nicht sehen. Was übertragen wird, ist für seine Verfasserin oder seinen Verfasser verschlüsselt, und wer die Server betreibt, kann nichts davon lesen." },
        { id: "custody.unaltered", text: "Was aufgezeichnet wurde, wird nicht unbemerkt geändert oder entzogen: Jedes Programm, das einen Stand der Aufzeichnung gesehen hat, weist einen älteren oder anderen zurück." },
        { id: "custody.retention", text: "Sitzungen werden so lange aufbewahrt: {retention}." },
      ],
    },
    {
      heading: "Sichtbarkeit",
      clauses: [
        { id: "visibility.author", text: "Eine Sitzung, wie sie aufgezeichnet wurde, kann lesen, wer sie verfasst hat, und sonst niemand, es sei denn, diese Person gibt sie frei." },
        { id: "visibility.conditions", text: "Ein Team darf eine Sitzung nur lesen, wenn alle vier Bedingungen erfüllt sind: Sie wurde in einem Arbeits-Repository aufgezeichnet; dieses Repository ist mit einem Projekt verbunden; dem Team wurde dieses Projekt zugeteilt; und die Verfasserin oder der Verfasser hat eine Anfrage dieses Teams freigegeben." },
        { id: "visibility.approval", text: "Eine Freigabe umfasst, was sie nennt, und nicht mehr. Einen Schlüssel bekommt nur, wer in ihr genannt ist." },
        { id: "visibility.revocation", text: "Eine Freigabe kann jederzeit widerrufen werden. Unveränderte Programme öffnen die Sitzung nicht mehr, sobald sie davon wissen; solange sie nicht nachfragen können, höchstens noch 8 Stunden nach dem letzten Eintrag. Was jemand vorher gelesen, kopiert oder behalten hat, lässt sich nicht zurückholen." },
        { id: "visibility.lifetime", text: "Längste Dauer einer Freigabe: {approval}." },
        { id: "visibility.redaction", text: "Vor dem Teilen die Geheimnisse herauszunehmen, die eine Suche findet, ist: {redaction}." },
        { id: "visibility.administrators", text: "Führungskräfte und Administratoren haben keinen eigenen Zugang. Wer Repositorys, Teams und Personen verwaltet, kann dadurch keine Sitzung lesen." },
        { id: "visibility.aggregates", text: "Alle anderen sehen Zahlen über Gruppen oder nichts. Die kleinste Gruppe, zu der eine Zahl gezeigt wird: {group} Personen, mit ihrer Größe und ihrem Verlauf." },
        { id: "visibility.screens", text: "Wer lesen darf, behandelt das Gelesene vertraulich. Was aus einem Bildschirm wird, den jemand fotografiert, oder aus einem Text, den jemand kopiert, kann kein Programm verhindern." },
      ],
    },
    {
      heading: "Coaching",
      adapt: true,
      clauses: [{ id: "coaching.use", text: "Sitzungen für ein Coaching zu verwenden, das jemand selbst gewünscht hat, und mit Sitzungen, die diese Person dafür freigegeben hat, ist: {coaching}. Wer kein Coaching wünscht, hat dadurch keinen Nachteil." }],
    },
    {
      heading: "Nie verwendet für",
      clauses: [
        { id: "never.people", text: "Die Aufzeichnungen werden nie verwendet, um Personen zu beurteilen, zu vergleichen oder in eine Rangfolge zu bringen, um Arbeitszeit, Leistung oder Kosten je Person zu messen, um über Vergütung, Beförderung, Abmahnung oder Kündigung zu entscheiden, oder um ein Modell auf die Arbeitsweise einer Person zu trainieren. Was eine solche Verwendung zutage bringt, darf niemandem vorgehalten werden." },
        { id: "never.inference", text: "Niemand schließt aus Tagen, Größen oder Mustern, von wem eine versiegelte Aufzeichnung stammt, obwohl das technisch möglich ist." },
      ],
    },
    {
      heading: "Zugriffsprotokoll",
      clauses: [
        { id: "log.entry", text: "Bevor eine Sitzung einer anderen Person geöffnet wird, liegt am Remote ein Eintrag, der sagt, wer sie wann und aus welchem Grund öffnet. Ohne den Eintrag öffnet ein unverändertes Programm nicht." },
        { id: "log.author", text: "Die Verfasserin oder der Verfasser kann lesen, was unveränderte Programme über die eigenen Sitzungen eintragen: wer gefragt hat, wer Zugang bekam, wer gelesen hat." },
        { id: "log.changed", text: "Wer lesen darf und sein Programm verändert, kann ohne Eintrag lesen. Das ist verboten und wird technisch nicht verhindert." },
        { id: "log.mentioned", text: "Das Protokoll betrifft die Verfasserin oder den Verfasser und die Mitverfassenden, die sie oder er nennt. Personen, die in einer Sitzung nur erwähnt werden, werden nicht erkannt und bekommen keine Einträge." },
      ],
    },
    {
      heading: "Weggang",
      adapt: true,
      clauses: [
        { id: "departure.closed", text: "Wenn jemand geht, bleibt die Aufzeichnung. Was diese Person freigegeben hat, bleibt freigegeben; was sie nicht freigegeben hat, bleibt verschlossen, auch für das Unternehmen." },
        { id: "departure.succession", text: "Wer möchte, kann unterschreiben, dass ein Team die eigenen Sitzungen nach dem Weggang öffnen darf. Ohne diese Unterschrift kann das niemand einrichten." },
      ],
    },
    {
      heading: "Änderungen",
      clauses: [
        { id: "changes.notice", text: "Jede Fassung dieser Richtlinie ist von einer Administratorin oder einem Administrator signiert und wird angekündigt, bevor sie gilt. Frist mindestens: {notice}." },
        { id: "changes.versions", text: "Jede Fassung bleibt für alle lesbar, solange es die Aufzeichnung gibt." },
        { id: "changes.stated", text: "Die Werte in diesem Text und die Werte, an die sich das Programm hält, sind dieselben Daten. Eine Fassung, deren Text etwas anderes angibt, kann nicht veröffentlicht werden." },
        { id: "changes.repositories", text: "Ein Repository darf engere Werte setzen als diese Richtlinie, nie weitere." },
        { id: "changes.instruments", text: "Weitere Regelungen, die gelten: {instruments}. Wo eine von ihnen Personen besser schützt, geht sie vor." },
        { id: "changes.contact", text: "Fragen und Beschwerden gehen an: {contact}. Wer fragt, hat dadurch keinen Nachteil." },
      ],
    },
  ],
};
