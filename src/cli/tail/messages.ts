/** A message of an event stream, as a page in a browser would be given it. */
export interface Message {
  /** `message` where the stream names none. */
  name: string
  /** The id that held when it came: the last that was sent. */
  id: string
  data: string
}

// An event has megabytes at most, and a record of it as text twice of that.
const MAX_MESSAGE_CHARS = 64 * 1024 * 1024

/**
 * Reads an event stream part by part, wherever it is cut (HTML standard, section 9.2.6). What a
 * connection leaves unfinished is no message.
 */
export function createMessages() {
  const decoder = new TextDecoder()
  /** The pieces of a line that has not ended yet. */
  let begun: string[] = []
  /** The last part ended within a line break of two characters, or after one of one. */
  let isAfterReturn = false
  let data: string[] | undefined
  let name = 'message'
  let id = ''
  let size = 0

  function field(line: string) {
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') {
      data ??= []
      data.push(value)
    }
    if (field === 'event') name = value || 'message'
    if (field === 'id' && !value.includes('\0')) id = value
  }

  function message(): Message | undefined {
    const found = data === undefined ? undefined : { name, id, data: data.join('\n') }
    data = undefined
    name = 'message'
    size = 0
    return found
  }

  return {
    /** @throws {Error} for a message that has no end */
    *add(part: Uint8Array): Generator<Message> {
      let text = decoder.decode(part, { stream: true })
      if (text === '') return
      if (isAfterReturn && text.startsWith('\n')) text = text.slice(1)
      isAfterReturn = text === '' ? false : text.endsWith('\r')
      size += text.length
      if (size > MAX_MESSAGE_CHARS) throw new Error('a message without an end')
      const lines = text.split(/\r\n|\r|\n/)
      const last = lines.pop()!
      for (const ending of lines) {
        const line = [...begun, ending].join('')
        begun = []
        if (line !== '') field(line)
        else {
          const whole = message()
          if (whole !== undefined) yield whole
        }
      }
      if (last !== '') begun.push(last)
    },
  }
}
