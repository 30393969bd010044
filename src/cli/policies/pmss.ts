import type { Rule } from './documents'

/** Rules were made of a file of PMSS; notes say what of it could not be said as a rule. */
export interface PmssRead {
  rules: Rule[]
  notes: string[]
  /** These say with their line why it is none. */
  faults: string[]
}

const NAMESPACE = 'incoming_events'
const actions = ['TRANSMIT', 'MAINTAIN', 'DROP']
/** Attributes of a selector, and what a rule calls them. */
const attributes: Readonly<Record<string, string>> = {
  domain: 'domain',
  source: 'source',
  type: 'type',
  event: 'type',
  standard: 'standard',
  course: 'course',
}

// Comments are replaced by as many line breaks as they have, so that lines are counted on.
const COMMENTS = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g
const BLOCK = /^\s*([A-Za-z_][\w-]*)((?:\[[^\]\n]*\])*)\s*\{([^{}]*)\}/
const ATTRIBUTE = /\[\s*([A-Za-z_][\w-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([\w.*-]+))\s*\]/g
const SETTING = /^\s*([A-Za-z_][\w-]*)\s*:\s*("[^"]*"|[^;{}"]+);/

/** Reads rules of blacklisting from PMSS, as a real-time event pipeline has them. */
export function readPmss(file: string, text: string): PmssRead {
  const read: PmssRead = { rules: [], notes: [], faults: [] }
  const whole = text.replaceAll(COMMENTS, (comment) => comment.replaceAll(/[^\n]/g, ' '))
  let at = 0
  while (whole.slice(at).trim() !== '') {
    const place = `${file}:${lineOf(whole, at + whole.slice(at).search(/\S/))}`
    const block = BLOCK.exec(whole.slice(at))
    if (block === null) {
      read.faults.push(
        `${place}: must be a block, such as ${NAMESPACE}[domain="example.org"] { … }`,
      )
      break
    }
    const [all, namespace = '', selector = '', settings = ''] = block
    at += all.length
    if (namespace !== NAMESPACE) read.notes.push(`${place}: ${namespace} says nothing of events`)
    else readBlock(selector, settings, place, read)
  }
  return read
}

function readBlock(selector: string, text: string, place: string, read: PmssRead): void {
  const settings = settingsIn(text, place, read)
  const action = settings.get('blacklist_event_action')
  const limit = settings.get('blacklist_time_limit')
  const when = selectedBy(selector, place, read)
  if (action === undefined || when === undefined) return
  if (!actions.includes(action)) {
    read.faults.push(
      `${place}: blacklist_event_action must be ${actions.join(', ')}; got ${action}`,
    )
    return
  }
  // All that is sent is taken where no rule says otherwise.
  if (action === 'TRANSMIT') {
    if (selector !== '') {
      read.notes.push(`${place}: TRANSMIT is as usual, and no exception from a rule that drops`)
    }
    return
  }
  const said = Object.values(when).join(' ') || 'all events'
  const description = limit === undefined ? undefined : `blacklist_time_limit: ${limit}`
  if (limit !== undefined) {
    read.notes.push(`${place}: clients are not told to wait (${limit}); what they send is held`)
  }
  read.rules.push({
    name: `blacklist ${said}`.slice(0, 64),
    ...(description !== undefined && { description }),
    when,
    then: { action },
  })
}

function settingsIn(text: string, place: string, { faults }: PmssRead): Map<string, string> {
  const settings = new Map<string, string>()
  let rest = text
  while (rest.trim() !== '') {
    const setting = SETTING.exec(rest)
    if (setting === null) {
      faults.push(
        `${place}: settings look like blacklist_event_action: DROP; got ${rest.trim().slice(0, 40)}`,
      )
      return settings
    }
    const [all, name = '', value = ''] = setting
    settings.set(name, value.trim().replaceAll('"', ''))
    rest = rest.slice(all.length)
  }
  return settings
}

function selectedBy(selector: string, place: string, { faults }: PmssRead) {
  const when: Record<string, string> = {}
  for (const [, name = '', double, single, bare] of selector.matchAll(ATTRIBUTE)) {
    const known = Object.hasOwn(attributes, name) ? attributes[name] : undefined
    if (known === undefined) {
      faults.push(`${place}: ${name} is not known; known are ${Object.keys(attributes).join(', ')}`)
      return undefined
    }
    when[known] = double ?? single ?? bare ?? ''
  }
  const isWhole = selector.replaceAll(ATTRIBUTE, '').trim() === ''
  if (!isWhole) faults.push(`${place}: selectors look like [domain="example.org"]; got ${selector}`)
  return isWhole ? when : undefined
}

const lineOf = (text: string, at: number) => text.slice(0, at).split('\n').length
