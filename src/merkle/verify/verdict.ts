/** A fault is what somebody did to the log behind our back, or to what proves it. */
export interface LogFault {
  kind: 'altered' | 'removed' | 'added'
  /** The event that it concerns; absent where that cannot be told, as of a tree as a whole. */
  eventId?: string | undefined
  /** The place at which it was found: `hot store`, `lake`, `tree`, `roots`. */
  place: string
  /** The hour of the tree, `2026-11-30T02`. */
  hour?: string | undefined
  /** It says in a sentence what is wrong. */
  message: string
}

export interface LogVerdict {
  /** So many trees were looked at, of which so many are closed, and so many leaves. */
  trees: number
  closed: number
  leaves: number
  /** Leaves whose event was erased, or has lived its time. */
  forgotten: number
  /** So many events were read at each place. */
  events: Record<string, number>
  /** Events from before there were trees: nothing tells whether those are as they were. */
  unproven: number
  /** The last root of the chain; kept elsewhere, it proves later that nothing before it was changed. */
  root?: { sequence: number; hour: string; hash: string } | undefined
  /** The first of what was found, … */
  faults: LogFault[]
  /** … and how much more there is. */
  moreFaults: number
}

// A person reads some dozens; a program that repairs wants more of them.
const MOST_FAULTS = 1000

/** Collects faults, the first thousand of them, and counts the others. */
export function createFaults() {
  const faults: LogFault[] = []
  let more = 0
  return {
    add(fault: LogFault) {
      if (faults.length < MOST_FAULTS) faults.push(fault)
      else more += 1
    },
    found: () => ({ faults, moreFaults: more }),
  }
}

export type Faults = ReturnType<typeof createFaults>
