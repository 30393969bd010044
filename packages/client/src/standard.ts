import type { ClientOptions, Sending } from './contract'
import type { Wire } from './send/wire'
import { createSender } from './sender'

/** Configures a client of a standard: as `createClient`, but for what only native events have. */
export type StandardOptions = Pick<
  ClientOptions,
  'url' | 'key' | 'consent' | 'batch' | 'debug' | 'maxQueued'
>

/** Brings what is written in a standard to the server, by the same queue as native events. */
export interface StandardClient<Item extends object> extends Sending {
  /**
   * Takes an item as the standard has it; an id and a time that it lacks are added. It returns at once and never
   * throws, whatever it is given: what cannot be written as JSON is refused, which `debug` tells.
   */
  send(item: Item): void
}

interface Standard {
  wire: Wire
  /** What is added to an item that lacks it. */
  defaults(): { id: string } & Record<string, unknown>
}

export function createStandardClient<Item extends object>(
  options: StandardOptions,
  { wire, defaults }: Standard,
): StandardClient<Item> {
  const { take, tell, flush, close, consent } = createSender({ ...options, session: '' }, wire)
  return {
    ...{ flush, close, consent },
    send(item) {
      try {
        // What it is now is taken, as JSON has it; an id is text by then.
        const whole = { ...defaults(), ...JSON.parse(JSON.stringify(item)) }
        if (typeof whole.id !== 'string' || !whole.id) whole.id = defaults().id
        take(whole.id, JSON.stringify(whole), false)
      } catch (why) {
        tell('refused: no JSON', why)
      }
    },
  }
}
