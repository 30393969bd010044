import type { KeptConsent } from '../../governance/consents/consents'
import type { AccessRequest } from './request'

export interface PageFacts {
  /** The organisation as its registry names it. */
  organisation: string
  consents: readonly { kind: string; content: unknown; updatedAt: string }[]
  recipients: readonly {
    name: string
    host?: string | undefined
    events: number
    latestAt?: string | undefined
  }[]
  /** Days by retention class. */
  keptDays: Readonly<Record<string, number>>
}

/**
 * Writes the page that a parent reads: plain words, no program, nothing fetched. Every text that somebody sent is
 * escaped.
 */
export function accessPage(request: AccessRequest, facts: PageFacts): string {
  const { found, summary, createdAt, actorIds } = request
  const { organisation, consents, recipients, keptDays } = facts
  const total = found.events
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>What ${text(organisation)} keeps about you</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>What ${text(organisation)} keeps about you</h1>
<p>This is a copy of everything that the learning systems of ${text(organisation)} have told Nonius, the program that
collects their records, about ${list(actorIds)}. It was made on ${time(createdAt)}. If you are a parent, “you” means your child.</p>

<h2>In short</h2>
<ul>
${
  total === 0
    ? '<li>No activities are kept.</li>'
    : `<li><strong>${number(total)}</strong> ${total === 1 ? 'activity is' : 'activities are'} kept, from ${time(summary.first)} to ${time(summary.last)}.</li>`
}
<li><strong>${number(found.quarantine)}</strong> ${found.quarantine === 1 ? 'message' : 'messages'} could not be read properly and wait to be repaired or deleted.</li>
<li><strong>${number(found.documents)}</strong> ${found.documents === 1 ? 'note' : 'notes'} of learning programs, such as where you stopped in a lesson.</li>
<li>${recipients.length === 0 ? 'No other system is known to have been sent them lately.' : `<strong>${number(recipients.length)}</strong> other ${recipients.length === 1 ? 'system was' : 'systems were'} sent some of them.`}</li>
</ul>

${counts('What was done', 'What', Object.entries(summary.kinds), (name) => text(words(name)))}
${counts(
  'When',
  'Month',
  Object.entries(summary.months).toSorted(([a], [b]) => (a < b ? 1 : -1)),
  month,
)}
${counts('Which system told of it', 'System', Object.entries(summary.sources), text)}
${latest(request)}

<h2>What you allowed</h2>
${
  consents.length === 0
    ? '<p>No decision of yours is noted here.</p>'
    : table(
        'Decisions that are noted',
        ['Noted', 'Decision'],
        consents.map(({ updatedAt, content }) => [time(updatedAt), text(decision(content))]),
      )
}

<h2>Who was sent it</h2>
${
  recipients.length === 0
    ? '<p>No other system is known to have been sent these records in the last weeks.</p>'
    : table(
        'Systems that were sent records',
        ['System', 'Records', 'Last'],
        recipients.map(({ name, host, events, latestAt }) => [
          `${text(name)}${host === undefined ? '' : ` (${text(host)})`}`,
          number(events),
          time(latestAt),
        ]),
      )
}

<h2>How long it is kept</h2>
<p>Usual records are kept for ${days(keptDays.standard)}, sensitive ones for ${days(keptDays.sensitive)}, and those that say who
somebody is for ${days(keptDays.pii)}, unless the system that sent them asked for less. They are deleted by themselves then.</p>

<h2>Other people</h2>
<p>Some records name other people too, such as a teacher who gave a grade. Their names and numbers are theirs, and not in
this copy: “another person” stands where they were. A message that nobody can read is only counted, since nobody
can tell who else is in it.</p>

<h2>The files beside this page</h2>
<ul>
<li><strong>events.csv</strong>: the activities as a table, for a spreadsheet.</li>
<li><strong>events.jsonl</strong>: the same with everything that was sent, for a program.</li>
<li><strong>quarantine.jsonl</strong>, <strong>documents.jsonl</strong>, <strong>consents.jsonl</strong>, <strong>recipients.jsonl</strong>: the
rest, for a program.</li>
</ul>

<h2>If something is wrong</h2>
<p>You may ask ${text(organisation)} to correct or to delete it, and to tell you why it is kept. Nonius keeps records on behalf of
${text(organisation)}, which decides about them.</p>
</main>
</body>
</html>
`
}

const STYLE = `
:root{color-scheme:light dark}
body{font:1.05rem/1.55 system-ui,sans-serif;margin:0;color:#1b1b1f;background:#fff}
main{max-width:46rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.7rem;line-height:1.25}
h2{font-size:1.25rem;margin-top:2.2rem}
table{border-collapse:collapse;width:100%}
caption{text-align:left;padding-bottom:.4rem;color:#4a4a55}
th,td{text-align:left;padding:.35rem .8rem .35rem 0;border-bottom:1px solid #d6d6de;vertical-align:top;overflow-wrap:break-word}
p,li,td:last-child{overflow-wrap:anywhere}
td.n,th.n{text-align:right;white-space:nowrap}
@media (prefers-color-scheme:dark){body{color:#e8e8ee;background:#141417}th,td{border-color:#3a3a44}caption{color:#b5b5c0}}
`

function latest({ summary }: AccessRequest): string {
  if (summary.latest.length === 0) return ''
  const caption =
    summary.latest.length === 1 ? 'The last of them' : `The last ${summary.latest.length}`
  return `<h2>The latest activities</h2>
${table(
  caption,
  ['When (UTC)', 'What', 'With'],
  summary.latest.map(({ at, what, on }) => [moment(at), text(words(what)), text(on)]),
)}`
}

function counts(
  title: string,
  what: string,
  entries: readonly (readonly [string, number])[],
  shown: (name: string) => string,
): string {
  if (entries.length === 0) return ''
  const sorted = what === 'Month' ? entries : entries.toSorted(([, a], [, b]) => b - a)
  const rows = sorted.map(([name, count]) => [shown(name), number(count)])
  return `<h2>${title}</h2>
${table(`${title}, and how often`, [what, 'How often'], rows)}`
}

/** Writes a table of cells that are HTML already. */
function table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]) {
  const isNumber = (head: string) => head === 'How often' || head === 'Records'
  const kind = heads.map((head) => (isNumber(head) ? ' class="n"' : ''))
  const head = heads.map((one, at) => `<th scope="col"${kind[at]}>${one}</th>`).join('')
  const body = rows
    .map((row) => `<tr>${row.map((cell, at) => `<td${kind[at]}>${cell}</td>`).join('')}</tr>`)
    .join('\n')
  return `<table><caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}
</tbody></table>`
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function text(value: string): string {
  // Signs that turn the direction of text round would let a name pretend to be another.
  return value
    .toWellFormed()
    .replace(/[\u202a-\u202e\u2066-\u2069\p{Cc}]/gu, ' ')
    .replace(/[&<>"']/g, (sign) => ESCAPES[sign]!)
}

const list = (ids: readonly string[]) => ids.map((id) => `<em>${text(id)}</em>`).join(', ')
const number = (count: number) => count.toLocaleString('en-GB')
const moment = (iso: string) => text(`${iso.slice(0, 10)} ${iso.slice(11, 16)}`)

function time(iso: string | undefined): string {
  if (iso === undefined) return 'unknown'
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return text(iso)
  return date.toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' })
}

function month(name: string): string {
  const date = new Date(`${name}-01T00:00:00.000Z`)
  if (Number.isNaN(date.getTime())) return text(name)
  return date.toLocaleDateString('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })
}

function days(count: number | undefined): string {
  if (count === undefined) return 'as long as the organisation decided'
  const years = count / 365
  if (Number.isInteger(years)) return years === 1 ? 'one year' : `${years} years`
  return count === 1 ? 'one day' : `${count} days`
}

/** Makes words of a term: `NavigatedTo` is “navigated to”, an IRI its last part. */
function words(term: string): string {
  const last = /^[a-z][a-z0-9+.-]*:/i.test(term)
    ? (term.split(/[/#]/).findLast(Boolean) ?? term)
    : term
  return last
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .toLowerCase()
}

function decision(content: unknown): string {
  const { decisions } = (content ?? {}) as Partial<KeptConsent>
  if (decisions === undefined) return 'Listed by the school as under 13'
  return Object.entries(decisions)
    .map(([category, { said, evidence }]) => {
      return `${words(category)}: ${said}${evidence === undefined ? '' : ` (${evidence})`}`
    })
    .join('; ')
}
