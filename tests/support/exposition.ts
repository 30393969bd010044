interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

export interface Exposed {
  text: string
  types: Map<string, string>
  samples: Sample[]
  /** @returns undefined when there is no such sample */
  value(name: string, labels?: Record<string, string>): number | undefined
}

const HELP = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (?:[^\\\n]|\\[\\n])+$/
const TYPE = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary)$/
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (NaN|[+-]?Inf|-?[0-9.e+-]+)$/
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y

/**
 * Reads Prometheus' text format 0.0.4, strictly.
 * @throws {Error} for a line that is none, a sample before its type, and one that comes twice
 */
export function readExposition(text: string): Exposed {
  if (!text.endsWith('\n')) throw new Error('the last line must end')
  const types = new Map<string, string>()
  const samples: Sample[] = []
  const seen = new Set<string>()
  let current = ''
  for (const line of text.slice(0, -1).split('\n')) {
    if (HELP.test(line)) continue
    const [, typed, type] = TYPE.exec(line) ?? []
    if (typed !== undefined) {
      if (types.has(typed)) throw new Error(`${typed} is declared twice`)
      types.set(typed, type!)
      current = typed
      continue
    }
    const sample = sampleIn(line)
    const family = sample.name.replace(/_(bucket|sum|count)$/, '')
    if (sample.name !== current && family !== current) throw new Error(`${line}: not of ${current}`)
    const name = JSON.stringify([sample.name, Object.entries(sample.labels).sort()])
    if (seen.has(name)) throw new Error(`${line}: comes twice`)
    seen.add(name)
    samples.push(sample)
  }
  const value = (name: string, labels: Record<string, string> = {}) =>
    samples.find((one) => {
      const wanted = Object.entries(labels)
      return one.name === name && wanted.every(([label, said]) => one.labels[label] === said)
    })?.value
  return { text, types, samples, value }
}

function sampleIn(line: string): Sample {
  const [, name, set = '', number] = SAMPLE.exec(line) ?? []
  if (name === undefined) throw new Error(`not a line of the format: ${line}`)
  const labels: Record<string, string> = {}
  LABEL.lastIndex = 0
  while (LABEL.lastIndex < set.length) {
    const [, label, said] = LABEL.exec(set) ?? []
    if (label === undefined) throw new Error(`not labels: ${line}`)
    labels[label] = said!.replace(/\\(.)/g, (_, one) => (one === 'n' ? '\n' : one))
  }
  const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number)
  return { name, labels, value }
}
