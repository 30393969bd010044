/** The head is what an answer says before its body. */
export interface Head {
  status: number
  /** The other side means to leave the connection open (RFC 9112, section 9.3). */
  isPersistent: boolean
  /** The names are in lower case; all values of a repeated field are stored. */
  fields: Map<string, string[]>
}

// Node and Bun take as much of one head. Receivers send some hundreds of bytes.
const MAX_HEAD_BYTES = 16 * 1024

const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})(?: .*)?$/
// RFC 9110, section 5.1: a name is a token. No line may begin with a space (obs-fold is not taken).
const FIELD = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\0]*?)[ \t]*$/

/**
 * Reads heads line by line until the final one; informational heads (RFC 9110, section 15.2) are
 * ignored, however many come: the caller has a budget of bytes.
 */
export function createHeadReader() {
  let head: Head | undefined
  let size = 0
  let isNew = false

  /**
   * Reads a line. @returns the final head, once its last line is read. @throws {Error} when it is
   * not HTTP/1
   */
  return function readLine(line: string): Head | undefined {
    size += line.length + 2
    if (size > MAX_HEAD_BYTES)
      throw new Error(`the head of its answer is longer than ${MAX_HEAD_BYTES} bytes`)
    if (head === undefined) {
      head = { status: statusOf(line), isPersistent: false, fields: new Map() }
      isNew = line.startsWith('HTTP/1.1')
      return undefined
    }
    if (line !== '') {
      const [, name, value] = FIELD.exec(line) ?? []
      if (name === undefined || value === undefined)
        throw new Error('the head of its answer is not HTTP')
      const values = head.fields.get(name.toLowerCase())
      if (values === undefined) head.fields.set(name.toLowerCase(), [value])
      else values.push(value)
      return undefined
    }
    const { status } = head
    if (status >= 200) return { ...head, isPersistent: isNew && !isClosing(head) }
    // We asked for no other protocol; behind this line anything may follow, and no answer.
    if (status === 101) throw new Error('it answered 101: it wants another protocol')
    head = undefined
    size = 0
    return undefined
  }
}

function isClosing({ fields }: Head): boolean {
  const options = fields.get('connection')?.join().toLowerCase().split(',') ?? []
  return options.some((option) => option.trim() === 'close')
}

function statusOf(line: string): number {
  const [, digits] = STATUS_LINE.exec(line) ?? []
  const status = Number(digits)
  if (digits === undefined || status < 100) throw new Error('it answered no HTTP')
  return status
}
